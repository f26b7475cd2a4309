// What a decision needs to know of the contact and the location, and does not: only where a rule would be asked, and its
// other conditions leave open whether it fires. Pure, as deciding is.
import type { Event } from "../model/event.ts";
import { NO_HISTORY } from "../model/history.ts";
import { NOTHING_KNOWN } from "../model/known.ts";
import type { Condition, RuleSet } from "../model/rule.ts";
import type { DecisionContext } from "./decide.ts";
import { DecisionFacts } from "./facts.ts";
import { gateOf, heldBack, unasked } from "./gate.ts";
import { isSettled, openAt, type Questions } from "./known.ts";
import { readyRules } from "./ready-rules.ts";
import { comparisonIn, effort, isOpen, MAYBE, MET, NOT_MET, opposite, type Truth } from "./without-engine.ts";

/** Nothing is needed that is not there. */
export const NO_QUESTIONS: Questions = { contact: false, location: false, owner: false, custom: false };

/**
 * What has to be asked before an event can be decided: what is `null` or `open` in `context.known`, as far as the outcome
 * hangs on it. To be called again with each answer: the owner is known to be needed when the contact is there.
 */
export function openQuestions(event: Event, ruleSet: RuleSet, context: DecisionContext): Questions {
  const { known = NOTHING_KNOWN, history = NO_HISTORY, chain = [] } = context;
  if (context.repeats !== undefined || isSettled(known)) return NO_QUESTIONS;
  const ready = readyRules(ruleSet);
  if (ready.asked.on(event).length === 0) return NO_QUESTIONS;
  const facts = new DecisionFacts(event, context, history, context.messageChain, known);
  const proposed = ready.index.propose(facts).flatMap((position) => ready.rules[position] ?? []);
  const asking = new Set(proposed.filter((rule) => ready.asked.by(rule).length > 0));
  const asked = new Set<keyof Questions>();
  const gate = gateOf(event, context);
  for (const rule of proposed) {
    if (asking.size === 0) break;
    const isAsking = asking.delete(rule);
    if ((!isAsking && rule.stop !== true) || unasked(rule, event, gate)) continue;
    const { truth, needs } = lookedAt(rule.conditions, facts, (place) => openAt(known, place));
    if (truth === MAYBE) for (const question of needs) asked.add(question);
    else if (truth === MET && rule.stop === true && heldBack(rule, facts, { history, chain }) === null)
      gate.stoppedBy = rule.name;
  }
  if (asked.size === 0) return NO_QUESTIONS;
  const { contact, location, owner, custom } = NO_QUESTIONS;
  return { contact, location, owner, custom, ...Object.fromEntries([...asked].map((question) => [question, true])) };
}

/** What can be said of conditions, and what it waits for as long as that is neither yes nor no. */
interface LookedAt {
  readonly truth: Truth;
  readonly needs: readonly (keyof Questions)[];
}

type Open = (place: Parameters<typeof openAt>[1]) => keyof Questions | null;

/** The log is asked as the engine would. Where the engine would fail, nothing is said and nothing needed. */
function lookedAt(condition: Condition, facts: DecisionFacts, open: Open): LookedAt {
  if ("all" in condition) return ofGroup(condition.all, NOT_MET, MET, facts, open);
  if ("any" in condition) return ofGroup(condition.any, MET, NOT_MET, facts, open);
  if ("not" in condition) {
    const { truth, needs } = lookedAt(condition.not, facts, open);
    return { truth: opposite(truth), needs };
  }
  const comparison = comparisonIn(condition);
  if (comparison === null) return { truth: MAYBE, needs: [] };
  if (isOpen(comparison, facts))
    return { truth: MAYBE, needs: comparison.places.map(open).filter((question) => question !== null) };
  const { read, wanted, compare } = comparison;
  return { truth: compare(read(facts), wanted(facts)) ? MET : NOT_MET, needs: [] };
}

function ofGroup(
  parts: readonly Condition[],
  decisive: Truth,
  otherwise: Truth,
  facts: DecisionFacts,
  open: Open,
): LookedAt {
  // An empty group is met, whether `any` or `all`.
  if (parts.length === 0) return { truth: MET, needs: [] };
  const needs: (keyof Questions)[] = [];
  let truth = otherwise;
  for (const part of parts.toSorted((a, b) => effort(a) - effort(b))) {
    const looked = lookedAt(part, facts, open);
    if (looked.truth === decisive) return { truth: decisive, needs: [] };
    if (looked.truth !== MAYBE) continue;
    truth = MAYBE;
    needs.push(...looked.needs);
  }
  return { truth, needs };
}
