// The JSON Schema of actions, made from the table of each kind: for rule files, and for the OpenAPI document.
import { KIND_PHRASES, type Phrases } from "../act/about.ts";
import { ACTION_KINDS } from "../act/kinds.ts";
import type { JsonObject } from "../kit/json.ts";
import type { Field, FormName, Shape } from "../model/field.ts";
import type { ActionType } from "../model/rule.ts";
import { about, exactly, listOf, text, words } from "./json-schema.ts";

/** What each document expresses in its own way. */
interface Said {
  readonly duration: JsonObject;
  /** Any JSON. */
  readonly json: JsonObject;
  /** The keys that every action may have. */
  readonly timed: { readonly [key: string]: JsonObject };
}

/** A schema that is complete by itself: of a kind of action, or of one of its calls. */
interface ActionSchema {
  readonly about: string;
  readonly schema: JsonObject;
}

const TYPES = Object.keys(ACTION_KINDS) as ActionType[];
const MAY_HOLD_TEMPLATES = "may hold templates";
const HEADER_NAMES = "^[A-Za-z0-9-]{1,64}$";
const TEMPLATE: JsonObject = { type: "string", pattern: "\\{[{%]" };

/** A schema for each kind of action, and for each call of one that has calls. */
export function actionSchemas(said: Said): JsonObject[] {
  return TYPES.flatMap((type) => schemasOf(type, said).map(({ schema }) => schema));
}

/** The components of the OpenAPI document: each with its name, a phrase about it, and its alternatives. */
export function actionComponents(
  said: Said,
): readonly { readonly name: string; readonly about: string; readonly schemas: readonly ActionSchema[] }[] {
  return TYPES.map((type) => {
    const { component, about: phrase } = KIND_PHRASES[type];
    return { name: component, about: phrase, schemas: schemasOf(type, said) };
  });
}

function schemasOf(type: ActionType, said: Said): readonly ActionSchema[] {
  const { shape } = ACTION_KINDS[type];
  const phrases = KIND_PHRASES[type];
  const named = { type: constant(type, phrases.about) };
  if ("fields" in shape) {
    const fields = "fields" in phrases ? phrases.fields : {};
    return [{ about: phrases.about, schema: objectOf(named, shape, fields, said) }];
  }
  const each: { readonly [word: string]: Phrases } = "each" in phrases ? phrases.each : {};
  return Object.entries(shape.shapes).map(([word, one]) => {
    const { about: phrase = "", fields = {} } = each[word] ?? {};
    return {
      about: phrase,
      schema: objectOf({ ...named, [shape.by]: constant(word, phrase) }, one, fields, said),
    };
  });
}

function constant(word: string, description: string): JsonObject {
  return { const: word, description };
}

function objectOf(
  named: { [key: string]: JsonObject },
  { fields, oneOf }: Shape,
  phrases: { readonly [name: string]: string },
  said: Said,
): JsonObject {
  const names = Object.keys(fields);
  const own = Object.entries(fields).map(([name, field]) => [name, fieldOf(field, phrases[name] ?? "", said)] as const);
  const required = names.filter((name) => fields[name]?.required);
  const object = exactly({ ...named, ...Object.fromEntries(own), ...said.timed }, [...Object.keys(named), ...required]);
  return oneOf ? { ...object, allOf: [{ anyOf: oneOf.map((name) => ({ required: [name] })) }] } : object;
}

const someText: JsonObject = { type: "string", minLength: 1 };

function fieldOf({ form }: Field, phrase: string, said: Said): JsonObject {
  if (typeof form === "string") return NAMED[form](phrase, said);
  if ("texts" in form)
    return about(
      phrase,
      exactly(Object.fromEntries(form.texts.map((key) => [key, text(MAY_HOLD_TEMPLATES)])), form.texts),
    );
  if (!("words" in form)) return about(phrase, words(form));
  return about(phrase, form.template ? { anyOf: [words(form.words), TEMPLATE] } : words(form.words));
}

const NAMED: { readonly [Name in FormName]: (phrase: string, said: Said) => JsonObject } = {
  text: (phrase) => about(withTemplates(phrase), someText),
  "any-text": (phrase) => text(withTemplates(phrase)),
  url: text,
  duration: (phrase, { duration }) => about(phrase, duration),
  texts: (phrase) => about(withTemplates(phrase), listOf(someText, { minItems: 1 })),
  headers: (phrase) =>
    about(phrase, {
      type: "object",
      additionalProperties: { type: "string" },
      propertyNames: { pattern: HEADER_NAMES },
    }),
  json: (phrase, { json }) => about(phrase, json),
  boolean: (phrase) => about(phrase, { type: "boolean" }),
};

function withTemplates(phrase: string): string {
  return phrase.endsWith(MAY_HOLD_TEMPLATES) ? phrase : `${phrase}; ${MAY_HOLD_TEMPLATES}`;
}
