// From the parts of an event to an example as a rule has them, with nothing in it that is not needed. What an example is
// claimed to show, it has shown: the reader and the engine have decided it.
import { typesOf } from "../events/kind-of.ts";
import type { Json, JsonObject } from "../kit/json.ts";
import { decide } from "../match/decide.ts";
import { decideExample } from "../match/examples.ts";
import type { EventKind } from "../model/event-kinds.ts";
import type { RuleExample, RuleSet } from "../model/rule.ts";
import { WEEKDAYS } from "../model/window.ts";
import { durationMs } from "../time/duration.ts";
import { localClock } from "../time/window.ts";
import { localTimeAt, momentOf } from "../time/zoned.ts";
import type { Part } from "./groups/group.ts";

/** An event with all that it is decided by. */
export type Witness = Omit<RuleExample, "fires" | "description">;

/** What the rules that fired on a witness are asked. */
export type Shows = (fired: ReadonlySet<string>) => boolean;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** A Wednesday afternoon: when examples are decided that name no time. */
const USUAL_MS = Date.parse("2026-03-04T15:30:00.000Z");

/** The event that parts make. It names its type, whatever the rules are that look at it. */
export function witnessOf(kind: EventKind, parts: readonly Part[], timeZone: string): Witness {
  const payload: { [name: string]: Json } = { type: typesOf(kind)[0] };
  const known: { contact?: JsonObject; location?: JsonObject } = {};
  for (const { payload: own, contact, location } of parts) {
    Object.assign(payload, own);
    if (contact) known.contact = contact;
    if (location) known.location = location;
  }
  // The webhook that says what became of an e-mail would be read anew from what the mail service said.
  if (payload["webhookPayload"] !== undefined && kind === "EmailStatus") payload["type"] = typesOf(kind).at(-1) ?? kind;
  const past = parts.flatMap(({ past: own = [] }) => own);
  const messageId = payload["messageId"] ?? "message-1";
  if (past.some(({ isOwnMessage }) => isOwnMessage)) payload["messageId"] = messageId;
  const at = momentFor(parts, timeZone);
  return {
    event: payload,
    ...(at === null ? {} : { at: new Date(at).toISOString() }),
    ...known,
    ...(past.length === 0
      ? {}
      : {
          history: past.map(({ agoMs, payload: event, isOwnMessage }) => ({
            ago: agoOf(agoMs),
            event: { ...event, ...(isOwnMessage ? { messageId } : {}) },
          })),
        }),
  };
}

/** The first moment that parts allow; `null`: any does. */
function momentFor(parts: readonly Part[], timeZone: string): number | null {
  const time = parts.find(({ localTime }) => localTime !== undefined)?.localTime;
  const day = parts.find(({ weekday }) => weekday !== undefined)?.weekday;
  const notBefore = Math.max(USUAL_MS, ...parts.map(({ notBeforeMs = 0 }) => notBeforeMs));
  if (time === undefined && day === undefined) return notBefore === USUAL_MS ? null : notBefore;
  const start = Math.floor(localTimeAt(notBefore, timeZone) / DAY_MS) * DAY_MS;
  const wanted = time ?? localClock(notBefore, timeZone).localTime;
  const [hours = 0, minutes = 0] = wanted.split(":").map(Number);
  for (let days = 0; days <= 2 * WEEKDAYS.length; days++) {
    const at = momentOf(start + days * DAY_MS + (hours * 60 + minutes) * MINUTE_MS, timeZone);
    const clock = localClock(at, timeZone);
    if (at >= notBefore && clock.localTime === wanted && (day === undefined || clock.weekday === day)) return at;
  }
  return notBefore;
}

const UNITS: readonly (readonly [ms: number, unit: string])[] = [
  [DAY_MS, "d"],
  [3_600_000, "h"],
  [MINUTE_MS, "m"],
  [1_000, "s"],
];

function agoOf(ms: number): string {
  const [unitMs, unit] = UNITS.find(([size]) => ms % size === 0) ?? [1_000, "s"];
  return `${ms / unitMs}${unit}`;
}

/** The rules of a set that fire on a witness; `null`: it cannot be read, or no example can have its past. */
export async function firedOn(rules: RuleSet, witness: Witness, timeZone: string): Promise<ReadonlySet<string> | null> {
  if (witness.history?.some(({ ago }) => durationMs(ago) === null)) return null;
  const defaults = { type: "OutboundMessage", locationId: "example-location" };
  const decided = await decideExample(rules, defaults, witness, timeZone, decide);
  return decided.ok ? new Set(decided.value.decision.fired) : null;
}

/** The same witness without whatever can be left out; `null`: it does not show what it was claimed to. */
export async function smallest(
  witness: Witness,
  shows: (witness: Witness) => Promise<boolean>,
): Promise<Witness | null> {
  if (!(await shows(witness))) return null;
  let small = witness;
  for (const without of smaller(small)) {
    const next = without(small);
    if (next !== null && (await shows(next))) small = next;
  }
  return small;
}

type Without = (witness: Witness) => Witness | null;

/** Ways to leave something out, one at a time. */
function smaller({ event, contact, location, history = [], at }: Witness): readonly Without[] {
  const dropped = (object: JsonObject, name: string): JsonObject =>
    Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
  return [
    ...(at === undefined ? [] : [(now: Witness) => ({ ...now, at: undefined })]),
    ...history.map((_, index): Without => {
      const earlier = history[index];
      return (now) => ({ ...now, history: (now.history ?? []).filter((one) => one !== earlier) });
    }),
    ...(contact
      ? [(now: Witness) => ({ ...now, contact: undefined }), ...Object.keys(contact).map(inKnown("contact"))]
      : []),
    ...(location
      ? [(now: Witness) => ({ ...now, location: undefined }), ...Object.keys(location).map(inKnown("location"))]
      : []),
    ...Object.keys(event)
      .filter((name) => name !== "type")
      .map((name): Without => (now) => ({ ...now, event: dropped(now.event, name) })),
  ];

  function inKnown(fact: "contact" | "location"): (name: string) => Without {
    return (name) => (now) => (now[fact] ? { ...now, [fact]: dropped(now[fact], name) } : null);
  }
}
