// Rules and decisions in words for people who do not program. Pure, and it imports nothing but words, so that the
// command line, the Worker and the operator's page all say the same.
import { either } from "../kit/either.ts";
import { KIND_WORDS, kindWords } from "../act/about.ts";
import type { Change, Counterfactual } from "../model/counterfactual.ts";
import type { ConditionVerdict, Verdict, VerdictNote } from "../model/decision.ts";
import type { Json, JsonObject } from "../kit/json.ts";
import type {
  Action,
  Breaker,
  CancelTrigger,
  CancelWord,
  Condition,
  FactCondition,
  LimitScope,
  Rule,
} from "../model/rule.ts";
import type { Window } from "../model/window.ts";
import { isLogFact, LOG_FACTS, PARAM_NAMES, PARAMS, type ParamName } from "./log-facts.ts";
import { pathSteps } from "./path.ts";
import { DECORATORS, isDecorator, isOperator, OPERATORS, takeApart } from "./operators.ts";

/** What one condition saw: `callStatus is "completed", the rule wants "voicemail"`. */
export function conditionInWords({ fact, path, params, operator, value, saw, met }: ConditionVerdict): string {
  const asked = Object.entries(params ?? {}).map(
    ([key, wanted]) => `${key} ${typeof wanted === "string" ? wanted : JSON.stringify(wanted)}`,
  );
  const what = `${fact}${path === undefined ? "" : ` at ${path}`}${asked.length === 0 ? "" : ` (${asked.join(", ")})`}`;
  const wants = `${isOperator(operator) ? OPERATORS[operator].wants : `the rule asks ${operator}`} ${exactly(value)}`;
  if (met === null) return `${what} was not looked at, ${wants}`;
  return saw === undefined ? `${what} is absent, ${wants}` : `${what} is ${exactly(saw)}, ${wants}`;
}

/** Why a rule fired or did not, in one line. */
export function verdictInWords(verdict: Verdict): string {
  switch (verdict.reason) {
    case "fired":
      return ["fired", ...(verdict.notes ?? []).map(noteInWords)].join("; ");
    case "conditions":
      return (
        decisive(verdict.conditions).map(conditionInWords).join("; ") || (verdict.detail ?? "a condition was not met")
      );
    case "error":
      return `could not be evaluated: ${verdict.detail ?? "see the log"}`;
    case "limit":
      return `its conditions are met, and its limit is reached: ${verdict.detail ?? ""}`;
    case "duplicate-action":
      return "its conditions are met, and it has fired for this message, or one that it is a retry of, in this state already";
    case "no-change":
      return `the event changes nothing: it says what ${verdict.detail ?? "an earlier one"} said`;
    case "loop":
      return `its conditions are met, and it goes round: our own changes in HighLevel led here, ${verdict.detail ?? ""}`;
    case "late":
      return `its conditions are met, and it was found too late, in HighLevel's export: what it does ${verdict.detail ?? "is overdue"}`;
    case "paused":
      return `its conditions are met, and it is paused ${verdict.detail ?? ""}`;
    case "stopped":
      return `rule "${verdict.detail ?? ""}" fired first and stops`;
    case "disabled":
      return "the rule is disabled";
    case "location":
      return "the rule is not for this location";
    case "loop-guard":
      return "sent through the API or an internal comment, which the rule does not ask for";
  }
}

/** A time as its reader wants it; the command line has the ISO 8601 that it is. */
type TimeInWords = (at: string) => string;

/** What would have been enough: `callDuration 31 or more`, or two such clauses. */
export function counterfactualInWords({ changes }: Counterfactual, timeInWords: TimeInWords = String): string {
  return changes.map((change) => changeInWords(change, timeInWords)).join(" and ");
}

/** What would have had to be otherwise, by what held the rule back. */
const GATES: { readonly [reason: string]: (change: Change, timeInWords: TimeInWords) => string } = {
  disabled: () => "the rule enabled",
  "loop-guard": ({ to }) => `"${wordOf(to)}": true in the rule`,
  "no-change": () => "an event that changes something",
  paused: () => "no pause",
  late: () => '"late": true in the rule',
  "duplicate-action": () => "another message",
  limit: ({ to }, timeInWords) => `room within its limit, which there is from ${timeInWords(wordOf(to))} on`,
  stopped: ({ from }) => `rule "${wordOf(from)}" not stopping it`,
};

function wordOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function changeInWords(change: Change, timeInWords: TimeInWords): string {
  const { what, place, from, to, reach, others = [] } = change;
  if (what === "gate") return GATES[place]?.(change, timeInWords) ?? place;
  if (what === "clock") return `the clock at ${timeInWords(wordOf(to))}`;
  const name = placeInWords(place);
  if (to === undefined) return `no ${name}`;
  if (Array.isArray(from) && Array.isArray(to)) {
    const [added, gone] = [itemsAdded(from, to), itemsAdded(to, from)];
    if (added !== null) return `${exactly(added)} added to ${name}`;
    if (gone !== null) return `${exactly(gone)} removed from ${name}`;
  }
  const more = others.map((word) => ` or ${exactly(word)}`).join("");
  const amount = `${exactly(to)}${reach === undefined ? "" : ` ${reach}`}${more}`;
  return name === place ? `${name} ${amount}` : `${amount} as ${name}`;
}

/** A place as it is called: `callDuration`, `tags of the contact`, `the count of sms within 1h`. */
function placeInWords(place: string): string {
  const [, fact = place, asked = ""] = /^(\S+) (.+)$/s.exec(place) ?? [];
  if (asked === "") return fact;
  const path = asked.startsWith("{") ? undefined : asked;
  return factInWords(fact, path, path === undefined ? (JSON.parse(asked) as JsonObject) : {});
}

/** What a list has beside all that it had; `null`: it has lost something, or has nothing new. */
function itemsAdded(from: readonly Json[], to: readonly Json[]): Json[] | null {
  const has = (list: readonly Json[], item: Json): boolean => list.some((one) => exactly(one) === exactly(item));
  const added = to.filter((item) => !has(from, item));
  return added.length > 0 && from.every((item) => has(to, item)) ? added : null;
}

/** What is special about an action of a rule that fired: `action 1 will be held: the contact does not want SMS`. */
export function noteInWords({ action, reason, detail }: VerdictNote): string {
  if (reason === "restart") return `action ${action + 1} ${detail}`;
  return `action ${action + 1} ${reason === "late" ? "is too late" : "will be held"}: ${detail}`;
}

/** The conditions that decided that a rule did not fire: those not met, and under a `not` those met. */
function decisive(conditions: readonly ConditionVerdict[]): readonly ConditionVerdict[] {
  return conditions.filter(({ pointer, met }) => met !== null && met === isNegated(pointer));
}

function isNegated(pointer: string): boolean {
  return pointer.split("/").filter((key) => key === "not").length % 2 === 1;
}

function exactly(value: Json): string {
  return Array.isArray(value)
    ? value.map((item) => JSON.stringify(item)).join(", ") || "an empty list"
    : JSON.stringify(value);
}

/** A rule in plain sentences. */
export interface RuleInWords {
  /** On which events it fires. */
  readonly when: string;
  /** One sentence for each action. */
  readonly then: readonly string[];
  /** Its limit, window, place among the other rules, and anything else unusual about it. */
  readonly besides: readonly string[];
}

/** Says what a rule does: when it fires, what follows, and what restricts it. */
export function ruleInWords(rule: Rule): RuleInWords {
  return {
    when: `On ${either(rule.on)}, when ${conditionsInWords(rule.conditions)}`,
    // oxlint-disable-next-line unicorn/no-thenable -- a list, which nobody awaits
    then: rule.actions.map(actionInWords),
    besides: besides(rule),
  };
}

/** A tree of conditions as one clause; parts that belong together are in brackets. */
export function conditionsInWords(condition: Condition): string {
  if ("fact" in condition) return comparisonInWords(condition, false);
  if ("not" in condition)
    return "fact" in condition.not
      ? comparisonInWords(condition.not, true)
      : `not (${conditionsInWords(condition.not)})`;
  const [parts, joint] = "all" in condition ? [condition.all, " and "] : [condition.any, " or "];
  const isAll = "all" in condition;
  return parts
    .map((part) => {
      const words = conditionsInWords(part);
      const inner = "all" in part ? part.all : "any" in part ? part.any : [];
      return inner.length < 2 || "all" in part === isAll ? words : `(${words})`;
    })
    .join(joint);
}

function comparisonInWords({ fact, path, params, operator, value }: FactCondition, negated: boolean): string {
  const { name, decorators } = takeApart(operator);
  return decorated(decorators, name, { subject: factInWords(fact, path, params), value, words: null, negated });
}

interface Comparison {
  readonly subject: string;
  readonly value: Json;
  /** The value in words if a decorator has changed them; else `null`. */
  readonly words: string | null;
  readonly negated: boolean;
}

