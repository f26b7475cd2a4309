// From the table of an action's keys to what is made from it: structs, and the texts that may be templates.
import {
  array,
  boolean,
  define,
  enums,
  literal,
  nonempty,
  optional,
  record,
  refine,
  string,
  type Struct,
} from "superstruct";
import { isJsonObject } from "../../kit/json.ts";
import { anyStruct, strictObject, type AnyStruct } from "../../kit/strict-object.ts";
import { expectedOneOf } from "../../kit/suggestion.ts";
import type { ActionField, FieldsOf, ActionForm, FormName, Shape, Shapes } from "../../model/action-shape.ts";
import type { Action } from "../../model/rule.ts";
import { DURATION_FORM, durationMs } from "../../time/duration.ts";
import { hasMarkup } from "../template/markup.ts";
import { HEADER_ROOTS, TEMPLATE_ROOTS } from "../template/template.ts";
import type { ActionTemplate, TemplatePlace } from "./action-kind.ts";

/** Keys of an action, each with its struct. */
export type Keys = { readonly [key: string]: AnyStruct };

/** The shape of an action that always has the same keys; the compiler checks it against the action's interface. */
export function shapeOf<A extends Action>(fields: FieldsOf<A>): Shape {
  return { fields };
}

/** A duration as people write it. */
export const duration: Struct<string, null> = refine(
  string(),
  "duration",
  (text) => durationMs(text) !== null || `Expected ${DURATION_FORM}`,
);

/** Returns the keys of an action of this kind, whatever else the action holds; always the same objects. */
export function keysFrom(type: string, shape: Shape | Shapes): (action: { readonly [key: string]: unknown }) => Keys {
  if ("fields" in shape) {
    const keys = { type: anyStruct(literal(type)), ...fieldKeys(shape) };
    return () => keys;
  }
  const { by, shapes } = shape;
  const words = Object.keys(shapes);
  const unknown: Keys = { type: anyStruct(literal(type)), [by]: unknownCall(words) };
  const known = new Map<unknown, Keys>(
    Object.entries(shapes).map(([word, one]) => [
      word,
      { type: anyStruct(literal(type)), [by]: anyStruct(literal(word)), ...fieldKeys(one) },
    ]),
  );
  return (action) => known.get(action[by]) ?? unknown;
}

/** The failure type of the word that says which keys an action of its kind has, where that is none of those known. */
export const UNKNOWN_CALL = "unknown-call";

function unknownCall(words: readonly string[]): AnyStruct {
  return anyStruct(define(UNKNOWN_CALL, (value) => expectedOneOf(words, value)));
}

/** Every text of an action that may be a template, in the order of its table. */
export function* templatesIn({ fields }: Shape, action: object): Generator<ActionTemplate> {
  const values = new Map<string, unknown>(Object.entries(action));
  for (const [name, { form }] of Object.entries(fields)) {
    const roots = form === "headers" ? HEADER_ROOTS : TEMPLATE_ROOTS;
    const place = Array.isArray(form) ? null : PLACES[typeof form === "string" ? form : "text"];
    if (place !== null)
      for (const { path, text } of textsIn(values.get(name), [name])) yield { path, text, roots, place };
  }
}

/** What a template in a form may become; `null`: it is taken literally, as are words of a list. */
const PLACES: { readonly [Name in FormName]: TemplatePlace | null } = {
  text: "text",
  "any-text": "text",
  url: "url",
  duration: null,
  texts: "list",
  headers: "text",
  json: "json",
  number: "text",
  "named-texts": "text",
  boolean: null,
};

function* textsIn(
  value: unknown,
  path: readonly (string | number)[],
): Generator<{ readonly path: readonly (string | number)[]; readonly text: string }> {
  if (typeof value === "string") yield { path, text: value };
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* textsIn(item, [...path, index]);
  else if (isJsonObject(value)) for (const [key, item] of Object.entries(value)) yield* textsIn(item, [...path, key]);
}

function fieldKeys({ fields }: Shape): Keys {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, structOf(field)]));
}

function structOf({ form, required }: ActionField): AnyStruct {
  const struct = formStruct(form);
  return required ? struct : anyStruct(optional(struct));
}

const NAMED: { readonly [Name in FormName]: AnyStruct } = {
  text: anyStruct(nonempty(string())),
  "any-text": anyStruct(string()),
  url: anyStruct(string()),
  duration: anyStruct(duration),
  texts: anyStruct(nonempty(array(nonempty(string())))),
  headers: anyStruct(record(string(), string())),
  number: anyStruct(
    define("number", (value) => isNumberOrTemplate(value) || "Expected a number, or a template that yields one"),
  ),
  "named-texts": anyStruct(
    refine(record(string(), string()), "named", (texts) => Object.keys(texts).length > 0 || "Expected at least one"),
  ),
  // `any` would also accept an absent value.
  json: anyStruct(define("json", (value) => value !== undefined || "Expected any JSON")),
  boolean: anyStruct(boolean()),
};

function isNumberOrTemplate(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value === "string" && hasMarkup(value);
}

function formStruct(form: ActionForm): AnyStruct {
  if (typeof form === "string") return NAMED[form];
  if ("texts" in form)
    return anyStruct(strictObject(Object.fromEntries(form.texts.map((key) => [key, anyStruct(string())]))));
  if (!("words" in form)) return anyStruct(enums(form));
  const { words, template } = form;
  const isWord = (text: string): boolean => words.includes(text) || (template === true && hasMarkup(text));
  const others = template ? ", or a template" : "";
  return anyStruct(refine(string(), "word", (text) => isWord(text) || expectedOneOf(words, text, others)));
}
