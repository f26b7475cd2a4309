// What is known of contacts: one row each, kept by the events that say something of their record, in the order in which
// they happened, and by HighLevel's answers. Each part has its own time: what happened before that does not change it.
import { contactIn, type SaidOfContact } from "../../highlevel/record.ts";
import { isJsonObject, type Json, type JsonObject } from "../../kit/json.ts";
import type { Event } from "../../model/event.ts";
import type { EventKind } from "../../model/event-kinds.ts";
import { RECORD_PARTS, type RecordPart } from "../../model/known-contact.ts";
import { firstRow, rows, type Sql, type SqlValue } from "../store/ports.ts";
import { keysOf } from "./contact-keys.ts";
import { recordedAhead } from "./log.ts";

/** Something known: its value, since when (milliseconds since 1970), and by which event; `null`: HighLevel was asked. */
export interface KeptPart {
  readonly value: Json;
  readonly atMs: number;
  readonly eventKey: string | null;
}

/** What is known of a contact. */
export interface KeptContact {
  readonly parts: { readonly [Part in RecordPart]: KeptPart | null };
  /** There is no such contact; `null`: there is one, as far as is known. */
  readonly gone: Omit<KeptPart, "value"> | null;
}

/** A contact of whom HighLevel knew nothing is asked for again after this: it may have been asked too early. */
const UNKNOWN_KEPT_MS = 3_600_000;

const FILLED_AT_ONCE = 1_000;

const NOTHING: KeptContact = { parts: { fields: null, tags: null, dnd: null, custom: null }, gone: null };

/** What an event or an answer says of a contact, part by part; `null`: there is no such contact. */
type Said = { readonly [Part in RecordPart]?: Json } | null;

/** When something was said, and by which event; `null`: HighLevel was asked. */
type Told = Omit<KeptPart, "value">;

/** What the events of a kind say of their contact. Kinds that are not here say nothing that is kept. */
const SAID_BY: { readonly [Kind in EventKind]?: (payload: JsonObject) => Said } = {
  ContactCreate: wholeOf,
  ContactUpdate: wholeOf,
  ContactTagUpdate: (payload) => partOf("tags", payload),
  ContactDndUpdate: (payload) => partOf("dnd", payload),
  ContactDelete: () => null,
};
const KINDS_THAT_SAY = Object.keys(SAID_BY) as readonly EventKind[];

function wholeOf(payload: JsonObject): Said {
  return partsOf(contactIn(payload));
}

function partOf(part: "tags" | "dnd", payload: JsonObject): Said {
  const value = partsOf(contactIn(payload))[part];
  return value === undefined ? {} : { [part]: value };
}

function partsOf({ fields, tags, dnd, custom }: SaidOfContact): { readonly [Part in RecordPart]?: Json } {
  return {
    fields,
    ...(tags ? { tags: [...tags] } : {}),
    ...(dnd === undefined ? {} : { dnd }),
    ...(custom ? { custom } : {}),
  };
}

/** Notes what an event says of its contact. It belongs in the transaction that records the event, after that. */
export function note(sql: Sql, event: Event): void {
  if (!SAID_BY[event.kind]) return;
  const before = find(sql, event.contactId);
  const now = after(before, event);
  if (now === before) return;
  // HighLevel promises no order: what happened later and was recorded before said it last.
  const later = recordedAhead(sql, event.contactId, Date.parse(event.occurredAt) + 1, KINDS_THAT_SAY);
  write(sql, event.contactId, before, later.reduce(after, now));
}

/**
 * Keeps what HighLevel answered about a contact when it was asked at a time, by its clock; `null`: it knows no such
 * contact. Nothing is kept of a contact that was erased meanwhile.
 */
export function keepAnswer(sql: Sql, contactId: string, said: SaidOfContact | null, askedAtMs: number): void {
  if (!firstRow(sql, "SELECT 1 FROM events WHERE contact_id = ? LIMIT 1", contactId)) return;
  const before = find(sql, contactId);
  // All of the record was answered: a switch that is not in it says nothing, and that is known.
  const whole = said && { dnd: null, ...partsOf(said) };
  const now = changed(before, whole, { atMs: askedAtMs, eventKey: null });
  if (now !== before) write(sql, contactId, before, now);
}

/** What is known of a contact. */
export function find(sql: Sql, contactId: string): KeptContact {
  const row = firstRow<ContactRow>(sql, `SELECT ${COLUMNS.join(", ")} FROM contacts WHERE contact_id = ?`, contactId);
  if (!row) return NOTHING;
  const part = (name: RecordPart): KeptPart | null => {
    const [value, at, from] = [row[name], row[`${name}_at`], row[`${name}_from`]];
    return typeof value === "string" && typeof at === "number"
      ? { value: JSON.parse(value) as Json, atMs: at, eventKey: textOf(from) }
      : null;
  };
  const { gone_at: goneAt } = row;
  return {
    parts: { fields: part("fields"), tags: part("tags"), dnd: part("dnd"), custom: part("custom") },
    gone: typeof goneAt === "number" ? { atMs: goneAt, eventKey: textOf(row["gone_from"]) } : null,
  };
}

/** What is known of an event's contact with what the event says, whether it was recorded or not. */
export function withEvent(sql: Sql, event: Event): KeptContact {
  return after(find(sql, event.contactId), event);
}

/** Whether all of a contact's record is known, or that there is none. */
export function isKnown({ parts, gone }: KeptContact, nowMs: number): boolean {
  if (!gone) return RECORD_PARTS.every((part) => parts[part] !== null);
  // By HighLevel's clock, which may be ahead of ours.
  return gone.eventKey !== null || Math.abs(nowMs - gone.atMs) < UNKNOWN_KEPT_MS;
}

