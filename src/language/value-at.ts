import type { Json } from "../kit/json.ts";
import { pathKeys } from "./path.ts";

/** A value, or what a path leads to in it. In anything but an object a path means nothing, and the value stays. */
export function valueAt(value: unknown, path: string | undefined): Json | undefined {
  return path && typeof value === "object" && value !== null ? resolvePath(value, path) : (value as Json | undefined);
}

/**
 * Follows a path through own properties only. A path that leads nowhere, or is not one, gives `undefined`.
 * It stands in for jsonpath-plus, whose filters run code.
 */
export function resolvePath(value: unknown, path: string): Json | undefined {
  const keys = pathKeys(path);
  if (keys === null) return undefined;
  let at: unknown = value;
  for (const key of keys) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as { [key: string]: unknown })[key];
  }
  return at as Json;
}
