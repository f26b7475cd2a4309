// What has to be asked to know all that HighLevel has: the messages that were made and those that changed, each with e-mail
// and without. Pure.
import type { ExportedMessage } from "../../events/exported.ts";
import { EXPORT_CHANNELS, type ExportChannel, type ExportOrder } from "../../highlevel/export.ts";
import type { Standing } from "../log/found.ts";

/** One walk through the export. */
export interface Leg {
  readonly order: ExportOrder;
  readonly channel: ExportChannel;
}

const of = (order: ExportOrder): Leg[] => EXPORT_CHANNELS.map((channel) => ({ order, channel }));

/** What changed last stands first in the export, and a message that was made has changed: so two questions see whether anything is new. */
export const LOOKS: readonly Leg[] = of("changed");
/** All of it, what was made first: in the order in which it happened. */
export const LEGS: readonly Leg[] = [...of("made"), ...of("changed")];

/** How many messages a page has: e-mails are large. */
export function pageSize({ channel }: Leg): number {
  return channel === "Email" ? 25 : 100;
}

const MINUTE_MS = 60_000;
/** How long a webhook may be under way: until then, what it would tell of is not taken from the export. */
const UNDER_WAY_MS = 5 * MINUTE_MS;
/** By how much the export may lag behind, and by how much looks overlap for that and for clocks that differ. */
const LAG_MS = 10 * MINUTE_MS;
export const OVERLAP_MS = 20 * MINUTE_MS;
/** Of what changed last, the rest is older once so many in a row stand as the log had them before the look's time. */
const OLD_IN_A_ROW = 10;

/** What is to be done about a message. */
export type Verdict =
  /** The log lacks it. */
  | "missing"
  /** The log has it. */
  | "there"
  /** The log had it before the time that is looked at, or it is none of those that are looked for. */
  | "old"
  /** Its webhook may still be under way, or the export lag behind what came: it is looked at again. */
  | "unsettled";

/** The times of a look, milliseconds since 1970: what is older than `floorMs` is not looked for. */
export interface LookTimes {
  readonly sinceMs: number;
  readonly floorMs: number;
  readonly nowMs: number;
  /** The same by HighLevel's clock, as far as it is known. */
  readonly thereMs: number;
}

/** What to do about a message, as the log stands with it; `doubtedMs`: when it was first seen so, if it was before. */
export function verdictOn(
  { madeAtMs, changedAtMs }: Pick<ExportedMessage, "madeAtMs" | "changedAtMs">,
  standing: Standing,
  doubtedMs: number | undefined,
  { sinceMs, floorMs, nowMs, thereMs }: LookTimes,
): Verdict {
  const isSettled = (atMs: number | null): boolean => atMs !== null && thereMs - atMs >= UNDER_WAY_MS;
  switch (standing.is) {
    case "unknown":
      if (madeAtMs < floorMs) return "old";
      return isSettled(madeAtMs) ? "missing" : "unsettled";
    case "known":
      return standing.sinceMs < sinceMs || (changedAtMs ?? Infinity) < sinceMs ? "old" : "there";
    case "changed":
      // When it changed need not be told: it is believed once it was seen for a while.
      return (isSettled(changedAtMs) || isDoubted(doubtedMs, nowMs)) && nowMs - standing.lastMs >= LAG_MS
        ? "missing"
        : "unsettled";
  }
}

/** Whether what was seen to be so was seen so for long enough. */
export function isDoubted(sinceMs: number | undefined, nowMs: number): boolean {
  return sinceMs !== undefined && sinceMs <= nowMs && nowMs - sinceMs >= UNDER_WAY_MS;
}

/** Whether all that follows in a walk through what changed is old. */
export function isOldFrom(verdicts: readonly Verdict[]): boolean {
  return verdicts.length >= OLD_IN_A_ROW && verdicts.slice(-OLD_IN_A_ROW).every((verdict) => verdict === "old");
}
