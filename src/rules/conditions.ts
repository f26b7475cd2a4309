// What is wrong with one comparison: what the engine would misunderstand, and what can never be met.
import { derivedWord } from "../events/derive.ts";
import { hasOwnKind, kindNamed } from "../events/kind-of.ts";
import { OTHER } from "../model/event-kinds.ts";
import { didYouMean, expectedOneOf, nearest } from "../kit/suggestion.ts";
import { isJsonObject, type Json, type Path } from "../kit/json.ts";
import { isoMoment } from "../kit/moment.ts";
import { comparableTime } from "../language/comparable-time.ts";
import { comparisons } from "../language/conditions.ts";
import { FACTS, type FactEntry } from "../language/facts.ts";
import { fieldAt, isKnownFact, type WordForm } from "../language/known-facts.ts";
import { isParam, PARAM_NAMES, PARAMS } from "../language/log-facts.ts";
import type { FieldType } from "../model/event-fields.ts";
import {
  DECORATOR_NAMES,
  isDecorator,
  isOperator,
  MEETABLE,
  OPERATOR_NAMES,
  OPERATORS,
  takeApart,
  timesThat,
  type Meetable,
  type OperatorName,
} from "../language/operators.ts";
import { expectedPath, pathSteps } from "../language/path.ts";
import { letterBesideBoundary } from "../language/pattern.ts";
import type { Condition, FactCondition } from "../model/rule.ts";
import { DURATION_FORM, durationMs } from "../time/duration.ts";
import type { Scope } from "./report.ts";
import { LISTED_TYPES, NEEDS_LIST, NEEDS_NUMBER, VALUE_FORMS, type WrongValue } from "./value-forms.ts";

/** Types of facts that a path cannot lead into: the engine would compare the whole fact. */
const FLAT_TYPES: ReadonlySet<FieldType> = new Set(["text", "id", "number", "boolean", "time"]);
/** The fact that is always `HH:MM`; to everything but `before` and `after` it is text. */
const CLOCK_FACT = "localTime";

/** Checks every comparison of a tree. */
export function checkComparisons(conditions: Condition, path: Path, scope: Scope): void {
  for (const found of comparisons(conditions, path)) checkComparison(found.condition, found.path, scope);
}

/** What a comparison reads: a fact, or what a path leads to in it. */
interface Subject {
  /** Its name in messages: that of the fact, or such as `contact.tags`. */
  readonly name: string;
  readonly entry: SubjectEntry;
}

interface SubjectEntry extends FactEntry {
  readonly form?: WordForm;
}

function checkComparison(condition: FactCondition, path: Path, scope: Scope): void {
  const { report } = scope;
  const entry = checkFact(condition.fact, [...path, "fact"], scope);
  const isPath =
    condition.path === undefined || checkPath(condition.path, condition.fact, entry, [...path, "path"], report);
  if (entry) checkParams(condition, entry, path, scope);
  const other = checkOtherFact(condition.value, path, scope);
  const operator = checkOperator(condition, path, scope);
  if (operator === null) return;
  const subject = entry !== null && isPath && !operator.decorated ? subjectOf(condition, entry) : null;
  // That the fact is no number says more than that the value, which was written for it, is none.
  const isFactWrong = subject !== null && other === null && isNeverNumber(operator.name, subject.entry);
  if (isFactWrong) checkType(operator.name, condition, subject, path, scope);
  const isUsable = checkValue(operator, condition, other, [...path, "value"], scope);
  if (isUsable && OPERATORS[operator.name].value === "pattern")
    checkBoundaries(condition.value, [...path, "value"], report);
  if (isUsable && OPERATORS[operator.name].value === "time") checkZones(condition.value, [...path, "value"], report);
  if (isUsable && subject !== null && !isFactWrong && other === null)
    checkType(operator.name, condition, subject, path, scope);
}

/**
 * What a comparison reads, as far as it can be judged by its type and words; `null`: a path leads to a value that nobody
 * knows, in a fact without fields of its own.
 */
function subjectOf({ fact, path }: FactCondition, entry: FactEntry): Subject | null {
  if (!isKnownFact(fact)) return path === undefined ? { name: fact, entry } : null;
  const found = fieldAt(fact, path);
  if (found.problem !== undefined) return null;
  const { type, about, form, values } = found.field;
  return {
    name: found.name,
    entry: { type, about, kinds: entry.kinds, derived: true, ...(form ? { form } : {}), ...(values ? { values } : {}) },
  };
}

