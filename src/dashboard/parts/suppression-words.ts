import type { SuppressionReason } from "../../model/decision.ts";

/** Why a rule was suppressed, worded to follow its name or a number. */
export const SUPPRESSION_WORDS: { readonly [Reason in SuppressionReason]: string } = {
  limit: "at its limit",
  "duplicate-action": "had fired for the message before",
  loop: "in a loop of our own changes",
  late: "found too late",
  paused: "paused",
  error: "failed to evaluate",
  stopped: "stopped by a rule before it",
};
