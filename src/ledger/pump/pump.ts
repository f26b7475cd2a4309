// The pump performs what is due: six deliveries at a time, each outcome written down as it comes. A place that becomes
// free is taken at once by the next delivery that may be sent: `lanes.ts` says which that is.
import { hasMarkup } from "../../act/template/markup.ts";
import { HIGHLEVEL_HOST } from "../../act/highlevel/highlevel.ts";
import { kindOf, perform } from "../../act/kinds.ts";
import type { ActionContext } from "../../act/contract/action-kind.ts";
import type { HighLevelAccount, Leaves } from "../../highlevel/account.ts";
import { KV_TIMEOUT_MS } from "../../act/task/task.ts";
import { within } from "../../kit/time-limit.ts";
import { actionError, isHeld, unanswered, type AttemptOutcome } from "../../act/contract/outcome.ts";
import { plainFacts } from "../../match/facts.ts";
import { templateRoots } from "../../rules/template-roots.ts";
import { logAttempt, logError } from "../../model/log-line.ts";
import { letThrough } from "../deliveries/breaker.ts";
import { leave } from "../deliveries/changes.ts";
import * as deliveries from "../deliveries/deliveries.ts";
import type { LeasedDelivery } from "../deliveries/deliveries.ts";
import { deferred, overtaken, putBack, type Standing } from "../deliveries/moves.ts";
import type { HighLevelClock } from "../highlevel/clock.ts";
import type { Learning } from "../highlevel/learning.ts";
import type { HighLevelLimits } from "../highlevel/limits.ts";
import { settledKnownOf } from "../reading/known.ts";
import { Lanes, type Place, type Taken } from "./lanes.ts";
import type { Action } from "../../model/rule.ts";
import type { HostState } from "../../model/statistics.ts";
import * as emails from "../log/emails.ts";
import * as log from "../log/log.ts";
import type { Pauses } from "../log/pauses.ts";
import { mark } from "../store/marks.ts";
import type { LedgerPorts, LedgerStorage } from "../store/ports.ts";
import { Allowance } from "../store/allowance.ts";
import { Preflight } from "./preflight.ts";
import { Questions } from "./questions.ts";
import { Underway } from "./underway.ts";
import * as sends from "../deliveries/sends.ts";
import * as tasks from "../deliveries/tasks.ts";

/** An alarm may take 15 minutes of wall time: stop taking deliveries well before; the next alarm continues. */
const MAX_RUN_MS = 10 * 60_000;
/**
 * How much one alarm takes on, in units of less than a millisecond of CPU: well below the 30 s that Cloudflare allows. A
 * delivery costs some for its statements and its request, some for the characters of its event, once for reading and once
 * for each filter, and its share of the rows that were read to find it.
 */
const MOST_WORK = 10_000;
const DELIVERY_WORK = 4;
const CHARACTERS_A_UNIT = 10_000;
const ROWS_A_UNIT = 200;
/** How long something that becomes due while a run waits for slow answers may go unnoticed. */
const TICK_MS = 500;
/** How long to wait before trying again what could not be written down. */
const BREATH_MS = 10_000;
const TASK_WRITES_AT_ONCE = 60;
/** What is held for longer than an hour has to be known. */
const HELD_TOO_LONG_MS = 3_601_000;

/** The units of reading an event of so many characters and rendering an action about it: each filter may go through it. */
function renderingOf(action: Action, characters: number): number {
  let passes = 1;
  for (const { text } of kindOf(action).templates(action)) passes += text.split("|").length - (hasMarkup(text) ? 0 : 1);
  return (passes * characters) / CHARACTERS_A_UNIT;
}

/** HighLevel as the location calls it: what it answers, how often it may be called, and what time it is there. */
interface HighLevelParts {
  readonly account: HighLevelAccount;
  readonly limits: HighLevelLimits;
  readonly time: HighLevelClock;
  readonly learning: Learning;
}

/** What is paused, and whether that is known yet. */
interface PumpPauses {
  readonly pauses: Pauses;
  isKnown(): boolean;
  /** Nothing leaves before, milliseconds since 1970. */
  notBefore(): number;
}

