// What a replay said of a version, as `rules replay --json` prints it. It was sent in from outside: only what has the form
// of such a result is read.
import { isJsonObject, type Json } from "../../kit/json.ts";

/** Before and after. */
export type BeforeAfter = readonly [before: number, after: number];

/** A rule of which something would be otherwise. */
interface ReplayedRule {
  readonly rule: string;
  readonly change: string;
  readonly fires: BeforeAfter;
  readonly texts: BeforeAfter;
  readonly others: BeforeAfter;
}

/** A text that somebody would get, or no longer. */
export interface ReplayedText {
  readonly contactId: string;
  readonly rule: string;
  readonly text: string;
}

/** What is shown of a replay. */
export interface Replayed {
  readonly locationId: string;
  /** ISO 8601, UTC; `null`: the log was empty. */
  readonly from: string | null;
  readonly to: string | null;
  readonly events: number;
  readonly rules: readonly ReplayedRule[];
  readonly gained: readonly ReplayedText[];
  readonly lost: readonly ReplayedText[];
  readonly changed: number;
  readonly untested: number;
  /** Gates that were not passed. */
  readonly failed: readonly string[];
}

/** Reads what was kept; `null`: nothing was, or it has another form. */
export function replayedIn(kept: Json): Replayed | null {
  if (!isJsonObject(kept) || typeof kept["events"] !== "number" || !Array.isArray(kept["rules"])) return null;
  const { locationId, from, to, events, rules, gained, lost, changed, untested, failed } = kept;
  return {
    locationId: textIn(locationId),
    from: typeof from === "string" ? from : null,
    to: typeof to === "string" ? to : null,
    events,
    rules: rules.flatMap(ruleIn).filter(isWorthTelling),
    gained: listIn(gained).flatMap(textsIn),
    lost: listIn(lost).flatMap(textsIn),
    changed: listIn(changed).length,
    untested: listIn(untested).length,
    failed: listIn(failed).filter((why): why is string => typeof why === "string"),
  };
}

function isWorthTelling({ change, fires, texts, others }: ReplayedRule): boolean {
  return change !== "same" || [fires, texts, others].some(([before, after]) => before !== after);
}

function ruleIn(value: Json): ReplayedRule[] {
  if (!isJsonObject(value) || typeof value["rule"] !== "string") return [];
  const { rule, change, fires, texts, others } = value;
  return [{ rule, change: textIn(change), fires: pairIn(fires), texts: pairIn(texts), others: pairIn(others) }];
}

function textsIn(value: Json): ReplayedText[] {
  if (!isJsonObject(value)) return [];
  const { contactId, rule, text } = value;
  return [{ contactId: textIn(contactId), rule: textIn(rule), text: textIn(text) }];
}

function pairIn(value: Json | undefined): BeforeAfter {
  const [before, after] = listIn(value);
  return [typeof before === "number" ? before : 0, typeof after === "number" ? after : 0];
}

function listIn(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function textIn(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
