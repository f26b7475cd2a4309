// What would have been enough for the rules that did not fire on a recorded event: decided again with the rules, the log and
// what was known as they were then.
import { withWhatIf } from "../../counterfactual/what-if.ts";
import type { DecisionContext } from "../../match/decide.ts";
import { linkOf } from "../../match/chain.ts";
import type { Decision } from "../../model/decision.ts";
import type { Event } from "../../model/event.ts";
import { NO_HISTORY } from "../../model/history.ts";
import type { KeptRule, Rule } from "../../model/rule.ts";
import * as firings from "../deliveries/firings.ts";
import * as chains from "../log/chains.ts";
import { ContactPast, firedOn, placeOf } from "../log/past.ts";
import type { Sql } from "../store/ports.ts";

/** Of so many rules of one event it is told: nobody waits for more. */
const MOST_RULES = 20;

/** A decision whose verdicts say it; of a rule whose conditions were too large to keep they do not. */
export function toldWhatIf(sql: Sql, event: Event, decision: Decision, kept: readonly KeptRule[]): Promise<Decision> {
  const rules = kept.filter((rule): rule is Rule => !rule.isTooLarge);
  const ruleSet = { hash: decision.ruleSet, rules, findings: [] };
  return withWhatIf(decision, event, ruleSet, contextThen(sql, event, decision), MOST_RULES);
}

/** What the event was decided by. */
function contextThen(sql: Sql, event: Event, decision: Decision): DecisionContext {
  const { contactId, key } = event;
  const nowMs = Date.parse(decision.decidedAt);
  const upTo = placeOf(sql, contactId, key) - 1;
  const past = new ContactPast(sql, contactId, upTo);
  const chain = linkOf(event, (messageId) => chains.chainOf(sql, contactId, messageId))?.chain;
  const { timeZone, sentBy, repeats, paused, known, chain: led } = decision;
  return {
    nowMs,
    timeZone,
    history: {
      ...NO_HISTORY,
      past: (afterMs) => past.after(afterMs),
      hasFiredFor: (messageKey, rule) => firedOn(sql, contactId, [messageKey], upTo).includes(rule),
      firings: (rule, per, afterMs, atMost) =>
        firings.countOf(sql, { rule: rule.name, per, contactId, afterMs, beforeMs: nowMs, atMost }),
    },
    ...(chain === undefined ? {} : { messageChain: chain }),
    ...(sentBy === undefined ? {} : { sentBy }),
    ...(repeats === undefined ? {} : { repeats }),
    ...(paused === undefined ? {} : { paused }),
    ...(led === undefined ? {} : { chain: led }),
    ...(known === undefined ? {} : { known }),
  };
}
