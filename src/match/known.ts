// What comparisons ask of what is known beside an event, and whether that is known: an open part may turn out to be
// anything. Only what rules ask is kept with a decision.
import { isJsonObject, type Json, type JsonObject } from "../kit/json.ts";
import { bytesOf } from "../kit/utf8.ts";
import { isKnownFact, type KnownFact } from "../language/known-facts.ts";
import { pathSteps } from "../language/path.ts";
import type { KeptKnown } from "../model/decision.ts";
import type { Known, KnownPart, RecordLack } from "../model/known.ts";
import { MAX_KNOWN_BYTES } from "../model/row-bounds.ts";
import type { FactCondition } from "../model/rule.ts";

/** What a comparison reads of what is known: at most one field, with what is inside it. */
export interface KnownPlace {
  readonly fact: KnownFact;
  /** `null`: the fact itself, of which only whether it is there can be asked. */
  readonly field: string | null;
  /** The part of `custom` or `owner`; `null`: all of the field. */
  readonly part: string | null;
}

/** What a comparison reads of what is known: by its fact, and by the other one that it is compared with. */
export function placesOf({ fact, path, value }: FactCondition): readonly KnownPlace[] {
  const other = isJsonObject(value) ? placeOf(value["fact"], value["path"]) : null;
  return [placeOf(fact, path), other].filter((place) => place !== null);
}

function placeOf(fact: unknown, path: unknown): KnownPlace | null {
  if (typeof fact !== "string" || !isKnownFact(fact)) return null;
  const [field, part] = typeof path === "string" ? (pathSteps(path) ?? []) : [];
  if (typeof field !== "string") return { fact, field: null, part: null };
  return { fact, field, part: isContactPart(fact, field) && typeof part === "string" ? part : null };
}

/** Whether what is inside a field is asked and kept part by part. */
function isContactPart(fact: KnownFact, field: string): field is "owner" | "custom" {
  return fact === "contact" && (field === "owner" || field === "custom");
}

/** The name of a place, as templates have it. */
export function nameOf({ fact, field, part }: KnownPlace): string {
  return [fact, field, part].filter((name) => name !== null).join(".");
}

/** What a decision needs and does not have. */
export interface Questions {
  readonly contact: boolean;
  readonly location: boolean;
  /** The user whom a known contact's `assignedTo` names. */
  readonly owner: boolean;
  /** The keys of the location's custom fields. */
  readonly custom: boolean;
}

/** Which of the questions a comparison on a place waits for; `null`: for none, it can be met or not. */
export function openAt(known: KeptKnown, place: KnownPlace): keyof Questions | null {
  const { fact, field, part } = place;
  if (known.unkept?.some((name) => name === fact || name === nameOf(place)) === true) return fact;
  const whole = known[fact];
  if (whole === null) return fact;
  if (whole === undefined) return null;
  if (fact !== "contact" || field === null || !known.open) return null;
  const lack = lackOf(field);
  if (lack !== null && known.open.includes(lack)) return "contact";
  if (!isContactPart(fact, field) || !known.open.includes(field)) return null;
  // A contact that nobody owns has no owner to ask for; a custom field that is there by its id or key is known.
  if (field === "owner") return typeof whole["assignedTo"] === "string" ? "owner" : null;
  const custom = whole["custom"];
  return part !== null && isJsonObject(custom) && Object.hasOwn(custom, part) ? null : "custom";
}

/** The part of a contact's record in which a field stands; `null`: it is known with the contact. */
function lackOf(field: string): RecordLack | null {
  switch (field) {
    case "id":
      return null;
    case "tags":
    case "dnd":
      return field;
    case "custom":
      return "values";
    // `owner` is whom a field names.
    default:
      return "fields";
  }
}

/** Whether nothing is open. */
export function isSettled({ contact, location, open = [] }: Known): boolean {
  return contact !== null && location !== null && open.length === 0;
}

const WORDS: { readonly [Question in keyof Questions]: string } = {
  contact: "contact",
  location: "location",
  owner: "owner of the contact",
  custom: "custom fields of the contact",
};

/** What a rule asks at these places and could not be learnt: `contact unknown: there is no token`; `null`: nothing. */
export function unknownInWords(known: KeptKnown, places: readonly KnownPlace[]): string | null {
  if (known.why === undefined) return null;
  const lacking = places.map((place) =>
    known[place.fact] == null ? place.fact : openAt({ ...known, unkept: [] }, place),
  );
  const names = new Set(lacking.flatMap((question) => (question === null ? [] : [WORDS[question]])));
  return names.size === 0 ? null : `${[...names].join(" and ")} unknown: ${known.why}`;
}

/** What is known at some places. What nobody has asked for is absent: it is decided as if it could not be learnt. */
export function knownAt({ contact, location, open, why }: Known, places: readonly KnownPlace[]): Known {
  const asked = new Set(
    places.flatMap(({ fact, field }) => (fact === "contact" && field !== null ? [field, lackOf(field)] : [])),
  );
  const parts = open?.filter((part) => asked.has(part)) ?? [];
  return {
    contact: reduced(contact, "contact", places),
    location: reduced(location, "location", places),
    ...(parts.length === 0 ? {} : { open: parts }),
    ...(why === undefined ? {} : { why }),
  };
}

function reduced(whole: KnownPart, of: KnownFact, places: readonly KnownPlace[]): JsonObject | undefined {
  if (!whole) return undefined;
  const kept: { [name: string]: Json } = {};
  const keep = (into: { [name: string]: Json }, from: JsonObject, name: string): void => {
    const value = Object.hasOwn(from, name) ? from[name] : undefined;
    if (value !== undefined) into[name] = value;
  };
  for (const { fact, field, part } of places) {
    if (fact !== of || field === null) continue;
    const holder = Object.hasOwn(whole, field) ? whole[field] : undefined;
    if (!isContactPart(fact, field) || !isJsonObject(holder)) keep(kept, whole, field);
    else {
      const parts = isJsonObject(kept[field]) ? kept[field] : (kept[field] = {});
      if (part !== null) keep(parts, holder, part);
    }
    // Whether a contact has an owner who is not known.
    if (field === "owner") keep(kept, whole, "assignedTo");
  }
  return kept;
}

/** The same within a bound, to be kept with a decision; `undefined`: nothing was known. */
export function bounded(known: Known, places: readonly KnownPlace[]): KeptKnown | undefined {
  const { why: _, ...rest } = known;
  const isLacking = unknownInWords(known, places) !== null;
  if (rest.contact === undefined && rest.location === undefined && !isLacking) return undefined;
  if (bytesOf(JSON.stringify(known)) <= MAX_KNOWN_BYTES) return isLacking ? known : rest;
  const kept: KnownPlace[] = [];
  const unkept: string[] = [];
  let room = MAX_KNOWN_BYTES;
  for (const place of places) {
    const bytes = bytesOf(JSON.stringify(knownAt(known, [place])));
    const fits = bytes <= room;
    room -= fits ? bytes : bytesOf(nameOf(place));
    if (fits) kept.push(place);
    else unkept.push(nameOf(place));
  }
  if (room < 0) return { contact: undefined, location: undefined, unkept: ["contact", "location"] };
  return { ...knownAt(known, kept), unkept };
}