function checkFact(fact: string, path: Path, { on, report }: Scope): FactEntry | null {
  const entry = Object.hasOwn(FACTS, fact) ? FACTS[fact] : undefined;
  if (entry === undefined) {
    const hint = didYouMean(fact, Object.keys(FACTS)) || '; reach a key of your own with fact "payload" and a path';
    report(path, "RULE_UNKNOWN_FACT", `Fact "${fact}" is not known${hint}`);
    return null;
  }
  if (!on.some((kind) => entry.kinds.includes(kind))) {
    report(
      path,
      "RULE_FACT_KIND",
      `Fact "${fact}" is never there on ${on.join(", ")}, only on ${entry.kinds.join(", ")}`,
    );
  }
  return entry;
}

/** Whether a path is one, and can lead anywhere in a fact of this type. */
function checkPath(given: Json, fact: string, entry: FactEntry | null, place: Path, told: Scope["report"]): boolean {
  let isPath = true;
  const report: Scope["report"] = (...finding) => {
    isPath = false;
    told(...finding);
  };
  checkSteps(given, fact, entry, place, report);
  return isPath;
}

function checkSteps(given: Json, fact: string, entry: FactEntry | null, place: Path, report: Scope["report"]): void {
  const steps = typeof given === "string" ? pathSteps(given) : null;
  if (typeof given !== "string" || steps === null)
    return report(place, "RULE_UNSAFE_PATH", `Expected ${expectedPath(given)}`);
  const [first] = steps;
  if (entry === null) return;
  if (isKnownFact(fact)) {
    const { problem, message } = fieldAt(fact, given);
    if (problem !== undefined)
      report(place, problem === "no such field" ? "RULE_UNKNOWN_FACT" : "RULE_TYPE", `Fact ${message}`);
  } else if (FLAT_TYPES.has(entry.type))
    report(place, "RULE_TYPE", `Fact "${fact}" has nothing inside, so a path leads nowhere, remove it`);
  else if (entry.type === "list" && typeof first === "string")
    report(place, "RULE_TYPE", `Fact "${fact}" is a list, so only an index such as $[0] or a filter leads into it`);
  else if (entry.type === "object" && first !== undefined && typeof first !== "string")
    report(place, "RULE_TYPE", `Fact "${fact}" is an object, so only a name such as $.a leads into it`);
}

function checkParams({ fact, params = {} }: FactCondition, entry: FactEntry, path: Path, { report }: Scope): void {
  for (const [key, value] of Object.entries(params)) {
    const place = [...path, "params", key];
    if (!entry.params)
      return report([...path, "params"], "RULE_PARAMS", `Fact "${fact}" takes no params, leave them out`);
    const wrong = wrongParam(fact, key, value);
    if (wrong !== null) report(place, "RULE_PARAMS", wrong);
  }
}

function wrongParam(fact: string, key: string, value: Json): string | null {
  if (!isParam(key))
    return `Param "${key}" is not known${didYouMean(key, PARAM_NAMES) || `, use ${PARAM_NAMES.join(", ")}`}`;
  const { takes, only = fact } = PARAMS[key];
  if (only !== fact) return `Only "${only}" takes "${key}", leave it out`;
  if (takes === "boolean") return typeof value === "boolean" ? null : "Expected true or false";
  if (takes === "duration")
    return typeof value === "string" && durationMs(value) !== null ? null : `Expected ${DURATION_FORM}`;
  if (typeof value === "string" && takes.includes(value)) return null;
  return expectedOneOf(takes, value);
}

/** The other fact of `value: { fact, path }`, or `null` for a constant. */
function checkOtherFact(value: Json, path: Path, scope: Scope): FactEntry | null {
  if (!isJsonObject(value) || typeof value["fact"] !== "string") return null;
  const entry = checkFact(value["fact"], [...path, "value", "fact"], scope);
  let isPath = true;
  for (const [key, given] of Object.entries(value)) {
    const place = [...path, "value", key];
    if (key === "path") isPath = checkPath(given, value["fact"], entry, place, scope.report);
    else if (key !== "fact")
      scope.report(place, "RULE_UNKNOWN_KEY", `Key "${key}" is not known beside "fact", use "path" or nothing`);
  }
  if (entry === null) return UNKNOWN_ENTRY;
  const given = typeof value["path"] === "string" ? value["path"] : undefined;
  if (isKnownFact(value["fact"]) && isPath && given !== undefined)
    return subjectOf({ fact: value["fact"], path: given, operator: "", value: null }, entry)?.entry ?? UNKNOWN_ENTRY;
  // What a path leads to has a type of its own.
  return value["path"] !== undefined && !FLAT_TYPES.has(entry.type) ? { ...entry, type: "any" } : entry;
}
const UNKNOWN_ENTRY: FactEntry = { type: "any", about: "a fact that is not known", kinds: [] };

