/** Any value that JSON text can hold. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object: the shape of every payload. */
export interface JsonObject {
  [key: string]: Json;
}

/** Whether a value is a JSON object: neither null nor a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is neither an object nor a list. */
export function isPrimitive(value: Json): boolean {
  return typeof value !== "object" || value === null;
}

/** Whether a field is there and says something: HighLevel leaves out what is empty, sends `null`, or `""`. */
export function isGiven(value: unknown): value is boolean | number | string | object {
  return (value ?? "") !== "";
}

/** Parses a text as a JSON object; `null` if it is not one. */
export function jsonObjectIn(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Keys that lead to a place in a file. */
export type Path = readonly (string | number)[];

/** A JSON pointer (RFC 6901) from the keys that lead to a place, `""` for the root. */
export function jsonPointer(path: Path): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
