// What events of one kind can be, as far as conditions look: comparisons become atoms, each in the group of what it reads.
import { typesOf, kindNamed } from "../events/kind-of.ts";
import { isLocationId } from "../events/structs.ts";
import { contactPath } from "../events/contact.ts";
import { isJsonObject, type JsonObject } from "../kit/json.ts";
import { FACTS } from "../language/facts.ts";
import { isKnownFact, type KnownFact } from "../language/known-facts.ts";
import { isLogFact } from "../language/log-facts.ts";
import { pathSteps, type Step } from "../language/path.ts";
import { comparisonOf } from "../match/engine.ts";
import { isMessage, EVENT_KINDS, KINDS, OTHER, type EventKind } from "../model/event-kinds.ts";
import type { Condition, FactCondition } from "../model/rule.ts";
import { addressFields, addressGroup } from "./groups/addresses.ts";
import { localTimeGroup, timeFields, timeGroup, weekdayGroup } from "./groups/clock.ts";
import { fieldGroup } from "./groups/field.ts";
import type { Atom, Group, Literal } from "./groups/group.ts";
import { knownGroup } from "./groups/known.ts";
import { OWN, pastGroup } from "./groups/past.ts";
import { whoGroup, WHO_FIELDS } from "./groups/who.ts";
import { INTERNAL, wordFields, wordsGroup } from "./groups/words.ts";
import { constant, joined, type Logic } from "./values/logic.ts";
import type { ValueForm } from "./values/one.ts";
import { undecorated } from "./values/want.ts";

/** Facts that follow from several fields, and the group of those. */
const DERIVED: { readonly [fact: string]: "words" | "who" | "time" | "addresses" } = {
  channel: "words",
  outcome: "words",
  [INTERNAL]: "words",
  sender: "who",
  occurredAt: "time",
  recipients: "addresses",
};

/** Two facts compared with each other: what one of them is does not say whether it is met. */
const COMPARED: Group = {
  name: "two facts",
  note: () => undefined,
  partThat: () => ({ is: "open", why: "a condition compares two facts with each other" }),
};

/** A list of more items is not looked into: each is a value of its own, and they would be tried together. */
const MOST_ITEMS = 1_000;
const LONG: Group = {
  name: "a long list",
  note: () => undefined,
  partThat: () => ({ is: "open", why: `a condition has a list of more than ${MOST_ITEMS} items` }),
};

/** The events of one kind. */
export class KindSpace {
  readonly kind: EventKind;
  readonly #groups = new Map<string, Group>();
  readonly #atoms = new Map<string, Atom>();

  constructor(kind: EventKind) {
    this.kind = kind;
  }

  /** A tree of conditions as a statement about such events, or its opposite. */
  statement(condition: Condition, isMet = true): Logic<Literal> {
    if ("not" in condition) return this.statement(condition.not, !isMet);
    if ("all" in condition) return this.#joined("all", condition.all, isMet);
    if ("any" in condition) return this.#joined("any", condition.any, isMet);
    return this.#comparison(condition, isMet);
  }

