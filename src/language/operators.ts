// The operators of the language, the engine's and our own, and the decorators that may precede them: one table each, used
// by admission, the JSON Schema, the editor and the sentences on the page. Nothing is compared here, so that the page can
// import it, too: `match/comparisons.ts` compares.
import { about, phrases, sentence } from "#said";
import type { FieldType } from "../model/event-fields.ts";

/** The form of the value that an operator compares with. `rules/value-forms.ts` says what each admits. */
export type ValueForm = "primitive" | "number" | "list" | "boolean" | "text" | "pattern" | "time";

const MEETABLE_TYPES = {
  anything: ["text", "id", "number", "boolean", "time", "address", "list", "object", "any"],
  /** A single value, compared as it is. */
  single: ["text", "id", "number", "boolean", "time", "address", "any"],
  lists: ["list", "address", "any"],
  numbers: ["number", "any"],
  texts: ["text", "id", "time", "address", "any"],
  textsInLists: ["text", "id", "time", "address", "any", "list"],
  /** Also met by the fact `localTime`, a text that is always `HH:MM`. */
  times: ["time", "any"],
} as const satisfies { readonly [name: string]: readonly FieldType[] };
export type Meetable = keyof typeof MEETABLE_TYPES;

/** The types of facts that can meet an operator: a fact of another type never does. */
export const MEETABLE: { readonly [Name in Meetable]: readonly FieldType[] } = MEETABLE_TYPES;

interface Operator {
  /** Whether it is json-rules-engine's (made total if it throws) or one that we add to the engine. */
  readonly of: "engine" | "own";
  /** A phrase for the JSON Schema about what meets it. */
  readonly about: string;
  /** How it reads before a value, as what the rule wants. */
  readonly wants: string;
  /** How it reads as a statement; `…` is the place of the value. */
  readonly is: string;
  /** How the opposite of the statement reads. */
  readonly isNot: string;
  readonly value: ValueForm;
  readonly meets: Meetable;
  /** The value is a whole word that the fact may have: admission checks whether the fact ever has it. */
  readonly words?: "exact" | "any case";
  /** Whether an absent fact meets it. */
  readonly metByAbsence: "never" | "always" | "with false";
}

const TABLE = {
  equal: {
    of: "engine",
    ...about("the same value of the same type"),
    wants: "the rule wants",
    ...sentence("is …", "is not …"),
    value: "primitive",
    meets: "single",
    words: "exact",
    metByAbsence: "never",
  },
  notEqual: {
    of: "engine",
    ...about("any other value; an absent fact meets it"),
    wants: "the rule wants anything but",
    ...sentence("is not …", "is …"),
    value: "primitive",
    meets: "single",
    words: "exact",
    metByAbsence: "always",
  },
  in: {
    of: "engine",
    ...about("one of a list"),
    wants: "the rule wants one of",
    ...sentence("is …", "is not …"),
    value: "list",
    meets: "single",
    words: "exact",
    metByAbsence: "never",
  },
  notIn: {
    of: "engine",
    ...about("none of a list; an absent fact meets it"),
    wants: "the rule wants none of",
    ...sentence("is not …", "is …"),
    value: "list",
    meets: "single",
    words: "exact",
    metByAbsence: "always",
  },
  contains: {
    of: "engine",
    ...about("a list that holds the value"),
    wants: "the rule wants it to contain",
    ...sentence("contains …", "does not contain …"),
    value: "primitive",
    meets: "lists",
    metByAbsence: "never",
  },
  doesNotContain: {
    of: "engine",
    ...about("a list that does not hold the value"),
    wants: "the rule wants it not to contain",
    ...sentence("does not contain …", "contains …"),
    value: "primitive",
    meets: "lists",
    metByAbsence: "never",
  },
  lessThan: {
    of: "engine",
    ...about("a smaller number"),
    wants: "the rule wants less than",
    ...sentence("is less than …", "is not less than …"),
    value: "number",
    meets: "numbers",
    metByAbsence: "never",
  },
  lessThanInclusive: {
    of: "engine",
    ...about("a number that is not greater"),
    wants: "the rule wants at most",
    ...sentence("is at most …", "is not at most …"),
    value: "number",
    meets: "numbers",
    metByAbsence: "never",
  },
  greaterThan: {
    of: "engine",
    ...about("a greater number"),
    wants: "the rule wants more than",
    ...sentence("is more than …", "is not more than …"),
    value: "number",
    meets: "numbers",
    metByAbsence: "never",
  },
  greaterThanInclusive: {
    of: "engine",
    ...about("a number that is not smaller"),
    wants: "the rule wants at least",
    ...sentence("is at least …", "is not at least …"),
    value: "number",
    meets: "numbers",
    metByAbsence: "never",
  },
  exists: {
    of: "own",
    ...about("true: the fact is there; false: it is absent"),
    wants: "the rule wants it there:",
    ...sentence("is there", "is absent"),
    value: "boolean",
    meets: "anything",
    metByAbsence: "with false",
  },
  containsText: {
    of: "own",
    ...about("a text, or a text in a list, that holds the value"),
    wants: "the rule wants it to hold",
    ...sentence("holds the text …", "does not hold the text …"),
    value: "text",
    meets: "textsInLists",
    metByAbsence: "never",
  },
  startsWith: {
    of: "own",
    ...about("a text that begins with the value"),
    wants: "the rule wants it to start with",
    ...sentence("starts with …", "does not start with …"),
    value: "text",
    meets: "texts",
    metByAbsence: "never",
  },
  endsWith: {
    of: "own",
    ...about("a text that ends with the value"),
    wants: "the rule wants it to end with",
    ...sentence("ends with …", "does not end with …"),
    value: "text",
    meets: "texts",
    metByAbsence: "never",
  },
  equalsIgnoreCase: {
    of: "own",
    ...about("the same text in any case"),
    wants: "the rule wants, in any case,",
    ...sentence("is … in capitals or not", "is not … in capitals or not"),
    value: "text",
    meets: "texts",
    words: "any case",
    metByAbsence: "never",
  },
  matches: {
    of: "own",
    ...about("a text that matches an RE2 pattern somewhere"),
    wants: "the rule wants it to match",
    ...sentence("matches the pattern …", "does not match the pattern …"),
    value: "pattern",
    meets: "texts",
    metByAbsence: "never",
  },
  before: {
    of: "own",
    ...about('an earlier time, in ISO 8601 or "HH:MM"'),
    wants: "the rule wants it before",
    ...sentence("is before …", "is not before …"),
    value: "time",
    meets: "times",
    metByAbsence: "never",
  },
  after: {
    of: "own",
    ...about('a later time, in ISO 8601 or "HH:MM"'),
    wants: "the rule wants it after",
    ...sentence("is after …", "is not after …"),
    value: "time",
    meets: "times",
    metByAbsence: "never",
  },
} as const satisfies { readonly [name: string]: Operator };

