// What is stored of a plan. Admission refuses a rule whose plans would not fit into their rows; should one be in force all
// the same, its delivery keeps less, says so, and is never performed: no other rule suffers from it.
import { actionError, unanswered, type AttemptOutcome } from "../../act/contract/outcome.ts";
import type { JsonObject } from "../../kit/json.ts";
import { bytesOf } from "../../kit/utf8.ts";
import { inMegabytes, MAX_STORED_BYTES } from "../../model/row-bounds.ts";
import type { Action } from "../../model/rule.ts";
import type { Window } from "../../model/window.ts";

/** The parts of a plan that can be too large. */
interface Sized {
  readonly action: Action;
  readonly rule: JsonObject;
  readonly window?: Window | undefined;
  /** Keys that were left out, those of the action by name. */
  readonly leftOut?: readonly string[] | undefined;
}

/** A plan as it is stored: whole, or without its largest keys and with their names. */
export function planText(plan: Sized): string {
  const text = JSON.stringify(plan);
  // A character takes at most three bytes.
  if (text.length * 3 <= MAX_STORED_BYTES || bytesOf(text) <= MAX_STORED_BYTES) return text;
  const { window, action, rule, ...rest } = plan;
  const { description, ...named } = rule;
  const parts = Object.entries({ ...action, window, description })
    .filter(([key, value]) => value !== undefined && key !== "type" && key !== "call")
    .map(([key, value]) => ({ key, bytes: bytesOf(JSON.stringify(value)) }))
    .toSorted((a, b) => b.bytes - a.bytes);
  const leftOut: string[] = [];
  let bytes = bytesOf(text);
  for (const part of parts) {
    if (bytes <= MAX_STORED_BYTES) break;
    bytes -= part.bytes;
    leftOut.push(part.key);
  }
  const kept = Object.fromEntries(Object.entries(action).filter(([key]) => !leftOut.includes(key)));
  return JSON.stringify({
    ...rest,
    action: kept,
    rule: { ...named, description: leftOut.includes("description") ? "" : (description ?? "") },
    ...(window && !leftOut.includes("window") ? { window } : {}),
    leftOut,
  });
}

/** The outcome of an attempt at a plan that was not kept whole; `null`: it was. */
export function tooLarge({ leftOut }: Pick<Sized, "leftOut">): AttemptOutcome | null {
  if (leftOut === undefined) return null;
  const keys = leftOut.map((key) => `"${key}"`).join(", ");
  const bound = inMegabytes(MAX_STORED_BYTES);
  return unanswered(
    actionError(
      "ACTION_SIZE",
      `A delivery keeps ${bound} of its action, and ${keys} had no room: make the rule smaller`,
    ),
  );
}
