// What has drifted, in sentences with figures: the same on the command line and on the page.
import { amount } from "../kit/amount.ts";
import type { DriftFinding } from "../model/drift.ts";

const HOURS_A_DAY = 24;

const SENTENCES: { readonly [What in DriftFinding["what"]]: (finding: DriftFinding) => string } = {
  never({ rule, place, words = [], seen, came = [] }) {
    const told = came.map(({ word, times }) => `"${word}" ${amount(times, "time")}`);
    const never = words.map((word) => `"${word}"`).join(" and ");
    return `Rule "${rule}" tests ${place}: of ${amount(seen, "event")} that had it ${[...told, `${never} never`].join(", ")} came`;
  },
  "new-word"({ rule, place, seen, came: [{ word, times } = { word: "", times: 0 }] = [] }) {
    return `${place}, which rule "${rule}" tests, has a new word: "${word}" came ${amount(times, "time")} since yesterday, and never on the ${amount(seen, "event")} before`;
  },
  vanished({ rule, place, seen, usual = 0 }) {
    return `${place}, which rule "${rule}" tests, is gone: on none of ${amount(seen, "event")} since yesterday, and on ${Math.round(usual * 100)} % or more of each day before`;
  },
  silent({ rule, seen, usual = 0 }) {
    return `Rule "${rule}" has not fired for ${duration(seen)}; before, its longest silence was ${duration(usual)}, and events of its kind still come`;
  },
};

/** A finding as a sentence. */
export function driftInWords(finding: DriftFinding): string {
  return SENTENCES[finding.what](finding);
}

function duration(hours: number): string {
  return hours < 2 * HOURS_A_DAY ? amount(hours, "hour") : amount(Math.floor(hours / HOURS_A_DAY), "day");
}