interface Operator {
  readonly name: OperatorName;
  readonly decorated: boolean;
  /** The value is a list, and each of its items is compared. */
  readonly spreadsValue: boolean;
  /** Fact and value change places. */
  readonly swaps: boolean;
}

function checkOperator({ operator }: FactCondition, path: Path, { report }: Scope): Operator | null {
  const { name, decorators } = takeApart(operator);
  const place = [...path, "operator"];
  const unknown = decorators.find((word) => !isDecorator(word));
  if (unknown !== undefined) {
    report(
      place,
      "RULE_UNKNOWN_OPERATOR",
      `Decorator "${unknown}" of operator "${operator}" is not known${didYouMean(unknown, DECORATOR_NAMES) || `, use one of ${DECORATOR_NAMES.join(", ")}`}`,
    );
  }
  if (!isOperator(name)) {
    report(
      place,
      "RULE_UNKNOWN_OPERATOR",
      `Operator "${name}" is not known${didYouMean(name, OPERATOR_NAMES) || `, use one of ${OPERATOR_NAMES.join(", ")}`}`,
    );
    return null;
  }
  if (unknown !== undefined) return null;
  return {
    name,
    decorated: timesThat(decorators, "negate") < decorators.length,
    spreadsValue: timesThat(decorators, "take items of the value") > 0,
    swaps: timesThat(decorators, "swap") > 0,
  };
}

/** Whether an operator makes sense with its value, whatever the fact. */
function checkValue(
  operator: Operator,
  { operator: written, value }: FactCondition,
  other: FactEntry | null,
  place: Path,
  { report }: Scope,
): boolean {
  const wrong = other === null ? wrongConstant(operator, value) : wrongFact(operator, other);
  if (wrong === null) return true;
  if (wrong.pattern) report(place, "RULE_PATTERN", wrong.message);
  else report(place, "RULE_OPERATOR_VALUE", `Operator "${written}" ${wrong.message}`);
  return false;
}

function wrongFact({ name, spreadsValue }: Operator, { type }: FactEntry): WrongValue | null {
  const { isList, neverOf, notOfEvent } = VALUE_FORMS[OPERATORS[name].value];
  if (notOfEvent) return notOfEvent;
  if ((isList || spreadsValue) && !LISTED_TYPES.includes(type)) return NEEDS_LIST;
  return !spreadsValue && neverOf?.includes(type) ? NEEDS_NUMBER : null;
}

function wrongConstant({ name, spreadsValue, swaps }: Operator, value: Json): WrongValue | null {
  const { wrong, notOfEvent } = VALUE_FORMS[OPERATORS[name].value];
  if (notOfEvent && swaps) return notOfEvent;
  if (!spreadsValue) return wrong(value);
  if (!Array.isArray(value)) return { message: "needs a list as its value" };
  return value.map(wrong).find((found) => found !== null) ?? null;
}

/** Whether a moment, or one of a list, is written without a zone. */
function checkZones(value: Json, place: Path, report: Scope["report"]): void {
  const texts = (Array.isArray(value) ? value : [value]).filter((text) => typeof text === "string");
  if (texts.some((text) => isoMoment(text)?.hasZone === false))
    report(
      place,
      "RULE_NO_ZONE",
      "The time has no zone and is read as UTC; write it with Z, or an offset such as +01:00",
    );
}

/** Whether a pattern, or one of a list, has `\b` where RE2 sees no boundary. */
function checkBoundaries(value: Json, place: Path, report: Scope["report"]): void {
  for (const pattern of Array.isArray(value) ? value : [value]) {
    const letter = typeof pattern === "string" ? letterBesideBoundary(pattern) : null;
    if (letter === null) continue;
    return report(
      place,
      "RULE_PATTERN_BOUNDARY",
      `RE2 never finds \\b beside "${letter}", since it takes ASCII letters alone for words; write (?:^|[^\\pL]) before the word and (?:[^\\pL]|$) after it`,
    );
  }
}

function isNeverNumber(operator: OperatorName, { type }: FactEntry): boolean {
  return OPERATORS[operator].meets === "numbers" && !MEETABLE.numbers.includes(type);
}

