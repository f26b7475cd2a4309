// Near misses in words: the same on the command line and on the page.
import { amount } from "../kit/amount.ts";
import type { Enough, GateReason, NearEvent, NearMiss, NearMisses } from "../model/near-miss.ts";
import { conditionsInWords } from "./in-words.ts";

const GATES: { readonly [R in GateReason]: (rule: string) => string } = {
  limit: () => "its limit has room",
  "duplicate-action": () => "it has not fired for the message before",
  "no-change": () => "the event changes something",
  loop: () => "the event is not of our own changes",
  paused: () => "it is not paused",
  late: () => "what it does is not overdue",
  stopped: (rule) => `rule "${rule}" does not stop it`,
  disabled: () => "it is enabled",
  "loop-guard": () => "it includes messages through the API and internal comments",
};

/** What would have had to be so: `the call duration is at least 30`, or several clauses of which one is enough. */
export function nearMissInWords({ enough, more }: NearMiss): string {
  const others = more === 0 ? [] : [`one of ${more.toLocaleString("en")} more is so`];
  return [...enough.map(enoughInWords), ...others].join(", or ");
}

function enoughInWords(enough: Enough): string {
  return "condition" in enough ? conditionsInWords(enough.condition) : GATES[enough.reason](enough.rule ?? "");
}

/** What the comparison saw on one of the events: `it was 28`; empty: the near miss is about no single comparison. */
export function sawInWords({ enough, more }: NearMiss, { saw }: NearEvent): string {
  const [only, ...others] = enough;
  if (!only || !("condition" in only) || others.length + more > 0) return "";
  return saw === undefined ? "it was absent" : `it was ${JSON.stringify(saw)}`;
}

/** What was looked at: `3 near misses on 340 events looked at; it fired on 20`. */
export function lookedInWords({ looked, fired, near, unclear }: NearMisses): string {
  const events = `${amount(looked, "event")} looked at`;
  const found = near === 0 ? `${events}, and no near miss` : `${amount(near, "near miss", "near misses")} on ${events}`;
  const rest = unclear === 0 ? "" : `; of ${unclear.toLocaleString("en")} the log does not tell enough`;
  return `${found}; it fired on ${fired.toLocaleString("en")}${rest}`;
}
