// What is wrong with one comparison: what the engine would misunderstand, and what can never come out.
import { derivedWord } from "../events/derive.ts";
import { FACTS, type FactEntry, type FactType } from "../language/facts.ts";
import { CHANNELS, EVENT_KINDS, OUTCOMES } from "../model/event.ts";
import { HISTORY_PARAMS } from "../model/history.ts";
import { isJsonObject, type Json } from "../kit/json.ts";
import { PATH_FORM, pathKeys } from "../language/path.ts";
import { DECORATORS, OPERATORS, OWN_OPERATORS, type Condition, type FactCondition } from "../model/rule.ts";
import { didYouMean, nearest } from "../kit/suggestion.ts";
import { DURATION_FORM, durationMs } from "../time/duration.ts";
import type { Path, Scope } from "./report.ts";

/** A pattern that a comparison looks for, in one text or in each of a list. */
export interface Search {
  readonly pattern: string;
  readonly inList: boolean;
}

/** What RE2 says of a pattern, and whether `before` and `after` can compare a text: `match/comparisons.ts` knows. */
export interface OperatorForms {
  readonly isPattern: (text: string) => boolean;
  readonly isTime: (value: unknown) => boolean;
  /** How many steps a search takes at most in so many characters; a pattern that RE2 does not know takes none. */
  readonly searchSteps: (search: Search, characters: number) => number;
}

const KNOWN_OPERATORS: readonly string[] = [...OPERATORS, ...OWN_OPERATORS];
/** A pattern as JavaScript writes it, which RE2 would look for with its slashes. */
const REGEX_LITERAL = /^\/(?:\^.*|.*\$)?\/[a-z]*$|^\/.+\/[gimsuy]+$/;
const LIST_OPERATORS = new Set(["in", "notIn"]);
const EQUALITIES = new Set(["equal", "notEqual", "in", "notIn"]);
const RANGES = new Set(["lessThan", "lessThanInclusive", "greaterThan", "greaterThanInclusive"]);
const NEGATIVE = new Set(["notEqual", "notIn"]);
const TEXT_OPERATORS = new Set(["containsText", "startsWith", "endsWith", "equalsIgnoreCase", "matches"]);
const TIME_OPERATORS = new Set(["before", "after"]);
const LIST_CONTENT = new Set(["contains", "doesNotContain"]);
/** Types of facts that a path cannot go into: the engine would compare the whole. */
const FLAT_TYPES: ReadonlySet<FactType> = new Set(["text", "id", "number", "boolean", "time"]);
const LIST_DECORATORS = new Set(["someValue", "everyValue"]);

/** Words that params take, by key. */
export const PARAM_WORDS: { readonly [key: string]: readonly string[] } = {
  kind: EVENT_KINDS,
  channel: CHANNELS,
  outcome: OUTCOMES,
  direction: ["inbound", "outbound"],
};

/** Visits each comparison with its place, and whether it stands under an odd number of `not`. */
export function* comparisons(
  condition: Condition,
  path: Path,
  negated = false,
): Generator<{ condition: FactCondition; path: Path; negated: boolean }> {
  if ("all" in condition)
    for (const [i, part] of condition.all.entries()) yield* comparisons(part, [...path, "all", i], negated);
  else if ("any" in condition)
    for (const [i, part] of condition.any.entries()) yield* comparisons(part, [...path, "any", i], negated);
  else if ("not" in condition) yield* comparisons(condition.not, [...path, "not"], !negated);
  else yield { condition, path, negated };
}

/** The values that a fact is compared with: more than one where a decorator takes each of a list. */
export function valuesOf({ operator, value }: FactCondition): readonly Json[] {
  return Array.isArray(value) && operator.split(":").some((word) => LIST_DECORATORS.has(word)) ? value : [value];
}

/** What a comparison looks for with `matches`. */
export function searchesOf(condition: FactCondition): readonly Search[] {
  const words = condition.operator.split(":");
  if (words.at(-1) !== "matches") return [];
  const inList = words.some((word) => word === "someFact" || word === "everyFact");
  return valuesOf(condition).flatMap((pattern) => (typeof pattern === "string" ? [{ pattern, inList }] : []));
}

