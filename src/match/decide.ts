// Deciding: which rules fire on an event, when their actions are due, and why the other rules do not fire.
// Pure: no clock, no storage, no `this`. Live decisions, explanations and tests of rules all come from here.
import { guardedAs } from "../events/event.ts";
import type { Decided, Decision, PlannedAction, Verdict, VerdictNote, VerdictReason } from "../model/decision.ts";
import type { Event } from "../model/event.ts";
import { KINDS, type Guard } from "../model/event-kinds.ts";
import { NO_HISTORY, type History } from "../model/history.ts";
import { optOutInWords } from "../model/opt-out.ts";
import type { KeptRule, Limit, Rule, RuleSet } from "../model/rule.ts";
import { MAX_FIRED_BYTES } from "../model/row-bounds.ts";
import { CONTACT_TIME_ZONE } from "../model/window.ts";
import { bytesOf } from "../kit/utf8.ts";
import { durationMs } from "../time/duration.ts";
import { nextOpening } from "../time/window.ts";
import { evaluateWithoutEngine } from "./without-engine.ts";
import { compileRule, evaluateRule, EventAlmanac, type CompiledRule } from "./engine.ts";
import { conditionVerdicts } from "./condition-verdicts.ts";
import { DecisionFacts, type Moment } from "./facts.ts";
import { hasFiredForMessage, isAtLimit } from "./history.ts";
import { isRuledOut, RuleIndex } from "./rule-index.ts";

/** What an event is decided by besides the rules: the moment, and the log as it was before the event. */
export interface DecisionContext extends Moment {
  /** Absent: nothing happened before. */
  readonly history?: History | undefined;
  /** The delivery that sent the message in question; absent if the message is not ours. */
  readonly sentBy?: string | undefined;
  /** The chain of the event's message; absent: the message alone. */
  readonly messageChain?: string | undefined;
  /** The key of the event that this one repeats; absent: it is news. */
  readonly repeats?: string | undefined;
  /** The rules whose changes in HighLevel led to the event, the first one first; absent: none. */
  readonly chain?: readonly string[] | undefined;
}

/** How often a rule may fire in one chain of our own changes. */
const MAX_TURNS = 3;
/** How many firings one chain may have, of any rules. */
const MAX_CHAIN = 30;

/**
 * Decides an event: the index proposes, the engine confirms. It never throws for an admitted rule set. There is a
 * verdict on each rule that was proposed; `everyVerdict` adds the others.
 */
export function decide(event: Event, ruleSet: RuleSet, context: DecisionContext): Promise<Decided> {
  return judge(event, ruleSet, context, (ready, facts) =>
    context.repeats === undefined ? (ready.index ??= new RuleIndex(ready.rules)).propose(facts) : [],
  );
}

/** Decides an event with the engine alone: every rule for this kind of event is evaluated and gets a verdict. */
export function explain(event: Event, ruleSet: RuleSet, context: DecisionContext): Promise<Decided> {
  return judge(event, ruleSet, context, ({ rules }) =>
    [...rules.keys()].filter((position) => rules[position]?.on.includes(event.kind)),
  );
}

/** A decision with a verdict on every rule for this kind of event: those that the index ruled out say why. */
export function everyVerdict(
  event: Event,
  decision: Decision,
  { rules }: { readonly rules: readonly KeptRule[] },
): Decision {
  const facts = new DecisionFacts(
    event,
    { nowMs: Date.parse(decision.decidedAt), timeZone: decision.timeZone },
    NO_HISTORY,
  );
  const told = new Map([
    ...decision.fired.map((rule): [string, Verdict] => [rule, firedUntold(rule)]),
    ...decision.verdicts.map((verdict): [string, Verdict] => [verdict.rule, verdict]),
  ]);
  const verdicts: Verdict[] = [];
  let leftOut = 0;
  const gate = gateOf(event, decision);
  for (const rule of rules) {
    if (!rule.on.includes(event.kind)) continue;
    const verdict =
      told.get(rule.name) ??
      unasked(rule, event, gate) ??
      (rule.isTooLarge ? notKept(rule, decision) : ruledOut(rule, facts));
    if (verdict) verdicts.push(verdict);
    else leftOut += 1;
    if (verdict?.fired && rule.stop) gate.stoppedBy = rule.name;
  }
  const { leftOut: _, ...rest } = decision;
  return { ...rest, verdicts, ...(leftOut === 0 ? {} : { leftOut }) };
}

