// What a replay said of a version, as `rules replay --json` prints it. It was sent in from outside: only what has the form
// of such a result is read.
import { isJsonObject, type Json } from "../../kit/json.ts";
import type {
  BeforeAfter,
  ChangedText,
  Comparison,
  RuleChange,
  Text,
  TextCounts,
  Untested,
} from "../../model/comparison.ts";

/** A comparison that was kept, and the gates that were not passed. Its texts may have been left out: `counts` says how many. */
export interface KeptReplay {
  readonly compared: Comparison;
  readonly counts: TextCounts;
  readonly failed: readonly string[];
}

/** Reads what was kept; `null`: nothing was, or it has another form. */
export function keptReplay(kept: Json): KeptReplay | null {
  if (!isJsonObject(kept) || typeof kept["events"] !== "number" || !Array.isArray(kept["rules"])) return null;
  const { locationId, from, to, events, leftOut, rules, gained, lost, changed, untested, failed } = kept;
  const counts = isJsonObject(kept["counts"]) ? kept["counts"] : {};
  return {
    compared: {
      locationId: textIn(locationId),
      from: typeof from === "string" ? from : null,
      to: typeof to === "string" ? to : null,
      events,
      leftOut: pairIn(leftOut),
      rules: rules.flatMap(ruleIn),
      gained: listIn(gained).flatMap(textsIn),
      lost: listIn(lost).flatMap(textsIn),
      changed: listIn(changed).flatMap(changedIn),
      untested: listIn(untested).flatMap(untestedIn),
      // What it says of faithfulness was for whoever published it.
      faithful: null,
    },
    counts: {
      gained: countIn(counts["gained"], gained),
      lost: countIn(counts["lost"], lost),
      changed: countIn(counts["changed"], changed),
    },
    failed: listIn(failed).filter((why): why is string => typeof why === "string"),
  };
}

const CHANGES: readonly string[] = ["new", "changed", "removed", "same"] satisfies RuleChange["change"][];

function ruleIn(value: Json): RuleChange[] {
  if (!isJsonObject(value) || typeof value["rule"] !== "string") return [];
  const { rule, change, fires, texts, others } = value;
  const known = textIn(change);
  return [
    {
      rule,
      change: CHANGES.includes(known) ? (known as RuleChange["change"]) : "changed",
      fires: pairIn(fires),
      texts: pairIn(texts),
      others: pairIn(others),
    },
  ];
}

function textsIn(value: Json | undefined): Text[] {
  if (!isJsonObject(value)) return [];
  const { contactId, name, eventKey, rule, messageType, at, text } = value;
  return [
    {
      contactId: textIn(contactId),
      ...(typeof name === "string" ? { name } : {}),
      eventKey: textIn(eventKey),
      rule: textIn(rule),
      messageType: textIn(messageType),
      at: typeof at === "string" && !Number.isNaN(Date.parse(at)) ? at : "",
      text: typeof text === "string" ? text : null,
    },
  ];
}

function changedIn(value: Json): ChangedText[] {
  const [before] = isJsonObject(value) ? textsIn(value["before"]) : [];
  const [after] = isJsonObject(value) ? textsIn(value["after"]) : [];
  return before && after ? [{ before, after }] : [];
}

function untestedIn(value: Json): Untested[] {
  if (!isJsonObject(value) || typeof value["events"] !== "number") return [];
  const { rule, fact, path, events } = value;
  return [
    {
      rule: textIn(rule),
      fact: textIn(fact),
      events,
      ...(typeof path === "string" ? { path } : {}),
      ...(value["value"] === undefined ? {} : { value: value["value"] }),
    },
  ];
}

function pairIn(value: Json | undefined): BeforeAfter {
  const [before, after] = listIn(value);
  return [typeof before === "number" ? before : 0, typeof after === "number" ? after : 0];
}

function countIn(count: Json | undefined, list: Json | undefined): number {
  return typeof count === "number" ? count : listIn(list).length;
}

function listIn(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function textIn(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