export type OperatorName = keyof typeof TABLE;
type Of<Whose extends Operator["of"]> = {
  [Name in OperatorName]: (typeof TABLE)[Name]["of"] extends Whose ? Name : never;
}[OperatorName];
/** The comparisons of json-rules-engine. */
export type EngineOperator = Of<"engine">;
/** Our own comparisons, which we add to the engine. */
export type OwnOperator = Of<"own">;

/** Every operator by its name. */
export const OPERATORS: { readonly [Name in OperatorName]: Operator } = TABLE;

/** Whether the language has an operator of this name, without decorators. */
export function isOperator(name: string): name is OperatorName {
  return Object.hasOwn(OPERATORS, name);
}

/** The names of all operators, the engine's first. */
export const OPERATOR_NAMES: readonly OperatorName[] = Object.keys(OPERATORS).filter(isOperator);

/** What a decorator does to a comparison; those that take a list item by item have words such as `some item of`. */
type Decorator =
  | { readonly does: "take items of the fact" | "take items of the value"; readonly words: string }
  | { readonly does: "swap" | "negate" };

const DECORATOR_TABLE = {
  someFact: { does: "take items of the fact", ...phrases({ words: "some item of" }) },
  someValue: { does: "take items of the value", ...phrases({ words: "at least one of" }) },
  everyFact: { does: "take items of the fact", ...phrases({ words: "every item of" }) },
  everyValue: { does: "take items of the value", ...phrases({ words: "each of" }) },
  swap: { does: "swap" },
  not: { does: "negate" },
} as const satisfies { readonly [name: string]: Decorator };
export type DecoratorName = keyof typeof DECORATOR_TABLE;

/** What may precede an operator, as in `someFact:equal`; decorators may be chained. */
export const DECORATORS: { readonly [Name in DecoratorName]: Decorator } = DECORATOR_TABLE;

/** Whether the language has a decorator of this name. */
export function isDecorator(name: string): name is DecoratorName {
  return Object.hasOwn(DECORATORS, name);
}

/** The names of all decorators. */
export const DECORATOR_NAMES: readonly DecoratorName[] = Object.keys(DECORATORS).filter(isDecorator);

/** An operator as written in a rule, such as `not:someFact:equal`: its name, and its decorators from the left. */
interface WrittenOperator {
  readonly name: string;
  readonly decorators: readonly string[];
}

/** Splits an operator as written, whether or not its words are part of the language. */
export function takeApart(written: string): WrittenOperator {
  const decorators = written.split(":");
  const name = decorators.pop() ?? "";
  return { name, decorators };
}

/** How many of the decorators have this effect on a comparison. */
export function timesThat(decorators: readonly string[], does: Decorator["does"]): number {
  return decorators.filter((word) => isDecorator(word) && DECORATORS[word].does === does).length;
}
