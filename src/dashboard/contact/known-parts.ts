// What is known of a contact, sorted for a person: what each part says, since when and from where, or why it says nothing.
import { isJsonObject, type Json, type JsonObject } from "../../kit/json.ts";
import { KNOWN_FACTS } from "../../language/known-facts.ts";
import type { KnownContact, RecordPart, Source } from "../../model/known-contact.ts";

/** A field by the name that rules and texts have for it after `contact.`, and what it is. */
interface KnownEntry {
  readonly name: string;
  readonly value: string;
}

/** A part of what is known. */
export interface KnownPart {
  readonly title: string;
  readonly entries: readonly KnownEntry[];
  /** `null`: it is not known. */
  readonly source: Source | null;
  /** Why something of it is not known, and what would change that, or what there is not; `null`: nothing to say. */
  readonly note: string | null;
}

/** Where something is from: the key of an event, or HighLevel was asked. */
export type Origin = { readonly by: "event"; readonly key: string } | { readonly by: "highlevel" };

const EVENT = "event ";

export function originOf({ from }: Source): Origin {
  return from.startsWith(EVENT) ? { by: "event", key: from.slice(EVENT.length) } : { by: "highlevel" };
}

/** What is known altogether, in a sentence. */
export function stateInWords({ state, gone }: KnownContact): string {
  switch (state) {
    case "known":
      return "All of its record is known. Its events keep it up to date.";
    case "partly":
      return "Some of its record is known. HighLevel is asked for the rest before a rule looks at it, or a text leaves that names it.";
    case "gone":
      return gone?.from.startsWith(EVENT)
        ? "It was deleted in HighLevel. Rules and texts find nothing of it."
        : "HighLevel knows no such contact. It is asked again an hour later, if a rule or a text needs it then.";
    case "unknown":
      return "Nothing is known yet. HighLevel is asked before a rule looks at it, or a text leaves that names it.";
  }
}

/** The parts, in the order in which they are shown. A contact that is gone has none. `hasToken`: HighLevel can be asked. */
export function knownParts(known: KnownContact, hasToken: boolean): readonly KnownPart[] {
  if (known.state === "gone") return [];
  const { parts } = known;
  const contact = known.contact ?? {};
  const unsaid = notSaid(hasToken);
  const part = (title: string, of: RecordPart, entries: readonly KnownEntry[], empty: string): KnownPart => ({
    title,
    entries,
    source: parts[of],
    note: parts[of] === null ? unsaid : entries.length === 0 ? empty : null,
  });
  return [
    part("Name and address", "fields", fieldsOf(contact), "HighLevel has neither."),
    part("Tags", "tags", listOf("tags", contact["tags"]), "It has none."),
    part("Do not disturb", "dnd", dndOf(contact), "HighLevel's record does not say."),
    customPart(known, part("Custom fields", "custom", customOf(known), "None has a value.")),
    ownerPart(known, unsaid, hasToken),
  ];
}

const NO_TOKEN = "The location has no token, so HighLevel cannot be asked.";

function notSaid(hasToken: boolean): string {
  return `Not known: no event of it said so, and HighLevel was not asked. ${hasToken ? "It is asked when a rule or a text needs it." : NO_TOKEN}`;
}

/** Parts that stand by themselves. */
const APART = new Set(["id", "tags", "dnd", "custom", "owner", "assignedTo"]);

/** In the order in which rules have them. */
function fieldsOf(contact: JsonObject): readonly KnownEntry[] {
  return Object.keys(KNOWN_FACTS.contact.fields).flatMap((name) => {
    const value = Object.hasOwn(contact, name) ? contact[name] : undefined;
    return APART.has(name) || value === undefined ? [] : [{ name, value: valueInWords(value) }];
  });
}

function listOf(name: string, value: Json | undefined): readonly KnownEntry[] {
  return Array.isArray(value) ? value.map((one) => ({ name, value: valueInWords(one) })) : [];
}

function dndOf({ dnd }: JsonObject): readonly KnownEntry[] {
  return typeof dnd === "boolean" ? [{ name: "dnd", value: dnd ? "on, for every channel" : "off" }] : [];
}

/** Each custom field once: by its key where that is known. */
function customOf({ contact, customKeys }: KnownContact): readonly KnownEntry[] {
  const values = contact?.["custom"];
  if (!isJsonObject(values)) return [];
  const keys = customKeys ?? {};
  const named = new Set(Object.values(keys));
  return Object.entries(values).flatMap(([id, value]) => {
    const key = Object.hasOwn(keys, id) ? keys[id] : undefined;
    if (key === undefined && named.has(id)) return [];
    const name = key ?? id;
    return [{ name: /^[A-Za-z_]\w*$/.test(name) ? `custom.${name}` : `custom["${name}"]`, value: valueInWords(value) }];
  });
}

/** Fields whose keys are not known are named by their ids, and are found by these alone. */
function customPart({ contact, customKeys, parts }: KnownContact, part: KnownPart): KnownPart {
  const values = contact?.["custom"];
  const ids = isJsonObject(values) ? Object.keys(values) : [];
  const keys = customKeys ?? {};
  const named = new Set([...Object.keys(keys), ...Object.values(keys)]);
  const nameless = ids.filter((id) => !named.has(id));
  if (nameless.length === 0) return part;
  const why = parts.customKeys === null ? "HighLevel was not asked for the key of" : "HighLevel did not say the key of";
  return { ...part, note: `${why} ${nameless.join(", ")}: rules and texts find what it holds by this id.` };
}

function ownerPart({ contact, parts }: KnownContact, unsaid: string, hasToken: boolean): KnownPart {
  const title = "Owner";
  if (parts.fields === null) return { title, entries: [], source: null, note: unsaid };
  const { assignedTo, owner } = contact ?? {};
  if (typeof assignedTo !== "string")
    return { title, entries: [], source: parts.fields, note: "It is assigned to nobody." };
  const assigned: KnownEntry = { name: "assignedTo", value: assignedTo };
  if (!isJsonObject(owner)) {
    const asked = hasToken ? "That is asked when a rule or a text needs it." : NO_TOKEN;
    const note =
      parts.owner === null
        ? `HighLevel was not asked who that is. ${asked}`
        : "HighLevel did not say who that is: its token may lack the scope users.readonly, or the user is gone.";
    return { title, entries: [assigned], source: parts.fields, note };
  }
  const told = Object.entries(owner).flatMap(([name, value]) =>
    name === "id" ? [] : [{ name: `owner.${name}`, value: valueInWords(value) }],
  );
  return { title, entries: [assigned, ...told], source: parts.owner, note: null };
}

function valueInWords(value: Json): string {
  if (Array.isArray(value)) return value.map(valueInWords).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
