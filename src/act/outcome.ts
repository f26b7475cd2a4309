import type { Task } from "../model/task.ts";

/** What one try of an action came to, with whether another try makes sense. */
export type AttemptOutcome =
  | { readonly done: true; readonly status: number | null; readonly answer: string | null; readonly task?: Task }
  | {
      readonly done: false;
      readonly status: number | null;
      readonly answer: string | null;
      readonly error: ActionError;
      /** What the destination asked for with Retry-After, in milliseconds. */
      readonly retryAfterMs: number | null;
    };

/** Why a try failed: a code, a sentence without values, and whether to try again. */
export interface ActionError {
  readonly code: ActionErrorCode;
  readonly message: string;
  readonly retry: "later" | "never";
}

export type ActionErrorCode =
  | "ACTION_TEMPLATE" // a template could not be rendered
  | "ACTION_SECRET" // WEBHOOK_SECRET or a secret that a header names is missing or unusable
  | "ACTION_TASK_STORE" // KV refused the task
  | "ACTION_LOST" // the stored event of the delivery cannot be read
  | "ACTION_FORM" // the stored plan is of a form that this version does not know: a newer one may come back
  | "ACTION_BUG" // an exception nobody expected
  | "DESTINATION_REFUSED" // the guard said no
  | "DESTINATION_STATUS" // an answer that is not 2xx
  | "DESTINATION_REDIRECT" // 3xx: never followed
  | "DESTINATION_GONE" // 410: it wants no more
  | "DESTINATION_TIMEOUT"
  | "DESTINATION_HELD_UP" // its host was down, or asked for pauses, for a week
  | "DESTINATION_UNREACHABLE"; // no connection, or it broke

/** Whether an attempt that failed so is tried again: docs/storage.md lists the codes for people. */
export const RETRY: { readonly [code in ActionErrorCode]: "later" | "never" } = {
  ACTION_TEMPLATE: "never",
  ACTION_SECRET: "later",
  ACTION_TASK_STORE: "later",
  ACTION_LOST: "never",
  ACTION_FORM: "later",
  ACTION_BUG: "later",
  DESTINATION_REFUSED: "never",
  DESTINATION_STATUS: "later",
  DESTINATION_REDIRECT: "later",
  DESTINATION_GONE: "never",
  DESTINATION_TIMEOUT: "later",
  DESTINATION_HELD_UP: "never",
  DESTINATION_UNREACHABLE: "later",
};

/** An error; whether it is tried again is a property of its code. */
export function actionError(code: ActionErrorCode, message: string): ActionError {
  return { code, message, retry: RETRY[code] };
}

/** The outcome of a try that never got an answer. */
export function unanswered(error: ActionError): AttemptOutcome {
  return { done: false, status: null, answer: null, error, retryAfterMs: null };
}
