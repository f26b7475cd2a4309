// The promises about alerts, checked on what was seen of three hours in which destinations die, the receiver of alerts
// hangs and fails, and the object dies; and of the day and a half after that.
import type { Alert } from "../src/model/alert.ts";

const MINUTE = 60_000;
const BETWEEN_MS = 5 * MINUTE;
/** A look is a minute after something has died: sooner than the watchdog, which comes each five, would see it. */
const SEEN_WITHIN_MS = 3 * MINUTE;
/** A first attempt leaves so soon after it is due, whatever alerts do. */
const PROMPT_MS = 2_000;

/** A request to where alerts go. */
export interface AlertCall {
  readonly id: string;
  readonly at: number;
  readonly bytes: string;
  readonly alerts: readonly Alert[];
}

/** What was seen. Times are milliseconds since 1970. */
export interface AlertsSeen {
  readonly calls: readonly AlertCall[];
  /** The rows at the end. */
  readonly alerts: readonly {
    readonly id: number;
    readonly kind: string;
    readonly about: string;
    readonly openedAt: number;
    readonly endedAt: number | null;
  }[];
  /** Messages that have not arrived at the end. */
  readonly pending: number;
  /** What died, by rule, and when. */
  readonly died: readonly { readonly rule: string; readonly at: number }[];
  /** How long after it was due each delivery to a host that always answers was attempted first. */
  readonly lateMs: readonly number[];
  /** The hosts that the ledger has a circuit of. */
  readonly hosts: readonly string[];
  /** The clock was changed, or the object died, so that times prove nothing. */
  readonly isUnsteady: boolean;
  /** The alerts that the directory was told last. */
  readonly told: readonly Alert[] | null;
}

/** Every promise by its name. */
export const ALERTS: { readonly [name: string]: (seen: AlertsSeen) => Iterable<string> } = {
  "a message is the same each time it leaves": function* ({ calls }) {
    for (const [id, same] of Map.groupBy(calls, (call) => call.id))
      if (new Set(same.map(({ bytes }) => bytes)).size > 1) yield `${id} left in several forms`;
  },
  "one message for one thing, then its end": function* ({ calls, alerts, pending }) {
    const said = new Map<number, string[]>();
    for (const { alerts: told } of firstOf(calls))
      for (const { id, endedAt } of told) said.set(id, [...(said.get(id) ?? []), endedAt === null ? "open" : "over"]);
    for (const [id, words] of said)
      if (!["open", "over", "open over"].includes(words.join(" "))) yield `alert ${id} was told as ${words.join(", ")}`;
    for (const { id, kind, endedAt } of alerts) {
      const last = said.get(id)?.at(-1);
      if (last !== (endedAt === null ? "open" : "over")) yield `alert ${id} (${kind}) was told as ${last ?? "nothing"}`;
    }
    if (pending > 0) yield `${pending} messages have not arrived`;
  },
  "at most one message in five minutes": function* ({ calls, isUnsteady }) {
    if (isUnsteady) return;
    let [lastId, lastAt] = ["", -Infinity];
    for (const { id, at } of calls) {
      if (id !== lastId && at - lastAt < BETWEEN_MS) yield `${id} left ${at - lastAt} ms after ${lastId}`;
      [lastId, lastAt] = [id, at];
    }
  },
  "what has died is told": function* ({ died, alerts, isUnsteady }) {
    for (const { rule, at } of died) {
      const own = alerts.filter(({ kind, about }) => kind === "dead" && about === rule);
      const isSeen = own.some(
        ({ openedAt, endedAt }) => openedAt <= at + SEEN_WITHIN_MS && (endedAt === null || endedAt >= at),
      );
      if (own.length === 0 || (!isUnsteady && !isSeen)) yield `a delivery of ${rule} died, and nobody was told in time`;
    }
  },
  "alerts are never in the way of a delivery": function* ({ lateMs, isUnsteady, hosts, alerts }) {
    for (const ms of lateMs) if (!isUnsteady && ms > PROMPT_MS) yield `a first attempt was ${ms} ms late`;
    if (hosts.some((host) => host.includes("alerts"))) yield "where alerts go has a circuit";
    if (alerts.some(({ about }) => about.includes("alerts"))) yield "there is an alert about alerts";
  },
  "the directory knows how they stand": function* ({ told, alerts }) {
    const open = alerts.filter(({ endedAt }) => endedAt === null).length;
    const known = told?.filter(({ endedAt }) => endedAt === null).length ?? 0;
    if (known !== open) yield `${known} are open as the directory knows it, and ${open} are`;
  },
};

/** Each message once, in the order in which they left first. */
function firstOf(calls: readonly AlertCall[]): readonly AlertCall[] {
  return [...new Map(calls.toReversed().map((call) => [call.id, call])).values()].toReversed();
}

/** What a run violates: the promise, and what was observed. */
export function alertViolations(seen: AlertsSeen): string[] {
  return Object.entries(ALERTS).flatMap(([name, holds]) => [...holds(seen)].map((found) => `${name}: ${found}`));
}