/** A rule set made ready once: indexed when it is first asked for proposals, each rule compiled for the engine when it is first proposed. */
interface ReadyRules {
  readonly rules: readonly Rule[];
  index: RuleIndex | null;
  readonly compiled: Map<Rule, CompiledRule>;
}
const readySets = new WeakMap<RuleSet, ReadyRules>();

function readyRules(ruleSet: RuleSet): ReadyRules {
  const known = readySets.get(ruleSet);
  if (known) return known;
  const { rules } = ruleSet;
  const ready: ReadyRules = { rules, index: null, compiled: new Map() };
  readySets.set(ruleSet, ready);
  return ready;
}

function compiledOnce({ compiled }: ReadyRules, rule: Rule): CompiledRule {
  let ready = compiled.get(rule);
  if (!ready) compiled.set(rule, (ready = compileRule(rule)));
  return ready;
}

async function judge(
  event: Event,
  ruleSet: RuleSet,
  context: DecisionContext,
  choose: (ready: ReadyRules, facts: DecisionFacts) => readonly number[],
): Promise<Decided> {
  const history = context.history ?? NO_HISTORY;
  const facts = new DecisionFacts(event, context, history, context.messageChain);
  const ready = readyRules(ruleSet);
  let asked: EventAlmanac | null = null;
  const verdicts: Verdict[] = [];
  const actions: PlannedAction[] = [];
  const gate = gateOf(event, context);
  const { chain = [] } = context;
  let firedBytes = LIST_BYTES;
  for (const position of choose(ready, facts)) {
    const rule = ready.rules[position];
    if (!rule) continue;
    const judged =
      unasked(rule, event, gate) ??
      limited(rule, await evaluated(compiledOnce(ready, rule), (asked ??= new EventAlmanac(facts))), facts, {
        history,
        chain,
      });
    if (judged.fired) firedBytes += bytesOf(rule.name) + NAME_BYTES;
    const verdict = judged.fired && firedBytes > MAX_FIRED_BYTES ? unrecordable(judged) : judged;
    verdicts.push(verdict.fired ? noted(verdict, rule, history) : verdict);
    if (!verdict.fired) continue;
    actions.push(...planned(rule, context));
    if (rule.stop) gate.stoppedBy = rule.name;
  }
  const { nowMs, timeZone, sentBy, repeats } = context;
  const fired = verdicts.filter((verdict) => verdict.fired).map(({ rule }) => rule);
  const decidedAt = new Date(nowMs).toISOString();
  const decision = { eventKey: event.key, decidedAt, timeZone, ruleSet: ruleSet.hash, fired, verdicts };
  const told = {
    ...(sentBy === undefined ? {} : { sentBy }),
    ...(repeats === undefined ? {} : { repeats }),
    ...(chain.length === 0 ? {} : { chain }),
  };
  return { decision: { ...decision, ...told }, actions };
}

/** What keeps rules from being asked, whatever their conditions. */
interface Gate {
  readonly guarded: Guard | null;
  /** The event that this one repeats. */
  readonly repeats: string | null;
  /** The rule that fired and stops those after it. */
  stoppedBy: string | null;
}

/** What we sent ourselves is guarded, whatever HighLevel says about its source. */
function gateOf(event: Event, { sentBy, repeats }: Pick<DecisionContext, "sentBy" | "repeats">): Gate {
  const isGuarded = sentBy !== undefined && KINDS[event.kind].guards?.includes("api") === true;
  return { guarded: isGuarded ? "api" : guardedAs(event), repeats: repeats ?? null, stoppedBy: null };
}

/** The verdict on a rule that need not be evaluated, or `null` if it must be. */
function unasked(rule: Rule, event: Event, { guarded, repeats, stoppedBy }: Gate): Verdict | null {
  if (rule.locations && !rule.locations.includes(event.locationId)) return notAsked(rule, "location");
  if (rule.enabled === false) return notAsked(rule, "disabled");
  if (guarded !== null && !INCLUDES[guarded](rule)) return notAsked(rule, "loop-guard");
  if (repeats !== null) return { ...notAsked(rule, "no-change"), detail: repeats };
  if (stoppedBy !== null) return { ...notAsked(rule, "stopped"), detail: stoppedBy };
  return null;
}

/** Whether a rule includes what a guard keeps from the others. */
const INCLUDES: { readonly [G in Guard]: (rule: Rule) => boolean } = {
  api: ({ includeApi }) => includeApi === true,
  internal: ({ includeInternal }) => includeInternal === true,
};

/** The brackets of a list, and what stands around each name in it. */
const LIST_BYTES = 2;
const NAME_BYTES = 3;

