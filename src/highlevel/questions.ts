// What is asked of HighLevel: a contact, its location, the location's custom fields, a user. Pure: a request, the scope
// that it needs, and how its answer is read. Source: HighLevel's public API description, 19 June 2026.
import { isJsonObject, jsonObjectIn, type JsonObject } from "../kit/json.ts";
import type { HighLevelRequest } from "./account.ts";
import { readDoNotDisturb, type DoNotDisturb } from "./contact.ts";
import { contactRecordIn, customFieldKeys, locationIn, userIn, type SaidOfContact } from "./record.ts";

/** A question to HighLevel: its request, the scope that it needs, and how to read the answer. */
export interface Question<Answer> {
  readonly request: HighLevelRequest;
  readonly scope: string;
  /** `null`: the answer cannot be read. */
  readonly read: (body: string) => Answer | null;
}

/** HighLevel's record of a contact. */
export interface ContactRecord {
  readonly said: SaidOfContact;
  readonly doNotDisturb: DoNotDisturb;
}

/** Asks for a contact. */
export function contactQuestion(contactId: string): Question<ContactRecord> {
  return question("contacts.readonly", `/contacts/${encodeURIComponent(contactId)}`, (body) => {
    const contact = jsonObjectIn(body)?.["contact"];
    if (!isJsonObject(contact)) return null;
    return {
      said: contactRecordIn(contact),
      doNotDisturb: readDoNotDisturb(contact["dnd"], contact["dndSettings"]),
    };
  });
}

/** What is asked beside contacts, and kept for a day: `id` is that of the location or the user. */
export const RECORD_QUESTIONS = {
  location: (id: string) => question("locations.readonly", `/locations/${encodeURIComponent(id)}`, locationIn),
  /** The keys of the location's custom fields of contacts, by id. */
  "custom-keys": (id: string) =>
    question(
      "locations/customFields.readonly",
      `/locations/${encodeURIComponent(id)}/customFields?model=contact`,
      customFieldKeys,
    ),
  user: (id: string) => question("users.readonly", `/users/${encodeURIComponent(id)}`, userIn),
} as const satisfies { readonly [what: string]: (id: string) => Question<JsonObject> };

/** The name of such a question. */
export type RecordName = keyof typeof RECORD_QUESTIONS;

function question<Answer>(scope: string, path: string, read: (body: string) => Answer | null): Question<Answer> {
  return { request: { method: "GET", path }, scope, read };
}
