// What is being written at the cursor.
import type { JsonNode, Member } from "./read-json.ts";

/** A key of an object, or a value, and the objects and lists around it, outermost first. */
export interface Cursor {
  readonly what: "key" | "value";
  readonly around: readonly Step[];
  /** Where the key or scalar that is being written begins. */
  readonly from: number;
  readonly to: number;
}

/** One object or list, and the key under which the next one, or the cursor, is in it. `null`: a new key, or an item. */
interface Step {
  readonly node: JsonNode;
  readonly member: Member | null;
}

/** What is being written at `position`; `null` if nothing but a comma or a colon can be. */
export function cursorAt(root: JsonNode | null, text: string, position: number): Cursor | null {
  if (!root || position <= root.from) return text.trim() === "" || !root ? empty(text, position) : null;
  const around: Step[] = [];
  let node = root;
  for (;;) {
    if (node.kind === "scalar") return null;
    const member = node.members.findLast(({ from }) => from < position) ?? null;
    const inner: JsonNode | null | undefined =
      node.kind === "object" ? member?.value : node.items.findLast(({ from }) => from < position);
    if (inner && isInside(inner, position)) {
      around.push({ node, member });
      if (inner.kind === "scalar") return { what: "value", around, from: inner.from, to: inner.to };
      node = inner;
      continue;
    }
    return between(node, member, inner ?? null, around, text, position);
  }
}

function isInside({ kind, from, to, isClosed }: JsonNode, position: number): boolean {
  if (kind === "scalar") return from <= position && position <= to;
  return from < position && (isClosed ? position < to : position <= to);
}

/** For a position that is in an object or a list, but in none of its values. */
function between(
  node: JsonNode,
  member: Member | null,
  last: JsonNode | null,
  around: readonly Step[],
  text: string,
  position: number,
): Cursor | null {
  if (node.isClosed && position >= node.to) return null;
  const word = /[\w$-]*$/.exec(text.slice(0, position))?.[0].length ?? 0;
  const from = position - word;
  const before = text.slice(0, from).trimEnd().at(-1);
  if (node.kind === "object") {
    if (member && position <= member.to)
      return { what: "key", around: [...around, { node, member }], from: member.from, to: member.to };
    if (before === "{" || before === ",")
      return { what: "key", around: [...around, { node, member: null }], from, to: position };
    const isValue = member?.colonAt !== null && member?.value === null && before === ":";
    return isValue ? { what: "value", around: [...around, { node, member }], from, to: position } : null;
  }
  const isItem = before === "," || (before === "[" && last === null);
  return isItem ? { what: "value", around: [...around, { node, member: null }], from, to: position } : null;
}

function empty(text: string, position: number): Cursor | null {
  return text.trim() === "" ? { what: "value", around: [], from: position, to: position } : null;
}
