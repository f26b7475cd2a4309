import type { Path } from "./json.ts";

/** Beyond these bounds nothing is looked for: no person writes such a file. */
const MAX_FOUND = 100;
const MAX_DEPTH = 64;

/** An object or a list that is being read, and the key or index that it has reached. */
interface Open {
  readonly seen: Set<string> | null;
  at: string | number;
}

/** The paths of keys that occur twice in an object, which parsing hides. The text must be valid JSON. */
export function repeatedKeys(text: string): readonly Path[] {
  const found: Path[] = [];
  const open: Open[] = [];
  let isKeyNext = false;
  for (let index = 0; index < text.length; index++) {
    const inside = open.at(-1);
    switch (text.charAt(index)) {
      case "{":
      case "[":
        isKeyNext = text.charAt(index) === "{";
        open.push({ seen: isKeyNext ? new Set() : null, at: 0 });
        if (open.length > MAX_DEPTH) return found;
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case ",":
        isKeyNext = inside?.seen !== null;
        if (typeof inside?.at === "number") inside.at += 1;
        break;
      case '"': {
        const end = endOfText(text, index);
        if (isKeyNext && inside?.seen) {
          inside.at = JSON.parse(text.slice(index, end)) as string;
          if (inside.seen.has(inside.at)) found.push(open.map(({ at }) => at));
          if (found.length === MAX_FOUND) return found;
          inside.seen.add(inside.at);
        }
        isKeyNext = false;
        index = end - 1;
      }
    }
  }
  return found;
}

/** The index just after the closing quote of a text. */
function endOfText(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === "\\" ? 2 : 1;
  return index + 1;
}
