// What the texts of an action name of the contact and the location: what has to be known when it leaves.
import type { Action } from "../model/rule.ts";
import { kindOf } from "./kinds.ts";
import { chainsIn } from "./template/template.ts";

/** The parts of what is known, each of which is asked of HighLevel by itself. */
export interface NamedKnown {
  readonly contact: boolean;
  readonly location: boolean;
  /** The user whom the contact's `assignedTo` names. */
  readonly owner: boolean;
  /** The keys of the location's custom fields. */
  readonly custom: boolean;
}

const MAY_NAME = /\{[\s\S]*\b(?:contact|location)\b/;
const named = new WeakMap<Action, NamedKnown>();

/** What the templates of an action name. A text that cannot be read names nothing. */
export function namedKnown(action: Action): NamedKnown {
  let known = named.get(action);
  if (!known) named.set(action, (known = read(action)));
  return known;
}

function read(action: Action): NamedKnown {
  const texts = [...kindOf(action).templates(action)].map(({ text }) => text).filter((text) => MAY_NAME.test(text));
  const names = texts.flatMap(namesIn);
  const has = (root: string, field?: string): boolean =>
    names.some(([own, first]) => own === root && (field === undefined || first === field));
  return {
    contact: has("contact"),
    location: has("location"),
    owner: has("contact", "owner"),
    custom: has("contact", "custom"),
  };
}

function namesIn(text: string): readonly (readonly unknown[])[] {
  try {
    return chainsIn(text).flatMap(({ names }) => names.map(({ keys }) => keys));
  } catch {
    return [];
  }
}
