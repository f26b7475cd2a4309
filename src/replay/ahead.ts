// When the events of a contact happened, for one that happened before them and comes later. Of an event no more is kept than
// an answer needs: the wish that it is, and which waits it would end.
import { cancelledBy, kindsThatPull } from "../match/cancel.ts";
import type { Moment } from "../match/facts.ts";
import type { JsonObject } from "../kit/json.ts";
import type { CancelledBy } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import { EVENT_KINDS, type EventKind } from "../model/event-kinds.ts";
import { MAX_AHEAD } from "../model/history.ts";
import type { CancelTrigger } from "../model/rule.ts";
import { nameOf, type Asked } from "./asked.ts";

/** In the order of the log, events of the kinds that are asked for. */
export interface Ahead {
  /** When each happened, by its own time, milliseconds since 1970, and its kind: in one number, of a long log's many. */
  readonly happened: number[];
  /** The latest of the times. */
  latestMs: number;
  /** What some of them say, by their place. */
  said: Map<number, Said> | null;
}

export interface Said {
  readonly key: string;
  /** The triggers that it sets off. */
  readonly pulled: readonly string[];
  /** Whole, where that depends on when it is asked. */
  readonly open: Event | null;
  /** With as much of its payload as says what its contact does not want; `null`: it says nothing of it. */
  readonly wish: Event | null;
}

export function newAhead(): Ahead {
  return { happened: [], latestMs: -Infinity, said: null };
}

/** What an event says for one that happened before it and comes later; `null`: nothing. */
export async function saidBy(
  event: Event,
  isOne: boolean,
  triggers: Asked["triggers"],
  moment: Moment,
): Promise<Said | null> {
  const pulled = triggers.canPull(event) ? await triggers.pulledBy(event, moment) : NONE;
  const open = triggers.isOpen(event) ? event : null;
  const wish = isOne ? wishAlone(event) : null;
  return pulled.length > 0 || open || wish ? { key: event.key, pulled, open, wish } : null;
}

const NONE: readonly string[] = [];

/** Notes an event. */
export function noteAhead(
  ahead: Ahead,
  { kind }: Event,
  { ahead: asked }: Asked,
  { occurredAtMs, said }: { readonly occurredAtMs: number; readonly said: Said | null },
): void {
  if (!asked.has(kind)) return;
  const place = ahead.happened.push(occurredAtMs * KINDS_ROOM + EVENT_KINDS.indexOf(kind)) - 1;
  ahead.latestMs = Math.max(ahead.latestMs, occurredAtMs);
  if (said) (ahead.said ??= new Map()).set(place, said);
}

/** What was recorded, of some kinds, that happened at a time or later, in the order of their times. */
function recordedAhead(
  { happened, latestMs, said }: Ahead,
  afterMs: number,
  wanted: readonly EventKind[],
): readonly (Said | undefined)[] {
  if (latestMs < afterMs) return [];
  const meant = new Set(wanted.map((kind) => EVENT_KINDS.indexOf(kind)));
  const later = happened.flatMap((one, place) => {
    const atMs = Math.floor(one / KINDS_ROOM);
    return atMs >= afterMs && meant.has(one - atMs * KINDS_ROOM) ? [{ atMs, place }] : [];
  });
  const inOrder = later.toSorted((a, b) => a.atMs - b.atMs);
  return inOrder.slice(0, MAX_AHEAD).map(({ place }) => said?.get(place));
}

/** More than there are kinds. */
const KINDS_ROOM = 256;

/** Those of them that say what their contact does not want; each of the others stands there as one that says nothing. */
export function wishesAhead(ahead: Ahead, afterMs: number, wanted: readonly EventKind[]): readonly Event[] {
  return recordedAhead(ahead, afterMs, wanted).map((one) => one?.wish ?? SAYS_NOTHING);
}

const SAYS_NOTHING: Event = {
  kind: "ContactDelete",
  key: "",
  locationId: "",
  contactId: "",
  occurredAt: new Date(0).toISOString(),
  receivedAt: new Date(0).toISOString(),
  payload: {},
};

/** The first event recorded before this one, which happened later, that sets off a trigger; `null`: none does. */
export async function cancelsAhead(
  ahead: Ahead,
  event: Event,
  triggers: readonly CancelTrigger[],
  moment: Moment,
): Promise<CancelledBy | null> {
  for (const later of recordedAhead(ahead, Date.parse(event.occurredAt), kindsThatPull(triggers))) {
    if (later === undefined) continue;
    const by = later.open ? await cancelledBy(later.open, triggers, moment) : pulledOf(later, triggers);
    if (by) return by;
  }
  return null;
}

function pulledOf({ key, pulled }: Said, triggers: readonly CancelTrigger[]): CancelledBy | null {
  const first = triggers.find((trigger) => pulled.includes(nameOf(trigger)));
  if (first === undefined) return null;
  return { by: "event", trigger: typeof first === "string" ? first : "conditions", eventKey: key };
}

/** Of a contact's record, which comes whole with every change of it, the settings alone. */
function wishAlone(event: Event): Event {
  if (!IS_RECORD.has(event.kind)) return event;
  const { dnd, dndSettings } = event.payload;
  const payload: JsonObject = {
    ...(dnd === undefined ? {} : { dnd }),
    ...(dndSettings === undefined ? {} : { dndSettings }),
  };
  return { ...event, payload };
}

const IS_RECORD: ReadonlySet<EventKind> = new Set(["ContactCreate", "ContactUpdate", "ContactDndUpdate"]);
