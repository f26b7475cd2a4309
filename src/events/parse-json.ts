import { isJsonObject, jsonPointer, type Json } from "../model/json.ts";
import type { Issue } from "../model/failure.ts";

export const MAX_DEPTH = 32;
export const MAX_NODES = 5_000;

const BYTE_ORDER_MARK = "\uFEFF";

/** Keys that reach a prototype in careless code, ours or a user's: they are dropped. */
const PROTOTYPE_KEYS = ["__proto__", "constructor", "prototype"];

/** JSON from the wire: `issues` tells what makes it too large to be used, `value` is there all the same. */
export interface ParsedJson {
  readonly text: string;
  readonly value: Json;
  readonly issues: readonly Issue[];
}

/** UTF-8 JSON as data without prototype keys, or `null` when the bytes are not that. */
export function parseJson(body: Uint8Array): ParsedJson | null {
  try {
    // A byte order mark stays in the text, so that it can be turned into the same bytes again, and is no JSON.
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    const value = JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text) as Json;
    return { text, value, issues: boundAndClean(value) };
  } catch {
    return null;
  }
}

/** Drops prototype keys in place, and stops with an issue where the document is too deep or too wide. */
function boundAndClean(root: Json): readonly Issue[] {
  const open: { value: Json; path: readonly (string | number)[] }[] = [{ value: root, path: [] }];
  let nodes = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    nodes += 1;
    if (nodes > MAX_NODES) {
      return [{ pointer: "", code: "EVENT_TOO_WIDE", message: `Expected at most ${MAX_NODES} values in the document` }];
    }
    if (typeof value !== "object" || value === null) continue;
    if (path.length >= MAX_DEPTH) {
      return [{ pointer: jsonPointer(path), code: "EVENT_TOO_DEEP", message: `Expected at most ${MAX_DEPTH} levels` }];
    }
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) open.push({ value: item, path: [...path, index] });
    } else if (isJsonObject(value)) {
      for (const key of PROTOTYPE_KEYS) if (Object.hasOwn(value, key)) delete value[key];
      for (const [key, item] of Object.entries(value)) open.push({ value: item, path: [...path, key] });
    }
  }
  return [];
}
