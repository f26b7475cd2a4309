// What a comparison of two sets found, in sentences: the same on the command line and on the page.
import { amount } from "../kit/amount.ts";
import { CAUSES, type Cause, type Comparison, type Untested } from "../model/comparison.ts";

/** `missed-call: 0 of 812 events had "provider"`. */
export function untestedInWords({ rule, fact, path, value, events }: Untested): string {
  const what = path === undefined ? `"${fact}"` : `"${fact}" at ${path}`;
  const had = value === undefined ? what : `${what} = ${JSON.stringify(value)}`;
  return `${rule}: 0 of ${amount(events, "event")} had ${had}`;
}

/** How far a comparison can be trusted, a sentence each. */
export function trustInWords({ faithful, leftOut, events }: Comparison): readonly string[] {
  const [, missing] = leftOut;
  const echoes =
    missing === 0 ? [] : [`${amount(missing, "event")} of our own messages left out, which would not be sent`];
  if (faithful === null) return echoes;
  const causes = Object.entries(faithful.causes).map(([cause, n]) => `${n} ${CAUSES[cause as Cause]} (${cause})`);
  const all = faithful.same + Object.values(faithful.causes).reduce((sum, n) => sum + n, 0);
  const same = `The rules that were in force give what was recorded for ${faithful.same.toLocaleString("en-US")} of ${amount(all, "event")}`;
  return events === 0 ? [] : [same, ...causes, ...echoes];
}