/** Why an operator is never met by a fact of a type that it cannot compare. */
const NEVER_MET: {
  readonly [What in Exclude<Meetable, "anything">]: (operator: string, fact: string, type: FieldType) => string;
} = {
  single: (_, fact, type) => `Fact "${fact}" is ${type === "list" ? "a list, use contains" : "an object, use a path"}`,
  lists: (operator, fact) => `Operator "${operator}" looks into lists, and "${fact}" is none, use containsText`,
  numbers: (operator, fact, type) =>
    `Fact "${fact}" is no number, which "${operator}" needs${type === "time" || fact === CLOCK_FACT ? ", use before and after" : ""}`,
  texts: noText,
  textsInLists: noText,
  times: (operator, fact) => `Fact "${fact}" is no time, so "${operator}" is never met`,
};

function noText(operator: string, fact: string, type: FieldType): string {
  return `Fact "${fact}" is no text, so "${operator}" is never met${type === "list" ? ", put someFact: before it" : ""}`;
}

function neverMet(operator: OperatorName, fact: string, type: FieldType, value: Json): string | null {
  const { meets } = OPERATORS[operator];
  if (meets === "times" && fact === CLOCK_FACT)
    return isClock(value) ? null : `Fact "${fact}" is HH:MM, compare it with such a time`;
  if (meets !== "anything" && !MEETABLE[meets].includes(type)) return NEVER_MET[meets](operator, fact, type);
  return meets === "times" && isClock(value)
    ? `Fact "${fact}" is a moment in ISO 8601 and never compared with HH:MM, use ${CLOCK_FACT}`
    : null;
}

function isClock(value: Json): boolean {
  return comparableTime(value)?.isClock === true;
}

/** Reports what can never be met, judging by the type and the words of the fact. */
function checkType(
  operator: OperatorName,
  { value }: FactCondition,
  { name: fact, entry }: Subject,
  path: Path,
  { on, report }: Scope,
): void {
  const place = [...path, "value"];
  const { type } = entry;
  const wrongType = neverMet(operator, fact, type, value);
  if (wrongType !== null) return report([...path, "operator"], "RULE_TYPE", wrongType);
  const { meets, words } = OPERATORS[operator];
  const given = Array.isArray(value) ? value : [value];
  for (const word of meets === "single" || meets === "numbers" ? given : []) {
    if (type === "number" && typeof word === "string")
      return report(place, "RULE_TYPE", `Fact "${fact}" is a number, leave the quotes out`);
    if (type === "boolean" && typeof word === "string")
      return report(
        place,
        "RULE_TYPE",
        `Fact "${fact}" is true or false and never equal to a text, leave the quotes out`,
      );
    if ((type === "text" || type === "id" || type === "time") && typeof word === "number")
      return report(place, "RULE_TYPE", `Fact "${fact}" is a text and never equal to a number, put it in quotes`);
  }
  if (words)
    for (const word of given)
      if (typeof word === "string") {
        checkWord(fact, word, entry, words === "any case", place, report);
        if (fact === "type" && on.every((kind) => kind === OTHER) && hasOwnKind(word))
          report(
            place,
            "RULE_NEVER_TAKEN",
            `Fact "type" is never "${word}" on ${OTHER}: that is the type of ${kindNamed(word)}, name it in "on"`,
          );
      }
}

function checkWord(
  fact: string,
  word: string,
  { values, derived, form }: SubjectEntry,
  ignoreCase: boolean,
  place: Path,
  report: Scope["report"],
): void {
  if (form && !form.fits(word)) {
    const message = form.isClosed ? "is never" : "has not been seen as";
    report(
      place,
      form.isClosed ? "RULE_NEVER_TAKEN" : "RULE_UNUSUAL_WORD",
      `Fact "${fact}" ${message} "${word}", it is ${form.is}`,
    );
  }
  if (!values || values.includes(word)) return;
  if (ignoreCase && values.some((known) => known.toLowerCase() === word.toLowerCase())) return;
  const meant = derivedWord(fact, word) ?? nearest(word, values);
  const hint = meant === null ? `, use one of ${values.join(", ")}` : `, did you mean "${meant}"`;
  const channel = fact === "messageType" ? '; fact "channel" has one spelling for each' : "";
  if (derived) report(place, "RULE_NEVER_TAKEN", `Fact "${fact}" is never "${word}"${hint}`);
  else report(place, "RULE_UNUSUAL_WORD", `Fact "${fact}" has not been seen as "${word}"${hint}${channel}`);
}