/** What cannot be recorded does not happen: whether a rule has fired is what keeps it from doing so again. */
function unrecordable(verdict: Verdict): Verdict {
  return { ...verdict, fired: false, reason: "error", detail: "more rules fire on this event than can be recorded" };
}

/** The verdict on an evaluated rule: even if its conditions are met, it may not be allowed to fire again. */
function limited(
  rule: Rule,
  verdict: Verdict,
  facts: DecisionFacts,
  { history, chain }: { readonly history: History; readonly chain: readonly string[] },
): Verdict {
  if (!verdict.fired) return verdict;
  if (chain.length >= MAX_CHAIN || chain.filter((name) => name === rule.name).length >= MAX_TURNS)
    return { ...verdict, fired: false, reason: "loop", detail: chain.join(" → ") };
  if (hasFiredForMessage(rule.name, facts.asPast, history))
    return { ...verdict, fired: false, reason: "duplicate-action" };
  if (rule.limit && isAtLimit(rule, rule.limit, facts.asPast.at, history)) {
    return { ...verdict, fired: false, reason: "limit", detail: limitInWords(rule.limit) };
  }
  return verdict;
}

/** The verdict on a rule that fires, with a note on each action that replaces another, or that the contact does not want. */
function noted(verdict: Verdict, rule: Rule, history: History): Verdict {
  const notes = rule.actions.flatMap((action, index): VerdictNote[] => {
    const notesOnIt: VerdictNote[] = [];
    const since = action.restart === true ? history.replaced(rule, index) : null;
    if (since !== null)
      notesOnIt.push({ action: index, reason: "restart", detail: `replaces the one that waits since ${since}` });
    const optOut = history.optOut(action);
    if (optOut !== null) {
      const reason = optOut.why === "dnd" ? "dnd" : "stopped";
      notesOnIt.push({ action: index, reason, detail: `the contact ${optOutInWords(optOut)}` });
    }
    return notesOnIt;
  });
  return notes.length === 0 ? verdict : { ...verdict, notes };
}

function limitInWords({ count, within, per = "contact" }: Limit): string {
  return `${count} ${within === undefined ? "for ever" : `within ${within}`} for each ${per}`;
}

/** The verdict on a rule that the index rules out; `null` if it does not, so that only the engine can say. */
function ruledOut(rule: Rule, facts: DecisionFacts): Verdict | null {
  if (!isRuledOut(rule, facts)) return null;
  const conditions = conditionVerdicts(rule.conditions, evaluateWithoutEngine(rule.conditions, facts));
  return { rule: rule.name, fired: false, reason: "conditions", conditions };
}

/** The verdict on a rule that fired and whose verdict the decision left out. */
function firedUntold(rule: string): Verdict {
  return { rule, fired: true, reason: "fired", conditions: [], shortened: true };
}

/** The verdict on a rule whose conditions are gone; `null`: it is one of those that the decision left out. */
function notKept(rule: Rule, { leftOut }: Decision): Verdict | null {
  if (leftOut !== undefined) return null;
  return { ...notAsked(rule, "conditions"), detail: "the rule as it was is not kept: too large" };
}

function notAsked(rule: Rule, reason: VerdictReason): Verdict {
  return { rule: rule.name, fired: false, reason, conditions: [] };
}

async function evaluated(compiled: CompiledRule, facts: EventAlmanac): Promise<Verdict> {
  const evaluation = await evaluateRule(compiled, facts);
  const rule = compiled.rule.name;
  if (!evaluation.ok) return { rule, fired: false, reason: "error", detail: evaluation.failure, conditions: [] };
  const { met, conditions } = evaluation.value;
  return { rule, fired: met, reason: met ? "fired" : "conditions", conditions };
}

/** The actions of a rule that fired, each due after its delay and, if the window's zone is known, within the window. */
function planned(rule: Rule, { nowMs, timeZone }: Moment): PlannedAction[] {
  return rule.actions.map((action, index) => {
    const afterDelay = nowMs + (action.after === undefined ? 0 : (durationMs(action.after) ?? 0));
    // The contact's own hours are looked up before each attempt.
    const isKnown = rule.window !== undefined && rule.window.timeZone !== CONTACT_TIME_ZONE;
    const due = isKnown ? nextOpening(rule.window, afterDelay, timeZone) : afterDelay;
    // A window that never opens is refused at admission; should one get here all the same, waiting is the safe choice.
    return { rule, index, action, dueAtMs: due ?? afterDelay + NEVER_OPENS_MS };
  });
}

/** Window and zone are fixed from here on, so looking again soon would find the same: it waits until somebody cancels it. */
const NEVER_OPENS_MS = 365 * 86_400_000;
