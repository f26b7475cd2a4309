// Where in a text a JSON pointer leads to.
import { readJson, type JsonNode, type Member } from "./read-json.ts";

/** A part of a text, `to` exclusive. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Finds places in a text by JSON pointer: the value that is meant; for what is missing the object or list that it is
 * missing from; and in a text that is no JSON, whatever is asked, where it breaks.
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

/** What `JSON.parse` keeps of a key that stands twice. */
function lastOf({ members }: JsonNode, key: string): Member | undefined {
  return members.findLast((member) => member.key === key);
}

/** What is missing has no place: the bracket is marked, not all that is inside. */
function startOf({ kind, from, to }: JsonNode): Range {
  return { from, to: kind === "scalar" ? to : from + 1 };
}

/** At least a character, so that there is something to mark. At the end of the text it is the last one that is seen. */
function brokenPlace(text: string, at: number): Range {
  const end = text.trimEnd().length;
  if (at >= end) return { from: Math.max(0, end - 1), to: end };
  const [token = " "] = /^(?:"[^"\n]*"?|[{}[\],:]|[^\s{}[\],:"]+)/.exec(text.slice(at)) ?? [];
  return { from: at, to: at + token.length };
}
