// The ledger of one location: it records events in order, decides each once, and sees their actions through.
// Everything that belongs together is one transaction; the answer leaves after it is on disk. It knows the world
// only through its ports, so the same logic runs on a simulated clock, disk and network.
import type { Decided } from "../model/decision.ts";
import { plainFacts } from "../match/facts.ts";
import type { Answering, LedgerCalls } from "../model/calls.ts";
import type { Delivery, DeliveryCounts, DeliveryFilter, DeliveryState } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import type {
  DeliveryQuery,
  Erased,
  EventStory,
  Held,
  LogQuery,
  PageQuery,
  Quarantined,
  Recorded,
  TaskQuery,
} from "../model/ledger.ts";
import { logError } from "../model/log-line.ts";
import type { TriedRule } from "../model/playground.ts";
import { fail, succeed, type Result } from "../kit/result.ts";
import type { Rule } from "../model/rule.ts";
import type { Buckets, HostState, Overview, RuleStatistics } from "../model/statistics.ts";
import type { Task } from "../model/task.ts";
import type { KeptToken, SealedToken, Uninstall, Uninstalled } from "../model/token.ts";
import { Alarm } from "./store/alarm.ts";
import * as breaker from "./deliveries/breaker.ts";
import { Changes } from "./store/changes.ts";
import { Chores } from "./chores.ts";
import * as deliveries from "./deliveries/deliveries.ts";
import * as deliveryLists from "./deliveries/lists.ts";
import {
  cancelled as cancelledMove,
  released as releasedMove,
  retried as retriedMove,
  type Standing,
} from "./deliveries/moves.ts";
import { eraseContact } from "./erase.ts";
import * as held from "./log/quarantine.ts";
import { LedgerAccount } from "./highlevel/account.ts";
import { HighLevelLimits } from "./highlevel/limits.ts";
import { Intake } from "./intake.ts";
import * as log from "./log/log.ts";
import type { LedgerPorts, LedgerStorage } from "./store/ports.ts";
import { Pump } from "./pump/pump.ts";
import { Recorder } from "./recorder.ts";
import { Reports } from "./deliveries/reports.ts";
import { LEDGER_MIGRATIONS, migrate } from "./store/schema.ts";
import { ownSender, retriedByHand } from "./deliveries/sends.ts";
import { Statistics } from "./statistics.ts";
import * as tasks from "./deliveries/tasks.ts";
import { LedgerTokens } from "./highlevel/tokens.ts";
import { tryRule } from "./log/try-rule.ts";

/** After an alarm that failed. */
const BREATH_MS = 10_000;

/** How many deliveries one call moves, unless it says. */
const MOVED_AT_ONCE = 1_000;

export class LocationLedger implements Answering<LedgerCalls> {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #changes = new Changes();
  readonly #statistics: Statistics;
  readonly #limits: HighLevelLimits;
  readonly #pump: Pump;
  readonly #recorder: Recorder;
  readonly #chores: Chores;
  readonly #intake: Intake;
  readonly #reports: Reports;
  readonly #alarm: Alarm;
  readonly #tokens: LedgerTokens;

  constructor(storage: LedgerStorage, ports: LedgerPorts) {
    const watched = this.#changes.watch(storage);
    this.#storage = watched;
    this.#ports = ports;
    this.#statistics = new Statistics(watched, ports);
    this.#tokens = new LedgerTokens(watched, ports, () => this.#chores.locationId());
    this.#limits = new HighLevelLimits(watched, ports.actions.clock);
    const tokens = ports.tokens ?? this.#tokens;
    const account = ports.account ?? new LedgerAccount(ports.highlevel.api, ports.actions, tokens, this.#limits);
    this.#pump = new Pump(watched, ports, this.#statistics, { account, limits: this.#limits }, () =>
      this.#reports.wake(),
    );
    this.#recorder = new Recorder(watched, ports, this.#statistics);
    this.#chores = new Chores(watched, ports, () => this.#statistics.forget());
    this.#intake = new Intake(watched, ports, (event) => this.#record(event));
    this.#reports = new Reports(watched, ports.actions.clock, (event) => this.#intake.take(event));
    this.#alarm = new Alarm(watched, ports.actions.clock, () => this.#nextWake());
  }

