// What an event says is so, such as the tags of a contact or the status of a message: one that says the same of the same
// as the event before it changes nothing. Pure: what was said before is passed in.
import { FACT_READERS } from "../events/event.ts";
import { hex, sha256 } from "../kit/hash.ts";
import { isJsonObject, type Json } from "../kit/json.ts";
import type { Event } from "../model/event.ts";
import { KINDS } from "../model/event-kinds.ts";
import { messageIdOf } from "./chain.ts";

/** What an event is about, and what it says of it. */
export interface Stated {
  /** Kind of event and, of a message, its id: only events with the same are compared. */
  readonly subject: string;
  /** In one form for all spellings; `null`: it cannot be read, and equals nothing. */
  readonly state: string | null;
}

/** A longer state is kept as a hash. */
const MAX_STATE_CHARACTERS = 100;

/** What an event states; `null`: nothing that another could repeat. */
export async function statedBy(event: Event): Promise<Stated | null> {
  const { states } = KINDS[event.kind];
  if (!states) return null;
  const id = states.of === "message" ? messageIdOf(event) : null;
  if (states.of === "message" && id === null) return null;
  const told = states.fields.map((name) => plain(valueOf(event, name)));
  // A contact's whole state comes with each event: without it, nothing is known.
  const isKnown = states.of === "message" || told.some((value) => value !== undefined);
  const state = isKnown ? JSON.stringify(told) : null;
  return {
    subject: JSON.stringify(id === null ? [event.kind] : [event.kind, id]),
    state: state !== null && state.length > MAX_STATE_CHARACTERS ? hex(await sha256(state)) : state,
  };
}

/** Whether an event states what is known already. */
export function isRepeat({ state }: Stated, before: Pick<Stated, "state"> | null): boolean {
  return state !== null && before?.state === state;
}

function valueOf(event: Event, name: string): Json | undefined {
  const read = FACT_READERS.get(name);
  return read ? read(event) : event.payload[name];
}

/** One form: no absent parts, keys in order, a list as the set of its items, and words however they are spelled. */
function plain(value: Json | undefined): Json | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (Array.isArray(value)) return [...new Set(value.map((item) => JSON.stringify(item)))].toSorted();
  if (isJsonObject(value)) {
    const parts = Object.entries(value).map(([key, part]) => [key, plain(part)] as const);
    const known = parts.filter((part): part is readonly [string, Json] => part[1] !== undefined);
    return known.toSorted(([a], [b]) => (a < b ? -1 : 1)).flat();
  }
  return typeof value === "string" ? value.trim().toLowerCase() : value;
}
