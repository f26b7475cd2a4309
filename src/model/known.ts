// What is known beside an event when it is decided: its contact and its location, in our own names.
import type { JsonObject } from "../kit/json.ts";

/**
 * `JsonObject`: known. `undefined`: there is none, or it could not be learnt: every field is absent.
 * `null`: nobody has asked yet; conditions on it are open.
 */
export type KnownPart = JsonObject | null | undefined;

/** What a contact may lack of its record, while some of it is known: its own fields, tags, do not disturb, custom fields. */
export type RecordLack = "fields" | "tags" | "dnd" | "values";
/** What a known contact may still lack: the user whom `assignedTo` names, or what the keys of its custom fields are. */
export type ContactPart = "owner" | "custom" | RecordLack;

export interface Known {
  readonly contact: KnownPart;
  readonly location: KnownPart;
  /** Parts of the contact for which nobody has asked yet: conditions on them are open. Absent: none. */
  readonly open?: readonly ContactPart[] | undefined;
  /** Why what is not there could not be learnt, a clause for people: `HighLevel did not answer in time`. */
  readonly why?: string | undefined;
}

export const NOTHING_KNOWN: Known = { contact: undefined, location: undefined };
export const NOT_ASKED: Known = { contact: null, location: null };
