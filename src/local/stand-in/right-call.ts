// A call that has a token and the right form, and whose ids are still to be looked up.
import type { JsonObject } from "../../kit/json.ts";
import type { Tokens } from "./oauth.ts";
import { mistaken, refused, type Reply } from "./reply.ts";
import type { Contact, Message, State } from "./state.ts";

/** A query's parameters. */
export interface Query {
  readonly [name: string]: string;
}

/** A call whose form is right; `nowMs` is its time, and `newId` makes a text that was never given before. */
export interface RightCall {
  readonly ids: { readonly [name: string]: string };
  readonly body: JsonObject;
  readonly query: Query;
  readonly state: State;
  /** Whose token it has; of an agency's `""`. */
  readonly locationId: string;
  /** The agency of the token. */
  readonly companyId: string;
  readonly tokens: Tokens;
  readonly isV3: boolean;
  readonly nowMs: number;
  readonly tooEarlyMs: number;
  readonly newId: (about: string) => string;
  readonly sent: (message: Message) => void;
  readonly tagged: (contact: Contact) => void;
}

/** The refusal of a token that belongs to another location. */
export const NO_ACCESS = mistaken(403, "The token does not have access to this location.");

/** `perform` for the contact `id`, refused if it is unknown or another location's. */
export function withContact(call: RightCall, id: string, perform: (contact: Contact) => Reply): Reply {
  return owned(call, call.state.contacts, id, "Contact", perform);
}

/** `perform` for what is kept under `id`, refused if it is unknown or another location's. */
export function owned<Owned extends { readonly locationId: string }>(
  call: RightCall,
  kept: ReadonlyMap<string, Owned>,
  id: string,
  noun: string,
  perform: (one: Owned) => Reply,
): Reply {
  const one = kept.get(id);
  if (!one) return refused(400, `${noun} not found`);
  return one.locationId === call.locationId ? perform(one) : NO_ACCESS;
}
