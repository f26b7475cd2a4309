// The paths of the language, such as `$.a.b[0]`, and what they lead to.
import type { Json } from "../kit/json.ts";

/** One step of a path: a name after a dot, a name in quotes, or an index. */
const STEP = /\.([A-Za-z_$][\w$-]*)|\[(\d+)\]|\['([^'\\]+)'\]|\["([^"\\]+)"\]/y;
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/** The form of a path as one pattern, for the JSON Schema: `pathKeys` accepts the same paths and returns the keys. */
export const PATH_PATTERN =
  "^\\$(?!.*(?:\\.|\\[['\"])(?:__proto__|constructor|prototype)(?:[.\\['\"]|$))(?:\\.[A-Za-z_$][\\w$-]*|\\[\\d+\\]|\\['[^'\\\\]+'\\]|\\[\"[^\"\\\\]+\"\\])*$";

/** What a path may look like, for messages. */
export const PATH_FORM = 'a path such as "$.a.b[0]", without wildcards, filters or ".."';

/** The keys of a path such as `$.a.b[0]` or `$['a b']`; `null` if it is anything else, or names a prototype key. */
export function pathKeys(path: string): readonly string[] | null {
  if (!path.startsWith("$")) return null;
  const keys: string[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const step = STEP.exec(path);
    const key = step?.slice(1).find((group) => group !== undefined);
    if (key === undefined || FORBIDDEN.has(key)) return null;
    keys.push(key);
  }
  return keys;
}

/** A value, or what a path leads to in it. If the value is not an object or a list, the path is ignored. */
export function valueAt(value: unknown, path: string | undefined): Json | undefined {
  return path && typeof value === "object" && value !== null ? resolvePath(value, path) : (value as Json | undefined);
}

/**
 * Follows a path through own properties only. Returns `undefined` if it leads nowhere or to null, or is not a path.
 * It replaces jsonpath-plus, whose filters run code.
 */
export function resolvePath(value: unknown, path: string): Json | undefined {
  const keys = pathKeys(path);
  if (keys === null) return undefined;
  let at: unknown = value;
  for (const key of keys) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as { [key: string]: unknown })[key];
  }
  return (at ?? undefined) as Json | undefined;
}
