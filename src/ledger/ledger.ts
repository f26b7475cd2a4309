// The ledger of one location: it records events in order, decides each once, and sees their actions through.
// Everything that belongs together is one transaction; the answer leaves after it is on disk. It knows the world
// only through its ports, so the same logic runs on a simulated clock, disk and network.
import type { Decided } from "../match/decide.ts";
import type { Delivery, DeliveryState } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import type { Erased, EventStory, LogQuery, PageQuery, Quarantined, Recorded } from "../model/ledger.ts";
import { fail, succeed, type Result } from "../model/result.ts";
import type { Task } from "../model/task.ts";
import * as deliveries from "./deliveries.ts";
import { Chores } from "./chores.ts";
import { eraseContact } from "./erase.ts";
import * as held from "./held.ts";
import * as log from "./log.ts";
import type { LedgerPorts, LedgerStorage } from "./ports.ts";
import { Pump } from "./pump.ts";
import { Recorder } from "./recorder.ts";
import { LEDGER_MIGRATIONS, migrate } from "./schema.ts";
import * as tasks from "./tasks.ts";

/** So soon after a commit events are taken to come at once: the next commit is held up a little, so that they share it. */
const BUSY_MS = 30;
const GATHER_MS = 2;
/** After an alarm that failed. */
const BREATH_MS = 10_000;
/** An alarm that should have rung so long ago was lost. */
const LOST_ALARM_MS = 60_000;
/** Deliveries in these states can be sent again by hand; one that was sent never is. */
const RETRIABLE: readonly DeliveryState[] = ["dead", "cancelled", "scheduled"];

export class LocationLedger {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #pump: Pump;
  readonly #recorder: Recorder;
  readonly #chores: Chores;
  /** When the alarm rings, as far as this instance knows. */
  #armedFor = Infinity;
  /** Events that wait to be recorded, in the order in which they came. */
  #waiting: { readonly event: Event; readonly tell: (recorded: Promise<Recorded>) => void }[] = [];
  #isRecording = false;
  #committedAt = 0;

  constructor(storage: LedgerStorage, ports: LedgerPorts) {
    this.#storage = storage;
    this.#ports = ports;
    this.#pump = new Pump(storage, ports);
    this.#recorder = new Recorder(storage, ports);
    this.#chores = new Chores(storage, ports);
  }

