import type { Json } from "../kit/json.ts";

const EVENT_KEY = /^[!-~]{1,128}$/;
/** A key that no URL path can hold. */
const DOT_SEGMENT = /^\.{1,2}$/;

/** What a sender names its message with as the key of an event, or `null` where it cannot be one. */
export function eventKeyFrom(named: Json | undefined): string | null {
  return typeof named === "string" && EVENT_KEY.test(named) && !DOT_SEGMENT.test(named) ? named : null;
}
