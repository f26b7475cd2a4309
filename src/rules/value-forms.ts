// The forms that the value of an operator can have: what admission and the JSON Schema say about a constant.
import { DECIMAL_PATTERN, decimalOf } from "../kit/decimal.ts";
import { isJsonObject, type Json, type JsonObject } from "../kit/json.ts";
import { isoMoment } from "../kit/moment.ts";
import { comparableTime } from "../language/comparable-time.ts";
import type { FieldType } from "../model/event-fields.ts";
import type { ValueForm } from "../language/operators.ts";
import { isPattern } from "../language/pattern.ts";

/** Why a value makes no sense. */
export interface WrongValue {
  readonly message: string;
  /** The message is about the pattern; otherwise it continues a sentence that begins with the operator's name. */
  readonly pattern?: true;
}

interface FormOfValue {
  /** The JSON Schema of a constant. */
  readonly schema: JsonObject;
  /** What is wrong with a constant. */
  readonly wrong: (value: Json) => WrongValue | null;
  /** Another fact as the value has to be one that can be a list. */
  readonly isList?: true;
  /** Another fact in its place cannot be one of these types, unless a path leads into it. */
  readonly neverOf?: readonly FieldType[];
  /** Why the event must not supply the value, neither as another fact nor by `swap`. */
  readonly notOfEvent?: WrongValue;
}

/** Types of facts that can be a list. */
export const LISTED_TYPES: readonly FieldType[] = ["list", "object", "any"];

export const NEEDS_LIST: WrongValue = { message: "needs a list; with text it would look for a part of it" };
export const NEEDS_NUMBER: WrongValue = { message: "needs a number, in decimal digits" };
const NEEDS_TEXT: WrongValue = { message: "needs a text" };
const NEEDS_PRIMITIVE: WrongValue = {
  message: "never matches a list or an object, compare with text, a number, true or false",
};
const NEEDS_VALUE: WrongValue = {
  message: "never meets null, since what is null is absent, ask with exists whether it is there",
};
const NO_RE2: WrongValue = {
  message:
    "Expected a pattern in RE2 syntax of at most 200 characters, without look-around, back-references, and repeats over 100",
  pattern: true,
};

/** A pattern in JavaScript's notation: RE2 would search for the slashes, too. */
const REGEX_LITERAL = /^\/(?:\^.*|.*\$)?\/[a-z]*$|^\/.+\/[gimsuy]+$/;

const primitive: JsonObject = { type: ["string", "number", "boolean"] };
const text: JsonObject = { type: "string", minLength: 1 };

/** What each form admits, in the order in which the JSON Schema names them. */
export const VALUE_FORMS: { readonly [Form in ValueForm]: FormOfValue } = {
  list: {
    schema: { type: "array", items: primitive, minItems: 1 },
    wrong: (value) => {
      if (!Array.isArray(value)) return NEEDS_LIST;
      if (value.length === 0) return { message: "needs at least one value in its list" };
      return value.map(wrongPrimitive).find((wrong) => wrong !== null) ?? null;
    },
    isList: true,
  },
  boolean: {
    schema: { type: "boolean" },
    wrong: (value) => (typeof value === "boolean" ? null : { message: "needs true or false" }),
  },
  text: {
    schema: text,
    wrong: (value) => (typeof value === "string" && value !== "" ? null : NEEDS_TEXT),
  },
  pattern: {
    schema: text,
    wrong: (value) => {
      if (typeof value !== "string" || value === "") return NEEDS_TEXT;
      if (REGEX_LITERAL.test(value))
        return {
          message: "Write the pattern without slashes around it; (?i) at its start ignores case",
          pattern: true,
        };
      return isPattern(value) ? null : NO_RE2;
    },
    // The sender of the event would determine how long matching takes.
    notOfEvent: { message: "Write the pattern out, it cannot come from the event", pattern: true },
  },
  time: {
    schema: { type: "string" },
    wrong: (value) => (isTime(value) ? null : { message: 'needs a time in ISO 8601 that there is, or "HH:MM"' }),
  },
  number: {
    schema: { type: ["number", "string"], pattern: DECIMAL_PATTERN },
    wrong: (value) => (decimalOf(value) === null ? NEEDS_NUMBER : null),
    neverOf: ["boolean", "time", "list", "object"],
  },
  primitive: {
    schema: primitive,
    wrong: wrongPrimitive,
  },
};

/** Numbers of seconds are for events; in a rule nobody could read them. */
function isTime(value: Json): boolean {
  return typeof value === "string" && (comparableTime(value)?.isClock === true || isoMoment(value) !== null);
}

function wrongPrimitive(value: Json): WrongValue | null {
  if (value === null) return NEEDS_VALUE;
  return Array.isArray(value) || isJsonObject(value) ? NEEDS_PRIMITIVE : null;
}
