// The scopes of HighLevel that an action needs to be performed, whatever its texts name. The operator's page and the
// commands tell of them; the Worker only finds out.
import { CALLS } from "../highlevel/calls.ts";
import type { Action } from "../model/rule.ts";

/** Asked before each message, and when it is not known whether one was sent. */
const BESIDE_MESSAGES = ["contacts.readonly", "conversations/message.readonly"] as const;

/** The scopes that performing an action takes; none: it does not go to HighLevel. */
export function scopesOfAction(action: Action): readonly string[] {
  if (action.type !== "highlevel") return [];
  return [CALLS[action.call].scope, ...(action.call === "send-message" ? BESIDE_MESSAGES : [])];
}
