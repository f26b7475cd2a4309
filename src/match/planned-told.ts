// Actions that would follow from a decision, as they are told: each with what it would send.
import { isoOf } from "../kit/moment.ts";
import type { Decided } from "../model/decision.ts";
import type { Event } from "../model/event.ts";
import { NOTHING_KNOWN } from "../model/known.ts";
import type { ExplainedAction } from "../model/playground.ts";
import { rehearsed } from "../rules/rehearsed.ts";
import { plainFacts } from "./facts.ts";

/** Each may take 50 ms: of a hundred rules that fire, not all are tried. */
const MAX_TRIED = 20;

/** The actions, with what the first of them would send. */
export async function plannedTold(
  event: Event,
  { decision, actions, known = NOTHING_KNOWN }: Decided,
): Promise<readonly ExplainedAction[]> {
  const { decidedAt, timeZone } = decision;
  const facts = plainFacts(event, { nowMs: Date.parse(decidedAt), timeZone });
  const told: ExplainedAction[] = [];
  for (const { rule, index, action, dueAtMs } of actions) {
    const isTried = told.length < MAX_TRIED;
    const tried = isTried
      ? await rehearsed(action, rule, { event, facts, decision, known })
      : { request: null, error: null };
    const { request, error } = tried;
    const dueAt = isoOf(dueAtMs);
    told.push({ rule: rule.name, index, action, dueAt, request, dead: error?.message ?? null });
  }
  return told;
}
