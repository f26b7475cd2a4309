// Deciding: which rules fire for an event, when their actions are due, and why the other rules do not fire.
// Pure: no clock, no storage, no `this`. Live decisions, explanations and the tests of rules all come from here.
import { guardedAs } from "../events/event.ts";
import type { Decision, PlannedAction, Verdict, VerdictReason } from "../model/decision.ts";
import type { Event } from "../model/event.ts";
import { NO_HISTORY, type History } from "../model/history.ts";
import { byPriority, type Limit, type Rule, type RuleSet } from "../model/rule.ts";
import { durationMs } from "../time/duration.ts";
import { nextOpening } from "../time/window.ts";
import { compileRule, evaluateRule, type CompiledRule } from "./engine.ts";
import { decisionFacts, type DecisionFacts, type Moment } from "./facts.ts";
import { hasFiredForMessage, isAtLimit } from "./history.ts";

/** A decision, and the actions that follow from it in order. */
export interface Decided {
  readonly decision: Decision;
  readonly actions: readonly PlannedAction[];
}

/** What an event is decided in: the moment, and the log as it stands before the event. */
export interface DecisionContext extends Moment {
  /** Absent: nothing happened before. */
  readonly history?: History | undefined;
}

const compiledSets = new WeakMap<RuleSet, readonly CompiledRule[]>();

/** Decides an event. It never throws for an admitted rule set. */
export async function decide(event: Event, ruleSet: RuleSet, context: DecisionContext): Promise<Decided> {
  const history = context.history ?? NO_HISTORY;
  const facts = decisionFacts(event, context, history);
  const guarded = guardedAs(event);
  const verdicts: Verdict[] = [];
  const actions: PlannedAction[] = [];
  let stoppedBy: string | null = null;
  for (const compiled of compiledRules(ruleSet)) {
    const { rule } = compiled;
    if (!rule.on.includes(event.kind)) continue;
    const held = heldBack(rule, event, guarded, stoppedBy);
    const verdict: Verdict = held ?? restrained(rule, await evaluated(compiled, facts), facts, history);
    verdicts.push(verdict);
    if (!verdict.fired) continue;
    actions.push(...planned(rule, context));
    if (rule.stop) stoppedBy = rule.name;
  }
  const fired = verdicts.filter((verdict) => verdict.fired).map(({ rule }) => rule);
  const decidedAt = new Date(context.nowMs).toISOString();
  return { decision: { eventKey: event.key, decidedAt, ruleSet: ruleSet.hash, fired, verdicts }, actions };
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

/** The verdict on a rule whose conditions are met, and which may all the same not fire again. */
function restrained(rule: Rule, verdict: Verdict, { asPast }: DecisionFacts, history: History): Verdict {
  if (!verdict.fired) return verdict;
  if (hasFiredForMessage(rule.name, asPast, history)) return { ...verdict, fired: false, reason: "duplicate-action" };
  if (rule.limit && isAtLimit(rule.name, rule.limit, asPast, history)) {
    return { ...verdict, fired: false, reason: "limit", detail: limitInWords(rule.limit) };
  }
  return verdict;
}

function limitInWords({ count, within, per = "contact" }: Limit): string {
  return `${count} within ${within} for each ${per}`;
}

function held(rule: Rule, reason: VerdictReason): Verdict {
  return { rule: rule.name, fired: false, reason, conditions: [] };
}

async function evaluated(compiled: CompiledRule, facts: DecisionFacts): Promise<Verdict> {
  const evaluation = await evaluateRule(compiled, facts);
  const rule = compiled.rule.name;
  if (!evaluation.ok) return { rule, fired: false, reason: "error", detail: evaluation.failure, conditions: [] };
  const { met, conditions } = evaluation.value;
  return { rule, fired: met, reason: met ? "fired" : "conditions", conditions };
}

/** The actions of a rule that fired, each due after its delay and within the rule's window. */
function planned(rule: Rule, { nowMs, timeZone }: Moment): PlannedAction[] {
  return rule.actions.map((action, index) => {
    const afterDelay = nowMs + (action.after === undefined ? 0 : (durationMs(action.after) ?? 0));
    const due = rule.window ? nextOpening(rule.window, afterDelay, timeZone) : afterDelay;
    // A window that never opens is refused at admission; should it come about, waiting is the safe side.
    return { rule: rule.name, index, action, dueAt: new Date(due ?? afterDelay + NEVER_OPENS_MS).toISOString() };
  });
}

const NEVER_OPENS_MS = 365 * 86_400_000;
