// A simulated Durable Object: one instance at a time over a disk that persists, created when it is called or its alarm
// rings, gone when it crashes. Answers leave it once what it wrote is on disk.
import { PROOF_SECRET } from "../records.ts";
import { LocationLedger } from "../../src/ledger/ledger.ts";
import type { AlertPorts, PublishedRules } from "../../src/ledger/store/ports.ts";
import type { RuleSet } from "../../src/model/rule.ts";
import { endable } from "../../src/objects/endable.ts";
import type { Clockwork } from "./clockwork.ts";
import { Disk } from "./disk.ts";
import { HIGHLEVEL_SETTINGS } from "./highlevel.ts";
import { Network } from "./network.ts";

/** How long an alarm handler may take, and how often it is tried before the alarm is dropped. */
const MAX_ALARM_MS = 15 * 60_000;
const ALARM_TRIES = 6;
const ALARM_AGAIN_MS = 1_000;
const WEBHOOK_SECRET = "whsec_c2ltdWxhdGVkLXNlY3JldC1vZi0zMi1ieXRlcy1sb25n";

interface Instance {
  /** Another one after the location was deleted. */
  ledger: LocationLedger;
  opened: Promise<void>;
  isGone: boolean;
}

/** The caller learns that the connection broke, not what became of its call. */
class ConnectionLost extends Error {
  override name = "ConnectionLost";
}

export class SimulatedObject {
  readonly disk: Disk;
  readonly network: Network;
  readonly faults = { alarmIsLost: 0, alarmIsLateMs: 50 };
  /** Called when an instance starts. */
  onStart: () => unknown = () => undefined;
  /** Called when a ledger was emptied and begins anew. */
  onStartOver: () => unknown = () => undefined;
  /** The deployed version, which every new instance runs. */
  ruleSet: RuleSet;
  requestsPerSecond = 500;
  reconciles = false;
  /** The published rule sets, as an instance reaches them. */
  published: ((isGone: () => boolean) => PublishedRules) | null = null;
  /** Who is told what somebody has to know; `null`: nothing is looked for. */
  alerts: AlertPorts | null = null;
  eventsPerSecond = 1_000_000;
  maxBytes = Infinity;
  /** Ids of calls that were under way when an instance died. */
  readonly interrupted: string[] = [];
  /** When an instance died, milliseconds since 1970. */
  readonly stoppedAt: number[] = [];
  readonly #clockwork: Clockwork;
  #instance: Instance | null = null;
  #callers = new Set<(error: unknown) => void>();
  #ringsAt: number | null = null;
  /** The number of an alarm that is lost, and is said to be set. */
  #lost = 0;
  #ringing = 0;
  #failures = 0;

  constructor(clockwork: Clockwork, ruleSet: RuleSet) {
    this.#clockwork = clockwork;
    this.ruleSet = ruleSet;
    this.disk = new Disk(clockwork, () => this.crash());
    this.network = new Network(clockwork, this.disk);
  }

