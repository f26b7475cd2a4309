// The ledger of one location: it records events in order, decides each once, and sees their actions through.
// Everything that belongs together is one transaction; the answer leaves after it is on disk. It knows the world
// only through its ports, so the same logic runs on a simulated clock, disk and network.
import { cancelledBy } from "../match/cancel.ts";
import { decide, type Decided } from "../match/decide.ts";
import type { Moment } from "../match/facts.ts";
import { asPast } from "../match/history.ts";
import type { PlannedAction } from "../model/decision.ts";
import type { CancelledBy, Delivery, DeliveryState } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import type { History, PastEvent } from "../model/history.ts";
import type { Erased, EventStory, LogQuery, PageQuery, Quarantined, Recorded } from "../model/ledger.ts";
import { fail, succeed, type Result } from "../model/result.ts";
import type { Rule } from "../model/rule.ts";
import type { Task } from "../model/task.ts";
import * as deliveries from "./deliveries.ts";
import { eraseContact, hasContent, sweep } from "./erase.ts";
import * as held from "./held.ts";
import * as log from "./log.ts";
import { firstRow, type LedgerPorts, type LedgerStorage } from "./ports.ts";
import { Pump } from "./pump.ts";
import { LEDGER_MIGRATIONS, migrate } from "./schema.ts";
import * as tasks from "./tasks.ts";

const DAY_MS = 86_400_000;
const BREATH_MS = 10_000;
const ANNOUNCE_AGAIN_MS = 60_000;
const LOST_ALARM_MS = 60_000;
/** Deliveries in these states can be sent again by hand; one that was sent never is. */
const RETRIABLE: readonly DeliveryState[] = ["dead", "cancelled", "scheduled"];

export class LocationLedger {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #pump: Pump;
  /** When the alarm rings, as far as this instance knows. */
  #armedFor = Infinity;
  /** An announcement that failed is tried again from this time on. */
  #announceFrom = 0;
  /** Recording is one at a time: each event is decided on the log as the one before left it. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(storage: LedgerStorage, ports: LedgerPorts) {
    this.#storage = storage;
    this.#ports = ports;
    this.#pump = new Pump(storage, ports);
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
    const turn = this.#turn.then(() => this.#record(event));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #record(event: Event): Promise<Recorded> {
    const { sql } = this.#storage;
    if (log.isRecorded(sql, event.key)) return { status: "duplicate" };
    const moment = { nowMs: this.#now(), timeZone: this.#ports.timeZone };
    const { decision, actions } = await decide(event, this.#ports.ruleSet, {
      ...moment,
      history: this.#history(event),
    });
    const planned = await Promise.all(actions.map((action) => this.#planned(event, action, moment)));
    const idPrefix = planned.length === 0 ? "" : await deliveries.deliveryIdPrefix(event, decision.decidedAt);
    const cancelled = await this.#cancelledWaits(event, moment);
    // From here to the end there is no await: all of it is committed, or none.
    this.#storage.transactionSync(() => {
      log.append(sql, { event, decision }, asPast(event, decision.fired, moment.nowMs));
      for (const { id, by } of cancelled) deliveries.cancel(sql, id, by);
      deliveries.schedule(sql, event, idPrefix, planned);
      for (const rule of decision.fired) {
        if (this.#rule(rule)?.limit?.per === "location") log.noteFiring(sql, rule, moment.nowMs, event.key);
      }
      this.#seen(event.locationId);
    });
    for (const { dueAtMs, cancelledBy } of planned) if (!cancelledBy) this.#arm(dueAtMs);
    this.#pump.wake();
    return { status: "accepted", fired: decision.fired };
  }

  /** What would be decided on an event now. Nothing is recorded. */
  async explain(event: Event): Promise<Decided> {
    const context = { nowMs: this.#now(), timeZone: this.#ports.timeZone, history: this.#history(event) };
    return decide(event, this.#ports.ruleSet, context);
  }

  /** The log before an event, read when the first rule asks for it. */
  #history({ contactId }: Event): History {
    const { sql } = this.#storage;
    let past: readonly PastEvent[] | null = null;
    return {
      past: () => (past ??= log.pastOf(sql, contactId)),
      firedInLocation: (rule, sinceMs) => log.firedInLocation(sql, rule, sinceMs),
    };
  }

  #rule(name: string): Rule | undefined {
    return this.#ports.ruleSet.rules.find((rule) => rule.name === name);
  }

