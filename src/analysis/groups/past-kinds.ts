// Events that can have been before: one of each sort that the params of history facts tell apart.
import { channelOf, outcomeOf } from "../../events/derive.ts";
import { typesOf } from "../../events/kind-of.ts";
import type { Json, JsonObject } from "../../kit/json.ts";
import { MESSAGE_TYPE_WORDS } from "../../model/channels.ts";
import { EVENT_KINDS, isMessage, KINDS, OTHER, type EventKind } from "../../model/event-kinds.ts";
import { outcomeSpellings } from "../../events/derive.ts";
import type { PastEvent } from "../../model/history.ts";

/** An event that may have been, and what history facts see of it. */
export interface PastKind {
  readonly payload: JsonObject;
  /** That payload, and others that history facts see alike: each says another state of its message. */
  readonly states: readonly JsonObject[];
  readonly seen: Omit<PastEvent, "at">;
}

/** Kinds that are tried first: messages, and the likeliest that is none. */
const FIRST: readonly EventKind[] = [
  "OutboundMessage",
  "InboundMessage",
  "ProviderOutboundMessage",
  "ContactTagUpdate",
];

/** Events of the past of every sort that lists of params tell apart. */
export function pastKinds(asked: readonly JsonObject[]): readonly PastKind[] {
  const named = (param: string): Named => new Set(asked.flatMap((params) => params[param] ?? []));
  const all = [named("kind"), named("channel"), named("outcome")] as const;
  const name = JSON.stringify(all.map((words) => [...words]));
  let told = sorts.get(name);
  if (!told) sorts.set(name, (told = toldApart(...all)));
  return told;
}

const sorts = new Map<string, readonly PastKind[]>();
type Named = ReadonlySet<Json | null>;

function toldApart(kinds: Named, channels: Named, outcomes: Named): readonly PastKind[] {
  const first = new Map<string, PastKind>();
  for (const kind of new Set([...FIRST, ...EVENT_KINDS])) {
    // Of these, only those are recorded that a rule looks at.
    if (kind === OTHER && !kinds.has(kind)) continue;
    for (const one of eventsOf(kind)) {
      const { channel, outcome, direction, chain } = one.seen;
      // Words that nobody asks for are one sort.
      const asked = [kinds.has(kind) && kind, channels.has(channel) && channel, outcomes.has(outcome) && outcome];
      const sort = [...asked, direction, chain !== null || isMessage(kind)].join(" ");
      const alike = first.get(sort);
      if (!alike) first.set(sort, one);
      else if (alike.seen.kind === kind && alike.seen.channel === channel)
        first.set(sort, { ...alike, states: [...alike.states, ...one.states] });
    }
  }
  return [...first.values()];
}

const made = new Map<EventKind, readonly PastKind[]>();

/** One event of a kind for each channel and outcome that it can have. */
function eventsOf(kind: EventKind): readonly PastKind[] {
  let events = made.get(kind);
  if (!events) made.set(kind, (events = [...listed(kind)]));
  return events;
}

function* listed(kind: EventKind): Generator<PastKind> {
  const { message, hasOutcome, fields } = KINDS[kind];
  const field = message?.channel ?? null;
  const words = field === null ? [null] : field === "type" ? typesOf(kind) : MESSAGE_TYPE_WORDS;
  const states: readonly JsonObject[] = hasOutcome
    ? [
        {},
        ...outcomeSpellings().map((status) => ({ status })),
        ...(message ? outcomeSpellings().map((callStatus) => ({ callStatus })) : []),
      ]
    : [{}];
  const seen = new Map<string, { word: string | null; states: JsonObject[] }>();
  const hasMessage = Object.hasOwn(fields, "messageId");
  for (const word of words)
    for (const state of states) {
      const payload: JsonObject = { type: typesOf(kind)[0], ...(field === null ? {} : { [field]: word }), ...state };
      const channel = message ? channelOf(kind, payload) : null;
      const outcome = hasOutcome ? outcomeOf(channelOf(kind, payload), payload) : null;
      const name = `${channel} ${outcome}`;
      const alike = seen.get(name);
      if (alike) {
        if (alike.word === word) alike.states.push(payload);
        continue;
      }
      const states = [payload];
      seen.set(name, { word, states });
      yield {
        payload,
        states,
        seen: { kind, channel, outcome, direction: message?.direction ?? null, chain: hasMessage ? "m" : null },
      };
    }
}