  /** Brings the tables up to date, and repairs what a crash may have left: interrupted deliveries, a lost alarm. */
  async open(): Promise<void> {
    migrate(this.#storage, LEDGER_MIGRATIONS);
    this.#limits.resume();
    deliveries.resumeInterrupted(this.#storage.sql);
    await this.#alarm.repair();
  }

  /** Records an event, decides it, and schedules what follows, in one transaction. An event that is there is a duplicate. */
  record(event: Event): Promise<Recorded> {
    return this.#intake.take(event);
  }

  async #record(event: Event): Promise<Recorded> {
    await this.#chores.introduce(event.locationId);
    const recorded = await this.#recorder.record(event, (work, dueAtMs) => {
      let isWanted = false;
      this.#write(() => {
        isWanted = this.#reports.settle(event);
        if (!isWanted) return;
        work();
        for (const at of dueAtMs) this.#alarm.bringForward(at);
        this.#seen(event.locationId);
      });
      return isWanted;
    });
    this.#pump.wake();
    return recorded;
  }

  /** What would be decided on an event now. Nothing is recorded. */
  explain(event: Event): Promise<Decided> {
    return this.#recorder.explain(event);
  }

  /** The same with a draft in force; `null`: others would wait too long for it. */
  explainWith(draft: Rule, event: Event): Promise<Decided | null> {
    return this.#recorder.explainWith(draft, event);
  }

  /** What a rule would have done on the last events. Nothing is recorded. */
  tryRule(rule: Rule, limit: number): Promise<TriedRule> {
    return tryRule(this.#storage.sql, rule, limit, this.#ports.timeZone);
  }

  /** The alarm: performs what is due, sweeps once a day, records what is to be reported of both, and sets the next alarm last. It never throws. */
  async alarm(): Promise<void> {
    this.#alarm.rings();
    const done = await Promise.allSettled([this.#pump.run(), this.#chores.run()]);
    done.push(...(await Promise.allSettled([this.#reports.run()])));
    const failures = done.filter((one) => one.status === "rejected");
    for (const { reason } of failures) logError("The alarm failed and will be set again", {}, reason);
    try {
      // After a failure, what is due already would ring at once and for ever: leave a breath.
      this.#alarm.setForNext(failures.length > 0 ? this.#now() + BREATH_MS : undefined);
    } catch (error) {
      logError("The alarm cannot be set, storage refuses", {}, error);
      this.#alarm.set(this.#now() + BREATH_MS);
    }
  }

  /** What the watchdog asks every few minutes: repairs a lost alarm, and tells whether anything waits to be done. */
  async poke(): Promise<{ isOpen: boolean }> {
    await this.#alarm.repair();
    const isReporting = this.#reports.nextAt() !== null;
    return { isOpen: this.#pump.isOpen() || isReporting || (this.#chores.nextAt() ?? Infinity) <= this.#now() };
  }

  /** Keeps signed bytes that could not be used. */
  quarantine(locationId: string, item: Quarantined): Held {
    return this.#hold(locationId, () => held.quarantine(this.#storage.sql, item));
  }

  countIgnored(locationId: string, kind: string): Held {
    return this.#hold(locationId, () => held.countIgnored(this.#storage.sql, kind, this.#now()));
  }

  #hold(locationId: string, keep: () => void): Held {
    const refused = this.#intake.refusal();
    if (refused) return refused;
    this.#write(() => {
      keep();
      this.#seen(locationId);
    });
    return { status: "held" };
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

  /** An event by its key: of a contact, or the last one that any contact has. */
  async event(key: string, contactId?: string): Promise<EventStory | undefined> {
    const { sql } = this.#storage;
    const record = contactId === undefined ? log.findByKey(sql, key) : log.find(sql, contactId, key);
    if (!record) return undefined;
    const { event } = record;
    const decision = this.#recorder.complete(record);
    // HighLevel may tell of our own message before it has answered for it.
    const sentBy = decision.sentBy ?? ownSender(sql, event) ?? undefined;
    const idPrefix = await deliveries.deliveryIdPrefix(event, decision.decidedAt);
    const timeZone = decision.timeZone ?? this.#ports.timeZone;
    const { payload: _, ...facts } = plainFacts(event, { nowMs: Date.parse(decision.decidedAt), timeZone });
    return {
      event,
      decision: { ...decision, ...(sentBy === undefined ? {} : { sentBy }) },
      facts,
      deliveries: deliveryLists.ofDecision(sql, idPrefix),
    };
  }

  /** Differs from the last answer whenever something that the other answers show may have changed. Reads nothing. */
  change(): string {
    return this.#changes.current(this.#now(), this.#ports.random);
  }

  overview(buckets: Buckets): Overview {
    return this.#statistics.overview(buckets);
  }

  rules(buckets: Buckets): RuleStatistics {
    return this.#statistics.rules(buckets);
  }

  hosts(): HostState[] {
    return this.#pump.hosts();
  }

  deliveries(query: DeliveryQuery): ReturnType<typeof deliveryLists.list> {
    return deliveryLists.list(this.#storage.sql, query);
  }

  delivery(id: string): Delivery | undefined {
    return deliveryLists.find(this.#storage.sql, id);
  }

  deliveryCounts(filter: DeliveryFilter): DeliveryCounts {
    return this.#statistics.deliveryCounts(filter);
  }

  /**
   * Sends a delivery again, earlier than planned, or although it was held. One that was sent is never repeated. Where
   * nobody could say whether a message was sent, a person has looked now.
   */
  retry(id: string): Result<Delivery, Failure> {
    return this.#letGo(id, (from, nowMs) => {
      const to = retriedMove(from, nowMs);
      if (to) retriedByHand(this.#storage.sql, id);
      return to;
    });
  }

  /** Lets a delivery go that is held: it is due now. */
  releaseDelivery(id: string): Result<Delivery, Failure> {
    return this.#letGo(id, releasedMove);
  }

  #letGo(id: string, move: (from: Standing, nowMs: number) => Standing | null): Result<Delivery, Failure> {
    const now = this.#now();
    const moved = this.#move(id, (from) => {
      breaker.release(this.#storage.sql, id, now);
      return move(from, now);
    });
    if (moved.ok) this.#goOn();
    return moved;
  }

  /** Sends dead deliveries again, oldest first; `more`: there are others that the filter describes. */
  retryDead(filter: DeliveryFilter, limit?: number): { retried: number; more: boolean } {
    const now = this.#now();
    const { moved, more } = this.#moveAll("dead", filter, limit, (from) => retriedMove(from, now));
    if (moved > 0) this.#goOn();
    return { retried: moved, more };
  }

  /** Cancels deliveries that are scheduled, oldest first; `more`: there are others that the filter describes. */
  cancelScheduled(filter: DeliveryFilter, limit?: number): { cancelled: number; more: boolean } {
    const { moved, more } = this.#moveAll("scheduled", filter, limit, (from) =>
      cancelledMove(from, { by: "operator" }),
    );
    return { cancelled: moved, more };
  }

  /** Lets deliveries go that are held, oldest first; `more`: there are others that the filter describes. */
  releaseDeliveries(filter: DeliveryFilter, limit?: number): { released: number; more: boolean } {
    const now = this.#now();
    const { moved, more } = this.#moveAll("held", filter, limit, (from, id) => {
      breaker.release(this.#storage.sql, id, now);
      return releasedMove(from, now);
    });
    if (moved > 0) this.#goOn();
    return { released: moved, more };
  }

  /** Cancels deliveries that are held, oldest first; `more`: there are others that the filter describes. */
  discardDeliveries(filter: DeliveryFilter, limit?: number): { discarded: number; more: boolean } {
    const { moved, more } = this.#moveAll("held", filter, limit, (from) => cancelledMove(from, { by: "operator" }));
    return { discarded: moved, more };
  }

  #moveAll(
    state: DeliveryState,
    filter: DeliveryFilter,
    limit = MOVED_AT_ONCE,
    move: (from: Standing, id: string) => Standing | null,
  ): { moved: number; more: boolean } {
    const { sql } = this.#storage;
    const ids = deliveryLists.idsOf(sql, state, filter, limit + 1);
    this.#storage.transactionSync(() => {
      for (const id of ids.slice(0, limit)) deliveries.move(sql, id, (from) => move(from, id));
    });
    return { moved: Math.min(ids.length, limit), more: ids.length > limit };
  }

  /**
   * Cancels a delivery: after the answer nothing is sent. One that is being sent is waited for, and is cancelled if it
   * fails; if it arrives, the answer says so.
   */
  async cancel(id: string): Promise<Result<Delivery, Failure>> {
    const noted = this.#move(id, (from) => cancelledMove(from, { by: "operator" }));
    if (!noted.ok || noted.value.state !== "sending") return noted;
    await this.#pump.attemptOf(id);
    return this.#move(id, (from) => (from.state === "cancelled" ? from : cancelledMove(from, { by: "operator" })));
  }

  #move(id: string, move: (from: Standing) => Standing | null): Result<Delivery, Failure> {
    const { sql } = this.#storage;
    const moved = this.#storage.transactionSync(() => deliveries.move(sql, id, move));
    const delivery = deliveryLists.find(sql, id);
    if (!delivery) return fail({ code: "LEDGER_NOT_FOUND", what: "delivery" });
    return moved ? succeed(delivery) : fail({ code: "LEDGER_DELIVERY_STATE", state: delivery.state });
  }

  /** Something is due at once, by hand. */
  #goOn(): void {
    this.#alarm.bringForward(this.#now());
    const locationId = this.#chores.locationId();
    if (locationId !== undefined) this.#seen(locationId);
    this.#pump.wake();
  }

  tasks(query: TaskQuery): ReturnType<typeof tasks.list> {
    return tasks.list(this.#storage.sql, query);
  }

  completeTask(id: string): Result<Task, Failure> {
    const task = tasks.find(this.#storage.sql, id);
    if (!task) return fail({ code: "LEDGER_NOT_FOUND", what: "task" });
    const done = this.#storage.transactionSync(() => tasks.complete(this.#storage.sql, task, this.#now()));
    this.#goOn();
    return succeed(done);
  }

  eraseContact(locationId: string, contactId: string): Erased {
    const erased = this.#storage.transactionSync(() =>
      eraseContact(this.#storage.sql, locationId, contactId, this.#now()),
    );
    this.#statistics.forget();
    this.#goOn();
    return erased;
  }

  /** What may be shown of the HighLevel token; `null`: there is none. */
  token(): KeptToken | null {
    return this.#tokens.told();
  }

  /** Keeps a token in the place of whichever there was. */
  storeToken(locationId: string, token: SealedToken): KeptToken | null {
    this.#write(() => {
      this.#tokens.store(token);
      this.#seen(locationId);
    });
    return this.#tokens.told();
  }

  forgetToken(): void {
    this.#tokens.forget();
  }

  /** The app was uninstalled: its token is forgotten. */
  uninstall(uninstall: Uninstall): Uninstalled {
    return this.#storage.transactionSync(() => this.#tokens.uninstall(uninstall));
  }

  /** All of it is committed, or none; and if none, what was noted and armed in it is forgotten. */
  #write(work: () => void): void {
    try {
      this.#storage.transactionSync(work);
    } catch (error) {
      this.#chores.forget();
      this.#alarm.forget();
      throw error;
    }
  }

  #now(): number {
    return this.#ports.actions.clock();
  }

  #nextWake(): number | null {
    const { sql } = this.#storage;
    const times = [this.#pump.nextAt(), tasks.nextWriteAt(sql), this.#chores.nextAt(), this.#reports.nextAt()];
    const next = Math.min(...times.map((at) => at ?? Infinity));
    return next === Infinity ? null : next;
  }

  #seen(locationId: string): void {
    if (!this.#chores.seen(locationId)) return;
    const at = this.#chores.nextAt();
    if (at !== null) this.#alarm.bringForward(at);
  }
}