  /** A delivery of a planned action. One that a reply has overtaken, recorded before its event, is cancelled already. */
  async #planned(
    event: Event,
    { rule: name, action, dueAt }: PlannedAction,
    moment: Moment,
  ): Promise<deliveries.NewDelivery> {
    const rule = this.#rule(name);
    const about = { name, description: rule?.description ?? "", priority: rule?.priority ?? 0 };
    const plan: deliveries.Plan = { v: 1, action, rule: about, ...(rule?.window ? { window: rule.window } : {}) };
    const delivery = { rule: name, plan, dueAtMs: Date.parse(dueAt) };
    for (const later of action.cancelOn
      ? log.recordedAhead(this.#storage.sql, event.contactId, Date.parse(event.occurredAt))
      : []) {
      const by = await cancelledBy(later, action.cancelOn ?? [], moment);
      if (by) return { ...delivery, cancelledBy: by };
    }
    return { ...delivery, cancelledBy: null };
  }

  /** The waits of the contact that an event ends, each with why. */
  async #cancelledWaits(event: Event, moment: Moment): Promise<{ id: string; by: CancelledBy }[]> {
    const ended: { id: string; by: CancelledBy }[] = [];
    for (const { id, plan } of deliveries.cancellable(this.#storage.sql, event.contactId)) {
      const by = await cancelledBy(event, plan?.action.cancelOn ?? [], moment);
      if (by) ended.push({ id, by });
    }
    return ended;
  }

  /** The alarm: performs what is due, sweeps once a day, and sets the next alarm last. It never throws. */
  async alarm(): Promise<void> {
    this.#armedFor = Infinity;
    let failed = false;
    try {
      await Promise.all([this.#pump.run(), this.#announceIfDue()]);
      this.#sweepIfDue();
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
    this.#storage.transactionSync(() => {
      held.quarantine(this.#storage.sql, item);
      this.#seen(locationId);
    });
  }

  countIgnored(locationId: string, kind: string): void {
    this.#storage.transactionSync(() => {
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
    const record = log.find(this.#storage.sql, key);
    if (!record) return undefined;
    const { event, decision } = record;
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

  #now(): number {
    return this.#ports.actions.clock();
  }

  /** Sets the alarm if it would ring later. One that should have rung a while ago was lost, and is set anew. */
  #arm(atMs: number, always = false): void {
    const isLost = this.#armedFor < this.#now() - LOST_ALARM_MS;
    if (atMs >= this.#armedFor && !always && !isLost) return;
    this.#armedFor = atMs;
    // Not awaited: it is committed with the statements around it, and a failure breaks the object's output gate.
    void this.#storage.setAlarm(atMs);
  }

  #nextWake(): number | null {
    const { sql } = this.#storage;
    const times = [
      deliveries.nextDueAt(sql),
      tasks.nextWriteAt(sql),
      this.#nextSweepAt(),
      this.#nextAnnouncementAt(),
    ].filter((at) => at !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  #nextSweepAt(): number | null {
    if (!hasContent(this.#storage.sql)) return null;
    return Number(this.#marked("swept") ?? this.#now()) + DAY_MS;
  }

  #sweepIfDue(): void {
    const now = this.#now();
    const swept = this.#marked("swept");
    if (swept === undefined) return this.#mark("swept", String(now));
    if (Number(swept) + DAY_MS > now) return;
    const more = this.#storage.transactionSync(() =>
      sweep(this.#storage.sql, now - this.#ports.retentionDays * DAY_MS, now),
    );
    this.#mark("swept", String(more ? now - DAY_MS : now));
  }

  /** Notes where this is and that something came today, and sees to it that the alarm announces and sweeps. */
  #seen(locationId: string): void {
    this.#mark("location", locationId);
    this.#mark("seen", this.#today());
    for (const at of [this.#nextAnnouncementAt(), this.#nextSweepAt()]) if (at !== null) this.#arm(at);
  }

  /** The directory is told of a location once a day. It is the alarm's work: no answer waits for it. */
  #nextAnnouncementAt(): number | null {
    const seen = this.#marked("seen");
    return seen === undefined || seen === this.#marked("announced") ? null : Math.max(this.#now(), this.#announceFrom);
  }

  async #announceIfDue(): Promise<void> {
    const [seen, locationId] = [this.#marked("seen"), this.#marked("location")];
    const due = this.#nextAnnouncementAt();
    if (seen === undefined || locationId === undefined || due === null || due > this.#now()) return;
    try {
      await this.#ports.announce(locationId);
      this.#mark("announced", seen);
    } catch {
      this.#announceFrom = this.#now() + ANNOUNCE_AGAIN_MS;
      console.error(JSON.stringify({ message: "The directory did not answer, it is told again later", locationId }));
    }
  }

  #today(): string {
    return new Date(this.#now()).toISOString().slice(0, 10);
  }

  #marked(name: string): string | undefined {
    return firstRow<{ value: string }>(this.#storage.sql, "SELECT value FROM marks WHERE name = ?", name)?.value;
  }

  #mark(name: string, value: string): void {
    if (this.#marked(name) === value) return;
    this.#storage.sql.exec("INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)", name, value);
  }
}
