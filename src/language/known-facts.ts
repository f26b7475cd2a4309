// The facts `contact` and `location`: what is inside each, with types and phrases. Conditions reach in with a path,
// templates with a dot. Schema, completion, admission, the structs of examples and the docs come from this one table.
import { about } from "#said";
import { isTimeZone } from "../kit/time-zone.ts";
import { didYouMean } from "../kit/suggestion.ts";
import type { Field } from "../model/event-fields.ts";
import { pathSteps, type Step } from "./path.ts";

/** The words that a text can be, where there are too many to list. */
export interface WordForm {
  readonly fits: (word: string) => boolean;
  /** What such a word is, with an example. */
  readonly is: string;
  /** No other word is ever there; otherwise others are unusual. */
  readonly isClosed: boolean;
}

/** A field of a contact or location. */
export interface KnownField extends Field {
  /** What is inside it, under these names alone. */
  readonly fields?: KnownFields;
  /** What is inside it, under whatever name. */
  readonly any?: Field;
  readonly form?: WordForm;
}

/** Fields by name. */
export interface KnownFields {
  readonly [name: string]: KnownField;
}

/** A fact with fields of its own. */
interface KnownEntry extends Field {
  readonly fields: KnownFields;
}

const ZONE: WordForm = { fits: isTimeZone, is: "an IANA name such as America/New_York", isClosed: true };
const COUNTRY: WordForm = {
  fits: (word) => /^[A-Z]{2}$/.test(word),
  is: "an ISO 3166 code such as US",
  isClosed: false,
};

const ADDRESS = {
  address: { type: "text", ...about("street") },
  city: { type: "text", ...about("city") },
  state: { type: "text", ...about("state or region") },
  postalCode: { type: "text", ...about("postal code") },
  country: { type: "text", ...about("ISO 3166 code"), form: COUNTRY },
} as const satisfies KnownFields;

const REACHED = {
  email: { type: "text", ...about("e-mail address") },
  phone: { type: "text", ...about("E.164") },
} as const satisfies KnownFields;

const TABLE = {
  contact: {
    type: "object",
    ...about("the contact as it is known: $.tags, $.custom.plan, $.owner.email"),
    fields: {
      id: { type: "id", ...about("the contact") },
      firstName: { type: "text", ...about("first name") },
      lastName: { type: "text", ...about("last name") },
      name: { type: "text", ...about("full name") },
      ...REACHED,
      companyName: { type: "text", ...about("company") },
      ...ADDRESS,
      website: { type: "text", ...about("website") },
      timeZone: { type: "text", ...about("its own time zone, an IANA name"), form: ZONE },
      dateOfBirth: { type: "time", ...about("date of birth") },
      source: { type: "text", ...about("where it came from") },
      type: { type: "text", ...about("such as lead or customer") },
      dnd: { type: "boolean", ...about("do not disturb on every channel") },
      tags: { type: "list", ...about("its tags") },
      assignedTo: { type: "id", ...about("the user who owns it") },
      dateAdded: { type: "time", ...about("when it was made") },
      custom: {
        type: "object",
        ...about("its custom fields, by key ($.custom.plan) or by id"),
        any: { type: "any", ...about("a custom field as HighLevel has it: text, number, true or false, or a list") },
      },
      owner: {
        type: "object",
        ...about("the user whom assignedTo names"),
        fields: {
          id: { type: "id", ...about("the user") },
          firstName: { type: "text", ...about("the owner's first name") },
          lastName: { type: "text", ...about("the owner's last name") },
          name: { type: "text", ...about("the owner's full name") },
          email: { type: "text", ...about("the owner's e-mail address") },
          phone: { type: "text", ...about("the owner's phone number") },
        },
      },
    },
  },
  location: {
    type: "object",
    ...about("the sub-account as it is known: $.name, $.timeZone"),
    fields: {
      id: { type: "id", ...about("the sub-account") },
      name: { type: "text", ...about("its name") },
      ...REACHED,
      website: { type: "text", ...about("website") },
      timeZone: { type: "text", ...about("its time zone, an IANA name"), form: ZONE },
      ...ADDRESS,
    },
  },
} as const satisfies { readonly [name: string]: KnownEntry };
export type KnownFact = keyof typeof TABLE;

