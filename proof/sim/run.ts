// One simulated run: a few hours at a location in which everything can break, then peace until nothing waits.
import type { RuleSet } from "../../src/model/rule.ts";
import { chance, type Chance } from "../../test/generated/chance.ts";
import type { History } from "../history.ts";
import { aStatus } from "../rules.ts";
import { tablesOf } from "../tables.ts";
import { Clockwork } from "./clockwork.ts";
import { hashesTake } from "./determinism.ts";
import { CHARACTERS, type Character } from "./network.ts";
import { SimulatedObject } from "./object.ts";
import { LEDGER_MIGRATIONS, migrate } from "../../src/ledger/store/schema.ts";
import { SLOW } from "./flood.ts";
import { SimulatedFollowUps, type Surroundings } from "./follow-ups.ts";
import { FOLLOW_UP_RULE_SETS, HOSTS, LOOP_RULE_SETS, RETRY_RULE_SETS, RULE_SETS } from "./location.ts";
import { Operator } from "./operator.ts";
import { Pauser } from "./pauses.ts";
import { planOrders } from "./orders.ts";
import { Remains } from "./remains.ts";
import { Senders } from "./senders.ts";

const START = Date.parse("2026-03-04T06:00:00Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Faults and events occur in the first two hours; whatever waits has ten days to end. */
const BUSY_MS = 2 * HOUR;
const PEACE_MS = 10 * DAY;
/** The longest wait of a rule, and an hour. */
const FULL_MS = 3 * HOUR;
/** What is held waits a week, even if it was held only after three days of retries. */
const FOLLOW_UPS_MS = 12 * DAY;
/** One seed in three has a location that follows up inside HighLevel; the others are as they would be without it. */
const FOLLOW_UPS_EVERY = 3;
/** One in five has retries of messages and, if it follows up, rules that feed each other; its hashes take a while. */
const RETRIES_EVERY = 5;
const RETRIES_AT = 4;
const HASH_MS = 10;
/** One in thirty, each of which follows up, has minutes in which an alarm has its hands full, and nothing else that is late. */
const FLOOD_EVERY = 30;
/** HighLevel's clock and ours may differ by up to this much, which its answers tell. */
const CLOCKS_APART_MS = 4 * MINUTE;
/** The Workers' clocks are at most this far from HighLevel's. */
const WORKERS_OFF_MS = 2 * MINUTE;
const MAY_BE_LATE_MS = SECOND;
/** The faults that are no reason for a first attempt to be late. */
const PROMPT_DESPITE = new Set(["destinations", "calls", "operator", "orders", "workers", "slowTokens"]);
/**
 * What half of the runs with rules that feed each other do without, so that what they cause comes at once, in order, and
 * once: what is tried again may change the same again.
 */
const ORDERLY: Partial<Faults> = {
  crashes: false, disk: false, clock: false, calls: false, deploys: false, operator: false, destinations: false,
  slowTokens: false,
}; // prettier-ignore
const IN_TIME: Partial<Faults> = {
  crashes: false, disk: false, alarmsLost: false, alarmsLate: false, clock: false, kv: false, deploys: false,
  destinations: false,
}; // prettier-ignore
const WATCHDOG_MS = 5 * MINUTE;
/** The migration counts of earlier versions, with whose tables a run may begin. */
const VERSIONS_BEFORE = LEDGER_MIGRATIONS.map((_, index) => index).filter((count) => count >= 3);

/** Which faults a run has. */
interface Faults {
  readonly crashes: boolean;
  readonly disk: boolean;
  readonly alarmsLost: boolean;
  readonly alarmsLate: boolean;
  readonly clock: boolean;
  readonly destinations: boolean;
  readonly kv: boolean;
  readonly calls: boolean;
  readonly deploys: boolean;
  readonly operator: boolean;
  readonly orders: boolean;
  readonly workers: boolean;
  readonly slowTokens: boolean;
}

/** What a run has beside the faults that chance gives it. */
interface World {
  /** The ledger's clock is ahead for a minute, by this much, milliseconds. */
  readonly aheadMs?: number;
  /** From how many bytes on the ledger is full, until some hours after the busy part. */
  readonly maxBytes?: number;
}

export async function simulate(seed: number, world: World = {}): Promise<History> {
  return new Run(seed, world).history();
}

class Run {
  readonly #chance: Chance;
  readonly #faults: Faults;
  readonly #clockwork: Clockwork;
  readonly #object: SimulatedObject;
  readonly #contacts: readonly string[];
  readonly #ruleSets: readonly RuleSet[];
  readonly #hasRetries: boolean;
  readonly #isOrderly: boolean;
  readonly #isFlooded: boolean;
  readonly #followUps: SimulatedFollowUps | null;
  readonly #senders: Senders;
  readonly #operator: Operator;
  readonly #pauser: Pauser;
  /** When events are sent, milliseconds after the start. */
  readonly #moments: number[] = [];
  readonly #clockSetBackAt: number[] = [];
  readonly #world: World;
  readonly #remains: Remains;

  constructor(seed: number, world: World) {
    this.#world = world;
    this.#chance = chance(seed);
    this.#clockwork = new Clockwork(START, this.#chance);
    const hasFollowUps = seed % FOLLOW_UPS_EVERY === 0;
    this.#hasRetries = seed % RETRIES_EVERY === RETRIES_AT;
    const sets = hasFollowUps
      ? this.#hasRetries
        ? LOOP_RULE_SETS
        : FOLLOW_UP_RULE_SETS
      : this.#hasRetries
        ? RETRY_RULE_SETS
        : RULE_SETS;
    // Its own: what the ledger remembers of a rule, such as a hash that took a while, is gone with the process.
    this.#ruleSets = structuredClone(sets);
    hashesTake(this.#hasRetries ? () => this.#clockwork.sleep(this.#chance.below(HASH_MS)) : null);
    this.#object = new SimulatedObject(this.#clockwork, this.#ruleSets[0] ?? RULE_SETS[0]);
    this.#object.maxBytes = world.maxBytes ?? Infinity;
    const has = (): boolean => this.#chance.happens(0.5);
    this.#isOrderly = hasFollowUps && this.#hasRetries && seed % 2 === 0;
    const faults = {
      crashes: has(), disk: has() && has(), alarmsLost: has() && has(), alarmsLate: has(), clock: has() && has(),
      destinations: has(), kv: has(), calls: has(), deploys: has(), operator: has(),
      orders: has() || has(), workers: has(), slowTokens: has() || has(),
    }; // prettier-ignore
    this.#isFlooded = seed % FLOOD_EVERY === 0;
    this.#faults = { ...faults, ...(this.#isOrderly ? ORDERLY : {}), ...(this.#isFlooded ? IN_TIME : {}) };
    this.#contacts = Array.from({ length: 1 + this.#chance.below(4) }, (_, index) => `contact-${index}`);
    this.#senders = new Senders(this.#clockwork, this.#object);
    this.#operator = new Operator(this.#clockwork, this.#object, this.#contacts);
    this.#pauser = new Pauser(seed, this.#clockwork, this.#object, this.#operator);
    this.#remains = new Remains(this.#object, this.#operator.confirmed);
    this.#followUps = hasFollowUps ? new SimulatedFollowUps(this.#clockwork, this.#object, this.#surroundings()) : null;
  }

  #surroundings(): Surroundings {
    return {
      contacts: this.#contacts,
      busyMs: BUSY_MS,
      hasFaults: this.#faults.destinations,
      hasSlowTokens: this.#faults.slowTokens,
      hasLoops: this.#hasRetries,
      isOrderly: this.#isOrderly,
      isFlooded: this.#isFlooded,
      at: (run) => this.#at(run),
      senders: this.#senders,
      operator: this.#operator,
      setClock: () => this.#faults.clock && this.#setClock(),
    };
  }

  async history(): Promise<History> {
    const promptHosts = this.#planDestinations().filter((host) => !this.#isFlooded || host !== SLOW);
    this.#planEvents();
    this.#planOrders();
    this.#planFaults();
    this.#followUps?.plan();
    this.#pauser.plan(this.#moments, BUSY_MS);
    if (this.#world.aheadMs !== undefined) this.#planLeap(this.#world.aheadMs);
    if (this.#world.maxBytes !== undefined)
      this.#clockwork.after(BUSY_MS + FULL_MS, () => (this.#object.maxBytes = Infinity));
    const deadHosts = HOSTS.filter((host) => this.#deadHosts.has(host));
    await this.#clockwork.run(START + (this.#followUps ? FOLLOW_UPS_MS : PEACE_MS), () => {
      this.#object.watchAlarm();
      this.#followUps?.look();
      if (this.#world.maxBytes !== undefined) this.#remains.look();
    });
    const { network, disk, interrupted } = this.#object;
    const isTimed =
      this.#world.aheadMs === undefined &&
      !Object.entries(this.#faults).some(([name, has]) => has && !PROMPT_DESPITE.has(name));
    return {
      sent: this.#senders.sent,
      acknowledged: this.#senders.acknowledged,
      unanswered: [...this.#senders.unanswered],
      calls: network.calls,
      arrived: network.arrived,
      confirmed: this.#operator.confirmed,
      pauses: this.#pauser.seen,
      interrupted,
      isStorageRefusing: this.#faults.disk,
      ...tablesOf((statement, ...values) => disk.rows(statement, ...values), this.#ruleSets),
      tasks: [...network.kv.values()].map((task) => JSON.parse(task) as { id: string; contactId: string }),
      graceMs: 0,
      clockSetBackAt: this.#clockSetBackAt,
      promptHosts: isTimed ? promptHosts : [],
      deadHosts: this.#faults.crashes || this.#faults.disk || this.#isClockSet ? [] : deadHosts,
      mayBeLateMs: isTimed ? MAY_BE_LATE_MS : null,
      followUps: this.#followUps?.seen(this.#isClockSet) ?? null,
      forgotten: this.#remains.forgotten,
    };
  }

  get #isClockSet(): boolean {
    return this.#faults.clock || this.#world.aheadMs !== undefined;
  }

  readonly #deadHosts = new Set<string>();

  /** Gives each host a character, or several in turn; in peace all are prompt except those that stay bad. */
  #planDestinations(): string[] {
    const { characters } = this.#object.network;
    const prompt: string[] = ["kv"];
    for (const host of HOSTS) {
      if (!this.#faults.destinations || this.#chance.happens(0.4)) {
        prompt.push(host);
        continue;
      }
      const stays = this.#chance.happens(0.3);
      const first = this.#chance.pick(CHARACTERS);
      characters.set(host, first);
      if (stays && (first === "hangs" || first === "500" || first === "resets")) this.#deadHosts.add(host);
      if (stays) continue;
      for (let turns = this.#chance.below(4); turns > 0; turns--)
        this.#at(() => characters.set(host, this.#chance.pick<Character>(CHARACTERS)));
      this.#clockwork.after(BUSY_MS + 1, () => characters.set(host, "prompt"));
    }
    return prompt;
  }

  #planEvents(): void {
    const count = 3 + this.#chance.below(this.#faults.orders ? 17 : 25);
    const stormMs = this.#chance.pick([0, 0, 0, 2 * SECOND, 30]);
    const from = this.#chance.below(BUSY_MS);
    for (let index = 0; index < count; index++) {
      const isReply = this.#chance.happens(0.2);
      const contactId = this.#chance.pick(this.#contacts);
      const run = (): void => {
        const said = isReply ? ({ says: "yes" } as const) : { status: aStatus(this.#chance) };
        const goesOn = this.#chance.happens(0.8);
        this.#senders.say(`event-${index}`, contactId, said, this.#clockwork.now, goesOn);
      };
      const afterMs = stormMs > 0 ? from + this.#chance.below(stormMs) : this.#chance.below(BUSY_MS);
      this.#moments.push(afterMs);
      this.#clockwork.after(afterMs, run);
    }
    if (this.#faults.operator)
      for (let turns = this.#chance.below(16); turns > 0; turns--) this.#at(() => void this.#operator.operate());
  }

  #planOrders(): void {
    if (this.#faults.workers) this.#senders.workersOffMs = Array.from({ length: 3 }, () => this.#offBy(WORKERS_OFF_MS));
    if (this.#faults.calls) this.#senders.drops = 0.1;
    if (!this.#faults.orders && !this.#hasRetries) return;
    this.#senders.repeats = 0.2;
    let planned = 0;
    planOrders({
      chance: this.#chance,
      contacts: this.#contacts,
      busyMs: BUSY_MS,
      hasWishes: this.#followUps !== null,
      hasRetries: this.#hasRetries,
      happens: (contactId, said, happensMs, isSentMs) => {
        const key = `ordered-${++planned}`;
        this.#moments.push(isSentMs);
        this.#clockwork.after(isSentMs, () => this.#senders.say(key, contactId, said, START + happensMs));
      },
    });
  }

  #offBy(mostMs: number): number {
    return this.#chance.below(2 * mostMs) - mostMs;
  }

  #planFaults(): void {
    const { disk, network, faults } = this.#object;
    const { chance } = this.#clockwork;
    if (this.#faults.alarmsLate) faults.alarmIsLateMs = 2 * MINUTE;
    if (this.#faults.alarmsLost) faults.alarmIsLost = 0.1;
    // An alarm that fails for minutes is dropped, and one that was set while the clock was ahead rings late: that is what the
    // watchdog is for. For what fails for seconds, alarms must suffice.
    const isDiskBrief = chance.happens(0.5);
    const isLeap = this.#world.aheadMs !== undefined;
    if (this.#faults.alarmsLost || (this.#faults.disk && !isDiskBrief) || isLeap || chance.happens(0.3)) this.#watch();
    this.#often(this.#faults.crashes, 8, () => {
      if (chance.happens(0.3)) this.#object.crash();
      else disk.crashAfterWrites = chance.below(25);
    });
    // There are many brief faults, since few of them coincide with an alarm.
    this.#often(this.#faults.disk, isDiskBrief ? 40 : 6, () => {
      Object.assign(disk.faults, { refuses: chance.next(), slowMs: chance.pick([5, 20, 2_000]) });
      const lastsMs = isDiskBrief ? 3 * SECOND : chance.below(HOUR);
      this.#clockwork.after(lastsMs, () => (disk.faults.refuses = 0));
    });
    this.#often(this.#faults.clock, 3, () => this.#setClock());
    // Another instance may run on another machine.
    this.#object.onStart = () => this.#faults.clock && chance.happens(0.5) && this.#setClock();
    if (this.#faults.deploys && chance.happens(0.5))
      migrate(
        disk.storage(() => false),
        LEDGER_MIGRATIONS.slice(0, chance.pick(VERSIONS_BEFORE)),
      );
    this.#often(this.#faults.deploys, 4, () => {
      this.#object.crash();
      this.#object.ruleSet = chance.pick(this.#ruleSets);
      if (chance.happens(0.5)) disk.addColumn();
    });
    this.#often(this.#faults.kv, 2, () => (network.kvRefuses = chance.next()));
    if (this.#faults.kv) network.directoryRefuses = chance.next() / 2;
    this.#clockwork.after(BUSY_MS, () => this.#makePeace());
  }

  /** Schedules `run` at least once and at most so many times, if the run has this fault. */
  #often(does: boolean, most: number, run: () => void): void {
    for (let turns = does ? 1 + this.#chance.below(most) : 0; turns > 0; turns--) this.#at(run);
  }

  #setClock(): void {
    const before = this.#clockwork.wall();
    if (this.#followUps) this.#clockwork.offMs = this.#offBy(CLOCKS_APART_MS);
    else this.#clockwork.offMs += this.#offBy(10 * MINUTE);
    if (this.#clockwork.wall() < before) this.#clockSetBackAt.push(before);
    this.#object.clockChanged();
  }

  /** Somewhere in the busy part the clock leaps ahead, and back within a second or a minute. */
  #planLeap(aheadMs: number): void {
    this.#at(() => {
      this.#clockwork.aheadMs = aheadMs;
      this.#object.clockChanged();
      // Nothing else may look at the clock meanwhile.
      if (this.#chance.happens(0.5)) void this.#operator.retryEach();
      this.#clockwork.after(this.#chance.below(this.#chance.pick([SECOND, MINUTE])), () => {
        this.#clockSetBackAt.push(this.#clockwork.wall());
        this.#clockwork.aheadMs = 0;
        this.#object.clockChanged();
      });
    });
  }

  #makePeace(): void {
    const { disk, network, faults } = this.#object;
    this.#senders.drops = 0;
    this.#object.onStart = () => undefined;
    Object.assign(disk.faults, { refuses: 0, slowMs: 20 });
    disk.crashAfterWrites = Infinity;
    network.kvRefuses = network.directoryRefuses = 0;
    faults.alarmIsLost = 0;
  }

  #watch(): void {
    this.#clockwork.after(WATCHDOG_MS, () => {
      if (this.#object.network.isRegistered) void this.#operator.quietly((ledger) => ledger.poke());
      if (this.#clockwork.now < START + BUSY_MS + HOUR) this.#watch();
    });
  }

  /** Calls `run` during the busy part: at any time, or soon after an event, when there is most to break. */
  #at(run: () => void): void {
    const chance = this.#chance;
    const isSoonAfter = this.#moments.length > 0 && chance.happens(0.5);
    const soon = (): number => chance.pick(this.#moments) + chance.below(chance.pick([20, 300, 10_000]));
    this.#clockwork.after(isSoonAfter ? soon() : chance.below(BUSY_MS), run);
  }
}
