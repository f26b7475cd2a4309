// Recording: an event is decided on the log before it, and everything that follows is one transaction.
import { cancelledBy } from "../match/cancel.ts";
import { decide, type Decided } from "../match/decide.ts";
import type { Moment } from "../match/facts.ts";
import { asPast } from "../match/history.ts";
import type { PlannedAction } from "../model/decision.ts";
import type { CancelledBy } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import type { History, PastEvent } from "../model/history.ts";
import type { Recorded } from "../model/ledger.ts";
import type { Rule } from "../model/rule.ts";
import * as deliveries from "./deliveries.ts";
import * as log from "./log.ts";
import type { LedgerPorts, LedgerStorage } from "./ports.ts";

export class Recorder {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;

  constructor(storage: LedgerStorage, ports: LedgerPorts) {
    this.#storage = storage;
    this.#ports = ports;
  }

  /**
   * Records an event: decides it on the log as it stands, and commits event, decision, deliveries and the waits that it
   * ends together. `within` is done in the same transaction. The caller sees to it that one comes after the other.
   */
  async record(event: Event, within: () => void): Promise<{ recorded: Recorded; dueAtMs: readonly number[] }> {
    const { sql } = this.#storage;
    if (log.isRecorded(sql, event.key)) return { recorded: { status: "duplicate" }, dueAtMs: [] };
    const moment = this.#moment();
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
      within();
    });
    const dueAtMs = planned.filter((delivery) => !delivery.cancelledBy).map((delivery) => delivery.dueAtMs);
    return { recorded: { status: "accepted", fired: decision.fired }, dueAtMs };
  }

  /** What would be decided on an event now. Nothing is recorded. */
  async explain(event: Event): Promise<Decided> {
    return decide(event, this.#ports.ruleSet, { ...this.#moment(), history: this.#history(event) });
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

  #moment(): Moment {
    return { nowMs: this.#ports.actions.clock(), timeZone: this.#ports.timeZone };
  }
}