/** What counts attempts. */
interface AttemptCounter {
  /** An attempt that began at this time has ended. */
  attempted(startedAtMs: number, isSent: boolean): void;
}

/** Whether a delivery sends the contact a message; one that this version cannot read may. */
function mayBeMessage({ plan }: LeasedDelivery): boolean {
  return plan === null || kindOf(plan.action).messages(plan.action) !== null;
}

function isEmail({ plan }: LeasedDelivery): boolean {
  return plan !== null && kindOf(plan.action).messages(plan.action) === "Email";
}

export class Pump {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #statistics: AttemptCounter;
  readonly #settled: (isMailed: boolean) => void;
  readonly #stands: (inMs: number) => void;
  readonly #pauses: PumpPauses;
  readonly #lanes: Lanes;
  readonly #highlevel: HighLevelAccount;
  readonly #preflight: Preflight;
  readonly #questions: Questions;
  readonly #limits: HighLevelLimits;
  readonly #time: HighLevelClock;
  readonly #inFlight = new Map<string, Promise<void>>();
  readonly #work = new Allowance(MOST_WORK);
  #beganAt = 0;
  #stopTakingAt = 0;
  #locationId: string | null = null;
  /** Settles when the writes of tasks to KV that are under way have ended; `null`: none are. */
  #writing: Promise<void> | null = null;
  /** The first failure of storage in this run. */
  #failure: Error | null = null;

