// By what people look for a contact: columns of its row in `contacts`, each with an index, and what a search asks of them.
// Pure but for the statements. Names are compared without accents, case and marks, phones by their digits from the end, so
// that the country's code may be there or not.
import { isJsonObject, type Json, type JsonObject } from "../../kit/json.ts";
import type { ContactCard } from "../../model/known-contact.ts";
import { seen, unaccented } from "../../model/search.ts";
import { firstRow, rows, type Sql, type SqlValue } from "../store/ports.ts";

/** As many are found at most. */
const MOST_FOUND = 20;
/** As many contacts with the longest word of a search are looked through for its other words. */
const MOST_LOOKED_AT = 500;
/** A shorter number is a part of a name, or of an id. */
const FEWEST_DIGITS = 4;
/** Without the codes of country and area, which are written or not. */
const LOCAL_DIGITS = 7;
const MAX_KEY = 100;
/** From the first, second and third word on, and the last of more than three. */
const NAME_KEYS = ["by_name", "by_second", "by_third", "by_last"];
/** Behind everything that begins with a text. */
const END = "\u{10ffff}";

/** The columns by which a contact is found, for the fields of its record: none of a contact that is gone. */
export function keysOf(fields: Json | undefined): (readonly [column: string, value: SqlValue])[] {
  const card = isJsonObject(fields) ? cardOf("", fields) : null;
  const words = folded(card?.name ?? "").split(" ");
  return [
    // Also without a name: the column says that the others are written.
    ["by_name", card && words.join(" ")],
    ["by_second", words.slice(1).join(" ") || null],
    ["by_third", words.slice(2).join(" ") || null],
    ["by_last", words.slice(3).at(-1) ?? null],
    ["by_email", plain(card?.email ?? "") || null],
    ["by_phone", fromTheEnd(card?.phone ?? "") || null],
  ];
}

/** What is known of contacts in short, in the order of their ids; those of whom nothing is known are left out. */
export function cardsOf(sql: Sql, ids: readonly string[]): ContactCard[] {
  return ids.flatMap((id) => {
    const row = firstRow<{ fields: string | null }>(sql, "SELECT fields FROM contacts WHERE contact_id = ?", id);
    return row?.fields ? [cardOf(id, JSON.parse(row.fields) as JsonObject)] : [];
  });
}

/** The contacts that a text means: by name, phone, e-mail or the beginning of an id. It reads a bounded number of rows. */
export function searchContacts(sql: Sql, text: string): ContactCard[] {
  const found = new Map<string, ContactCard>();
  const take = (column: string, prefix: string, most: number, isMeant?: (card: ContactCard) => boolean): void => {
    if (prefix === "" || found.size >= MOST_FOUND) return;
    const statement = `SELECT contact_id, fields FROM contacts WHERE ${column} >= ? AND ${column} < ? ORDER BY ${column} LIMIT ?`;
    for (const { contact_id, fields } of rows<{ contact_id: string; fields: string | null }>(
      sql,
      statement,
      prefix,
      prefix + END,
      most,
    )) {
      const card = cardOf(contact_id, fields === null ? {} : (JSON.parse(fields) as JsonObject));
      if (found.size < MOST_FOUND && (!isMeant || isMeant(card))) found.set(contact_id, card);
    }
  };
  const asked = seen(text);
  const digits = /[\p{L}@]/u.test(asked) ? "" : fromTheEnd(asked);
  if (digits.length >= FEWEST_DIGITS)
    take("by_phone", digits.slice(0, LOCAL_DIGITS), MOST_LOOKED_AT, ({ phone }) => {
      const known = fromTheEnd(phone ?? "");
      return known.startsWith(digits) || digits.startsWith(known);
    });
  const name = asked.includes("@") ? "" : folded(asked);
  for (const column of NAME_KEYS) take(column, name, MOST_FOUND);
  const words = name.split(" ");
  const [longest = ""] = words.toSorted((a, b) => b.length - a.length);
  const hasAll = (card: ContactCard): boolean => {
    const own = folded(card.name ?? "").split(" ");
    return words.every((word) => own.some((one) => one.startsWith(word)));
  };
  if (words.length > 1) for (const column of NAME_KEYS) take(column, longest, MOST_LOOKED_AT, hasAll);
  take("by_email", plain(asked), MOST_FOUND);
  for (const id of asked ? idsFrom(sql, asked, MOST_FOUND - found.size) : [])
    found.set(id, cardsOf(sql, [id])[0] ?? cardOf(id, {}));
  return [...found.values()];
}

/** Contacts with events whose ids begin with a text: one look-up for each. */
function idsFrom(sql: Sql, text: string, most: number): string[] {
  const next = `WITH RECURSIVE ids (id) AS (
      SELECT MIN(contact_id) FROM events WHERE contact_id >= ?1
      UNION ALL SELECT (SELECT MIN(contact_id) FROM events WHERE contact_id > id) FROM ids WHERE id < ?2 LIMIT ?3)
    SELECT id FROM ids WHERE id < ?2`;
  return rows<{ id: string }>(sql, next, text, text + END, most).map(({ id }) => id);
}

function cardOf(contactId: string, fields: JsonObject): ContactCard {
  const { firstName, lastName } = fields;
  const text = (value: Json | undefined): string | null => (typeof value === "string" && value !== "" ? value : null);
  const name =
    text(fields["name"]) ?? text([text(firstName), text(lastName)].filter((part) => part !== null).join(" "));
  return { contactId, name, phone: text(fields["phone"]), email: text(fields["email"]) };
}

/** Without accents, case and marks, and with one space between words. */
function folded(text: string): string {
  return plain(
    unaccented(text)
      .replace(/['’`]/g, "")
      .replace(/[^\p{L}\p{N}]+/gu, " "),
  );
}

function plain(text: string): string {
  // By way of capitals: ß is SS.
  return text.toUpperCase().toLowerCase().trim().slice(0, MAX_KEY);
}

/** Digits from the last to the first, without the zeros in front of a whole number. */
function fromTheEnd(phone: string): string {
  const digits = phone.replace(/\D/g, "").replace(/^0+(?=\d{6})/, "");
  return Array.from(digits).toReversed().join("").slice(0, MAX_KEY);
}
