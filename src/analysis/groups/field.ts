// One field of a payload, and what is inside it.
import { contactIn, contactPath } from "../../events/contact.ts";
import { isContactId } from "../../events/structs.ts";
import type { Json, JsonObject } from "../../kit/json.ts";
import { FACTS } from "../../language/facts.ts";
import { pathSteps, type Step } from "../../language/path.ts";
import { KINDS, type EventKind } from "../../model/event-kinds.ts";
import type { ValueForm } from "../values/one.ts";
import { treeThat, type FormInside, type WantInside } from "../values/tree.ts";
import { isAsWanted, type Found } from "../values/want.ts";
import { ANYTHING, FACT_FORMS, itemForm, itemsOf, LIST_FORM } from "./forms.ts";
import { readIn, wantOf, type Group, type Literal, type Part } from "./group.ts";

/** The name of the fact that is the contact's id, wherever its kind has it. */
const CONTACT = "contactId";
const CONTACT_FORM: ValueForm = {
  shapes: ["text"],
  words: ["example-contact"],
  text: { fits: isContactId, has: /^[!-~]$/ },
};
/** `""` is absent, where an example would get a value of its own. */
const EMPTY_IF_ABSENT: ReadonlySet<string> = new Set(["messageId"]);

/** The group of a field. */
export function fieldGroup(kind: EventKind, key: string, whole?: ValueForm): Group {
  return {
    name: key,
    note: () => undefined,
    partThat(literals) {
      const wants = literals.map((literal): WantInside => ({ ...wantOf(literal), steps: stepsIn(kind, literal) }));
      const readsSent = literals.some(({ atom }) => atom.condition.fact === "payload");
      const readsFact = literals.some(({ atom }) => atom.condition.fact !== "payload");
      const found = treeThat(wants, formOf(kind, key, readsFact, whole));
      const isPlain = !(readsSent && readsFact);
      if (found.is === "never")
        return isPlain ? found : { is: "open", why: `conditions look at "${key}" as a fact and as it was sent` };
      if (found.is === "open") return found;
      return partOf(kind, key, found.value, literals);
    },
  };
}

function partOf(kind: EventKind, key: string, value: Json | undefined, literals: readonly Literal[]): Found<Part> {
  const payload = value === undefined ? (EMPTY_IF_ABSENT.has(key) ? { [key]: "" } : {}) : { [key]: value };
  const named = withContactIn(kind, payload);
  const isRead = literals.every((literal) => isAsWanted(wantOf(literal), readIn(kind, named, literal.atom.condition)));
  return isRead
    ? { is: "met", value: { payload } }
    : { is: "open", why: `"${key}" has no form that was found to be as wanted` };
}

/** A payload in which the contact is named: conditions that look at the object around it see that. */
function withContactIn(kind: EventKind, payload: JsonObject): JsonObject {
  const [head = "", ...inner] = contactPath(KINDS[kind]);
  if (inner.length === 0 || contactIn(KINDS[kind], payload) !== undefined || !(head in payload)) return payload;
  const holder = payload[head];
  const [last = ""] = inner;
  return typeof holder === "object" && holder !== null && !Array.isArray(holder)
    ? { ...payload, [head]: { ...holder, [last]: "example-contact" } }
    : payload;
}

/** Where in the field a literal looks. */
export function stepsIn(kind: EventKind, { atom: { condition } }: Literal): readonly Step[] {
  const steps = condition.path === undefined ? [] : (pathSteps(condition.path) ?? []);
  if (condition.fact === CONTACT) return contactPath(KINDS[kind]).slice(1);
  return condition.fact === "payload" ? steps.slice(1) : steps;
}

function formOf(kind: EventKind, key: string, readsFact: boolean, whole: ValueForm | undefined): FormInside {
  const [head, ...inner] = contactPath(KINDS[kind]);
  const tail = JSON.stringify(inner);
  return (steps) => {
    if (key === head && JSON.stringify(steps) === tail) return CONTACT_FORM;
    if (steps.length > 0)
      return readsFact && typeof steps[0] === "number" && steps.length === 1 ? itemForm(key) : ANYTHING;
    if (key === head) return { shapes: ["object"] };
    if (whole !== undefined) return whole;
    const entry = Object.hasOwn(FACTS, key) && FACTS[key]?.kinds.includes(kind) ? FACTS[key] : undefined;
    if (entry === undefined || entry.derived || !readsFact) return ANYTHING;
    if (entry.type === "list") return { ...(entry.always ? LIST_FORM : FACT_FORMS.list), ...itemsOf(key) };
    return { ...FACT_FORMS[entry.type], words: entry.values ?? [] };
  };
}
