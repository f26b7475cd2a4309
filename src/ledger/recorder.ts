// Recording: an event is decided on the log before it, and everything that follows is one transaction.
import { cancelledBy } from "../match/cancel.ts";
import { decide, everyVerdict, explain, type DecisionContext } from "../match/decide.ts";
import type { Moment } from "../match/facts.ts";
import { asPast } from "../match/history.ts";
import { isAffordable } from "../match/rule-cost.ts";
import type { Decided, Decision, PlannedAction } from "../model/decision.ts";
import type { CancelledBy } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import type { History, PastEvent } from "../model/history.ts";
import type { Recorded } from "../model/ledger.ts";
import type { Rule } from "../model/rule.ts";
import { withDraft } from "../rules/rule-set.ts";
import * as deliveries from "./deliveries/deliveries.ts";
import { cancelled } from "./deliveries/moves.ts";
import * as log from "./log/log.ts";
import * as optOuts from "./log/opt-outs.ts";
import type { LedgerPorts, LedgerStorage } from "./store/ports.ts";
import * as ruleSets from "./log/rule-sets.ts";
import { ownSender } from "./deliveries/sends.ts";
import type { Statistics } from "./statistics.ts";

export class Recorder {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #statistics: Statistics;
  /** The place in the log that was given last: microseconds, as long as the clock goes on. */
  #lastSeq = 0;
  /** The rule set that is known to be kept. */
  #keptRuleSet: string | null = null;

  constructor(storage: LedgerStorage, ports: LedgerPorts, statistics: Statistics) {
    this.#storage = storage;
    this.#ports = ports;
    this.#statistics = statistics;
  }

  /**
   * Records an event: decides it on the log as it stands, and commits event, decision, deliveries and the waits that it
   * ends together: `write` makes one transaction of it, with the alarm for what will be due; `false`: it was not to be
   * written after all. The caller sees to it that one comes after the other.
   */
  async record(event: Event, write: (work: () => void, dueAtMs: readonly number[]) => boolean): Promise<Recorded> {
    const { sql } = this.#storage;
    if (log.isRecorded(sql, event.contactId, event.key)) return { status: "duplicate" };
    const moment = this.#moment();
    const { decision, actions } = await decide(event, this.#ports.ruleSet, this.#context(event, moment));
    const planned = await Promise.all(actions.map((action) => this.#planned(event, action, moment)));
    const idPrefix = planned.length === 0 ? "" : await deliveries.deliveryIdPrefix(event, decision.decidedAt);
    const endedWaits = await this.#cancelledWaits(event, moment);
    const past = asPast(event, decision.fired, moment.nowMs);
    const dueAtMs = planned.filter((delivery) => !delivery.cancelledBy).map((delivery) => delivery.dueAtMs);
    // From here to the end there is no await: all of it is committed, or none.
    const isWritten = write(() => {
      // Another instance may have had a clock that was ahead: what a contact sends later stands behind all the same.
      const lastSeq = Math.max(this.#lastSeq, log.lastSeqOf(sql, event.contactId));
      this.#lastSeq = Math.max(moment.nowMs * 1_000, lastSeq + 1);
      log.append(sql, { event, decision }, past, this.#lastSeq);
      optOuts.note(sql, event);
      this.#keepRuleSet(event.locationId, moment.nowMs);
      for (const { id, by } of endedWaits) deliveries.move(sql, id, (from) => cancelled(from, by));
      deliveries.schedule(sql, event, idPrefix, planned);
      for (const { name, limit } of new Set(actions.map(({ rule }) => rule)))
        if (limit?.per === "location") log.noteFiring(sql, name, moment.nowMs, event.key);
    }, dueAtMs);
    if (!isWritten) return { status: "duplicate" };
    // Only now: a transaction that failed has kept nothing.
    this.#keptRuleSet = this.#ports.ruleSet.hash;
    const { channel, outcome, fired, at } = past;
    this.#statistics.recorded({ atMs: at, channel, outcome, fired, held: log.heldBy(decision) });
    for (const { rule, plan } of planned) this.#statistics.scheduled(rule, deliveries.hostOf(plan));
    return { status: "accepted", fired: decision.fired };
  }

  /** What would be decided on an event now. Nothing is recorded. */
  explain(event: Event, ruleSet = this.#ports.ruleSet): Promise<Decided> {
    return explain(event, ruleSet, this.#context(event, this.#moment()));
  }

  /** The same with a draft in force; `null`: it would keep the location's events waiting too long. */
  async explainWith(draft: Rule, event: Event): Promise<Decided | null> {
    const past = log.countOf(this.#storage.sql, event.contactId);
    return isAffordable(draft, event, past) ? this.explain(event, await withDraft(this.#ports.ruleSet, draft)) : null;
  }

  /** A decision that was recorded, with the verdict of every rule, also of those that a deploy has taken away since; as stored when their set is gone. */
  complete({ event, decision }: log.LogRecord): Decision {
    const { ruleSet, timeZone } = this.#ports;
    const decidedBy = ruleSet.hash === decision.ruleSet ? ruleSet : ruleSets.find(this.#storage.sql, decision.ruleSet);
    return decidedBy
      ? everyVerdict(event, { ...decision, timeZone: decision.timeZone ?? timeZone }, decidedBy)
      : decision;
  }

  #context(event: Event, moment: Moment): DecisionContext {
    const sentBy = ownSender(this.#storage.sql, event);
    return { ...moment, history: this.#history(event), ...(sentBy === null ? {} : { sentBy }) };
  }

  /** The log before an event, read when the first rule asks for it. */
  #history(event: Event): History {
    const { contactId } = event;
    const { sql } = this.#storage;
    let past: readonly PastEvent[] | null = null;
    let ofMessage: readonly PastEvent[] | null = null;
    return {
      past: () => (past ??= log.pastOf(sql, contactId)),
      // Asked of one event, so always of the same message.
      ofMessage: (messageKey) => (ofMessage ??= log.pastOf(sql, contactId, messageKey)),
      firedInLocation: (rule, sinceMs) => log.firedInLocation(sql, rule, sinceMs),
      optOut: (action) => optOuts.againstAfter(sql, event, action),
    };
  }

  /** A delivery of a planned action. One that a reply has overtaken, recorded before its event, is cancelled already. */
  async #planned(
    event: Event,
    { rule, action, dueAtMs }: PlannedAction,
    moment: Moment,
  ): Promise<deliveries.NewDelivery> {
    const { name, description = "", priority = 0, window, breaker } = rule;
    const when = { ...(window ? { window } : {}), ...(breaker ? { breaker } : {}) };
    const plan = { v: 1, action, rule: { name, description, priority }, ...when } as const;
    const delivery = { rule: name, plan, dueAtMs };
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
    for (const { id, plan } of deliveries.cancellable(
      this.#storage.sql,
      event.contactId,
      Date.parse(event.occurredAt),
    )) {
      const by = await cancelledBy(event, plan?.action.cancelOn ?? [], moment);
      if (by) ended.push({ id, by });
    }
    return ended;
  }

  #keepRuleSet(locationId: string, nowMs: number): void {
    const { ruleSet } = this.#ports;
    if (this.#keptRuleSet === ruleSet.hash || ruleSets.latest(this.#storage.sql) === ruleSet.hash) return;
    ruleSets.keep(this.#storage.sql, ruleSet, locationId, nowMs);
  }

  #moment(): Moment {
    return { nowMs: this.#ports.actions.clock(), timeZone: this.#ports.timeZone };
  }
}
