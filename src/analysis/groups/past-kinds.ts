// Events that can have been before: one of each sort that the params of history facts tell apart.
import { channelOf, outcomeOf } from "../../events/derive.ts";
import { typesOf } from "../../events/kind-of.ts";
import type { Json, JsonObject } from "../../kit/json.ts";
import { MESSAGE_TYPE_WORDS } from "../../model/channels.ts";
import { KINDS, type EventKind } from "../../model/event-kinds.ts";
import { outcomeSpellings } from "../../events/derive.ts";
import type { PastEvent } from "../../model/history.ts";

/** An event that may have been, and what history facts see of it. */
export interface PastKind {
  readonly payload: JsonObject;
  readonly seen: Omit<PastEvent, "at">;
}

/** Kinds that any question about messages may mean. */
const MESSAGES: readonly EventKind[] = ["OutboundMessage", "InboundMessage", "ProviderOutboundMessage"];

/** Events of the past of every sort that lists of params tell apart. */
export function pastKinds(asked: readonly JsonObject[]): readonly PastKind[] {
  const named = (param: string): readonly Json[] => asked.flatMap((params) => params[param] ?? []);
  const kinds = [...new Set([...MESSAGES, ...named("kind")])].filter(
    (kind): kind is EventKind => typeof kind === "string" && Object.hasOwn(KINDS, kind),
  );
  const channels = new Set(named("channel"));
  const outcomes = new Set(named("outcome"));
  const first = new Map<string, PastKind>();
  for (const kind of kinds)
    for (const one of eventsOf(kind)) {
      const { channel, outcome } = one.seen;
      // Words that nobody asks for are one sort.
      const sort = [kind, channels.has(channel) ? channel : "", outcomes.has(outcome) ? outcome : ""].join(" ");
      if (!first.has(sort)) first.set(sort, one);
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
  const seen = new Set<string>();
  const hasMessage = Object.hasOwn(fields, "messageId");
  for (const word of words)
    for (const state of states) {
      const payload: JsonObject = { type: typesOf(kind)[0], ...(field === null ? {} : { [field]: word }), ...state };
      const channel = message ? channelOf(kind, payload) : null;
      const outcome = hasOutcome ? outcomeOf(channelOf(kind, payload), payload) : null;
      const name = `${channel} ${outcome}`;
      if (seen.has(name)) continue;
      seen.add(name);
      yield {
        payload,
        seen: { kind, channel, outcome, direction: message?.direction ?? null, chain: hasMessage ? "m" : null },
      };
    }
}
