// The JSON Schema of actions, made from the table of each kind: for rule files, and for the OpenAPI document.
import { KIND_PHRASES, type KindPhrases, type Phrases } from "../act/about.ts";
import { ACTION_KINDS } from "../act/kinds.ts";
import type { JsonObject } from "../kit/json.ts";
import type { ActionField, FormName, Shape } from "../model/action-shape.ts";
import type { ActionType } from "../model/rule.ts";
import { about, exactly, listOf, text, words } from "../kit/json-schema.ts";

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
  const named = { type: constant(type, KIND_PHRASES[type].about) };
  return phrasedShapes(type).map(({ word, shape, phrases }) => {
    const chosen = word === null ? {} : { [word.key]: constant(word.is, phrases.about) };
    return { about: phrases.about, schema: objectOf({ ...named, ...chosen }, shape, phrases.fields, said) };
  });
}

/** A shape with its phrases, and the key and word that choose it if its kind has several. */
interface PhrasedShape {
  readonly word: { readonly key: string; readonly is: string } | null;
  readonly shape: Shape;
  readonly phrases: Phrases;
}

/** Every shape of a kind. It throws if phrases are missing: schemas are only made by the build. */
function phrasedShapes(type: ActionType): readonly PhrasedShape[] {
  const { shape } = ACTION_KINDS[type];
  const phrases: KindPhrases = KIND_PHRASES[type];
  if ("fields" in shape) {
    if (!("fields" in phrases)) throw new Error(`The phrases of "${type}" have no fields`);
    return [{ word: null, shape, phrases }];
  }
  if (!("each" in phrases)) throw new Error(`The phrases of "${type}" have none for each ${shape.by}`);
  return Object.entries(shape.shapes).map(([is, one]) => ({
    word: { key: shape.by, is },
    shape: one,
    phrases: entryOf(phrases.each, is),
  }));
}

function entryOf<Entry>(entries: { readonly [name: string]: Entry }, name: string): Entry {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (entry === undefined) throw new Error(`There is no phrase for "${name}"`);
  return entry;
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
  const own = Object.entries(fields).map(
    ([name, field]) => [name, fieldOf(field, entryOf(phrases, name), said)] as const,
  );
  const required = names.filter((name) => fields[name]?.required);
  const object = exactly({ ...named, ...Object.fromEntries(own), ...said.timed }, [...Object.keys(named), ...required]);
  return oneOf ? { ...object, allOf: [{ anyOf: oneOf.map((name) => ({ required: [name] })) }] } : object;
}

const someText: JsonObject = { type: "string", minLength: 1 };

function fieldOf({ form }: ActionField, phrase: string, said: Said): JsonObject {
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
  number: (phrase) => about(withTemplates(phrase), { anyOf: [{ type: "number" }, TEMPLATE] }),
  "named-texts": (phrase) =>
    about(withTemplates(phrase), { type: "object", minProperties: 1, additionalProperties: { type: "string" } }),
  json: (phrase, { json }) => about(phrase, json),
  boolean: (phrase) => about(phrase, { type: "boolean" }),
};

function withTemplates(phrase: string): string {
  return phrase.endsWith(MAY_HOLD_TEMPLATES) ? phrase : `${phrase}; ${MAY_HOLD_TEMPLATES}`;
}