/** Decorators work from the left: the words of each go around those of what follows it. */
function decorated(decorators: readonly string[], operator: string, comparison: Comparison): string {
  const [decorator, ...rest] = decorators;
  const { subject, value, negated } = comparison;
  const words = comparison.words ?? valueInWords(value);
  if (decorator === undefined) return plainly(operator, { ...comparison, words });
  // The opposite is worded only for a bare comparison: for items and lists it would mean something else.
  if (negated && rest.concat(decorator).some((word) => word !== "not"))
    return `not (${decorated(decorators, operator, { ...comparison, negated: false })})`;
  if (!isDecorator(decorator)) return `${subject} ${[decorator, ...rest, operator].join(":")} ${words}`;
  const entry = DECORATORS[decorator];
  switch (entry.does) {
    case "negate":
      return decorated(rest, operator, { ...comparison, negated: !negated });
    case "take items of the fact":
      return decorated(rest, operator, { ...comparison, subject: `${entry.words} ${subject}` });
    case "take items of the value":
      return decorated(rest, operator, { ...comparison, words: `${entry.words} ${listed(value)}` });
    case "swap":
      return decorated(rest, operator, { ...comparison, subject: words, words: subject });
  }
}

/** Admitted rules have only operators of the table; a stored decision of another version may have others. */
function plainly(operator: string, { subject, value, words, negated }: Comparison): string {
  if (!isOperator(operator)) return `${negated ? "not " : ""}${subject} ${operator} ${words}`;
  const { is, isNot, value: form } = OPERATORS[operator];
  // An operator that takes true or false expresses its opposite by false.
  const isOpposite = form === "boolean" && value === false ? !negated : negated;
  return `${subject} ${(isOpposite ? isNot : is).replace("…", () => words ?? "")}`;
}

/** What a fact is called: `the call duration`, `a.b of the payload`, `the count of inbound sms within 1d`. */
function factInWords(fact: string, path?: string, params: JsonObject = {}): string {
  const name = fact.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const inside = path === undefined ? "" : pathInWords(path);
  if (!isLogFact(fact)) return `${inside}the ${name}`;
  const { joint } = LOG_FACTS[fact];
  return `${inside}the ${name} ${joint} ${eventsInWords(params, fact === "count" ? "events" : "event")}`;
}

/** Where a path leads, before what it leads into: `a.b of `, `value where id is abc in customFields of `. */
function pathInWords(path: string): string {
  const steps = pathSteps(path);
  if (steps === null) return `${path} of `;
  let inside = "";
  let names = "";
  for (const step of steps)
    if (typeof step === "object") {
      inside = ` where ${step.key} is ${valueInWords(step.value)}${names === "" ? "" : ` in ${names}`}${inside}`;
      names = "";
    } else names += typeof step === "number" ? `[${step}]` : nameInWords(step, names === "");
  const last = names === "" && inside !== "" ? "item" : names;
  return last === "" ? "" : `${last}${inside} ${typeof steps[0] === "object" ? "in" : "of"} `;
}

function nameInWords(name: string, isFirst: boolean): string {
  const isPlain = /^[A-Za-z_$][\w$-]*$/.test(name);
  return isPlain ? `${isFirst ? "" : "."}${name}` : `[“${name}”]`;
}

function eventsInWords(params: JsonObject, any: string): string {
  const given = PARAM_NAMES.filter((name) => params[name] !== undefined && params[name] !== false);
  const events = given.findLast((name) => PARAMS[name].place === "as the events");
  const before = given.filter((name) => PARAMS[name].place === "before");
  const after = given.filter((name) => name !== events && !before.includes(name));
  const said = (name: ParamName): string => valueInWords(params[name] ?? null);
  return [
    ...before.map(said),
    events === undefined ? any : said(events),
    ...after.map((name) => `${PARAMS[name].after ?? name}${params[name] === true ? "" : ` ${said(name)}`}`),
  ].join(" ");
}

/** A value in words: single words plain, other text in quotes. */
function valueInWords(value: Json): string {
  if (Array.isArray(value)) return either(value.map(valueInWords)) || "nothing";
  if (typeof value === "string")
    return /^[A-Za-z][\w-]*$|^\d{1,2}:\d\d$|^\d+[smhdw]$/.test(value) ? value : `“${value}”`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const { fact, path } = value;
  if (typeof fact !== "string") return JSON.stringify(value);
  return factInWords(fact, typeof path === "string" ? path : undefined);
}

function listed(value: Json): string {
  return Array.isArray(value) ? value.map(valueInWords).join(", ") : valueInWords(value);
}