  /** Brings the tables up to date, and repairs what a crash may have left: interrupted deliveries, a lost alarm. */
  async open(): Promise<void> {
    migrate(this.#storage, LEDGER_MIGRATIONS);
    deliveries.resumeInterrupted(this.#storage.sql);
    const next = this.#nextWake();
    const set = await this.#storage.getAlarm();
    this.#armedFor = set ?? Infinity;
    if (next !== null && (set === null || set > next || set < this.#now())) this.#arm(next, true);
  }

  /** Records an event, decides it, and schedules what follows, in one transaction. An event that is there is a duplicate. */
  record(event: Event): Promise<Recorded> {
    return new Promise((tell) => {
      this.#waiting.push({ event, tell });
      if (!this.#isRecording) void this.#recordWaiting();
    });
  }

  /**
   * Recording is one at a time: each event is decided on the log as the one before left it. Events that come while a
   * commit is under way share the next one.
   */
  async #recordWaiting(): Promise<void> {
    this.#isRecording = true;
    try {
      while (this.#waiting.length > 0) {
        if (this.#now() - this.#committedAt < BUSY_MS) await quietly(() => this.#ports.timer(GATHER_MS));
        const group = this.#waiting;
        this.#waiting = [];
        for (const { event, tell } of group) {
          const recorded = this.#record(event);
          tell(recorded);
          await recorded.catch(() => undefined);
        }
        // A commit that fails breaks the object's output gate: nobody is told that it was recorded.
        await quietly(() => this.#storage.sync());
        this.#committedAt = this.#now();
      }
    } finally {
      this.#isRecording = false;
    }
  }

  async #record(event: Event): Promise<Recorded> {
    const { recorded, dueAtMs } = await this.#recorder.record(event, (work) =>
      this.#write(() => {
        work();
        this.#seen(event.locationId);
      }),
    );
    for (const at of dueAtMs) this.#arm(at);
    this.#pump.wake();
    return recorded;
  }

  /** What would be decided on an event now. Nothing is recorded. */
  explain(event: Event): Promise<Decided> {
    return this.#recorder.explain(event);
  }

  /** The alarm: performs what is due, sweeps once a day, and sets the next alarm last. It never throws. */
  async alarm(): Promise<void> {
    this.#armedFor = Infinity;
    let failed = false;
    try {
      await Promise.all([this.#pump.run(), this.#chores.run()]);
    } catch (error) {
      failed = true;
      console.error(
        JSON.stringify({
          message: "The alarm failed and will be set again",
          error: error instanceof Error ? error.stack : "",
        }),
      );
    } finally {
      const next = this.#nextWake();
      // After a failure, what is due already would ring at once and for ever: leave a breath.
      if (next !== null) this.#arm(failed ? Math.max(next, this.#now() + BREATH_MS) : next, true);
    }
  }

  /** Keeps signed bytes that could not be used. */
  quarantine(locationId: string, item: Quarantined): void {
    this.#write(() => {
      held.quarantine(this.#storage.sql, item);
      this.#seen(locationId);
    });
  }

  countIgnored(locationId: string, kind: string): void {
    this.#write(() => {
      held.countIgnored(this.#storage.sql, kind, this.#now());
      this.#seen(locationId);
    });
  }

  quarantined(query: PageQuery): ReturnType<typeof held.list> {
    return held.list(this.#storage.sql, query);
  }

  findQuarantined(id: string): Quarantined | undefined {
    return held.find(this.#storage.sql, id);
  }

  release(id: string): void {
    held.release(this.#storage.sql, id);
  }

  ignored(): ReturnType<typeof held.ignoredCounts> {
    return held.ignoredCounts(this.#storage.sql);
  }

  events(query: LogQuery): ReturnType<typeof log.list> {
    return log.list(this.#storage.sql, query);
  }

  async event(key: string): Promise<EventStory | undefined> {
    const record = log.findByKey(this.#storage.sql, key);
    if (!record) return undefined;
    const { event } = record;
    const decision = this.#recorder.complete(record);
    const idPrefix = await deliveries.deliveryIdPrefix(event, decision.decidedAt);
    return { event, decision, deliveries: deliveries.ofDecision(this.#storage.sql, idPrefix) };
  }

  deliveries(query: Parameters<typeof deliveries.list>[1]): ReturnType<typeof deliveries.list> {
    return deliveries.list(this.#storage.sql, query);
  }

  /** Sends a delivery again, or earlier than planned. One that was sent is never repeated. */
  retry(id: string): Result<Delivery, Failure> {
    const moved = this.#move(id, RETRIABLE, () => deliveries.reschedule(this.#storage.sql, id, this.#now()));
    if (moved.ok) this.#arm(this.#now());
    this.#pump.wake();
    return moved;
  }

  /** Cancels a delivery that waits. After the answer nothing is sent; one that is being sent can no longer be cancelled. */
  cancel(id: string): Result<Delivery, Failure> {
    return this.#move(id, ["scheduled", "dead", "cancelled"], () =>
      deliveries.cancel(this.#storage.sql, id, { by: "operator" }),
    );
  }

  #move(id: string, from: readonly DeliveryState[], move: () => void): Result<Delivery, Failure> {
    const state = deliveries.stateOf(this.#storage.sql, id);
    if (state === undefined) return fail({ code: "LEDGER_NOT_FOUND", what: "delivery" });
    if (!from.includes(state)) return fail({ code: "LEDGER_DELIVERY_STATE", state });
    this.#storage.transactionSync(move);
    const delivery = deliveries.find(this.#storage.sql, id);
    return delivery ? succeed(delivery) : fail({ code: "LEDGER_NOT_FOUND", what: "delivery" });
  }

  tasks(query: Parameters<typeof tasks.list>[1]): ReturnType<typeof tasks.list> {
    return tasks.list(this.#storage.sql, query);
  }

  completeTask(id: string): Result<Task, Failure> {
    const task = tasks.find(this.#storage.sql, id);
    if (!task) return fail({ code: "LEDGER_NOT_FOUND", what: "task" });
    const done = this.#storage.transactionSync(() => tasks.complete(this.#storage.sql, task, this.#now()));
    this.#arm(this.#now());
    return succeed(done);
  }

  eraseContact(locationId: string, contactId: string): Erased {
    const erased = this.#storage.transactionSync(() =>
      eraseContact(this.#storage.sql, locationId, contactId, this.#now()),
    );
    this.#arm(this.#now());
    return erased;
  }

  /** All of it is committed, or none; and if none, what was noted and armed in it is forgotten. */
  #write(work: () => void): void {
    try {
      this.#storage.transactionSync(work);
    } catch (error) {
      this.#chores.forget();
      // As if it were lost: the next one is set for whatever is due.
      this.#armedFor = -Infinity;
      throw error;
    }
  }

  #now(): number {
    return this.#ports.actions.clock();
  }

  /** Sets the alarm if it would ring later. One that should have rung a while ago was lost: it is set for what is due. */
  #arm(atMs: number, always = false): void {
    const isLost = this.#armedFor < this.#now() - LOST_ALARM_MS;
    if (atMs >= this.#armedFor && !always && !isLost) return;
    const wakeAt = isLost ? Math.min(atMs, this.#nextWake() ?? atMs) : atMs;
    // Not awaited: it is committed with the statements around it, and a failure breaks the object's output gate.
    void this.#storage.setAlarm(wakeAt);
    this.#armedFor = wakeAt;
  }

  #nextWake(): number | null {
    const { sql } = this.#storage;
    const times = [deliveries.nextDueAt(sql), tasks.nextWriteAt(sql), this.#chores.nextAt()].filter(
      (at) => at !== null,
    );
    return times.length === 0 ? null : Math.min(...times);
  }

  #seen(locationId: string): void {
    if (!this.#chores.seen(locationId)) return;
    const at = this.#chores.nextAt();
    if (at !== null) this.#arm(at);
  }
}

/** Waits for something whose failure shows elsewhere. */
async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    // A commit that fails breaks the object's output gate, and a timer that fails is no timer.
  }
}
