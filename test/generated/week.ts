// A week at a location, from a seed: people who are called, written to, and who answer. Plain data: whoever plays it says
// what comes of it.
import { chance } from "./chance.ts";

const WEEK_MS = 7 * 86_400_000;
const DAY_MS = 86_400_000;

/** One message or call of somebody. */
export interface Happening {
  /** Milliseconds since the week began. */
  readonly atMs: number;
  readonly contactId: string;
  readonly type: "SMS" | "Call";
  readonly direction: "inbound" | "outbound";
  readonly status: string;
  readonly call?: { readonly status: string; readonly durationS: number };
}

type What = Omit<Happening, "atMs" | "contactId">;
const sms = (direction: What["direction"], status: string): What => ({ type: "SMS", direction, status });
const call = (status: string, durationS: number): What => ({
  type: "Call",
  direction: "outbound",
  status: "completed",
  call: { status, durationS },
});

/** Who there is: so many contacts of a location. */
export function people(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `contact-${index + 1}`);
}

/** A week of so many happenings, in their order. */
export function aWeek(seed: number, contacts: readonly string[], count: number): readonly Happening[] {
  const luck = chance(seed);
  const times = Array.from({ length: count }, () => luck.below(WEEK_MS)).toSorted((a, b) => a - b);
  return times.map((atMs): Happening => ({
    atMs,
    contactId: luck.pick(contacts),
    ...luck.weighted([
      [sms("outbound", luck.pick(["delivered", "sent", "failed"])), 8],
      [sms("inbound", "delivered"), 4],
      [call("completed", 30 + luck.below(300)), 4],
      [call("no-answer", 0), 3],
      [call("voicemail", 10 + luck.below(40)), 2],
      [call("busy", 0), 2],
    ]),
  }));
}

/** Who is texted, and how often, by a rule that does so once a day after a call with one of these ends. */
export function texted(week: readonly Happening[], ends: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const last = new Map<string, number>();
  for (const { atMs, contactId, call: made } of week) {
    if (!made || !ends.includes(made.status) || atMs - (last.get(contactId) ?? -Infinity) < DAY_MS) continue;
    last.set(contactId, atMs);
    counts.set(contactId, (counts.get(contactId) ?? 0) + 1);
  }
  return counts;
}
