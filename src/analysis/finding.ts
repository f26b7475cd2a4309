// What an analysis says: findings, each with an event that shows it, and the questions that stayed open.
import type { EventKind } from "../model/event-kinds.ts";
import type { Witness } from "./witness.ts";

/** What can be found. */
export type AnalysisCode =
  | "NEVER_FIRES" // no event meets its conditions
  | "NEVER_REACHED" // rules that stop it fire wherever its conditions are met
  | "SAME_EVENTS" // two rules fire on the same events
  | "ONLY_WHERE" // a rule fires only where another one does
  | "BOTH_MESSAGE" // two rules write to the contact on one event
  | "UNDOES" // one rule undoes on an event what another one does
  | "GAP"; // no rule looks at an outcome of a channel that rules look at

/** How a finding is meant: as something to mend, to look at, or to know. */
export type Weight = "fault" | "warning" | "note";

/** How each finding is meant. */
export const WEIGHTS: { readonly [Code in AnalysisCode]: Weight } = {
  NEVER_FIRES: "fault",
  NEVER_REACHED: "fault",
  UNDOES: "warning",
  BOTH_MESSAGE: "warning",
  SAME_EVENTS: "warning",
  ONLY_WHERE: "note",
  GAP: "note",
};

/** One thing that was found. */
export interface AnalysisFinding {
  readonly code: AnalysisCode;
  readonly weight: Weight;
  /** The rules that it is about, the one that is to be looked at first first. */
  readonly rules: readonly string[];
  /** One sentence, and what to do. */
  readonly message: string;
  /** JSON pointers into the first rule: the parts that can never be met together. Absent: all of it. */
  readonly pointers?: readonly string[];
  /** An event that shows it, as an example of a rule has one: decided by the reader and the engine before it is told. */
  readonly witness?: Witness;
  /** An event on which the second rule fires and the first does not; absent: none is needed, or there is none. */
  readonly apart?: Witness;
}

/** A question that could not be decided. */
export interface OpenQuestion {
  readonly rules: readonly string[];
  readonly kind: EventKind;
  readonly question: "fires" | "both" | "only where";
  /** A clause. */
  readonly why: string;
}
