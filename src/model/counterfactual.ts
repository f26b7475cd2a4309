// What would have been enough for a rule to fire that did not.
import type { Json } from "../kit/json.ts";

/** What is changed: a fact of the event, of the contact or location, the contact's past, the moment, or what holds the rule back. */
const CHANGED = ["fact", "known", "past", "clock", "gate"] as const;

/** One thing that would have had to be otherwise. */
export interface Change {
  readonly what: (typeof CHANGED)[number];
  /** As `callDuration`, `payload $.plan`, `contact $.tags`, `count`, `clock`, or the reason that held the rule back. */
  readonly place: string;
  /** What it was; absent: it was not there, or has no value. */
  readonly from?: Json | undefined;
  /** What is enough; absent: that it is not there, or it has no value. */
  readonly to?: Json | undefined;
  /** For a number: those further on are enough, too. */
  readonly reach?: "or more" | "or less" | undefined;
  /** For a word: other words that are enough, too. Absent: none, as far as rules name any. */
  readonly others?: readonly Json[] | undefined;
}

/** The smallest change of its kind under which the rule would have fired: deciding again has shown it. */
export interface Counterfactual {
  /** One or two. */
  readonly changes: readonly Change[];
}
