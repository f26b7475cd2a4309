// Recording an event, from beginning to end in one place: it is decided on the log before it, and everything that follows
// is one transaction. The caller makes sure that events come one after the other.
import { unknownWordsOf } from "../../events/derive.ts";
import { asPast } from "../../match/history.ts";
import type { Decision, PlannedAction } from "../../model/decision.ts";
import type { CancelledBy } from "../../model/delivery.ts";
import type { Event } from "../../model/event.ts";
import { isExported } from "../../model/event-kinds.ts";
import type { Recorded } from "../../model/ledger.ts";
import type { Deciding } from "./deciding.ts";
import { Ahead, hashOf, RESTART_ONLY } from "./waits.ts";
import { settle } from "../deliveries/changes.ts";
import * as deliveries from "../deliveries/deliveries.ts";
import * as firings from "../deliveries/firings.ts";
import { cancelled, type Standing } from "../deliveries/moves.ts";
import { removeNoted } from "../deliveries/reports.ts";
import * as chains from "../log/chains.ts";
import * as emails from "../log/emails.ts";
import * as contacts from "../log/contacts.ts";
import * as erased from "../log/erased.ts";
import * as found from "../log/found.ts";
import * as gaps from "../log/gaps.ts";
import * as log from "../log/log.ts";
import { endOf, type End } from "../log/past.ts";
import * as optOuts from "../log/opt-outs.ts";
import * as ruleSets from "../log/rule-sets.ts";
import type { Statistics } from "../reading/statistics.ts";
import type { Alarm } from "../store/alarm.ts";
import type { LedgerPorts, LedgerStorage } from "../store/ports.ts";
import type { Transactions } from "../upkeep/transactions.ts";

/** What came of a commit. */
type Written = "written" | "erased" | "sent meanwhile";

/** The parts of a ledger that recording uses. */
interface RecorderParts {
  readonly deciding: Deciding;
  readonly transactions: Transactions;
  readonly alarm: Alarm;
  readonly statistics: Statistics;
}

export class Recorder {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #parts: RecorderParts;
  /** The place in the log that was given last: the time in microseconds, unless the clock stood still or went back. */
  #lastSeq = 0;
  /** The hash of the rule set that is known to be kept. */
  #keptRuleSet: string | null = null;

  constructor(storage: LedgerStorage, ports: LedgerPorts, parts: RecorderParts) {
    this.#storage = storage;
    this.#ports = ports;
    this.#parts = parts;
  }

  /**
   * Records an event: decides it on the log as it is now, then commits together the event, its decision, its deliveries,
   * the cancellation of waits that it ends, and the alarm for what will be due. One that is there already is a duplicate.
   * With a report, what was noted of it goes.
   */
  async record(event: Event, isReport: boolean): Promise<Recorded> {
    for (;;) {
      const recorded = await this.#tryToRecord(event, isReport);
      if (recorded !== "decide anew") return recorded;
    }
  }