  /** `settled` is called whenever an attempt was written down, and told whether HighLevel took an e-mail. */
  constructor(
    storage: LedgerStorage,
    ports: LedgerPorts,
    statistics: AttemptCounter,
    { account, limits, time, learning }: HighLevelParts,
    pauses: PumpPauses,
    settled: (isMailed: boolean) => void,
    stands: (inMs: number) => void = () => undefined,
  ) {
    this.#storage = storage;
    this.#ports = ports;
    this.#statistics = statistics;
    this.#highlevel = account;
    this.#settled = settled;
    this.#stands = stands;
    this.#pauses = pauses;
    this.#limits = limits;
    this.#time = time;
    // An account that is passed in keeps its own limits.
    const budgets = new Map(ports.account ? [] : [[HIGHLEVEL_HOST, limits]]);
    this.#lanes = new Lanes(storage, ports.requestsPerSecond, budgets, (read) => this.#work.spend(read / ROWS_A_UNIT));
    this.#questions = new Questions(
      this.#lanes,
      limits,
      () => this.#now(),
      () => this.wake(),
    );
    const turns = {
      turnAt: () => limits.turnAt(),
      downUntil: () => this.downUntil(),
    };
    this.#preflight = new Preflight(storage.sql, ports, learning, turns, pauses.pauses, () => this.#location());
  }

  /** Performs everything that is due, and what becomes due meanwhile. Throws if storage fails, not if an action does. */
  async run(): Promise<void> {
    this.#beganAt = this.#now();
    this.#stopTakingAt = this.#beganAt + MAX_RUN_MS;
    this.#work.renew();
    this.#failure = null;
    try {
      this.#writeTasks();
      this.wake();
      let tick = this.#ports.timer(TICK_MS);
      while (this.#inFlight.size > 0 || this.#writing !== null) {
        const ticked = tick.then(() => true);
        if (await Promise.race([...this.#inFlight.values(), ...(this.#writing ? [this.#writing] : []), ticked])) {
          tick = this.#ports.timer(TICK_MS);
          if (this.#inFlight.size > 0) this.#writeTasks();
        }
        this.wake();
      }
      if (this.#failure !== null) throw this.#failure;
    } finally {
      this.#stopTakingAt = 0;
      // Nothing is in flight now: deliveries still marked as being sent could not be settled, and are due again.
      if (this.#inFlight.size === 0) deliveries.resumeInterrupted(this.#storage.sql, this.#now());
    }
  }

  /** Fills the free places of a run that is under way. Never throws: its callers have something to finish. */
  wake(): void {
    try {
      this.#questions.serve();
      while (this.#mayTakeOn() && this.#failure === null) {
        const taken = this.#lanes.take(this.#now());
        if (!taken) return;
        const { id } = taken.delivery;
        this.#work.spend(DELIVERY_WORK);
        const attempt = this.#attempt(taken).finally(() => {
          this.#inFlight.delete(id);
          this.#lanes.release(taken.place);
          this.wake();
        });
        this.#inFlight.set(id, attempt);
      }
    } catch (error) {
      logError("Due deliveries could not be taken", {}, error);
      this.#failed(error);
    }
  }

  /** When the next delivery may be sent, milliseconds since 1970; `null`: none waits. */
  nextAt(): number | null {
    const nextAt = this.#lanes.nextAt(this.#now());
    return nextAt === null ? null : Math.max(nextAt, this.#pauses.notBefore());
  }

  /** Until when HighLevel is left alone, because it is down, milliseconds since 1970. */
  downUntil(): number {
    return this.#lanes.downUntil(HIGHLEVEL_HOST, this.#now());
  }

  /** Takes one of HighLevel's places for a question, until `leave`. `full`: none is free; `no`: HighLevel is failing. */
  enter(): Place | "full" | "no" {
    const place: Place = { home: HIGHLEVEL_HOST, host: null };
    const entered = this.#lanes.enter(place, HIGHLEVEL_HOST, this.#now());
    return entered === "entered" ? place : entered;
  }

  /** Takes a place for something that is no delivery, until `leave`; `null`: none is free. */
  outside(): Place | null {
    return this.#lanes.outside(this.#now());
  }

  /** A question has ended, as HighLevel said: its place is free. */
  leave(place: Place, said: AttemptOutcome | null): void {
    try {
      if (said) this.#lanes.learn(HIGHLEVEL_HOST, said, this.#now());
    } finally {
      // Also if that cannot be written down: a place that is not given back is lost for as long as this instance lives.
      this.#lanes.leave(place);
      this.wake();
    }
  }

  /** The state of each host that is busy, paused or failing, or that deliveries wait for. */
  hosts(): HostState[] {
    return this.#lanes.hosts(this.#now());
  }

  /** Whether a delivery waits or is being sent, or something has to be written to KV. */
  isOpen(): boolean {
    const { sql } = this.#storage;
    return this.#inFlight.size > 0 || this.nextAt() !== null || tasks.nextWriteAt(sql) !== null;
  }

  /** Resolves once a delivery is no longer being sent. */
  async attemptOf(deliveryId: string): Promise<void> {
    await this.#inFlight.get(deliveryId);
  }

  #now(): number {
    return this.#ports.actions.clock();
  }

  /** Whether this run takes on more; the next alarm, which follows at once, does the rest. */
  #mayTakeOn(): boolean {
    return this.#hasTime() && this.#pauses.isKnown();
  }

  #hasTime(): boolean {
    const now = this.#now();
    // If the clock is set back, nobody knows any more how long this run has taken.
    return now >= this.#beganAt && now < this.#stopTakingAt && this.#work.isLeft();
  }

  /** Makes one attempt and writes it down. Never rejects: what cannot be written down is due again a little later. */
  async #attempt({ delivery, place }: Taken): Promise<void> {
    const { sql } = this.#storage;
    const underway = new Underway(delivery, this.#ports.actions);
    const { startedAt } = underway;
    let outcome: AttemptOutcome | null = null;
    try {
      const settlesAt = mayBeMessage(delivery) ? sends.settlesAt(sql, delivery.id) : startedAt;
      if (settlesAt > startedAt)
        return void deliveries.move(sql, delivery.id, (from) => putBack(from, settlesAt), startedAt);
      const checked = this.#preflight.check(delivery);
      const clearance = typeof checked === "function" ? await this.#questions.ask(checked, place) : checked;
      if (clearance.may === "wait") return this.#defer(delivery, (from) => deferred(from, clearance.untilMs));
      if (clearance.may === "in-turn") return this.#defer(delivery, (from) => putBack(from, clearance.untilMs));
      // It may have been cancelled while HighLevel was queried.
      if (clearance.wasQueried && deliveries.move(sql, delivery.id, overtaken, this.#now())) return;
      // It may have been paused meanwhile, too.
      const paused = clearance.wasQueried ? this.#preflight.paused(delivery.rule) : null;
      outcome =
        clearance.may === "go"
          ? (paused ?? letThrough(this.#storage, delivery, this.#now()) ?? (await this.#perform(delivery, underway)))
          : clearance.outcome;
      const { turnAtMs } = underway;
      if (turnAtMs !== null && !outcome.done) return this.#defer(delivery, (from) => putBack(from, turnAtMs));
      this.#settle(delivery, outcome, underway);
    } catch (error) {
      logError("An attempt could not be written down", { deliveryId: delivery.id }, error);
      this.#lanes.forget();
      this.#limits.forget();
      this.#settleOrPutBack(delivery, outcome, underway);
    }
  }

  /** Makes a delivery wait, with no try counted. HighLevel may have been queried, which counts against its limits. */
  #defer({ id }: LeasedDelivery, wait: (from: Standing) => Standing | null): void {
    this.#storage.transactionSync(() => {
      deliveries.move(this.#storage.sql, id, wait, this.#now());
      this.#limits.write();
    });
  }

  /** Tries to settle once more if there is an outcome: that it arrived is worth knowing. Else the delivery waits again. */
  #settleOrPutBack(delivery: LeasedDelivery, outcome: AttemptOutcome | null, underway: Underway): void {
    const { id } = delivery;
    try {
      if (outcome) return this.#settle(delivery, outcome, underway);
    } catch {
      // Storage refused it again.
    }
    try {
      const now = this.#now();
      const { sql } = this.#storage;
      deliveries.move(sql, id, (from) => putBack({ ...from, hasLeft: true }, now + BREATH_MS), now);
      deliveries.noteCut(sql, id, now);
    } catch (error) {
      logError("A delivery could not be postponed, it is due again after this run", { deliveryId: id }, error);
    }
  }

  async #perform(delivery: LeasedDelivery, underway: Underway): Promise<AttemptOutcome> {
    const { plan } = delivery;
    const found = log.findSized(this.#storage.sql, delivery.contactId, delivery.eventKey);
    if (!plan) return unanswered(actionError("ACTION_FORM", "A newer version of Afterbeep made it: deploy that again"));
    if (!found || found.record.dropped)
      return unanswered(actionError("ACTION_LOST", "The event that it was about is gone, or its payload is"));
    this.#work.spend(renderingOf(plan.action, found.characters));
    return perform(plan.action, this.#contextOf(delivery, plan, found.record, underway));
  }

  #settle(delivery: LeasedDelivery, outcome: AttemptOutcome, { startedAt, sent }: Underway): void {
    const { sql } = this.#storage;
    const now = this.#now();
    const random = this.#ports.random();
    const isMailed = outcome.done && isEmail(delivery);
    const isThere = this.#storage.transactionSync(() => {
      const stillThere = deliveries.settle(sql, delivery.id, outcome, { startedAt, now }, random, sent);
      if (mayBeMessage(delivery)) sends.settled(sql, delivery.id, outcome, startedAt);
      if (isMailed && outcome.done)
        emails.noteSent(sql, delivery.contactId, [outcome.messageId, outcome.emailMessageId], startedAt);
      this.#limits.write();
      this.#lanes.learn(delivery.host, outcome, now);
      if (!outcome.done || !outcome.task) return stillThere;
      // If the contact was erased while KV stored the task, it is removed there again.
      if (stillThere) tasks.keep(sql, outcome.task);
      else tasks.planWrite(sql, outcome.task.locationId, outcome.task.id, null, now);
      return stillThere;
    });
    if (!outcome.done) this.#expect(delivery, outcome, now);
    if (isThere && !isHeld(outcome)) this.#statistics.attempted(startedAt, outcome.done);
    this.#settled(isMailed);
    logAttempt({
      locationId: this.#location(),
      deliveryId: delivery.id,
      eventKey: delivery.eventKey,
      rule: delivery.rule,
      outcome: outcome.done ? "done" : outcome.error.code,
      status: outcome.status,
      durationMs: Math.max(0, now - startedAt),
    });
  }

  /** What failed may have to be known: that it is dead, that it is still held in an hour, that its host is still down. */
  #expect({ id, host }: LeasedDelivery, outcome: AttemptOutcome, nowMs: number): void {
    if (isHeld(outcome)) this.#stands(HELD_TOO_LONG_MS);
    else if (this.#lanes.downUntil(host, nowMs) > nowMs) this.#stands(0);
    if (deliveries.isDead(this.#storage.sql, id)) this.#stands(0);
  }

  #location(): string | null {
    return (this.#locationId ??= mark(this.#storage.sql, "location") ?? null);
  }

  #contextOf(
    delivery: LeasedDelivery,
    plan: deliveries.Plan,
    { event, decision }: log.LogRecord,
    underway: Underway,
  ): ActionContext {
    const { eventKey, decidedAt } = decision;
    // Records from before zones were stored have none.
    const timeZone = decision.timeZone ?? this.#ports.timeZone;
    const moment = { nowMs: Date.parse(decidedAt), timeZone };
    const { sql } = this.#storage;
    const { clock } = this.#ports.actions;
    return {
      deliveryId: delivery.id,
      locationId: event.locationId,
      contactId: event.contactId,
      eventKey,
      rule: delivery.rule,
      decidedAt,
      roots: templateRoots({
        event,
        facts: plainFacts(event, moment),
        rule: plan.rule,
        decision,
        known: settledKnownOf(this.#storage.sql, event, null),
      }),
      ports: this.#ports.actions,
      highlevel: this.#whileWanted(delivery, underway),
      sends: sends.sendsOf(sql, delivery, plan.action, clock, () => underway.marked(sql), this.#time),
      leaving: (outgoing) => void underway.leaving(outgoing),
    };
  }

  /**
   * HighLevel for one delivery: a token may take a while, and what was cancelled or erased meanwhile changes nothing there.
   * Notes what of it leaves, and whether its last call has to wait for its turn.
   */
  #whileWanted({ id, rule }: LeasedDelivery, underway: Underway): HighLevelAccount {
    const { sql } = this.#storage;
    const changes = (body: object | undefined): boolean => {
      if (!deliveries.isWanted(sql, id)) return false;
      leave(sql, id, { body, requests: underway.marked(sql) }, this.#now());
      return true;
    };
    return {
      call: async (request, leaves) => {
        const mayLeave: Leaves = (outgoing) =>
          this.#preflight.paused(rule) === null &&
          underway.leaving(outgoing, () => leaves?.(outgoing) ?? changes(request.body));
        const answer = await this.#highlevel.call(request, request.method === "GET" ? undefined : mayLeave);
        underway.turnAtMs =
          answer.kind === "no-room" ? this.#limits.turnAt() : answer.kind === "later" ? (answer.untilMs ?? null) : null;
        return answer;
      },
    };
  }

  /** Starts the due writes to KV, unless some are under way. */
  #writeTasks(): void {
    this.#writing ??= this.#writeDueTasks()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => (this.#writing = null));
  }

  async #writeDueTasks(): Promise<void> {
    const { sql } = this.#storage;
    const { tasks: store, timeLimit } = this.#ports.actions;
    for (const write of tasks.dueWrites(sql, this.#now(), TASK_WRITES_AT_ONCE)) {
      if (!this.#hasTime()) return;
      this.#work.spend(1);
      const attempt = write.task === null ? store.delete(write.locationId, write.taskId) : store.put(write.task);
      const written = await within(timeLimit(KV_TIMEOUT_MS), attempt).then(
        () => true,
        () => false,
      );
      tasks.settleWrite(sql, write, written, this.#now(), this.#ports.random());
    }
  }

  /** Notes a failure: the run finishes what is in flight, takes nothing more, and throws at its end. */
  #failed(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
  }
}