/** Forgets contacts of whom no event is left. */
export function forgetWithoutEvents(sql: Sql): void {
  sql.exec(
    "DELETE FROM contacts WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.contact_id = contacts.contact_id)",
  );
}

/** Writes by what people find contacts that a version before this one wrote, some at a time. `true`: there are more. */
export function fillKeys(sql: Sql): boolean {
  const lacking = "SELECT contact_id, fields FROM contacts WHERE by_name IS NULL AND fields IS NOT NULL LIMIT ?";
  const found = rows<{ contact_id: string; fields: string }>(sql, lacking, FILLED_AT_ONCE);
  for (const { contact_id, fields } of found) {
    const keys = keysOf(JSON.parse(fields) as Json);
    const set = keys.map(([column]) => `${column} = ?`).join(", ");
    sql.exec(`UPDATE contacts SET ${set} WHERE contact_id = ?`, ...keys.map(([, value]) => value), contact_id);
  }
  return found.length === FILLED_AT_ONCE;
}

/**
 * After a clock that was ahead has been set back: nothing was said later than now, but by an event whose sender says so. It
 * belongs after the events were put right.
 */
export function putRight(sql: Sql, nowMs: number): void {
  for (const what of [...RECORD_PARTS, "gone"])
    sql.exec(
      `UPDATE contacts SET ${what}_at = ifnull((SELECT occurred_at FROM events
         WHERE events.contact_id = contacts.contact_id AND events.key = contacts.${what}_from), ?1) WHERE ${what}_at > ?1`,
      nowMs,
    );
}

function after(before: KeptContact, { kind, payload, occurredAt, key }: Event): KeptContact {
  const said = SAID_BY[kind]?.(payload);
  return said === undefined ? before : changed(before, said, { atMs: Date.parse(occurredAt), eventKey: key });
}

/** What is known after something was said; the same object if that changes nothing. */
function changed(before: KeptContact, said: Said, told: Told): KeptContact {
  return said === null ? deleted(before, told) : updated(before, said, told);
}

function deleted(before: KeptContact, told: Told): KeptContact {
  const { gone, parts } = before;
  // What HighLevel did not know is asked for again later; what was deleted is not.
  if (gone) return gone.eventKey === null && (told.eventKey !== null || told.atMs > gone.atMs) ? lost(told) : before;
  return Object.values(parts).some((part) => part !== null && part.atMs > told.atMs) ? before : lost(told);
}

function lost(told: Told): KeptContact {
  return { ...NOTHING, gone: told };
}

function updated(before: KeptContact, said: Exclude<Said, null>, told: Told): KeptContact {
  const { gone } = before;
  // Only a whole record proves that the contact is there again.
  if (gone && !(said.fields && told.atMs >= gone.atMs)) return before;
  const news = RECORD_PARTS.flatMap((part): [RecordPart, KeptPart][] => {
    const [saidOfIt, kept] = [said[part], before.parts[part]];
    if (saidOfIt === undefined || (kept !== null && kept.atMs > told.atMs)) return [];
    const value = part === "fields" && told.eventKey !== null ? withUnsaid(saidOfIt, kept) : saidOfIt;
    return kept !== null && canonical(value) === canonical(kept.value) ? [] : [[part, { ...told, value }]];
  });
  return news.length === 0 && !gone ? before : { parts: { ...before.parts, ...Object.fromEntries(news) }, gone: null };
}

/** What no event says of a contact, only HighLevel's answer. */
const UNSAID = new Set(["timeZone", "type"]);

/** Fields as an event says them, with those that no event says as they were. */
function withUnsaid(fields: Json, kept: KeptPart | null): Json {
  if (!isJsonObject(fields) || !isJsonObject(kept?.value)) return fields;
  const before = Object.entries(kept.value).filter(([name]) => UNSAID.has(name));
  return { ...Object.fromEntries(before), ...fields };
}

/** The same for values that differ in order alone. */
function canonical(value: Json): string {
  const parts = Array.isArray(value) ? value : isJsonObject(value) ? Object.entries(value) : [value];
  return parts
    .map((part) => JSON.stringify(part))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join();
}

const COLUMNS = [...RECORD_PARTS.flatMap((part) => [part, `${part}_at`, `${part}_from`]), "gone_at", "gone_from"];

type ContactRow = { readonly [column: string]: SqlValue };

/** Writes what has changed, and no more: each index of a column that is written is written, too. */
function write(sql: Sql, contactId: string, before: KeptContact, { parts, gone }: KeptContact): void {
  const written = RECORD_PARTS.filter((name) => parts[name] !== before.parts[name]).flatMap((name) => {
    const part = parts[name];
    return [
      [name, part && JSON.stringify(part.value)],
      [`${name}_at`, part && part.atMs],
      [`${name}_from`, part && part.eventKey],
      ...(name === "fields" ? keysOf(part?.value) : []),
    ] as const;
  });
  const values: readonly (readonly [column: string, value: SqlValue])[] = [
    ["contact_id", contactId],
    ["gone_at", gone && gone.atMs],
    ["gone_from", gone && gone.eventKey],
    ...written,
  ];
  const columns = values.map(([column]) => column);
  // Its key, set to what it is, would be written again to each index.
  const set = columns.filter((column) => column !== "contact_id");
  sql.exec(
    `INSERT INTO contacts (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})
     ON CONFLICT (contact_id) DO UPDATE SET ${set.map((column) => `${column} = excluded.${column}`).join(", ")}`,
    ...values.map(([, value]) => value),
  );
}

function textOf(value: SqlValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}
