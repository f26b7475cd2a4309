// Deciding: which rules fire for an event, and why the others do not.
// Pure: no clock, no storage, no `this`. Live decisions, explanations and the tests of rules all come from here.
import type { Decision, PlannedAction, Verdict, VerdictReason } from "../model/decision.ts";
import type { Event, Facts } from "../model/event.ts";
import { byPriority, type Rule, type RuleSet } from "../model/rule.ts";
import { factsOf, guardedAs } from "../events/event.ts";
import { compileRule, evaluateRule, type CompiledRule } from "./engine.ts";

/** A decision, and the actions that follow from it in order. */
export interface Decided {
  readonly decision: Decision;
  readonly actions: readonly PlannedAction[];
}

const compiledSets = new WeakMap<RuleSet, readonly CompiledRule[]>();

/** Decides an event. `now` is ISO 8601, UTC. It never throws for an admitted rule set. */
export async function decide(event: Event, ruleSet: RuleSet, now: string): Promise<Decided> {
  const facts = factsOf(event);
  const guarded = guardedAs(event);
  const verdicts: Verdict[] = [];
  const actions: PlannedAction[] = [];
  let stoppedBy: string | null = null;
  for (const compiled of compiledRules(ruleSet)) {
    const { rule } = compiled;
    if (!rule.on.includes(event.kind)) continue;
    const held = heldBack(rule, event, guarded, stoppedBy);
    const verdict: Verdict = held ?? (await evaluated(compiled, facts));
    verdicts.push(verdict);
    if (!verdict.fired) continue;
    actions.push(...rule.actions.map((action, index) => ({ rule: rule.name, index, action })));
    if (rule.stop) stoppedBy = rule.name;
  }
  const fired = verdicts.filter((verdict) => verdict.fired).map(({ rule }) => rule);
  return { decision: { eventKey: event.key, decidedAt: now, ruleSet: ruleSet.hash, fired, verdicts }, actions };
}

function compiledRules(ruleSet: RuleSet): readonly CompiledRule[] {
  const known = compiledSets.get(ruleSet);
  if (known) return known;
  const compiled = ruleSet.rules.toSorted(byPriority).map(compileRule);
  compiledSets.set(ruleSet, compiled);
  return compiled;
}

/** The verdict on a rule that is not even asked, or `null` when it is. */
function heldBack(
  rule: Rule,
  event: Event,
  guarded: "api" | "internal" | null,
  stoppedBy: string | null,
): Verdict | null {
  if (rule.enabled === false) return held(rule, "disabled");
  if (rule.locations && !rule.locations.includes(event.locationId)) return held(rule, "location");
  if (guarded === "api" && !rule.includeApi) return held(rule, "loop-guard");
  if (guarded === "internal" && !rule.includeInternal) return held(rule, "loop-guard");
  if (stoppedBy !== null) return { ...held(rule, "stopped"), detail: stoppedBy };
  return null;
}

function held(rule: Rule, reason: VerdictReason): Verdict {
  return { rule: rule.name, fired: false, reason, conditions: [] };
}

async function evaluated(compiled: CompiledRule, facts: Facts): Promise<Verdict> {
  const evaluation = await evaluateRule(compiled, facts);
  const rule = compiled.rule.name;
  if (!evaluation.ok) return { rule, fired: false, reason: "error", detail: evaluation.failure, conditions: [] };
  const { met, conditions } = evaluation.value;
  return { rule, fired: met, reason: met ? "fired" : "conditions", conditions };
}