  /** Calls the object; the answer arrives once everything that the object wrote is on disk. */
  call<Value>(method: (ledger: LocationLedger) => Value | Promise<Value>): Promise<Value> {
    return new Promise((tell, fail) => {
      this.#callers.add(fail);
      const answer = async (): Promise<void> => {
        try {
          const value = await this.#ask(method);
          if (this.#callers.delete(fail)) tell(value);
        } catch (error) {
          if (this.#callers.delete(fail)) fail(error);
        }
      };
      void answer();
    });
  }

  /** Kills the running instance, whatever it is doing. */
  crash(): void {
    const instance = this.#instance;
    if (!instance) return;
    instance.isGone = true;
    this.stoppedAt.push(this.#clockwork.now);
    this.#instance = null;
    this.disk.die();
    const number = this.#ringing;
    if (number !== 0) this.#rang(number, true);
    this.#noteInterrupted();
    const callers = [...this.#callers];
    this.#callers.clear();
    for (const fail of callers) this.#clockwork.after(1, () => fail(new ConnectionLost()));
    // An alarm that was ringing rings again.
    this.#ringsAt = null;
  }

  /** Notes calls that left without a recorded attempt: at most one per delivery was under way. */
  #noteInterrupted(): void {
    const left = Map.groupBy(this.network.left, (id) => id);
    for (const [id, calls] of left) {
      const known = this.disk.rows("SELECT COUNT(*) AS n FROM attempts WHERE delivery_id = ?", id)[0]?.["n"];
      const noted = this.interrupted.filter((other) => other === id).length;
      if (calls.length > Number(known ?? 0) + noted) this.interrupted.push(id);
    }
  }

  /** Called between two steps: makes sure that the current alarm will ring. */
  watchAlarm(): void {
    const alarm = this.disk.alarm();
    if (!alarm || this.#ringing !== 0 || this.#ringsAt === alarm.number || this.#lost === alarm.number) return;
    this.#ringsAt = alarm.number;
    const { chance } = this.#clockwork;
    const late = chance.below(this.faults.alarmIsLateMs) + (this.#failures && ALARM_AGAIN_MS * 2 ** this.#failures);
    const dueInMs = Math.max(0, alarm.at - this.#clockwork.wall());
    this.#clockwork.after(dueInMs + 1 + late, () => this.#ring(alarm.number));
  }

  /** Alarms go by the wall clock: if it is changed, they ring at a different time. */
  clockChanged(): void {
    this.#ringsAt = null;
  }

  #ring(number: number): void {
    const alarm = this.disk.alarm();
    if (alarm?.number !== number || this.#ringing !== 0 || alarm.at > this.#clockwork.wall()) return;
    if (this.network.isRegistered && this.#clockwork.chance.next() < this.faults.alarmIsLost) {
      // Every other one is still said to be set.
      if (number % 2 === 1) this.disk.dropAlarm(number);
      else this.#lost = number;
      return;
    }
    this.#ringing = number;
    this.disk.ringing = number;
    this.#clockwork.after(MAX_ALARM_MS, () => this.#ringing === number && this.crash());
    void this.call((ledger) => ledger.alarm()).then(
      () => this.#ringing === number && this.#rang(number),
      () => this.#ringing === number && this.#rang(number, true),
    );
  }

  #rang(number: number, hasFailed = false): void {
    this.#ringing = 0;
    this.disk.ringing = null;
    this.#failures = hasFailed ? this.#failures + 1 : 0;
    if (!hasFailed || this.#failures > ALARM_TRIES) {
      this.disk.dropAlarm(number);
      this.#failures = 0;
    }
    this.#ringsAt = null;
  }

  async #ask<Value>(method: (ledger: LocationLedger) => Value | Promise<Value>): Promise<Value> {
    const instance = (this.#instance ??= this.#start());
    try {
      await instance.opened;
    } catch (error) {
      if (this.#instance === instance) this.crash();
      throw error;
    }
    const value = await method(instance.ledger);
    await this.disk.confirmed();
    return value;
  }

  #start(): Instance {
    this.onStart();
    const instance = { isGone: false } as Instance;
    this.#begin(instance);
    return instance;
  }

  /** A ledger in an instance: the first, or the one after the location was deleted. */
  #begin(instance: Instance): void {
    const isGone = (): boolean => instance.isGone;
    const { chance } = this.#clockwork;
    const clockwork = this.#clockwork;
    const maxBytes = (): number => this.maxBytes;
    const own = endable(this.disk.storage(isGone));
    instance.ledger = new LocationLedger(own.storage, {
      startOver: async () => {
        own.end();
        this.disk.wipe(isGone);
        this.onStartOver();
        this.#begin(instance);
        await instance.opened;
      },
      ruleSet: this.ruleSet,
      retentionDays: 30,
      get maxBytes() {
        return maxBytes();
      },
      timeZone: "UTC",
      eventsPerSecond: this.eventsPerSecond,
      requestsPerSecond: this.requestsPerSecond,
      reconciles: () => this.reconciles,
      random: () => chance.next(),
      timer: (ms) => new Promise((done) => clockwork.after(ms, () => isGone() || done())),
      announce: this.network.announce(isGone),
      published: this.published?.(isGone),
      alerts: this.alerts ?? undefined,
      highlevel: HIGHLEVEL_SETTINGS,
      actions: {
        clock: () => clockwork.wall(),
        fetch: this.network.fetch(isGone),
        timeLimit: (ms) => this.network.timeLimit(ms),
        tasks: this.network.tasks(isGone),
        secrets: { [PROOF_SECRET.name]: PROOF_SECRET.value },
        webhookSecret: WEBHOOK_SECRET,
        outboundAllowedHosts: new Set(),
        ownHosts: new Set(),
      },
    });
    instance.opened = instance.ledger.open();
    instance.opened.catch(() => undefined);
  }
}
