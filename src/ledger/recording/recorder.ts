// Recording an event, from beginning to end in one place: it is decided on the log before it, and everything that follows
// is one transaction. The caller makes sure that events come one after the other.
import { asPast } from "../../match/history.ts";
import type { PlannedAction } from "../../model/decision.ts";
import type { Event } from "../../model/event.ts";
import type { Recorded } from "../../model/ledger.ts";
import type { Deciding } from "./deciding.ts";
import { Ahead, endedBy, hashOf } from "./waits.ts";
import * as deliveries from "../deliveries/deliveries.ts";
import { cancelled } from "../deliveries/moves.ts";
import { removeNoted } from "../deliveries/reports.ts";
import * as chains from "../log/chains.ts";
import * as log from "../log/log.ts";
import { lastSeqOf } from "../log/past.ts";
import * as optOuts from "../log/opt-outs.ts";
import * as ruleSets from "../log/rule-sets.ts";
import type { Statistics } from "../reading/statistics.ts";
import type { Alarm } from "../store/alarm.ts";
import type { LedgerPorts, LedgerStorage } from "../store/ports.ts";
import type { Transactions } from "../upkeep/transactions.ts";

/** The parts of a ledger that recording uses. */
interface RecorderParts {
  readonly deciding: Deciding;
  readonly transactions: Transactions;
  readonly alarm: Alarm;
  readonly statistics: Statistics;
}

/** Of a delivery that no event cancels. */
const NOTHING_ENDS = { cancelOn: null, cancelledBy: null };

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
    const { sql } = this.#storage;
    const { deciding, transactions, alarm, statistics } = this.#parts;
    if (log.isRecorded(sql, event.contactId, event.key)) return { status: "duplicate" };
    const moment = deciding.moment();
    const placed = await deciding.place(event);
    const { decision, actions } = await deciding.decide(event, placed, moment);
    const ahead = new Ahead(sql, event, moment);
    const planned = await Promise.all(actions.map((action) => this.#planned(action, ahead)));
    const idPrefix = planned.length === 0 ? "" : await deliveries.deliveryIdPrefix(event, decision.decidedAt);
    const endedWaits = await endedBy(sql, event, moment);
    const { link, stated, repeats } = placed;
    const about = { chain: link?.chain ?? null, isRepeat: repeats !== null };
    const past = asPast(event, decision.fired, moment.nowMs, about);
    // From here to the end there is no await.
    const isWritten = transactions.commit(() => {
      // A report whose contact was erased meanwhile is not recorded.
      if (isReport && !removeNoted(sql, event.key)) return false;
      if (link) chains.note(sql, event.contactId, link, moment.nowMs);
      log.append(sql, { event, decision }, past, stated, this.#nextSeq(event.contactId, moment.nowMs));
      optOuts.note(sql, event);
      this.#keepRuleSet(event.locationId, moment.nowMs);
      for (const { id, by } of endedWaits) deliveries.move(sql, id, (from) => cancelled(from, by), moment.nowMs);
      deliveries.schedule(sql, event, idPrefix, planned);
      for (const { name, limit } of new Set(actions.map(({ rule }) => rule)))
        if (limit?.per === "location") log.noteFiring(sql, name, moment.nowMs, event.key);
      for (const delivery of planned) if (!delivery.cancelledBy) alarm.bringForward(delivery.dueAtMs);
      transactions.seen(event.locationId);
      return true;
    });
    if (!isWritten) return { status: "duplicate" };
    // Only now: a transaction that fails keeps nothing.
    this.#keptRuleSet = this.#ports.ruleSet.hash;
    const { channel, outcome, fired, at } = past;
    const suppressed = log.suppressedBy(decision);
    statistics.recorded({ atMs: at, channel, outcome, fired, suppressed, isRepeat: past.isRepeat });
    for (const { rule, plan } of planned) statistics.scheduled(rule, deliveries.hostOf(plan));
    return { status: "accepted", fired: decision.fired };
  }

  /** The event's place in the log: after the contact's last event, even if an earlier instance's clock was ahead. */
  #nextSeq(contactId: string, nowMs: number): number {
    const lastSeq = Math.max(this.#lastSeq, lastSeqOf(this.#storage.sql, contactId));
    return (this.#lastSeq = Math.max(nowMs * 1_000, lastSeq + 1));
  }

  /** The delivery of a planned action, already cancelled if an event that ends it was recorded before its own. */
  async #planned({ rule, action, dueAtMs }: PlannedAction, ahead: Ahead): Promise<deliveries.NewDelivery> {
    const { name, description = "", priority = 0, window, breaker } = rule;
    const when = { ...(window ? { window } : {}), ...(breaker ? { breaker } : {}) };
    const plan = { v: 1, action, rule: { name, description, priority }, ...when } as const;
    const { cancelOn } = action;
    const ends = cancelOn
      ? { cancelOn: await hashOf(cancelOn), cancelledBy: await ahead.cancels(cancelOn) }
      : NOTHING_ENDS;
    return { rule: name, plan, dueAtMs, ...ends };
  }

  #keepRuleSet(locationId: string, nowMs: number): void {
    const { ruleSet } = this.#ports;
    if (this.#keptRuleSet === ruleSet.hash || ruleSets.latest(this.#storage.sql) === ruleSet.hash) return;
    ruleSets.keep(this.#storage.sql, ruleSet, locationId, nowMs);
  }
}
