// What is known beside an event, put together from what is kept: the contact's record, the keys of its custom fields, its
// owner, and the location. HighLevel is not asked here.
import type { RecordName } from "../../highlevel/questions.ts";
import { isJsonObject, type Json, type JsonObject } from "../../kit/json.ts";
import type { Event } from "../../model/event.ts";
import type { ContactPart, Known, RecordLack } from "../../model/known.ts";
import { RECORD_PARTS, type KnownContact, type Source } from "../../model/known-contact.ts";
import * as records from "../highlevel/records.ts";
import * as contacts from "../log/contacts.ts";
import type { KeptContact, KeptPart } from "../log/contacts.ts";
import type { Sql } from "../store/ports.ts";

/** What is kept about one contact and the location. */
interface Kept {
  readonly contact: KeptContact;
  readonly keys: records.KeptRecord | null;
  readonly ownerId: string | null;
  readonly owner: records.KeptRecord | null;
  readonly location: records.KeptRecord | null;
}

/** What is known beside an event, which may say some of it. What HighLevel has not been asked about, or not today, is open. */
export function knownOf(sql: Sql, event: Event, nowMs: number): Known {
  const { locationId, contactId } = event;
  const kept = keptOf(sql, locationId, contacts.withEvent(sql, event));
  const { contact, keys, ownerId, owner, location } = kept;
  const open: ContactPart[] = unsaidOf(contact);
  const isUnknown = contact.gone ? !contacts.isKnown(contact, nowMs) : open.length === RECORD_PARTS.length;
  if (isUnknown) return { contact: null, location: locationIn(location, nowMs) };
  if (ownerId !== null && !records.isFresh(owner, nowMs)) open.push("owner");
  if (!records.isFresh(keys, nowMs, namesUnknown(kept))) open.push("custom");
  return {
    contact: contact.gone ? undefined : contactOf(contactId, kept),
    location: locationIn(location, nowMs),
    ...(contact.gone || open.length === 0 ? {} : { open }),
  };
}

/**
 * The same when nobody is asked any more: what could not be learnt is absent, and older answers count. `failure`: why
 * something was asked in vain.
 */
export function settledKnownOf(sql: Sql, event: Event, failure: string | null): Known {
  const { locationId, contactId } = event;
  const kept = keptOf(sql, locationId, contacts.withEvent(sql, event));
  const { contact, keys, ownerId, owner, location } = kept;
  const open: ContactPart[] = unsaidOf(contact);
  const isThere = !contact.gone && open.length < RECORD_PARTS.length;
  if (ownerId !== null && !owner?.record) open.push("owner");
  if (!keys?.record) open.push("custom");
  const gone = contact.gone && (contact.gone.eventKey === null ? UNKNOWN : DELETED);
  return {
    contact: isThere ? contactOf(contactId, kept) : undefined,
    location: location?.record ?? undefined,
    ...(isThere && open.length > 0 ? { open } : {}),
    why: gone ?? failure ?? UNSAID,
  };
}

/** The parts of a contact's record that nobody has said yet. */
function unsaidOf({ parts }: KeptContact): RecordLack[] {
  return RECORD_PARTS.flatMap((part) => (parts[part] === null ? [part === "custom" ? "values" : part] : []));
}

const UNKNOWN = "HighLevel knows no such contact";
const DELETED = "it was deleted";
const UNSAID = "HighLevel does not say";

/** The same for people: all that is known, since when, and from where. */
export function shownContact(sql: Sql, locationId: string, contactId: string, nowMs: number): KnownContact {
  const kept = keptOf(sql, locationId, contacts.find(sql, contactId));
  const { contact, keys, owner, location } = kept;
  const told = RECORD_PARTS.map((part) => [part, sourceOf(contact.parts[part])] as const);
  const isTold = told.some(([, source]) => source !== null);
  const state = contact.gone ? "gone" : contacts.isKnown(contact, nowMs) ? "known" : isTold ? "partly" : "unknown";
  const parts = { ...Object.fromEntries(told), owner: askedOf(owner), customKeys: askedOf(keys) };
  return {
    contactId,
    state,
    contact: isTold ? contactOf(contactId, kept) : null,
    customKeys: keys?.record ? Object.fromEntries(keysOf(kept)) : null,
    parts: { ...parts, location: askedOf(location) } as KnownContact["parts"],
    gone: sourceOf(contact.gone),
    location: location?.record ?? null,
  };
}

function keptOf(sql: Sql, locationId: string, contact: KeptContact): Kept {
  const record = (what: RecordName, id: string): records.KeptRecord | null => records.find(sql, what, id);
  const ownerId = textIn(contact.parts.fields?.value, "assignedTo");
  return {
    contact,
    keys: record("custom-keys", locationId),
    ownerId,
    owner: ownerId === null ? null : record("user", ownerId),
    location: record("location", locationId),
  };
}

/** A contact as conditions and texts see it; its `custom` values by id and by key. */
function contactOf(contactId: string, kept: Kept): JsonObject {
  const { contact, owner } = kept;
  const { fields, tags, dnd, custom } = contact.parts;
  const byId = customIn(contact);
  const named = keysOf(kept).flatMap(([id, key]): [string, Json][] => {
    const value = byId[id];
    return value === undefined ? [] : [[key, value]];
  });
  return {
    id: contactId,
    ...(isJsonObject(fields?.value) ? fields.value : {}),
    ...(dnd && dnd.value !== null ? { dnd: dnd.value } : {}),
    ...(tags ? { tags: tags.value } : {}),
    ...(custom ? { custom: { ...byId, ...Object.fromEntries(named) } } : {}),
    ...(owner?.record ? { owner: owner.record } : {}),
  };
}

/** The values of a contact's custom fields, by id. */
function customIn({ parts: { custom } }: KeptContact): JsonObject {
  return isJsonObject(custom?.value) ? custom.value : {};
}

/** The ids and keys of the custom fields that a contact has, as far as the keys are known. */
function keysOf({ contact, keys }: Kept): readonly (readonly [id: string, key: string])[] {
  const byId = customIn(contact);
  return Object.entries(keys?.record ?? {}).flatMap(([id, key]): [string, string][] =>
    typeof key === "string" && Object.hasOwn(byId, id) ? [[id, key]] : [],
  );
}

function locationIn(kept: records.KeptRecord | null, nowMs: number): Known["location"] {
  return records.isFresh(kept, nowMs) ? (kept?.record ?? undefined) : null;
}

/** Whether a contact has a custom field whose key is not known. */
function namesUnknown({ contact, keys }: Kept): boolean {
  return Object.keys(customIn(contact)).some((id) => !Object.hasOwn(keys?.record ?? {}, id));
}

function sourceOf(part: Omit<KeptPart, "value"> | null): Source | null {
  if (part === null) return null;
  const { atMs, eventKey } = part;
  return { since: new Date(atMs).toISOString(), from: eventKey === null ? "highlevel" : `event ${eventKey}` };
}

function askedOf(kept: records.KeptRecord | null): Source | null {
  return kept && { since: new Date(kept.askedAtMs).toISOString(), from: "highlevel" };
}

/** The user whom a contact is assigned to. */
export function ownerOf(sql: Sql, contactId: string): string | null {
  return textIn(contacts.find(sql, contactId).parts.fields?.value, "assignedTo");
}

function textIn(value: Json | undefined, name: string): string | null {
  const text = isJsonObject(value) ? value[name] : undefined;
  return typeof text === "string" ? text : null;
}
