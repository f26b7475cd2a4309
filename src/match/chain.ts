// One message and its retries: HighLevel gives a retry a new id, and names what it is a retry of. Whatever comes first,
// they are one chain. Pure: what is known of the contact's messages is passed in.
import { FACT_READERS } from "../events/event.ts";
import type { Event } from "../model/event.ts";

/** Where a message belongs. */
export interface ChainLink {
  /** The chain's key: the id of one of its messages. */
  readonly chain: string;
  /** Messages whose chain has to be noted, since their ids alone do not tell it. */
  readonly noted: readonly string[];
  /** A chain that turned out to be a part of this one, if there is any. */
  readonly joined: string | null;
}

/** The id of the message that an event is about; `null`: it is about none, or names none. */
export function messageIdOf(event: Event): string | null {
  return idIn(event, "messageId") ?? idIn(event, "emailMessageId");
}

/** The chain of the message that an event is about; `chainOf` says what is noted of a message. */
export function linkOf(event: Event, chainOf: (messageId: string) => string | null): ChainLink | null {
  const id = messageIdOf(event);
  if (id === null) return null;
  const own = chainOf(id) ?? id;
  const original = idIn(event, "originalMessageId");
  if (original === null || original === id) return { chain: own, noted: [], joined: null };
  const chain = chainOf(original) ?? original;
  return chain === own ? { chain, noted: [], joined: null } : { chain, noted: [id, original], joined: own };
}

function idIn(event: Event, fact: string): string | null {
  const value = FACT_READERS.get(fact)?.(event);
  return typeof value === "string" && value !== "" ? value : null;
}
