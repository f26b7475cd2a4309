// Deciding: which rules fire on an event, when their actions are due, and why the other rules do not fire.
// Pure: no clock, no storage, no `this`. Live decisions, explanations and tests of rules all come from here.
import { isoOf } from "../kit/moment.ts";
import type { Decided, Decision, KeptKnown, PlannedAction, Verdict, VerdictNote } from "../model/decision.ts";
import type { Event } from "../model/event.ts";
import { NO_HISTORY, type History } from "../model/history.ts";
import { NOTHING_KNOWN, type Known } from "../model/known.ts";
import { optOutInWords } from "../model/opt-out.ts";
import type { PausedThen } from "../model/pause.ts";
import type { KeptRule, Rule, RuleSet } from "../model/rule.ts";
import { MAX_FIRED_BYTES } from "../model/row-bounds.ts";
import { CONTACT_TIME_ZONE } from "../model/window.ts";
import { bytesOf } from "../kit/utf8.ts";
import { durationMs } from "../time/duration.ts";
import { nextOpening } from "../time/window.ts";
import { placesIn } from "./asked.ts";
import { evaluateWithoutEngine } from "./without-engine.ts";
import { evaluateRule, EventAlmanac, type CompiledRule } from "./engine.ts";
import { conditionVerdicts } from "./condition-verdicts.ts";
import { DecisionFacts, type Answers, type Moment } from "./facts.ts";
import { gateOf, heldBack, notAsked, unasked, type Before } from "./gate.ts";
import { bounded, knownAt, unknownInWords, type KnownPlace } from "./known.ts";
import { readyRules, type ReadyRules } from "./ready-rules.ts";
import { isRuledOut } from "./rule-index.ts";

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
  /** What the log is taken to say instead of what it does. Absent: it is asked. */
  readonly answers?: Answers | undefined;
  /** What is paused. Absent: nothing. */
  readonly paused?: readonly PausedThen[] | undefined;
  /** The contact and the location. Absent: nothing is known; what nobody has asked for is taken for absent. */
  readonly known?: Known | undefined;
}

/**
 * Decides an event: the index proposes, the engine confirms. It never throws for an admitted rule set. There is a
 * verdict on each rule that was proposed; `everyVerdict` adds the others.
 */
