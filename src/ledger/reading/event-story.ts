// The story of one event: what was decided about it and why, what the rules saw of it, and everything that followed.
import { issuesOf } from "../../events/event.ts";
import { everyVerdict } from "../../match/decide.ts";
import { plainFacts } from "../../match/facts.ts";
import type { Decision } from "../../model/decision.ts";
import type { EventStory } from "../../model/ledger.ts";
import type { KeptRule, RuleSet } from "../../model/rule.ts";
import { deliveryIdPrefix } from "../deliveries/deliveries.ts";
import { ofDecision } from "../deliveries/lists.ts";
import { ownSender } from "../deliveries/sends.ts";
import * as log from "../log/log.ts";
import * as ruleSets from "../log/rule-sets.ts";
import { toldWhatIf } from "./what-if.ts";
import type { LedgerPorts, Sql } from "../store/ports.ts";

/** The event with a key: a contact's, or without a contact the last one that any of them has. */
export async function eventStory(
  sql: Sql,
  ports: Pick<LedgerPorts, "ruleSet" | "timeZone" | "actions">,
  key: string,
  contactId?: string,
  isWhatIf = false,
): Promise<EventStory | undefined> {
  const record = contactId === undefined ? log.findByKey(sql, key) : log.find(sql, contactId, key);
  if (!record) return undefined;
  const { event } = record;
  const decision = await complete(sql, ports, record, isWhatIf);
  // HighLevel may send the event of our own message before it has answered the call that sent it.
  const sentBy = decision.sentBy ?? ownSender(sql, event) ?? undefined;
  const idPrefix = await deliveryIdPrefix(event, decision.decidedAt);
  const timeZone = decision.timeZone ?? ports.timeZone;
  const { payload: _, ...facts } = plainFacts(event, { nowMs: Date.parse(decision.decidedAt), timeZone });
  return {
    event,
    decision: { ...decision, ...(sentBy === undefined ? {} : { sentBy }) },
    facts,
    issues: issuesOf(event),
    ...(record.dropped ? { dropped: record.dropped } : {}),
    deliveries: ofDecision(sql, idPrefix, ports.actions.clock()),
  };
}

/** A recorded decision with the verdict of every rule in force then, and what would have been enough; as stored if that rule set is gone. */
async function complete(
  sql: Sql,
  { ruleSet, timeZone }: Pick<LedgerPorts, "ruleSet" | "timeZone">,
  { event, decision, dropped }: log.LogRecord,
  isWhatIf: boolean,
): Promise<Decision> {
  if (dropped === "decision" || decision.deciding) return decision;
  const rules = rulesThen(sql, ruleSet, decision.ruleSet, event.locationId);
  if (!rules) return decision;
  const whole = everyVerdict(event, { ...decision, timeZone: decision.timeZone ?? timeZone }, { rules });
  return isWhatIf && dropped === undefined ? toldWhatIf(sql, event, whole, rules) : whole;
}

function rulesThen(sql: Sql, now: RuleSet, hash: string, locationId: string): readonly KeptRule[] | undefined {
  if (now.hash === hash) return now.rules;
  const kept = ruleSets.find(sql, hash);
  return kept && ruleSets.withOthers(kept, now, locationId);
}
