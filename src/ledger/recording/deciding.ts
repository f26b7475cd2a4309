// Deciding at a location: by the rules in force, its clock, and its log as it is now. Nothing is written here.
import { cancelledBy } from "../../match/cancel.ts";
import { decide, explain, type DecisionContext } from "../../match/decide.ts";
import type { Moment } from "../../match/facts.ts";
import { isAffordable } from "../../match/rule-cost.ts";
import type { Decided } from "../../model/decision.ts";
import type { CancelledBy } from "../../model/delivery.ts";
import type { Event } from "../../model/event.ts";
import type { History, PastEvent } from "../../model/history.ts";
import type { Rule } from "../../model/rule.ts";
import { withDraft } from "../../rules/rule-set.ts";
import { chainOf, type Chain } from "../deliveries/changes.ts";
import * as deliveries from "../deliveries/deliveries.ts";
import * as firings from "../deliveries/firings.ts";
import { decidedAtMs } from "../deliveries/ids.ts";
import { ownSender } from "../deliveries/sends.ts";
import * as log from "../log/log.ts";
import * as optOuts from "../log/opt-outs.ts";
import type { LedgerPorts, LedgerStorage } from "../store/ports.ts";

/** A wait that an event ends, with the reason. */
export interface EndedWait {
  readonly id: string;
  readonly by: CancelledBy;
}

/** What an event means for a location. */
export interface DecidedHere extends Decided {
  readonly endedWaits: readonly EndedWait[];
  /** Deliveries that limits took for not sent: if one is sent before this is committed, it has to be decided anew. */
  readonly takenForUnsent: readonly string[];
  /** The delivery whose change the event tells of; `null`: it tells of none, or may not be the only one. */
  readonly settles: string | null;
}

/** What waits for a contact, and what of it an event ends. */
interface Waits {
  /** When the event happened, milliseconds since 1970. */
  readonly occurredAtMs: number;
  readonly open: readonly deliveries.OpenDelivery[];
  readonly ended: readonly EndedWait[];
}

export class Deciding {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;

  constructor(storage: LedgerStorage, ports: LedgerPorts) {
    this.#storage = storage;
    this.#ports = ports;
  }

  /** The time that every part of one decision takes as now. */
  moment(): Moment {
    return { nowMs: this.#ports.actions.clock(), timeZone: this.#ports.timeZone };
  }

  /** Decides an event that is to be recorded. */
  async decide(event: Event, moment: Moment): Promise<DecidedHere> {
    const waits = await this.#waits(event, moment);
    const takenForUnsent = new Set<string>();
    const chain = chainOf(this.#storage.sql, event, moment.nowMs);
    const context = this.#context(event, moment, { waits, chain, taken: (id) => takenForUnsent.add(id) });
    const decided = await decide(event, this.#ports.ruleSet, context);
    const settles = chain?.settles ?? null;
    return { ...decided, endedWaits: waits.ended, takenForUnsent: [...takenForUnsent], settles };
  }

  /** What would be decided about an event now. */
  async explain(event: Event, ruleSet = this.#ports.ruleSet): Promise<Decided> {
    const moment = this.moment();
    const chain = chainOf(this.#storage.sql, event, moment.nowMs);
    const waits = await this.#waits(event, moment);
    return explain(event, ruleSet, this.#context(event, moment, { waits, chain, taken: () => undefined }));
  }

  /** Like `explain`, with a draft in force; `null`: that would keep the location's events waiting too long. */
  async explainWith(draft: Rule, event: Event): Promise<Decided | null> {
    const past = log.countOf(this.#storage.sql, event.contactId);
    return isAffordable(draft, event, past) ? this.explain(event, await withDraft(this.#ports.ruleSet, draft)) : null;
  }

  async #waits(event: Event, moment: Moment): Promise<Waits> {
    const open = deliveries.cancellable(this.#storage.sql, event.contactId);
    const occurredAtMs = Date.parse(event.occurredAt);
    const ended: EndedWait[] = [];
    for (const { id, plan, occurredAtMs: itsOwnMs } of open) {
      if (itsOwnMs > occurredAtMs) continue;
      const by = await cancelledBy(event, plan?.action.cancelOn ?? [], moment);
      if (by) ended.push({ id, by });
    }
    return { occurredAtMs, open, ended };
  }

  #context(
    event: Event,
    moment: Moment,
    { waits, chain, taken }: { waits: Waits; chain: Chain | null; taken: (id: string) => void },
  ): DecisionContext {
    const sentBy = ownSender(this.#storage.sql, event);
    return {
      ...moment,
      history: this.#history(event, waits, taken),
      ...(sentBy === null ? {} : { sentBy }),
      ...(chain === null ? {} : { chain: chain.rules }),
    };
  }

  /** The log before an event, read when a rule first needs it. */
  #history(event: Event, waits: Waits, taken: (id: string) => void): History {
    const { contactId } = event;
    const { sql } = this.#storage;
    let past: readonly PastEvent[] | null = null;
    let ofMessage: readonly PastEvent[] | null = null;
    return {
      past: () => (past ??= log.pastOf(sql, contactId)),
      // One event is about one message, so the key is always the same.
      ofMessage: (messageKey) => (ofMessage ??= log.pastOf(sql, contactId, messageKey)),
      firings: (rule, per, afterMs) => {
        const but = this.#takenBack(rule, waits, taken);
        return firings.countOf(sql, { rule: rule.name, per, contactId, afterMs, but });
      },
      replaced: (rule, action) => {
        const isIt = (one: deliveries.OpenDelivery): boolean =>
          one.rule === rule.name && one.plan?.place === action && one.occurredAtMs <= waits.occurredAtMs;
        const ended = new Set(waits.ended.map(({ id }) => id));
        const waiting = waits.open.find((one) => isIt(one) && !ended.has(one.id));
        return waiting ? new Date(decidedAtMs(waiting.id)).toISOString() : null;
      },
      optOut: (action) => optOuts.againstAfter(sql, event, action),
    };
  }

  /** The firings of a rule of which nothing is left after an event on which it fires again. */
  #takenBack(
    rule: Rule,
    { occurredAtMs, open, ended }: Waits,
    taken: (id: string) => void,
  ): readonly firings.FiringId[] {
    const isEnded = new Set(ended.map(({ id }) => id));
    const ending = open.filter((one) => {
      if (one.rule !== rule.name || one.hasLeft || one.state === "sending") return false;
      return isEnded.has(one.id) || (one.occurredAtMs <= occurredAtMs && isReplaced(one, rule));
    });
    const ends = new Set(ending.map(({ id }) => id));
    const seen = new Map<string, firings.FiringId>();
    for (const { id, eventKey } of ending) {
      const { atMs, alive } = firings.firingOf(this.#storage.sql, id, rule.name);
      if (!alive.every((other) => ends.has(other))) continue;
      alive.forEach(taken);
      seen.set(`${atMs} ${eventKey}`, { atMs, eventKey });
    }
    return [...seen.values()];
  }
}

/** Whether a delivery that waits is replaced when its rule fires again. */
function isReplaced({ plan }: deliveries.OpenDelivery, { actions }: Rule): boolean {
  return plan?.place !== undefined && actions[plan.place]?.restart === true;
}
