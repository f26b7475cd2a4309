// What the values of fields can be, by their types: in the payload, where a fact has the one form of its type, and in what
// is known of the contact and the location.
import type { FieldType } from "../../model/event-fields.ts";
import type { KnownField } from "../../language/known-facts.ts";
import type { Step } from "../../language/path.ts";
import { EVERY_SHAPE, type ValueForm } from "../values/one.ts";
import type { TextForm } from "../values/texts.ts";

const NOT_EMPTY: TextForm = { fits: (text) => text !== "" };
/** Digits alone are a moment, which a fact has in another form. */
const NO_DIGITS: TextForm = { fits: (text) => text !== "" && !/^\d+$/.test(text) };
const TEXT_ITEM: ValueForm = { shapes: ["text"], text: NOT_EMPTY };

/** What can stand anywhere in a payload. */
export const ANYTHING: ValueForm = { shapes: EVERY_SHAPE };

/** What a fact of a type can be: `absent` comes first, as the simplest event has least in it. */
export const FACT_FORMS: { readonly [T in FieldType]: ValueForm } = {
  text: { shapes: ["absent", "text"] },
  id: { shapes: ["absent", "text"], text: NOT_EMPTY },
  number: { shapes: ["absent", "number"] },
  boolean: { shapes: ["absent", "boolean"] },
  list: { shapes: ["absent", "list"] },
  object: { shapes: ["absent", "object"] },
  address: { shapes: ["absent", "text", "list", "object"], text: NOT_EMPTY, items: TEXT_ITEM },
  time: { shapes: ["absent", "text"], text: NO_DIGITS },
  any: { shapes: EVERY_SHAPE, text: NOT_EMPTY },
};

/** The same of a list that is never absent as a fact. */
export const LIST_FORM: ValueForm = { shapes: ["list"] };
/** Lists that hold texts and nothing else, as facts and as what is known. */
const OF_TEXTS: ReadonlySet<string> = new Set(["tags", "attachments"]);
/** What an item of a list is, by the list's name. */
export function itemsOf(name: string): Pick<ValueForm, "items"> {
  return OF_TEXTS.has(name) ? { items: { shapes: ["text"] } } : {};
}
/** What is at an index of a list, by the list's name. */
export function itemForm(name: string): ValueForm {
  return OF_TEXTS.has(name) ? { shapes: ["absent", "text"] } : ANYTHING;
}
/** The list of texts, none of them empty, to which addresses are brought. */
export const ADDRESSES_FORM: ValueForm = { shapes: ["list"], items: TEXT_ITEM };

/** What a field of the contact or the location can be, as it is written beside an event. */
export function knownForm({ type, form, values = [] }: KnownField, name: Step | undefined): ValueForm {
  const shapes: { readonly [T in FieldType]: ValueForm } = {
    ...FACT_FORMS,
    address: { shapes: ["absent", "text"] },
    time: { shapes: ["absent", "text"] },
    any: ANYTHING,
  };
  const own = shapes[type];
  if (type === "list" && typeof name === "string") return { ...own, ...itemsOf(name) };
  return form?.isClosed ? { ...own, words: ZONES, text: { fits: form.fits } } : { ...own, words: values };
}

const ZONES: readonly string[] = ["America/New_York", "Europe/Berlin", "Asia/Kolkata", "UTC"];
