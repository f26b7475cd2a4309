// Places in a JSON text: from a pointer to line and column.
import { findNodeAtLocation, parseTree, type Node, type ParseError } from "jsonc-parser";

const MAX_DEPTH = 500;

/** Line and column from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where a JSON pointer leads to in a text; for what is missing, where it should be; for what is no JSON, where it breaks. */
export function placeOf(text: string, pointer: string): Place {
  if (isTooDeep(text)) return { line: 1, column: 1 };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true });
  const [broken] = errors;
  if (broken) return placeAt(text, broken.offset);
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
  // A value whose key is wrong is told at its key.
  const property = node?.parent?.type === "property" ? node.parent : node;
  return placeAt(text, property?.offset ?? 0);
}

/** The parser recurses: what admission refuses as too deep is not looked into. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
