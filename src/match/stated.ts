// What an event says is so, such as the tags of a contact or the status of a message: one that says the same of the same
// as the event before it changes nothing. Pure: what was said before is passed in.
import { statusWord } from "../events/derive.ts";
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

const IS_STATUS: ReadonlySet<string> = new Set(["status", "callStatus"]);
/** A longer state is kept as a hash. */
const MAX_STATE_CHARACTERS = 100;

/** What an event states; `null`: nothing that another could repeat. */
export async function statedBy(event: Event): Promise<Stated | null> {
  const { states } = KINDS[event.kind];
  if (!states) return null;
  const id = states.of === "message" ? messageIdOf(event) : null;
  if (states.of === "message" && id === null) return null;
  const told = states.fields.map((name) => valueOf(event, name));
  // A contact's whole state comes with each event: without it, nothing is known.
  const isKnown = states.of === "message" || told.some((value) => value !== undefined && value !== null);
  const state = isKnown ? JSON.stringify(told.map(plain)) : null;
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
  const value = read ? read(event) : event.payload[name];
  return IS_STATUS.has(name) && typeof value === "string" ? statusWord(value) : value;
}

/**
 * One form for all spellings, `undefined` for what is empty: keys and words without case and spaces around them, numbers and
 * booleans as their text, an object as the set of its parts, a list as that of its items.
 */
function plain(value: Json | undefined): Json | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return setOf(value.map(plain).filter((item) => item !== undefined));
  if (isJsonObject(value)) {
    const parts = Object.entries(value).map(([key, part]) => [folded(key), plain(part)] as const);
    return setOf(parts.flatMap(([key, part]) => (part === undefined ? [] : [{ [key]: part }])));
  }
  return folded(String(value)) || undefined;
}

function folded(text: string): string {
  return text.normalize("NFC").trim().toLowerCase().normalize("NFC");
}

/** Items in one order, each once. They are not written into each other as text, which would double with each level. */
function setOf(items: readonly Json[]): Json | undefined {
  const once = new Map(items.map((item) => [JSON.stringify(item), item] as const));
  const inOrder = [...once].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return inOrder.length === 0 ? undefined : inOrder.map(([, item]) => item);
}
