// Whether a request has the published form. Pure; it names places, never values.
import { isJsonObject, type JsonObject } from "../../kit/json.ts";
import type { PublishedBody, Kind } from "./forms.ts";

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** What is wrong with `values`, one sentence per place, worded like HighLevel's own validation. */
export function wrongIn(form: PublishedBody, values: JsonObject, prefix = ""): readonly string[] {
  const missing = form.required.filter((name) => values[name] === undefined || values[name] === "");
  return [
    ...Object.keys(values)
      .filter((name) => !Object.hasOwn(form.fields, name))
      .map((name) => `property ${prefix}${name} should not exist`),
    ...missing.map((name) => `${prefix}${name} should not be empty`),
    ...Object.entries(form.fields)
      .filter(([name]) => values[name] !== undefined && !missing.includes(name))
      .flatMap(([name, kind]) => wrongWith(kind, values[name], `${prefix}${name}`)),
  ];
}

function wrongWith(kind: Kind, value: unknown, place: string): readonly string[] {
  if (typeof kind !== "string" && "required" in kind) {
    return isJsonObject(value) ? wrongIn(kind, value, `${place}.`) : [`${place} must be an object`];
  }
  if (typeof kind !== "string" && "items" in kind) {
    if (!Array.isArray(value)) return [`${place} must be an array`];
    return value.flatMap((item: unknown, index) => wrongWith(kind.items, item, `${place}.${index}`));
  }
  if (typeof kind !== "string") {
    return typeof value === "string" && kind.includes(value)
      ? []
      : [`${place} must be one of the following values: ${kind.join(", ")}`];
  }
  return isOfKind(kind, value) ? [] : [`${place} must be ${IN_WORDS[kind]}`];
}

type Simple = Extract<Kind, string>;

const IN_WORDS: { readonly [kind in Simple]: string } = {
  text: "a string",
  texts: "an array of strings",
  number: "a number",
  boolean: "a boolean value",
  instant: "a valid ISO 8601 date string",
  object: "an object",
};

function isOfKind(kind: Simple, value: unknown): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "texts":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "instant":
      return typeof value === "string" && INSTANT.test(value) && !Number.isNaN(Date.parse(value));
    case "object":
      return isJsonObject(value);
  }
}

/** The text under `name`, empty if there is none. */
export function text(from: { readonly [name: string]: unknown }, name: string): string {
  const value = from[name];
  return typeof value === "string" ? value : "";
}

/** The texts under `name`, none if there is no list. */
export function texts(from: JsonObject, name: string): string[] {
  const value = from[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
