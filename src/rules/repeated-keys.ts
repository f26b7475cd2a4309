import type { Path } from "../kit/json.ts";

/** More of them, or deeper ones, are not looked for: no person wrote that. */
const MAX_FOUND = 100;
const MAX_DEPTH = 64;

/** An object or a list that is open, and the key or index at which it is. */
interface Open {
  readonly seen: Set<string> | null;
  at: string | number;
}

/** The paths of keys that stand twice in an object, which parsing hides: of a text that is known to be JSON. */
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

/** Where a text in quotes ends, behind the closing one. */
function endOfText(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === "\\" ? 2 : 1;
  return index + 1;
}