/** What is known beside the event, by name. Any of it may be absent. */
export const KNOWN_FACTS: { readonly [Name in KnownFact]: KnownEntry } = TABLE;

/** The names of these facts, which are also roots of templates. */
export const KNOWN_NAMES: readonly KnownFact[] = Object.keys(KNOWN_FACTS).filter(isKnownFact);

/** Whether a fact is known beside the event, rather than read from it. */
export function isKnownFact(name: string): name is KnownFact {
  return Object.hasOwn(TABLE, name);
}

/** Where keys lead in a fact: its name, as it is written in templates, and what is there; or why there is nothing. */
export type FoundField =
  | { readonly name: string; readonly field: KnownField; readonly problem?: undefined; readonly message?: undefined }
  | { readonly problem: "no such field" | "nothing inside"; readonly message: string; readonly field?: undefined };

/** The field that a path of a condition leads to. */
export function fieldAt(fact: KnownFact, path: string | undefined): FoundField {
  return fieldUnder(fact, path === undefined ? [] : (pathSteps(path) ?? []));
}

/** The field that keys lead to. */
export function fieldUnder(fact: KnownFact, keys: readonly Step[]): FoundField {
  let name: string = fact;
  let field: KnownField = KNOWN_FACTS[fact];
  for (const key of keys) {
    if (field.type === "any") return { name, field };
    if (field.type === "list") {
      if (typeof key === "string")
        return nothingInside(name, "is a list, so only an index such as [0] or a filter leads into it");
      field = { type: "any", about: field.about };
      continue;
    }
    if (field.type !== "object") return nothingInside(name, "has nothing inside, so a path leads nowhere, remove it");
    if (typeof key !== "string") return nothingInside(name, "is an object, so only a name such as $.a leads into it");
    const inner = field.any ?? ownField(field, key);
    if (inner === undefined) {
      const names = Object.keys(field.fields ?? {});
      const hint = didYouMean(key, names) || instead(field, key, names);
      return { problem: "no such field", message: `"${name}" has no "${key}"${hint}` };
    }
    name = /^[A-Za-z_$][\w$-]*$/.test(key) ? `${name}.${key}` : `${name}["${key}"]`;
    field = inner;
  }
  return { name, field };
}

function instead({ fields = {} }: KnownField, key: string, names: readonly string[]): string {
  const holder = names.find((name) => fields[name]?.any !== undefined);
  return holder === undefined ? `, it has ${names.join(", ")}` : `, a field of your own is ${holder}.${key}`;
}

function ownField({ fields = {} }: KnownField, key: string): KnownField | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

function nothingInside(name: string, message: string): FoundField {
  return { problem: "nothing inside", message: `"${name}" ${message}` };
}

/** A path that leads to a field, with a phrase. */
interface KnownPath {
  readonly path: string;
  readonly about: string;
}

/** The paths into a fact that can be written without knowing an agency's own fields. */
export function pathsInto(fact: KnownFact): readonly KnownPath[] {
  return pathsOf("$", KNOWN_FACTS[fact].fields);
}

function pathsOf(before: string, fields: KnownFields): readonly KnownPath[] {
  return Object.entries(fields).flatMap(([name, { about, fields: inner }]) => {
    const path = `${before}.${name}`;
    return [{ path, about }, ...(inner === undefined ? [] : pathsOf(path, inner))];
  });
}

/** The paths that may lead into a fact, as one pattern for the JSON Schema, to be read beside that of any path. */
export function pathPatternOf(fact: KnownFact): string {
  return `^\\$${insidePattern(KNOWN_FACTS[fact].fields)}`;
}

/** Nothing, an index or a filter, which is judged by type; or a name of a field, and what may follow that. */
function insidePattern(fields: KnownFields): string {
  const entries = Object.entries(fields);
  const plain = entries.flatMap(([name, field]) => (field.fields === undefined ? [name] : []));
  const deep = entries.flatMap(([name, field]) =>
    field.fields === undefined ? [] : [namePattern([name]) + insidePattern(field.fields)],
  );
  return `(?:$|\\[(?!['"])|${[namePattern(plain), ...deep].join("|")})`;
}

function namePattern(names: readonly string[]): string {
  const one = `(?:${names.join("|")})`;
  return `(?:\\.${one}(?![\\w$-])|\\['${one}'\\]|\\["${one}"\\])`;
}
