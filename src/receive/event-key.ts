import type { Json } from "../kit/json.ts";

const EVENT_KEY = /^[!-~]{1,128}$/;
/** Names that a URL path cannot contain as a segment. */
const DOT_SEGMENT = /^\.{1,2}$/;

/** The name that a sender gave its message, as the key of an event, or `null` if it cannot be one. */
export function eventKeyFrom(named: Json | undefined): string | null {
  return typeof named === "string" && EVENT_KEY.test(named) && !DOT_SEGMENT.test(named) ? named : null;
}