export function decide(event: Event, ruleSet: RuleSet, context: DecisionContext): Promise<Decided> {
  return judge(event, ruleSet, context, (ready, facts) =>
    context.repeats === undefined ? ready.index.propose(facts) : [],
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
  const { known = NOTHING_KNOWN } = decision;
  const facts = new DecisionFacts(
    event,
    { nowMs: Date.parse(decision.decidedAt), timeZone: decision.timeZone },
    NO_HISTORY,
    undefined,
    known,
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
      (rule.isTooLarge ? notKept(rule, decision) : ruledOut(rule, facts, known));
    if (verdict) verdicts.push(verdict);
    else leftOut += 1;
    if (verdict && stops(rule, verdict)) gate.stoppedBy = rule.name;
  }
  const { leftOut: _, ...rest } = decision;
  return { ...rest, verdicts, ...(leftOut === 0 ? {} : { leftOut }) };
}

async function judge(
  event: Event,
  ruleSet: RuleSet,
  context: DecisionContext,
  choose: (ready: ReadyRules, facts: DecisionFacts) => readonly number[],
): Promise<Decided> {
  const history = context.history ?? NO_HISTORY;
  const ready = readyRules(ruleSet);
  const places = context.repeats === undefined ? ready.asked.on(event) : [];
  const known = places.length === 0 ? NOTHING_KNOWN : knownAt(context.known ?? NOTHING_KNOWN, places);
  const facts = new DecisionFacts(event, context, history, context.messageChain, known, context.answers);
  let asked: EventAlmanac | null = null;
  const verdicts: Verdict[] = [];
  const actions: PlannedAction[] = [];
  const gate = gateOf(event, context);
  const { chain = [], paused = [] } = context;
  let firedBytes = LIST_BYTES;
  for (const position of choose(ready, facts)) {
    const rule = ready.rules[position];
    if (!rule) continue;
    const judged =
      unasked(rule, event, gate) ??
      limited(
        rule,
        lacking(
          await evaluated(ready.compiled(rule), (asked ??= new EventAlmanac(facts))),
          ready.asked.by(rule),
          known,
        ),
        facts,
        { history, chain },
      );
    const due = judged.fired ? planned(rule, event, context) : NOTHING_DUE;
    const isTooLate = due.planned.length === 0 && due.overdue.size > 0;
    const timely = isTooLate ? tooLate(judged, due) : judged;
    if (timely.fired) firedBytes += bytesOf(rule.name) + NAME_BYTES;
    const recordable = timely.fired && firedBytes > MAX_FIRED_BYTES ? unrecordable(timely) : timely;
    const verdict = recordable.fired ? unlessPaused(recordable, paused) : recordable;
    verdicts.push(verdict.fired ? noted(verdict, rule, due, history) : verdict);
    if (stops(rule, verdict)) gate.stoppedBy = rule.name;
    if (verdict.fired) actions.push(...due.planned);
  }
  const { nowMs, timeZone, sentBy, repeats } = context;
  const fired = verdicts.filter((verdict) => verdict.fired).map(({ rule }) => rule);
  const kept = places.length === 0 ? undefined : bounded(known, places);
  const decidedAt = isoOf(nowMs);
  const decision = { eventKey: event.key, decidedAt, timeZone, ruleSet: ruleSet.hash, fired, verdicts };
  const pausedHere = paused.filter((one) => one.rule === null || isOn(ruleSet, one.rule, event));
  const told = {
    ...(sentBy === undefined ? {} : { sentBy }),
    ...(repeats === undefined ? {} : { repeats }),
    ...(chain.length === 0 ? {} : { chain }),
    ...(kept === undefined ? {} : { known: kept }),
    ...(pausedHere.length === 0 ? {} : { paused: pausedHere }),
  };
  return { decision: { ...decision, ...told }, actions, known: context.known };
}

/**
 * Whether the rules after this one are not asked. One that is paused stops them as if it had fired: a pause makes nothing
 * leave that would not have left without it.
 */
function stops(rule: Rule, { fired, reason }: Verdict): boolean {
  return rule.stop === true && (fired || reason === "paused");
}

/** The verdict on a rule that would fire. */
function unlessPaused(verdict: Verdict, paused: readonly PausedThen[]): Verdict {
  const pause = paused.find(({ rule }) => rule === null || rule === verdict.rule);
  return pause ? { ...verdict, fired: false, reason: "paused", detail: pause.why } : verdict;
}

function isOn({ rules }: RuleSet, name: string, { kind }: Event): boolean {
  return rules.some((rule) => rule.name === name && rule.on.includes(kind));
}

/** The brackets of a list, and what stands around each name in it. */
const LIST_BYTES = 2;
const NAME_BYTES = 3;

/** What cannot be recorded does not happen: whether a rule has fired is what keeps it from doing so again. */
function unrecordable(verdict: Verdict): Verdict {
  return { ...verdict, fired: false, reason: "error", detail: "more rules fire on this event than can be recorded" };
}

/** The verdict on an evaluated rule: even if its conditions are met, it may not be allowed to fire again. */
function limited(rule: Rule, verdict: Verdict, facts: DecisionFacts, before: Before): Verdict {
  const why = verdict.fired ? heldBack(rule, facts, before) : null;
  if (why === null) return verdict;
  const { detail: _, ...rest } = verdict;
  return { ...rest, fired: false, ...why };
}

/** The verdict on a rule that fires, with a note on each action that is overdue, replaces another, or that the contact does not want. */
function noted(verdict: Verdict, rule: Rule, { overdue }: Due, history: History): Verdict {
  const notes = rule.actions.flatMap((action, index): VerdictNote[] => {
    const late = overdue.get(index);
    if (late !== undefined) return [{ action: index, reason: "late", detail: wasDue(late) }];
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

/** The verdict on a rule that the index rules out; `null` if it does not, so that only the engine can say. */
function ruledOut(rule: Rule, facts: DecisionFacts, known: KeptKnown): Verdict | null {
  if (!isRuledOut(rule, facts)) return null;
  const conditions = conditionVerdicts(rule.conditions, evaluateWithoutEngine(rule.conditions, facts));
  const verdict: Verdict = { rule: rule.name, fired: false, reason: "conditions", conditions };
  return known.why === undefined ? verdict : lacking(verdict, placesIn(rule.conditions), known);
}

/** The verdict on an evaluated rule, with what it asks and could not be learnt. */
function lacking(verdict: Verdict, places: readonly KnownPlace[], known: KeptKnown): Verdict {
  const detail = places.length === 0 || verdict.reason === "error" ? null : unknownInWords(known, places);
  return detail === null ? verdict : { ...verdict, detail };
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

async function evaluated(compiled: CompiledRule, facts: EventAlmanac): Promise<Verdict> {
  const evaluation = await evaluateRule(compiled, facts);
  const rule = compiled.rule.name;
  if (!evaluation.ok) return { rule, fired: false, reason: "error", detail: evaluation.failure, conditions: [] };
  const { met, conditions } = evaluation.value;
  return { rule, fired: met, reason: met ? "fired" : "conditions", conditions };
}

/** What follows from a rule that fires. */
interface Due {
  readonly planned: readonly PlannedAction[];
  /** The places of actions that are not done, with the times for which they were due, milliseconds since 1970. */
  readonly overdue: ReadonlyMap<number, number>;
}

const NOTHING_DUE: Due = { planned: [], overdue: new Map() };

/**
 * The actions of a rule that fired, each due after its delay and, if the window's zone is known, within the window. An event
 * that HighLevel sent no webhook of waits since it happened, and what would be overdue is done only if the rule says so.
 */
function planned(rule: Rule, event: Event, { nowMs, timeZone }: Moment): Due {
  const isFound = event.origin === "reconciled";
  const sinceMs = isFound ? Math.min(nowMs, Date.parse(event.occurredAt)) : nowMs;
  const overdue = new Map<number, number>();
  const actions = rule.actions.flatMap((action, index): PlannedAction[] => {
    const afterDelay = sinceMs + (action.after === undefined ? 0 : (durationMs(action.after) ?? 0));
    // The contact's own hours are looked up before each attempt.
    const isKnown = rule.window !== undefined && rule.window.timeZone !== CONTACT_TIME_ZONE;
    const due = isKnown ? nextOpening(rule.window, afterDelay, timeZone) : afterDelay;
    // A window that never opens is refused at admission; should one get here all the same, waiting is the safe choice.
    const dueAtMs = due ?? afterDelay + NEVER_OPENS_MS;
    if (!isFound || dueAtMs > nowMs) return [{ rule, index, action, dueAtMs }];
    if (rule.late === true)
      return [{ rule, index, action, dueAtMs: (isKnown ? nextOpening(rule.window, nowMs, timeZone) : null) ?? nowMs }];
    overdue.set(index, dueAtMs);
    return [];
  });
  return { planned: actions, overdue };
}

/** The verdict on a rule that would fire, if all that it does was overdue before the event was known. */
function tooLate(verdict: Verdict, { overdue }: Due): Verdict {
  return { ...verdict, fired: false, reason: "late", detail: wasDue(Math.max(...overdue.values())) };
}

function wasDue(atMs: number): string {
  return `was due at ${isoOf(atMs)}`;
}

/** Window and zone are fixed from here on, so looking again soon would find the same: it waits until somebody cancels it. */
const NEVER_OPENS_MS = 365 * 86_400_000;
