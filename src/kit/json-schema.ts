// The words in which JSON Schemas are written.
import type { Json, JsonObject } from "./json.ts";

/** A schema with a phrase for people, unless it has its own. */
export const about = (description: string, schema: JsonObject): JsonObject => ({ description, ...schema });
/** Any text. */
export const text = (description: string): JsonObject => about(description, { type: "string" });
/** A reference to a name in `$defs`. */
export const reference = (name: string): JsonObject => ({ $ref: `#/$defs/${name}` });
/** One of some words. */
export const words = (names: readonly string[]): JsonObject => ({ enum: [...names] });
/** The alternatives of an `anyOf`, each a word with a phrase. */
export const described = (entries: readonly (readonly [string, string])[]): Json[] =>
  entries.map(([name, description]) => ({ const: name, description }));
/** A list. */
export const listOf = (items: JsonObject, more: JsonObject = {}): JsonObject => ({ type: "array", items, ...more });
/** An object with these keys and no others. */
export function exactly(properties: { [key: string]: JsonObject }, required: readonly string[]): JsonObject {
  return { type: "object", properties, required: [...required], additionalProperties: false };
}
