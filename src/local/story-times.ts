// The times of a story as the people in it read them: on the clock of one time zone, with its offset.
import type { JsonObject } from "../kit/json.ts";
import type { RuleSet } from "../model/rule.ts";
import { CONTACT_TIME_ZONE } from "../model/window.ts";
import { localIso } from "../time/local-iso.ts";
import { isTimeZone } from "../kit/time-zone.ts";

/** What a story says of its zone. */
interface Zoned {
  readonly timeZone?: string | undefined;
  readonly contact?: JsonObject | undefined;
}

/** What a step says of times; `why` may be one. */
interface Timed {
  readonly at: string;
  readonly why?: string | undefined;
}

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/**
 * The zone to tell a story in: its own, else the one in which the windows of its rules are if they agree (the contact's
 * is that of its record), else another.
 */
export function zoneOf({ timeZone, contact }: Zoned, { rules }: RuleSet, otherZone: string): string {
  if (timeZone !== undefined) return timeZone;
  const named = new Set(rules.flatMap(({ window }) => window?.timeZone ?? []));
  const [zone, second] = [...named].map((one) =>
    one === CONTACT_TIME_ZONE ? (contact?.["timeZone"] ?? contact?.["timezone"]) : one,
  );
  return second === undefined && typeof zone === "string" && isTimeZone(zone) ? zone : otherZone;
}

/** A step with its times in a zone, such as `2026-03-04T21:10:00-05:00`. */
export function stepInZone<Step extends Timed>(step: Step, timeZone: string): Step {
  const told = (text: string): string => (MOMENT.test(text) ? localIso(Date.parse(text), timeZone) : text);
  return { ...step, at: told(step.at), ...(step.why === undefined ? {} : { why: told(step.why) }) };
}
