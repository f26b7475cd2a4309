import type { HeldReason } from "../../model/decision.ts";

/** Why a rule was held, worded to follow its name or a number. */
export const HELD_WORDS: { readonly [Reason in HeldReason]: string } = {
  limit: "at its limit",
  "duplicate-action": "had fired for the message before",
  error: "failed to evaluate",
  stopped: "stopped by a rule before it",
};
