// The paths of the language, such as `$.a.b[0]`, and what they lead to: the singular queries of RFC 9535, whose names after
// a dot may hold `$` and `-` here, and whose quoted names have no escapes.
import type { Json } from "../kit/json.ts";

const NAME = "[A-Za-z_$][\\w$-]*";
const INDEX = indexPattern(String(Number.MAX_SAFE_INTEGER));
/** RFC 9535 has control characters escaped, section 2.3.1.1. */
const SINGLE_QUOTED = "[^'\\\\\\u0000-\\u001f]+";
const DOUBLE_QUOTED = '[^"\\\\\\u0000-\\u001f]+';
/** One step of a path: a name after a dot, an index, or a name in quotes. */
const STEP = new RegExp(`\\.(${NAME})|\\[(${INDEX})\\]|\\['(${SINGLE_QUOTED})'\\]|\\["(${DOUBLE_QUOTED})"\\]`, "y");
const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** The form of a path as one pattern, for the JSON Schema: `pathSteps` accepts the same paths and returns the steps. */
export const PATH_PATTERN =
  "^\\$(?!.*(?:\\.|\\[['\"])(?:__proto__|constructor|prototype)(?:[.\\['\"]|$))" +
  `(?:\\.${NAME}|\\[(?:${INDEX})\\]|\\['${SINGLE_QUOTED}'\\]|\\["${DOUBLE_QUOTED}"\\])*$`;

/** What a path may look like, for messages. */
export const PATH_FORM = 'a path such as "$.a.b[0]", without wildcards, filters or ".."';

/** A step of a path: the name of a key, or the index of an item. */
type Step = string | number;

/** The steps of a path such as `$.a.b[0]` or `$['a b']`; `null` when it is anything else, or names a prototype key. */
export function pathSteps(path: string): readonly Step[] | null {
  if (!path.startsWith("$") || !path.isWellFormed()) return null;
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const [, name, index, single, double] = STEP.exec(path) ?? [];
    const key = name ?? single ?? double;
    if (index !== undefined) steps.push(Number(index));
    else if (key === undefined || FORBIDDEN.has(key)) return null;
    else steps.push(key);
  }
  return steps;
}

/** A value, or what a path leads to in it. */
export function valueAt(value: unknown, path: string | undefined): Json | undefined {
  return path ? resolvePath(value, path) : (value as Json | undefined);
}

/**
 * Follows a path: a name leads to an own key of an object, an index to an item of a list. A path that leads nowhere or
 * to null, or is not one, gives `undefined`. It replaces jsonpath-plus, whose filters run code.
 */
export function resolvePath(value: unknown, path: string): Json | undefined {
  const steps = pathSteps(path);
  if (steps === null) return undefined;
  let at: unknown = value;
  for (const step of steps) {
    const isInside = typeof at === "object" && at !== null && Array.isArray(at) === (typeof step === "number");
    if (!isInside || !Object.hasOwn(at as object, step)) return undefined;
    at = (at as { [key: string]: unknown })[step];
  }
  return (at ?? undefined) as Json | undefined;
}

/** The whole numbers up to `most`, in digits, without zeros before them. */
function indexPattern(most: string): string {
  const smaller = most.split("").flatMap((digit, place) => {
    const [least, next] = [place === 0 ? 1 : 0, Number(digit) - 1];
    const rest = most.length - place - 1;
    return next < least ? [] : [`${most.slice(0, place)}[${least}-${next}]\\d{${rest}}`];
  });
  return ["0", `[1-9]\\d{0,${most.length - 2}}`, ...smaller, most].join("|");
}
