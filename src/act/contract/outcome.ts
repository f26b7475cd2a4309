import type { Task } from "../../model/task.ts";

/** The outcome of one attempt at an action, with whether another attempt makes sense. */
export type AttemptOutcome =
  | {
      readonly done: true;
      readonly status: number | null;
      readonly answer: string | null;
      readonly task?: Task;
      readonly messageId?: string | null;
      /** The other id of an e-mail. */
      readonly emailMessageId?: string | null;
    }
  | {
      readonly done: false;
      readonly status: number | null;
      readonly answer: string | null;
      readonly error: ActionError;
      /** How long to wait at least, in milliseconds: the destination's Retry-After, or a known time. */
      readonly retryAfterMs: number | null;
      /** Whatever the error says, the destination did not answer and may be down. */
      readonly isSilent?: true;
    };

/** Why a try failed: a code, a sentence without values, and whether to try again. */
export interface ActionError {
  readonly code: ActionErrorCode;
  readonly message: string;
  readonly retry: Retry;
}

/** Retried automatically, never, when a person releases it, or automatically without counting: it was not its turn. */
export type Retry = "later" | "never" | "held" | "in-turn";

export type ActionErrorCode =
  | "ACTION_TEMPLATE" // a template could not be rendered
  | "ACTION_SECRET" // WEBHOOK_SECRET or a secret that a header names is missing or unusable
  | "ACTION_TASK_STORE" // KV refused the task
  | "ACTION_LOST" // the stored event of the delivery cannot be read
  | "ACTION_FORM" // the stored plan is in a format that this version does not know: a newer version may come back
  | "ACTION_SIZE" // the action was too large to be kept whole
  | "ACTION_BUG" // an unexpected exception
  | "ACTION_BREAKER" // its rule has sent as many messages as its breaker lets through
  | "ACTION_PAUSED" // its rule, or its location, is paused
  | "ACTION_OVERTAKEN" // while it was under way, something came that ends it, or that has to be considered first
  | "ACTION_NOT_RELEASED" // it was held, and nobody released it
  | "CONTACT_DND" // the contact has do not disturb on for this channel
  | "CONTACT_STOPPED" // the contact wrote a word such as STOP on this channel
  | "CONTACT_UNKNOWN" // whether or when the contact may be reached cannot be found out now
  | "HIGHLEVEL_TOKEN" // the location has no token that can be used
  | "HIGHLEVEL_TOKEN_LATER" // it has one that cannot be refreshed or opened now
  | "HIGHLEVEL_TOKEN_REFUSED" // HighLevel refuses the token, even a fresh one, or its scopes
  | "HIGHLEVEL_LIMIT" // 429: more calls than HighLevel accepts
  | "HIGHLEVEL_EARLY" // 403 on a status: HighLevel does not know the message yet
  | "HIGHLEVEL_REFUSED" // an answer that another try would not change
  | "HIGHLEVEL_END_UNKNOWN" // a message may or may not have been sent: HighLevel is queried before it is sent again
  | "HIGHLEVEL_UNKNOWN" // whether it was sent cannot be found out
  | "DESTINATION_REFUSED" // the guard said no
  | "DESTINATION_STATUS" // an answer that is not 2xx
  | "DESTINATION_REDIRECT" // 3xx: never followed
  | "DESTINATION_GONE" // 410: it wants no more requests
  | "DESTINATION_TIMEOUT"
  | "DESTINATION_HELD_UP" // its host was down, or asked for pauses, for a week
  | "DESTINATION_UNREACHABLE"; // no connection, or it broke

/** Whether an attempt that failed with a code is tried again; docs/storage.md lists the codes for people. */
export const RETRY: { readonly [code in ActionErrorCode]: Retry } = {
  ACTION_TEMPLATE: "never",
  ACTION_SECRET: "later",
  ACTION_TASK_STORE: "later",
  ACTION_LOST: "never",
  ACTION_FORM: "later",
  ACTION_SIZE: "never",
  ACTION_BUG: "later",
  ACTION_BREAKER: "held",
  ACTION_PAUSED: "held",
  ACTION_OVERTAKEN: "in-turn",
  ACTION_NOT_RELEASED: "never",
  CONTACT_DND: "held",
  CONTACT_STOPPED: "held",
  CONTACT_UNKNOWN: "later",
  HIGHLEVEL_TOKEN: "never",
  HIGHLEVEL_TOKEN_LATER: "later",
  HIGHLEVEL_TOKEN_REFUSED: "never",
  HIGHLEVEL_LIMIT: "in-turn",
  HIGHLEVEL_EARLY: "later",
  HIGHLEVEL_REFUSED: "never",
  HIGHLEVEL_END_UNKNOWN: "later",
  HIGHLEVEL_UNKNOWN: "never",
  DESTINATION_REFUSED: "never",
  DESTINATION_STATUS: "later",
  DESTINATION_REDIRECT: "later",
  DESTINATION_GONE: "never",
  DESTINATION_TIMEOUT: "later",
  DESTINATION_HELD_UP: "never",
  DESTINATION_UNREACHABLE: "later",
};

/** The codes of attempts that ended before anything went out to a destination. */
const KEPT_BACK: ReadonlySet<ActionErrorCode> = new Set<ActionErrorCode>([
  "ACTION_TEMPLATE",
  "ACTION_SECRET",
  "ACTION_LOST",
  "ACTION_FORM",
  "ACTION_BREAKER",
  "ACTION_PAUSED",
  "ACTION_OVERTAKEN",
  "ACTION_NOT_RELEASED",
  "CONTACT_DND",
  "CONTACT_STOPPED",
  "CONTACT_UNKNOWN",
  "HIGHLEVEL_TOKEN",
  "HIGHLEVEL_TOKEN_LATER",
  "DESTINATION_REFUSED",
  "DESTINATION_HELD_UP",
]);

/** The codes of attempts that were held. */
export const HELD_CODES: readonly string[] = Object.entries(RETRY).flatMap(([code, retry]) =>
  retry === "held" ? [code] : [],
);

/** An error; whether it is tried again is a property of its code. */
export function actionError(code: ActionErrorCode, message: string): ActionError {
  return { code, message, retry: RETRY[code] };
}

/** The outcome of an attempt that got no answer; `retryAfterMs`: how long to wait at least, if that is known. */
export function unanswered(error: ActionError, retryAfterMs: number | null = null): AttemptOutcome {
  return { done: false, status: null, answer: null, error, retryAfterMs };
}

/** Whether an attempt may have gone out to its destination, whatever came of it. */
export function hasLeft(outcome: AttemptOutcome): boolean {
  return outcome.done || leavesWith(outcome.error.code);
}

/** The same of an attempt that failed with a code. */
export function leavesWith(code: string): boolean {
  const keptBack: ReadonlySet<string> = KEPT_BACK;
  return !keptBack.has(code);
}

/** Whether an attempt was held before anything left: it neither succeeded nor failed. */
export function isHeld(outcome: AttemptOutcome): boolean {
  return !outcome.done && outcome.error.retry === "held";
}