  #joined(by: "all" | "any", parts: readonly Condition[], isMet: boolean): Logic<Literal> {
    const statements = parts.map((part) => this.statement(part, isMet));
    // The engine takes an empty group for one that is met.
    if (parts.length === 0) return constant(isMet);
    return joined((by === "all") === isMet ? "all" : "any", statements);
  }

  #comparison(condition: FactCondition, isMet: boolean): Logic<Literal> {
    const { fact, path, params, operator, value } = condition;
    const other = isJsonObject(value) && typeof value["fact"] === "string" ? value["fact"] : null;
    if (other !== null) return { is: { atom: this.#atom(condition, COMPARED), isMet } };
    if (Array.isArray(value) && value.length > MOST_ITEMS) return { is: { atom: this.#atom(condition, LONG), isMet } };
    const parts = (
      logic: Logic<{ operator: string; value: FactCondition["value"]; isMet: boolean }>,
    ): Logic<Literal> => {
      if ("all" in logic) return joined("all", logic.all.map(parts));
      if ("any" in logic) return joined("any", logic.any.map(parts));
      const one = { fact, path, params, operator: logic.is.operator, value: logic.is.value };
      return isLogFact(fact) ? this.#asked(one, logic.is.isMet) : this.#literal(one, logic.is.isMet);
    };
    return parts(undecorated(operator, value, isMet));
  }

  /** One comparison of a fact with a constant. */
  #literal(condition: Atom["condition"], isMet: boolean): Logic<Literal> {
    const group = this.#groupOf(condition);
    if (typeof group === "object" && "value" in group) {
      const read = comparisonOf(condition.operator)?.(group.value, condition.value) ?? false;
      return constant(read === isMet);
    }
    return { is: { atom: this.#atom(condition, group), isMet } };
  }

  /** A question to the log: what the event itself adds to a count depends on its own words. */
  #asked(condition: Atom["condition"], isMet: boolean): Logic<Literal> {
    const { fact, params = {} } = condition;
    const past = this.#group("past", () => pastGroup(this.kind));
    const adding = (own: number): Logic<Literal> => ({
      is: { atom: this.#atom({ ...condition, params: { ...params, [OWN]: own } }, past), isMet },
    });
    if (condition.path !== undefined)
      return constant((comparisonOf(condition.operator)?.(undefined, condition.value) ?? false) === isMet);
    if (fact !== "count") return adding(0);
    const isOwn = this.#isMeant(params, true);
    return joined("any", [joined("all", [isOwn, adding(1)]), joined("all", [this.#isMeant(params, false), adding(0)])]);
  }

  /** That params mean the event itself, or do not. */
  #isMeant(params: JsonObject, isMeant: boolean): Logic<Literal> {
    const { message, fields } = KINDS[this.kind];
    const known: { readonly [param: string]: unknown } = { kind: this.kind, direction: message?.direction ?? null };
    const parts = Object.entries(params).map(([name, value]): Logic<Literal> => {
      if (name === "within") return constant(isMeant);
      if (name === "messages")
        return constant((value !== true || isMessage(this.kind) || Object.hasOwn(fields, "messageId")) === isMeant);
      if (Object.hasOwn(known, name)) return constant((known[name] === value) === isMeant);
      return this.#literal({ fact: name, operator: "equal", value }, isMeant);
    });
    return joined(isMeant ? "all" : "any", parts);
  }

  #atom(condition: Atom["condition"], group: Group): Atom {
    const { fact, path, params, operator, value } = condition;
    const steps = path === undefined ? [] : (pathSteps(path) ?? []);
    const name = JSON.stringify([fact, steps, params ?? {}, operator, value]);
    let atom = this.#atoms.get(name);
    if (!atom) {
      this.#atoms.set(name, (atom = { id: this.#atoms.size + 1, group, condition }));
      group.note(atom);
    }
    return atom;
  }

  #group(name: string, make: () => Group): Group {
    let group = this.#groups.get(name);
    if (!group) this.#groups.set(name, (group = make()));
    return group;
  }

  /** The group of what a condition reads, or the value that it always has. */
  #groupOf({ fact, path }: Atom["condition"]): Group | { readonly value: FactCondition["value"] | undefined } {
    const { kind } = this;
    const steps = path === undefined ? [] : (pathSteps(path) ?? null);
    if (steps === null) return { value: undefined };
    if (isKnownFact(fact)) return this.#group(fact, () => knownGroup(fact satisfies KnownFact));
    if (fact === "localTime") return this.#group(fact, localTimeGroup);
    if (fact === "weekday") return this.#group(fact, weekdayGroup);
    if (fact !== INTERNAL && FACTS[fact]?.kinds.includes(kind) !== true) return { value: undefined };
    if (fact === "kind") return { value: steps.length === 0 ? kind : undefined };
    if (fact !== "payload") return this.#groupOfField(fact, steps.length);
    const [first, ...inner] = steps;
    if (first === undefined) return { value: {} };
    return typeof first === "string" ? this.#groupOfField(first, inner.length) : { value: undefined };
  }

  /** The group of a field of the payload, or of a fact that follows from fields. */
  #groupOfField(name: string, inner: number): Group | { readonly value: undefined } {
    const { kind } = this;
    const derived = Object.hasOwn(DERIVED, name) ? DERIVED[name] : undefined;
    const isFlat = (): boolean => inner > 0;
    if (derived === "words" || wordFields(kind).includes(name))
      return isFlat() ? { value: undefined } : this.#group("words", () => wordsGroup(kind));
    if (derived === "who" || (this.#hasSender() && WHO_FIELDS.includes(name)))
      return isFlat() ? { value: undefined } : this.#group("who", () => whoGroup(kind));
    if (derived === "time" || timeFields(kind).includes(name))
      return isFlat() ? { value: undefined } : this.#group("time", () => timeGroup(kind));
    if (derived === "addresses" || addressFields(kind).includes(name))
      return this.#group("addresses", () => addressGroup(kind, addressFieldOf));
    const [contactKey = ""] = contactPath(KINDS[kind]);
    const key = name === "contactId" ? contactKey : name;
    const whole = key === "type" ? typeForm(kind) : key === "locationId" ? LOCATION_FORM : undefined;
    return this.#group(`field ${key}`, () => fieldGroup(kind, key, whole));
  }

  #hasSender(): boolean {
    return KINDS[this.kind].message?.direction === "outbound";
  }
}

const LOCATION_FORM: ValueForm = {
  shapes: ["text"],
  words: ["example-location"],
  text: { fits: isLocationId, has: /^[A-Za-z0-9_-]$/ },
};

/** What `type` can be on a kind. */
function typeForm(kind: EventKind): ValueForm {
  const types: readonly string[] = typesOf(kind);
  if (kind !== OTHER) return { shapes: ["text"], words: types, isClosed: true };
  const isOther = (text: string): boolean =>
    text !== "" && kindNamed(text) === OTHER && !EVENT_KINDS.some((name) => name === text && name !== OTHER);
  return { shapes: ["text"], words: [OTHER], text: { fits: isOther } };
}

/** The field of addresses that a literal reads; `null`: the list of recipients. */
function addressFieldOf({ atom: { condition } }: Literal): string | null {
  if (condition.fact === "recipients") return null;
  const [first]: readonly Step[] = condition.path === undefined ? [] : (pathSteps(condition.path) ?? []);
  return condition.fact === "payload" && typeof first === "string" ? first : condition.fact;
}