/** Checks every comparison of a tree. */
export function checkComparisons(conditions: Condition, path: Path, scope: Scope, forms: OperatorForms): void {
  for (const found of comparisons(conditions, path)) checkComparison(found.condition, found.path, scope, forms);
}

function checkComparison(condition: FactCondition, path: Path, scope: Scope, forms: OperatorForms): void {
  const { report } = scope;
  const entry = checkFact(condition.fact, [...path, "fact"], scope);
  if (condition.path !== undefined && pathKeys(condition.path) === null)
    report([...path, "path"], "RULE_UNSAFE_PATH", `Expected ${PATH_FORM}`);
  if (entry && condition.path !== undefined && FLAT_TYPES.has(entry.type)) {
    report(
      [...path, "path"],
      "RULE_TYPE",
      `Fact "${condition.fact}" has nothing inside, so the path is not looked at, remove it`,
    );
  }
  if (entry) checkParams(condition, entry, path, scope);
  const other = checkOtherFact(condition.value, path, scope);
  const operator = checkOperator(condition, path, scope);
  if (operator === null) return;
  const isUsable = checkValue(operator, condition, other, [...path, "value"], scope, forms);
  // A path leads to a value of some other type, so only the fact itself can be judged by its type and words.
  if (isUsable && entry && other === null && condition.path === undefined && !operator.decorated)
    checkType(operator.name, condition, entry, path, scope);
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

function checkParams({ fact, params = {} }: FactCondition, entry: FactEntry, path: Path, { report }: Scope): void {
  for (const [key, value] of Object.entries(params)) {
    const place = [...path, "params", key];
    if (!entry.params)
      return report([...path, "params"], "RULE_PARAMS", `Fact "${fact}" takes no params, leave them out`);
    const words = PARAM_WORDS[key];
    if (words !== undefined) {
      if (typeof value !== "string" || !words.includes(value)) {
        report(
          place,
          "RULE_PARAMS",
          `Expected one of ${words.join(", ")}${typeof value === "string" ? didYouMean(value, words) : ""}`,
        );
      }
    } else if (key !== "within") {
      report(
        place,
        "RULE_PARAMS",
        `Param "${key}" is not known${didYouMean(key, HISTORY_PARAMS) || `, use ${HISTORY_PARAMS.join(", ")}`}`,
      );
    } else if (typeof value !== "string" || durationMs(value) === null) {
      report(place, "RULE_PARAMS", `Expected ${DURATION_FORM}`);
    }
  }
}

/** The other fact of `value: { fact, path }`, or `null` for a constant. */
function checkOtherFact(value: Json, path: Path, scope: Scope): FactEntry | null {
  if (!isJsonObject(value) || typeof value["fact"] !== "string") return null;
  const entry = checkFact(value["fact"], [...path, "value", "fact"], scope);
  for (const [key, given] of Object.entries(value)) {
    const place = [...path, "value", key];
    if (key === "path" && (typeof given !== "string" || pathKeys(given) === null))
      scope.report(place, "RULE_UNSAFE_PATH", `Expected ${PATH_FORM}`);
    else if (key !== "fact" && key !== "path")
      scope.report(place, "RULE_UNKNOWN_KEY", `Key "${key}" is not known beside "fact", use "path" or nothing`);
  }
  return entry ?? UNKNOWN_ENTRY;
}
const UNKNOWN_ENTRY: FactEntry = { type: "any", kinds: [] };

interface Operator {
  readonly name: string;
  readonly decorated: boolean;
  /** The value is a list of which each item is compared. */
  readonly spreadsValue: boolean;
  /** Fact and value change places. */
  readonly swaps: boolean;
}

function checkOperator({ operator }: FactCondition, path: Path, { report }: Scope): Operator | null {
  const decorators = operator.split(":");
  const name = decorators.pop() ?? "";
  const place = [...path, "operator"];
  const unknown = decorators.find((word) => !(DECORATORS as readonly string[]).includes(word));
  if (unknown !== undefined) {
    report(
      place,
      "RULE_UNKNOWN_OPERATOR",
      `Decorator "${unknown}" of operator "${operator}" is not known${didYouMean(unknown, DECORATORS) || `, use one of ${DECORATORS.join(", ")}`}`,
    );
  }
  if (!KNOWN_OPERATORS.includes(name)) {
    report(
      place,
      "RULE_UNKNOWN_OPERATOR",
      `Operator "${name}" is not known${didYouMean(name, KNOWN_OPERATORS) || `, use one of ${KNOWN_OPERATORS.join(", ")}`}`,
    );
  }
  if (unknown !== undefined || !KNOWN_OPERATORS.includes(name)) return null;
  return {
    name,
    decorated: decorators.some((word) => word !== "not"),
    spreadsValue: decorators.some((word) => LIST_DECORATORS.has(word)),
    swaps: decorators.includes("swap"),
  };
}

/** Whether an operator can mean anything with its value, whatever the fact. */
function checkValue(
  operator: Operator,
  { operator: written, value }: FactCondition,
  other: FactEntry | null,
  place: Path,
  { report }: Scope,
  forms: OperatorForms,
): boolean {
  const wrong = other === null ? wrongConstant(operator, value, forms) : wrongFact(operator, other);
  if (wrong === null) return true;
  if (wrong.pattern) report(place, "RULE_PATTERN", wrong.message);
  else report(place, "RULE_OPERATOR_VALUE", `Operator "${written}" ${wrong.message}`);
  return false;
}

interface Wrong {
  readonly message: string;
  readonly pattern?: true;
}
const NEEDS_LIST: Wrong = { message: "needs a list; with text it would look for a part of it" };

/** Whoever sends the event would choose how long it takes. */
const PATTERN_OF_EVENT: Wrong = { message: "Write the pattern out, it cannot come from the event", pattern: true };

function wrongFact({ name, spreadsValue }: Operator, { type }: FactEntry): Wrong | null {
  if (name === "matches") return PATTERN_OF_EVENT;
  const isListed = type === "list" || type === "object" || type === "any";
  return (LIST_OPERATORS.has(name) || spreadsValue) && !isListed ? NEEDS_LIST : null;
}

function wrongConstant({ name, spreadsValue, swaps }: Operator, value: Json, forms: OperatorForms): Wrong | null {
  if (name === "matches" && swaps) return PATTERN_OF_EVENT;
  if (!spreadsValue) return wrongValue(name, value, forms);
  if (!Array.isArray(value)) return { message: "needs a list as its value" };
  return value.map((item) => wrongValue(name, item, forms)).find((wrong) => wrong !== null) ?? null;
}

function wrongValue(name: string, value: Json, forms: OperatorForms): Wrong | null {
  if (name === "exists") return typeof value === "boolean" ? null : { message: "needs true or false" };
  if (TEXT_OPERATORS.has(name)) {
    if (typeof value !== "string" || value === "") return { message: "needs a text" };
    if (name === "matches" && REGEX_LITERAL.test(value)) {
      return { message: "Write the pattern without slashes around it; (?i) at its start ignores case", pattern: true };
    }
    const isWrong = name === "matches" && !forms.isPattern(value);
    return isWrong
      ? {
          message:
            "Expected a pattern in RE2 syntax of at most 200 characters, without look-around, back-references, and repeats over 100",
          pattern: true,
        }
      : null;
  }
  if (TIME_OPERATORS.has(name)) return forms.isTime(value) ? null : { message: 'needs a time in ISO 8601, or "HH:MM"' };
  if (LIST_OPERATORS.has(name) && !Array.isArray(value)) return NEEDS_LIST;
  const compared = LIST_OPERATORS.has(name) && Array.isArray(value) ? value : [value];
  if (LIST_OPERATORS.has(name) && compared.length === 0) return { message: "needs at least one value in its list" };
  const isObject = compared.some((item) => typeof item === "object" && item !== null);
  return isObject
    ? { message: "never matches a list or an object, compare with text, a number, true, false or null" }
    : null;
}

/** What can never come out, going by the type and the words of the fact. */
function checkType(
  operator: string,
  { fact, value }: FactCondition,
  entry: FactEntry,
  path: Path,
  { report }: Scope,
): void {
  const place = [...path, "value"];
  const { type } = entry;
  if (LIST_CONTENT.has(operator) && type !== "list" && type !== "address" && type !== "any") {
    return report(
      [...path, "operator"],
      "RULE_TYPE",
      `Operator "${operator}" looks into lists, and "${fact}" is none, use containsText`,
    );
  }
  if (EQUALITIES.has(operator) && (type === "list" || type === "object")) {
    return report(
      [...path, "operator"],
      "RULE_TYPE",
      `Fact "${fact}" is ${type === "list" ? "a list, use contains" : "an object, use a path"}`,
    );
  }
  if (RANGES.has(operator) && type !== "number" && type !== "any") {
    return report(
      [...path, "operator"],
      "RULE_TYPE",
      `Fact "${fact}" is no number, so "${operator}" compares its characters${type === "time" || fact === "localTime" ? ", use before and after" : ""}`,
    );
  }
  const wrongType = neverMet(operator, fact, type, value);
  if (wrongType !== null) return report([...path, "operator"], "RULE_TYPE", wrongType);
  const given = Array.isArray(value) ? value : [value];
  const isNumeric = EQUALITIES.has(operator) || RANGES.has(operator);
  for (const word of isNumeric ? given : []) {
    if (type === "number" && typeof word === "string")
      return report(place, "RULE_TYPE", `Fact "${fact}" is a number and never equal to a text, leave the quotes out`);
    if (type === "boolean" && typeof word === "string")
      return report(
        place,
        "RULE_TYPE",
        `Fact "${fact}" is true or false and never equal to a text, leave the quotes out`,
      );
    if ((type === "text" || type === "id" || type === "time") && typeof word === "number")
      return report(place, "RULE_TYPE", `Fact "${fact}" is a text and never equal to a number, put it in quotes`);
  }
  if (EQUALITIES.has(operator) || operator === "equalsIgnoreCase")
    for (const word of given)
      if (typeof word === "string") checkWord(fact, word, entry, operator === "equalsIgnoreCase", place, report);
}

/** Why an operator of ours is never met by a fact of this type, or `null`. */
function neverMet(operator: string, fact: string, type: FactType, value: Json): string | null {
  if (TEXT_OPERATORS.has(operator)) {
    const isText = type === "text" || type === "id" || type === "time" || type === "address" || type === "any";
    if (isText || (operator === "containsText" && type === "list")) return null;
    return `Fact "${fact}" is no text, so "${operator}" is never met${type === "list" ? ", put someFact: before it" : ""}`;
  }
  if (!TIME_OPERATORS.has(operator)) return null;
  const isClock = typeof value === "string" && /^\d{2}:\d{2}$/.test(value);
  if (fact === "localTime") return isClock ? null : 'Fact "localTime" is HH:MM, compare it with such a time';
  if (type !== "time" && type !== "any") return `Fact "${fact}" is no time, so "${operator}" is never met`;
  return isClock ? `Fact "${fact}" is a moment in ISO 8601 and never compared with HH:MM, use localTime` : null;
}

function checkWord(
  fact: string,
  word: string,
  { values, derived }: FactEntry,
  ignoreCase: boolean,
  place: Path,
  report: Scope["report"],
): void {
  if (!values || values.includes(word)) return;
  if (ignoreCase && values.some((known) => known.toLowerCase() === word.toLowerCase())) return;
  const meant = derivedWord(fact, word) ?? nearest(word, values);
  const hint = meant === null ? `, use one of ${values.join(", ")}` : `, did you mean "${meant}"`;
  const channel = fact === "messageType" ? '; fact "channel" has one spelling for each' : "";
  if (derived) report(place, "RULE_NEVER_TAKEN", `Fact "${fact}" is never "${word}"${hint}`);
  else report(place, "RULE_UNUSUAL_WORD", `Fact "${fact}" has not been seen as "${word}"${hint}${channel}`);
}

/** Whether a comparison is met by an absent fact. */
export function isMetByAbsence({ operator, value }: FactCondition, negated: boolean): boolean {
  const decorators = operator.split(":");
  const name = decorators.pop() ?? "";
  // These ask each item of a list that is not there: they are not met, whatever the operator.
  if (decorators.some((word) => word === "someFact" || word === "everyFact")) return negated;
  const turns = decorators.filter((word) => word === "not").length + Number(negated);
  const isMet = name === "exists" ? value === false : NEGATIVE.has(name);
  return isMet !== (turns % 2 === 1);
}
