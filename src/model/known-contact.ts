// What is known of a contact, as the API tells it: in our names, and of each part since when and from where.
import type { JsonObject } from "../kit/json.ts";

/** The parts of what a contact's own record says. */
export const RECORD_PARTS = ["fields", "tags", "dnd", "custom"] as const;
export type RecordPart = (typeof RECORD_PARTS)[number];

/** Since when something is known, and from where. */
export interface Source {
  /** ISO 8601, UTC: when the event happened, or HighLevel was asked, that said so first. */
  readonly since: string;
  /** `event` and the key of the event, or `highlevel`: HighLevel was asked. */
  readonly from: string;
}

/** A contact in short, as far as it is known: what people call it, and how it is reached. */
export interface ContactCard {
  readonly contactId: string;
  readonly name: string | null;
  readonly phone: string | null;
  readonly email: string | null;
}

/** Which contacts are meant: those with these ids, with a space between them, or those that a text means. */
export interface ContactQuery {
  readonly ids?: string | undefined;
  readonly search?: string | undefined;
}

/** What is known of a contact. */
export interface KnownContact {
  readonly contactId: string;
  /**
   * `known`: all of its record. `partly`: some of it; HighLevel is asked before a rule looks at the rest. `gone`: it was deleted,
   * or HighLevel knows no such contact. `unknown`: nothing.
   */
  readonly state: "known" | "partly" | "gone" | "unknown";
  /** As conditions and texts see it; `null`: nothing is known. */
  readonly contact: JsonObject | null;
  /** The keys of its custom fields, by their ids; `null`: HighLevel was not asked, or did not say. */
  readonly customKeys: { readonly [id: string]: string } | null;
  /** Of each part that is known: those of its record, its owner, the keys of custom fields, and the location. */
  readonly parts: { readonly [Part in RecordPart | "owner" | "customKeys" | "location"]: Source | null };
  /** Since when there is no such contact; `null`: there is one, as far as is known. */
  readonly gone: Source | null;
  /** As conditions and texts see it; `null`: HighLevel was not asked, or did not say. */
  readonly location: JsonObject | null;
}