  /** Decides and commits, unless what the decision took for unsent was sent meanwhile: that can happen a few times at most. */
  async #tryToRecord(event: Event, isReport: boolean): Promise<Recorded | "decide anew"> {
    const { sql } = this.#storage;
    const { deciding, transactions, alarm, statistics } = this.#parts;
    if (log.isRecorded(sql, event.contactId, event.key)) return { status: "duplicate" };
    if (isExported(event.kind) && found.isTwin(sql, event)) return { status: "duplicate" };
    const finding = event.origin === "reconciled" ? await this.#finding(event) : null;
    const moment = deciding.moment();
    const placed = await deciding.place(event);
    const decided = await deciding.decide(event, placed, moment);
    const { decision, actions, endedWaits, takenForUnsent, settles } = decided;
    const ahead = new Ahead(sql, event, moment);
    const planned = await Promise.all(actions.map((action) => this.#planned(action, ahead, decision)));
    const idPrefix = planned.length === 0 ? "" : await deliveries.deliveryIdPrefix(event, decision.decidedAt);
    const { link, stated, repeats } = placed;
    const about = { chain: link?.chain ?? null, isRepeat: repeats !== null };
    const past = asPast(event, decision.fired, moment.nowMs, about);
    // From here to the end there is no await.
    const written = transactions.commit((): Written => {
      if (!deliveries.areUnsent(sql, takenForUnsent)) return "sent meanwhile";
      // A report whose contact was erased meanwhile is not recorded.
      if (isReport && !removeNoted(sql, event.key)) return "erased";
      if (finding && erased.isSince(sql, finding.digest, Date.parse(event.occurredAt))) return "erased";
      if (link) chains.note(sql, event.contactId, link, moment.nowMs);
      const end = endOf(sql, event.contactId);
      log.append(sql, { event, decision }, past, stated, { seq: this.#nextSeq(end, moment.nowMs), end });
      optOuts.note(sql, event);
      emails.note(sql, event);
      contacts.note(sql, event);
      if (finding) gaps.note(sql, { ...finding, late: lateIn(decision) }, moment.nowMs);
      if (settles !== null) settle(sql, settles);
      this.#keepRuleSet(event.locationId, moment.nowMs);
      const ends = new Map(endedWaits.map(({ id, by }) => [id, by]));
      const ended = (from: Standing, id: string): Standing | null => {
        const by = ends.get(id);
        return by ? cancelled(from, by) : null;
      };
      deliveries.moveAll(sql, [...ends.keys()], ended, moment.nowMs);
      for (const { name, limit } of new Set(actions.map(({ rule }) => rule)))
        if (limit) firings.note(sql, name, limit, event, moment.nowMs);
      const scheduled = this.#restarted(event, planned, moment.nowMs);
      deliveries.schedule(sql, event, idPrefix, scheduled);
      for (const delivery of scheduled) if (!delivery.cancelledBy) alarm.bringForward(delivery.dueAtMs);
      transactions.seen(event.locationId);
      return "written";
    });
    if (written === "sent meanwhile") return "decide anew";
    if (written === "erased") return { status: "duplicate" };
    // Only now: a transaction that fails keeps nothing.
    this.#keptRuleSet = this.#ports.ruleSet.hash;
    const { channel, outcome, fired, at } = past;
    const suppressed = log.suppressedBy(decision);
    const words = unknownWordsOf(event.kind, event.payload);
    statistics.recorded({ atMs: at, channel, outcome, fired, suppressed, words, isRepeat: past.isRepeat });
    for (const { rule, plan } of planned) statistics.scheduled(rule, deliveries.hostOf(plan));
    return { status: "accepted", fired: decision.fired };
  }

  /** What is noted of an event that was found in HighLevel's export. */
  async #finding(event: Event): Promise<Omit<gaps.FoundEvent, "late"> & { readonly digest: string }> {
    const isChange = found.standingOf(this.#storage.sql, event, found.idsOf(event)).is === "changed";
    const atMs = isChange ? this.#ports.actions.clock() : Date.parse(event.occurredAt);
    return { kind: event.kind, isChange, atMs, digest: await erased.digestOf(event.contactId) };
  }

  /** The event's place in the log: after the contact's last event, even if an earlier instance's clock was ahead. */
  #nextSeq({ seq }: End, nowMs: number): number {
    const lastSeq = Math.max(this.#lastSeq, seq);
    return (this.#lastSeq = Math.max(nowMs * 1_000, lastSeq + 1));
  }

  /** The delivery of a planned action, already cancelled if an event that ends it was recorded before its own. */
  async #planned(
    { rule, index, action, dueAtMs }: PlannedAction,
    ahead: Ahead,
    { chain }: Decision,
  ): Promise<deliveries.NewDelivery> {
    const { name, description = "", priority = 0, window, breaker } = rule;
    const { cancelOn, restart } = action;
    const plan = {
      v: 1,
      action,
      rule: { name, description, priority },
      ...(restart === true ? { place: index } : {}),
      ...(chain ? { chain } : {}),
      ...(window ? { window } : {}),
      ...(breaker ? { breaker } : {}),
    } as const;
    const ends = cancelOn
      ? { cancelOn: await hashOf(cancelOn), cancelledBy: await ahead.cancels(cancelOn) }
      : { cancelOn: restart === true ? RESTART_ONLY : null, cancelledBy: null };
    return { rule: name, plan, dueAtMs, ...ends };
  }

  /**
   * The deliveries of a decision, after those of them that restart have cancelled what still waits in their place. What
   * waits for an event that happened later stays, or was sent, and they are cancelled by it: HighLevel promises no order.
   */
  #restarted(
    event: Event,
    planned: readonly deliveries.NewDelivery[],
    nowMs: number,
  ): readonly deliveries.NewDelivery[] {
    const { sql } = this.#storage;
    if (!planned.some(({ plan }) => plan.place !== undefined)) return planned;
    const occurredAtMs = Date.parse(event.occurredAt);
    const open = deliveries.openOf(sql, event.contactId);
    return planned.map((delivery) => {
      const { rule, plan, cancelledBy: ended } = delivery;
      if (plan.place === undefined || ended !== null) return delivery;
      const inPlace = (open.get(rule) ?? []).filter(({ place }) => place === plan.place);
      const later =
        inPlace.find((other) => other.occurredAtMs > occurredAtMs)?.eventKey ??
        deliveries.doneInPlace(sql, event, rule, plan.place);
      if (later) return { ...delivery, cancelledBy: restartedBy(later) };
      const replaced = inPlace.map(({ id }) => id);
      deliveries.moveAll(sql, replaced, (from) => cancelled(from, restartedBy(event.key)), nowMs);
      return delivery;
    });
  }

  #keepRuleSet(locationId: string, nowMs: number): void {
    const { ruleSet } = this.#ports;
    if (this.#keptRuleSet === ruleSet.hash || ruleSets.latest(this.#storage.sql) === ruleSet.hash) return;
    ruleSets.keep(this.#storage.sql, ruleSet, locationId, nowMs);
  }
}

function lateIn({ verdicts }: Decision): number {
  return verdicts.filter(({ reason }) => reason === "late").length;
}

function restartedBy(eventKey: string): CancelledBy {
  return { by: "event", trigger: "restart", eventKey };
}
