import { isJsonObject, jsonPointer, type Json } from "../kit/json.ts";
import type { Issue } from "../model/failure.ts";

export const MAX_DEPTH = 32;
export const MAX_NODES = 5_000;
/** For a key in a pointer: keys come from outside, and one can fill a whole body. */
const MAX_POINTER_KEY_CHARACTERS = 64;

const BYTE_ORDER_MARK = "\uFEFF";

/** Keys that reach a prototype in careless code, ours or a user's: they are dropped. */
const PROTOTYPE_KEYS = ["__proto__", "constructor", "prototype"];

/** JSON from the wire: `issues` says why it cannot be used; `value` is there in any case. */
export interface ParsedJson {
  readonly text: string;
  readonly value: Json;
  readonly issues: readonly Issue[];
}

/** Parses UTF-8 JSON into data without prototype keys; `null` if the bytes are not UTF-8 JSON. */
export function parseJson(body: Uint8Array): ParsedJson | null {
  try {
    // A byte order mark stays in the text, so that the text gives the same bytes again, but it is not JSON.
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    const value = JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text) as Json;
    return { text, value, issues: boundAndClean(value) };
  } catch {
    return null;
  }
}

/** Drops prototype keys in place; stops with an issue if the document is too deep or wide, or a number is not finite. */
function boundAndClean(root: Json): readonly Issue[] {
  const path: (string | number)[] = [];
  let nodes = 1;
  const issueAt = (code: string, message: string): Issue => ({
    pointer: jsonPointer(path.map(shortened)),
    code,
    message,
  });

  // Bounded by MAX_DEPTH, so recursion is safe. The items of an object or a list are counted before they are visited.
  function visit(value: Json): Issue | null {
    if (typeof value === "number" && !Number.isFinite(value))
      return issueAt("EVENT_NUMBER", "Expected a number that fits in a double");
    if (typeof value !== "object" || value === null) return null;
    if (path.length >= MAX_DEPTH) return issueAt("EVENT_TOO_DEEP", `Expected at most ${MAX_DEPTH} levels`);
    if (isJsonObject(value)) for (const key of PROTOTYPE_KEYS) if (Object.hasOwn(value, key)) delete value[key];
    nodes += Array.isArray(value) ? value.length : Object.keys(value).length;
    if (nodes > MAX_NODES)
      return { pointer: "", code: "EVENT_TOO_WIDE", message: `Expected at most ${MAX_NODES} values in the document` };
    for (const [key, item] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
      path.push(key);
      const issue = visit(item);
      if (issue !== null) return issue;
      path.pop();
    }
    return null;
  }

  const issue = visit(root);
  return issue === null ? [] : [issue];
}

function shortened(key: string | number): string | number {
  return typeof key === "string" && key.length > MAX_POINTER_KEY_CHARACTERS
    ? `${key.slice(0, MAX_POINTER_KEY_CHARACTERS)}…`
    : key;
}
