// Places in a JSON text: from a pointer to line and column.
import { findNodeAtLocation, parseTree, type Node } from "jsonc-parser";
import { jsonFault, placeIn } from "../kit/json-fault.ts";
import type { Place } from "./shown-line.ts";

const MAX_DEPTH = 500;

/** Where a JSON pointer leads in a text; for a missing value, where it should be; for invalid JSON, where it breaks. */
export function placeOf(text: string, pointer: string): Place {
  const fault = jsonFault(text);
  if (fault) return placeIn(text, fault.offset);
  if (isTooDeep(text)) return { line: 1, column: 1 };
  const root = parseTree(text);
  const path = pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  let node: Node | undefined = root;
  for (const key of path) {
    const next: Node | undefined = node && findNodeAtLocation(node, [node.type === "array" ? Number(key) : key]);
    if (!next) break;
    node = next;
  }
  // The place of a property's value is that of its key.
  const property = node?.parent?.type === "property" ? node.parent : node;
  return placeIn(text, property?.offset ?? 0);
}

/** The parser recurses, so a text that admission refuses as too deep is not parsed. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}