/** What an action does, when, and what ends its wait: `after 5m, unless they reply: POST to example.com/hook`. */
export function actionInWords(action: Action): string {
  const times = [
    ...(action.after === undefined ? [] : [`after ${action.after}`]),
    ...(action.restart === true ? ["begun anew each time that it fires"] : []),
    ...(action.cancelOn === undefined ? [] : [`unless ${cancelInWords(action.cancelOn)}`]),
  ];
  return `${times.length === 0 ? "" : `${times.join(", ")}: `}${doesInWords(action)}`;
}

/** What an action does, as a part of a sentence: `POST to example.com/hook`. */
export function doesInWords(action: Action): string {
  return kindWords(action).inWords(action);
}

/** What a delivery is about, in one line: where it goes if its kind has no fixed host, else what it does. */
export function deliveryInWords(action: Action | null, host: string): string {
  return action === null || kindWords(action).host === null ? `to ${hostInWords(host)}` : doesInWords(action);
}

/** Where a delivery goes, as people call it. */
export function hostInWords(host: string): string {
  const known = Object.values(KIND_WORDS).find((words) => words.host?.name === host);
  return host === "" ? "a destination that was not stored" : (known?.host?.inWords ?? host);
}

const CANCELS: { readonly [Word in CancelWord]: string } = {
  reply: "reply",
  dnd: "switch on do-not-disturb",
  delete: "are deleted",
};

/** What ends a wait, as a part of a sentence: `they reply or are deleted`. */
export function cancelInWords(triggers: readonly CancelTrigger[]): string {
  const they = either(triggers.flatMap((trigger) => (typeof trigger === "string" ? [CANCELS[trigger]] : [])));
  const others = triggers.flatMap((trigger) =>
    typeof trigger === "string"
      ? []
      : [`${either(trigger.on)} comes on which ${conditionsInWords(trigger.conditions)}`],
  );
  return [...(they === "" ? [] : [`they ${they}`]), ...others].join(", or ");
}

/** What a limit counts for, in words. */
const LIMITED: { readonly [Scope in LimitScope]: string } = {
  contact: "each contact",
  location: "the whole location",
};

function besides(rule: Rule): string[] {
  const { limit, window, breaker, priority = 0, locations } = rule;
  const said: [applies: unknown, sentence: () => string][] = [
    [rule.enabled === false, () => "It is switched off"],
    [locations, () => `Only for ${locations?.length === 1 ? "location" : "locations"} ${either(locations ?? [])}`],
    [
      limit,
      () =>
        `At most ${limit?.count === 1 ? "once" : `${limit?.count} times`} ${limit?.within === undefined ? "for ever" : `within ${limit.within}`} for ${LIMITED[limit?.per ?? "contact"]}`,
    ],
    [window, () => (window ? `It acts ${windowInWords(window)}; what comes outside waits` : "")],
    [breaker && Object.keys(breaker).length > 0, () => breakerInWords(breaker ?? {})],
    [priority !== 0, () => `With priority ${priority}: higher ones are decided first, and most rules have 0`],
    [rule.stop, () => "When it fires, the rules after it do not fire for the same event"],
    [rule.includeApi, () => "It also sees messages that were sent through the API"],
    [rule.includeInternal, () => "It also sees internal comments"],
    [rule.late, () => "It also does what is overdue when a message is found that HighLevel sent no webhook of"],
  ];
  return said.filter(([applies]) => applies).map(([, sentence]) => sentence());
}

function breakerInWords({ perMinute, perContactDay }: Breaker): string {
  const bounds = [
    ...(perMinute === undefined ? [] : [`${perMinute} in a minute`]),
    ...(perContactDay === undefined ? [] : [`${perContactDay} to a contact in 24 hours`]),
  ];
  return `It sends at most ${bounds.join(" and ")}: messages beyond that are held until a person releases them`;
}

/** When a window is open, as a part of a sentence: `only on monday or friday, from 09:00 until 17:00`. */
export function windowInWords({ days, from, to, timeZone, holidays }: Window): string {
  const parts = [
    days && `on ${either(days)}`,
    [...(from === undefined ? [] : [`from ${from}`]), ...(to === undefined ? [] : [`until ${to}`])].join(" "),
    holidays && holidays.length > 0 && `not on ${either(holidays)}`,
    timeZone !== undefined && (timeZone === "contact" ? "in the contact's own time" : `in the time of ${timeZone}`),
  ].filter((part) => typeof part === "string" && part !== "");
  return parts.length === 0 ? "at any time" : `only ${parts.join(", ")}`;
}
