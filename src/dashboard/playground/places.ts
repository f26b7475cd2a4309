// Where in a text a JSON pointer leads.
import { readJson, type JsonNode, type Member } from "./read-json.ts";

/** A part of a text, `to` exclusive. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Finds places in a text by JSON pointer: the value; if it is missing, the object or list that it is missing from; and
 * if the text is not JSON, always the place where it breaks.
 */
export function placesIn(text: string): (pointer: string) => Range {
  const { root, brokenAt } = readJson(text);
  if (brokenAt !== null || root === null) {
    const broken = brokenPlace(text, brokenAt ?? 0);
    return () => broken;
  }
  return (pointer) => {
    let node: JsonNode = root;
    for (const part of pointer.split("/").slice(1)) {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      const next = node.kind === "array" ? node.items[Number(key)] : lastOf(node, key)?.value;
      if (!next) return startOf(node);
      node = next;
    }
    return { from: node.from, to: node.to };
  };
}

/** The member that `JSON.parse` keeps of a repeated key. */
function lastOf({ members }: JsonNode, key: string): Member | undefined {
  return members.findLast((member) => member.key === key);
}

/** Something missing has no place: the opening bracket is marked, not all that it encloses. */
function startOf({ kind, from, to }: JsonNode): Range {
  return { from, to: kind === "scalar" ? to : from + 1 };
}

/** At least one character, so that there is something to mark: at the end of the text, the last visible one. */
function brokenPlace(text: string, at: number): Range {
  const end = text.trimEnd().length;
  if (at >= end) return { from: Math.max(0, end - 1), to: end };
  const [token = " "] = /^(?:"[^"\n]*"?|[{}[\],:]|[^\s{}[\],:"]+)/.exec(text.slice(at)) ?? [];
  return { from: at, to: at + token.length };
}
