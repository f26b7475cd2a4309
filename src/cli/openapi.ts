// The part of docs/openapi.json that is made from the tables of actions; the rest of the page is written by hand.
import { join } from "node:path";
import { findNodeAtLocation, parseTree, type Node } from "jsonc-parser";
import { isJsonObject, type Json, type JsonObject } from "../kit/json.ts";
import { ROOT } from "../local/project.ts";
import { actionComponents } from "../rules/action-schema.ts";
import { about, listOf } from "../kit/json-schema.ts";
import { DURATION_PATTERN, RESTART_PHRASE } from "../rules/schema.ts";

/** The path of the document. */
export const OPENAPI_FILE = join(ROOT, "docs/openapi.json");

/** The components after the first of these, up to and including the second, are made here. */
const AFTER = "CancelTrigger";
const LAST = "Action";
const WIDTH = 120;
const INDENT = 6;
/** The keys that come first in a schema of the document, in this order. */
const FIRST = ["$ref", "type", "description", "required", "additionalProperties", "properties"];

const component = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
const duration = component("Duration");

/** The components of actions: those of each kind, what they refer to, and the one for any action. */
function openApiComponents(): readonly (readonly [name: string, schema: JsonObject])[] {
  const timed = {
    after: about("after the decision; absent: at once", duration),
    cancelOn: component("CancelOn"),
    restart: about(RESTART_PHRASE, { type: "boolean" }),
  };
  const kinds = actionComponents({ duration, json: component("Json"), timed });
  return [
    [
      "Duration",
      { type: "string", description: "Such as 30s, 5m, 2h, 3d or PT90M, at most 365 days", pattern: DURATION_PATTERN },
    ],
    ["CancelOn", inOpenApi(about("what ends the wait", listOf(component(AFTER), { minItems: 1 })))],
    ...kinds.map(({ name, about: phrase, schemas }) => {
      const [first, ...others] = schemas.map((one) => inOpenApi({ ...one.schema, description: one.about }));
      const isAlone = first !== undefined && others.length === 0;
      return [name, isAlone ? first : { description: sentence(phrase), oneOf: [first ?? {}, ...others] }] as const;
    }),
    [LAST, { oneOf: kinds.map(({ name }) => component(name)) }],
  ];
}

/** The document with its components of actions replaced by these. */
export function withActionComponents(document: string): string {
  const root = parseTree(document);
  const schemas = root && findNodeAtLocation(root, ["components", "schemas"]);
  const properties = schemas?.children ?? [];
  const before = properties.find((property) => nameOf(property) === AFTER);
  const last = properties.find((property) => nameOf(property) === LAST);
  if (!before || !last || last.offset < before.offset)
    throw new Error(`docs/openapi.json has no component ${LAST} after ${AFTER}`);
  const indent = " ".repeat(INDENT);
  const made = openApiComponents().map(
    ([name, schema]) => `${indent}${JSON.stringify(name)}: ${printed(schema, INDENT, JSON.stringify(name).length + 2)}`,
  );
  const [head, tail] = [document.slice(0, before.offset + before.length), document.slice(last.offset + last.length)];
  return `${[head, ...made].join(",\n")}${tail}`;
}

function nameOf(property: Node): unknown {
  return property.children?.[0]?.value;
}

/** A schema in the style of the document: descriptions as sentences, keys in its order. */
function inOpenApi(schema: JsonObject): JsonObject {
  const { properties, description, enum: oneOf, required, ...rest } = schema;
  const object: JsonObject = {
    ...rest,
    ...(required === undefined ? {} : { required }),
    ...(oneOf === undefined ? {} : { type: "string", enum: oneOf }),
  };
  // What a constant means is said at the component.
  if (typeof description === "string" && !("const" in schema)) object["description"] = sentence(description);
  if (isJsonObject(properties)) object["properties"] = mapped(properties);
  for (const key of ["items", "additionalProperties"]) {
    const inner = object[key];
    if (isJsonObject(inner)) object[key] = inOpenApi(inner);
  }
  for (const key of ["anyOf", "allOf"]) {
    const inner = object[key];
    if (Array.isArray(inner)) object[key] = inner.map((one) => (isJsonObject(one) ? inOpenApi(one) : one));
  }
  // Strict readers want required properties defined in the same place.
  if (Array.isArray(required) && properties === undefined)
    object["properties"] = Object.fromEntries(
      required.filter((name) => typeof name === "string").map((name) => [name, {}]),
    );
  const ordered = Object.keys(object).toSorted((a, b) => placeOf(a) - placeOf(b));
  return Object.fromEntries(ordered.map((key) => [key, object[key] ?? null]));
}

function mapped(properties: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, one]) => [name, isJsonObject(one) ? inOpenApi(one) : one]),
  );
}

function placeOf(key: string): number {
  const place = FIRST.indexOf(key);
  return place === -1 ? FIRST.length : place;
}

/** A phrase with its first letter capitalised, unless it begins with the name of a scheme. */
function sentence(phrase: string): string {
  return phrase.replace(/^(?!https?\b)[a-z]/, (letter) => letter.toUpperCase());
}

/** JSON on one line if it fits, else one line for each entry. `used` characters precede it on its first line. */
function printed(value: Json, indent: number, used: number): string {
  const line = onOneLine(value);
  // A comma may follow.
  if (typeof value !== "object" || value === null || indent + used + line.length < WIDTH) return line;
  const inner = indent + 2;
  const entries = Array.isArray(value)
    ? value.map((item) => printed(item, inner, 0))
    : Object.entries(value).map(([key, item]) => {
        const name = `${JSON.stringify(key)}: `;
        return `${name}${printed(item, inner, name.length)}`;
      });
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const lines = entries.map((entry) => `${" ".repeat(inner)}${entry}`).join(",\n");
  return `${open}\n${lines}\n${" ".repeat(indent)}${close}`;
}

function onOneLine(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${onOneLine(item)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}
