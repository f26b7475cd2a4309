// How a change reads: `callDuration 31 or more`, `from Monday 09:00`, `one voicemail more`.
import type { Json } from "../kit/json.ts";
import type { Change } from "../model/counterfactual.ts";
import type { Changed } from "./places.ts";

/** What else at the place would have been enough. */
export interface Reach {
  readonly orMore: boolean;
  readonly orLess: boolean;
  readonly words: readonly Json[];
}

/** Nothing else. */
export const NO_REACH: Reach = { orMore: false, orLess: false, words: [] };

/** By the reason that holds a rule back, what would have had to be otherwise. */
const OPEN: { readonly [reason: string]: string } = {
  disabled: "the rule enabled",
  "loop-guard": 'the rule with "includeApi" or "includeInternal"',
  "no-change": "an event that changes something",
  paused: "no pause",
  late: 'the rule with "late": true',
  "duplicate-action": "another message",
};

/** A change, told. */
export function changeInWords({ what, place, from, to }: Changed, { orMore, orLess, words }: Reach): Change {
  const reach = orMore ? " or more" : orLess ? " or less" : "";
  const others = words.map((word) => ` or ${shown(word)}`).join("");
  const says =
    what === "clock" || place === "limit"
      ? `${place === "limit" ? "its limit has room from" : "from"} ${String(to)}`
      : what === "gate"
        ? (OPEN[place] ?? `rule ${shown(from)} not stopping it`)
        : to === undefined
          ? `no ${place}`
          : `${place} ${shown(to)}${reach}${others}`;
  return { what, place, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), says };
}

function shown(value: Json | undefined): string {
  return typeof value === "string" ? `"${value}"` : JSON.stringify(value ?? null);
}
