// Deciding at a location: by the rules in force, its clock, and its log as it is now. Nothing is written here.
import { decide, explain, type DecisionContext } from "../../match/decide.ts";
import type { Moment } from "../../match/facts.ts";
import { isAffordable } from "../../match/rule-cost.ts";
import { linkOf, type ChainLink } from "../../match/chain.ts";
import { messageKeyOf } from "../../match/history.ts";
import { isRepeat, statedBy, type Stated } from "../../match/stated.ts";
import type { Decided } from "../../model/decision.ts";
import type { Event } from "../../model/event.ts";
import type { History } from "../../model/history.ts";
import type { Rule } from "../../model/rule.ts";
import { withDraft } from "../../rules/rule-set.ts";
import { ownSender } from "../deliveries/sends.ts";
import * as chains from "../log/chains.ts";
import * as log from "../log/log.ts";
import { ContactPast, countOf, firedOfContact, firedOn, lastStated } from "../log/past.ts";
import * as optOuts from "../log/opt-outs.ts";
import type { LedgerPorts, LedgerStorage } from "../store/ports.ts";

/** Where an event belongs among those that the contact's log has. */
export interface Placed {
  /** The chain of its message; `null`: it is about none. */
  readonly link: ChainLink | null;
  /** What it says is so; `null`: nothing that another could repeat. */
  readonly stated: Stated | null;
  /** The key of the event that it repeats; `null`: it is news. */
  readonly repeats: string | null;
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

  /** Where an event belongs, as the log is now. */
  async place(event: Event): Promise<Placed> {
    const { sql } = this.#storage;
    const link = linkOf(event, (messageId) => chains.chainOf(sql, event.contactId, messageId));
    const stated = await statedBy(event);
    const before = stated && lastStated(sql, event, stated.subject);
    return { link, stated, repeats: stated && before && isRepeat(stated, before) ? before.eventKey : null };
  }

  /** Decides an event that is to be recorded. */
  decide(event: Event, placed: Placed, moment: Moment): Promise<Decided> {
    return decide(event, this.#ports.ruleSet, this.#context(event, placed, moment));
  }

  /** What would be decided about an event now. */
  async explain(event: Event, ruleSet = this.#ports.ruleSet): Promise<Decided> {
    return explain(event, ruleSet, this.#context(event, await this.place(event), this.moment()));
  }

  /** Like `explain`, with a draft in force; `null`: that would keep the location's events waiting too long. */
  async explainWith(draft: Rule, event: Event): Promise<Decided | null> {
    const past = countOf(this.#storage.sql, event.contactId);
    return isAffordable(draft, event, past) ? this.explain(event, await withDraft(this.#ports.ruleSet, draft)) : null;
  }

  #context(event: Event, { link, repeats }: Placed, moment: Moment): DecisionContext {
    const sentBy = ownSender(this.#storage.sql, event);
    return {
      ...moment,
      history: this.#history(event, link),
      ...(link === null ? {} : { chain: link.chain }),
      ...(repeats === null ? {} : { repeats }),
      ...(sentBy === null ? {} : { sentBy }),
    };
  }

  /** The log before an event, read when a rule first needs it. */
  #history(event: Event, link: ChainLink | null): History {
    const { contactId } = event;
    const { sql } = this.#storage;
    const past = new ContactPast(sql, contactId);
    let fired: readonly string[] | null = null;
    return {
      past: (afterMs) => past.after(afterMs),
      // One event is about one message, so the key is always the same. What it joins has its own until it is recorded.
      hasFiredFor: (messageKey, rule) => {
        const joined = link && messageKeyOf(event, link.joined);
        fired ??= firedOn(sql, contactId, joined === null ? [messageKey] : [messageKey, joined]);
        return fired.includes(rule);
      },
      firedForContact: (rule, sinceMs, atMost) => firedOfContact(sql, contactId, rule, sinceMs, atMost),
      firedInLocation: (rule, sinceMs) => log.firedInLocation(sql, rule, sinceMs),
      optOut: (action) => optOuts.againstAfter(sql, event, action),
    };
  }
}
