// What a change of rules does, over the log of a location: two sets replayed side by side. A replay makes it, the command
// line and the page show it, and a published version may carry it.
import type { Json } from "../kit/json.ts";

/** Two numbers: by the rules before, and by those after. */
export type BeforeAfter = readonly [before: number, after: number];

/** A message that a contact gets. */
export interface Text {
  readonly contactId: string;
  /** What the contact is called, if that is known. */
  readonly name?: string | undefined;
  readonly eventKey: string;
  readonly rule: string;
  /** What it is sent as, such as `SMS`. */
  readonly messageType: string;
  /** ISO 8601, UTC: when it is due. */
  readonly at: string;
  /** `null`: it cannot be rendered, so that nothing would be sent. */
  readonly text: string | null;
}

/** One text that is another now, or comes at another time. */
export interface ChangedText {
  readonly before: Text;
  readonly after: Text;
}

/** What changes of one rule. */
export interface RuleChange {
  readonly rule: string;
  readonly change: "new" | "changed" | "removed" | "same";
  readonly fires: BeforeAfter;
  /** Messages to contacts that left, or still wait at the end of the log. */
  readonly texts: BeforeAfter;
  /** The same for everything else that rules do. */
  readonly others: BeforeAfter;
}

/** Something that a rule asks and that no event of its kinds could tell. */
export interface Untested {
  readonly rule: string;
  readonly fact: string;
  readonly path?: string | undefined;
  /** The value that no event had; absent: no event had the fact at all. */
  readonly value?: Json | undefined;
  /** How many events of the rule's kinds there were. */
  readonly events: number;
}

/** Why a replay differs from what was recorded, or could not decide again. */
export const CAUSES = {
  "rules-not-kept": "decided by rules of which the log has not kept what they do",
  "payload-forgotten": "the payload is forgotten, so the event cannot be decided again",
  "log-begins": "the rule asks for more of the past than the log has",
  "by-hand": "a person retried, released or cancelled what the rule did",
  "other-contacts": "a limit for the location counts contacts that were erased since",
  "clock-set-back": "the clock was set back",
  unexplained: "no cause is known",
} as const;
export type Cause = keyof typeof CAUSES;

/** One thing that a replay and the log say differently. */
export interface Difference {
  readonly eventKey: string;
  readonly rule: string;
  readonly what: "fired" | "delivery" | "event";
  readonly recorded: string;
  readonly replayed: string;
  readonly cause: Cause;
}

/** Whether the rules that were in force give what was recorded. */
export interface Faithful {
  readonly same: number;
  /** Events that differ or could not be decided again, by cause. */
  readonly causes: { readonly [C in Cause]?: number };
  /** The first differences. */
  readonly differences: readonly Difference[];
}

/** What a comparison found. */
export interface Comparison {
  readonly locationId: string;
  /** ISO 8601, UTC; `null`: the log is empty. */
  readonly from: string | null;
  readonly to: string | null;
  /** How many events were decided by both. */
  readonly events: number;
  /** Messages of ours that came back, and would not have. */
  readonly leftOut: BeforeAfter;
  readonly rules: readonly RuleChange[];
  readonly gained: readonly Text[];
  readonly lost: readonly Text[];
  readonly changed: readonly ChangedText[];
  /** How many texts are otherwise, where the three lists have the first of them alone; absent: they have all. */
  readonly counts?: TextCounts | undefined;
  /** The same for each rule. */
  readonly countsOf?: { readonly [rule: string]: TextCounts } | undefined;
  readonly untested: readonly Untested[];
  /** Whether the rules that were in force give what was recorded; `null`: others were put in their place. */
  readonly faithful: Faithful | null;
}

/** Whether a rule does anything else, or is another. */
export function isWorthTelling({ change, fires, texts, others }: RuleChange): boolean {
  return change !== "same" || [fires, texts, others].some(([before, after]) => before !== after);
}

/** How many texts are otherwise. */
export interface TextCounts {
  readonly gained: number;
  readonly lost: number;
  readonly changed: number;
}

/** What is kept of a comparison with a version. */
export type KeptComparison = Omit<Comparison, "gained" | "lost" | "changed" | "counts" | "countsOf"> & {
  readonly counts: TextCounts;
};

/** How many texts are otherwise, of one rule or of all. */
export function textCounts(
  { gained, lost, changed, counts, countsOf }: Comparison,
  rule: string | null = null,
): TextCounts {
  if (counts) return rule === null ? counts : (countsOf?.[rule] ?? { gained: 0, lost: 0, changed: 0 });
  const isOf = (text: Text): boolean => rule === null || text.rule === rule;
  return {
    gained: gained.filter(isOf).length,
    lost: lost.filter(isOf).length,
    changed: changed.filter(({ after }) => isOf(after)).length,
  };
}

/** A comparison that names no contact and has no text: a version outlives what is erased. What else stands in it stays. */
export function withoutPeople(told: Comparison): KeptComparison {
  const { gained: _, lost: __, changed: ___, countsOf: ____, faithful, ...rest } = told;
  return { ...rest, counts: textCounts(told), faithful: faithful && { ...faithful, differences: [] } };
}
