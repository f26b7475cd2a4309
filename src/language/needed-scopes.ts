// Which scopes of HighLevel the rules of a location need, and what its token is known to have of them.
import { scopesOfAction } from "../act/action-scopes.ts";
import { isJsonObject, type Json } from "../kit/json.ts";
import type { Action, CancelTrigger, Condition, Rule } from "../model/rule.ts";
import type { ShownToken } from "../model/token.ts";
import { CONTACT_TIME_ZONE } from "../model/window.ts";
import { pathSteps } from "./path.ts";

/** A scope, and who needs it. */
export interface NeededScope {
  readonly scope: string;
  /** The rules, by name, in their order; empty: it is needed without any, to find messages of which no webhook came. */
  readonly rules: readonly string[];
}

/** What is known of a scope: `open` of a private integration's, until it is used. */
export type ScopeState = "granted" | "lacking" | "open";

/** What each scope lets Afterbeep do. */
export const SCOPE_WORDS: { readonly [scope: string]: string } = {
  "contacts.readonly": "look at contacts: before each message whether it may be sent, and what rules and texts name",
  "contacts.write": "change contacts: tags, tasks, notes, workflows, fields",
  "conversations/message.readonly":
    "look whether a message was sent whose answer was lost, and find messages of which no webhook came",
  "conversations/message.write": "send messages, and say what became of one",
  "locations.readonly": "look at the sub-account: its name, its time zone",
  "locations/customFields.readonly": "look up the keys of custom fields",
  "opportunities.write": "make and move opportunities",
  "users.readonly": "look at the owner of a contact",
};

/** The scopes that rules need in a location, by name. `reconciles`: missing messages are looked for. */
export function neededScopes(
  rules: readonly Rule[],
  locationId: string,
  { reconciles }: { readonly reconciles: boolean },
): readonly NeededScope[] {
  const needed = new Map<string, string[]>(reconciles ? [["conversations/message.readonly", []]] : []);
  for (const rule of rules) {
    if (rule.enabled === false || rule.locations?.includes(locationId) === false) continue;
    for (const scope of new Set(scopesOf(rule))) needed.set(scope, [...(needed.get(scope) ?? []), rule.name]);
  }
  return [...needed]
    .map(([scope, names]) => ({ scope, rules: names }))
    .toSorted((a, b) => (a.scope < b.scope ? -1 : 1));
}

/** What is known of a scope. `isAsked`: HighLevel was just asked, and said no more than what the token shows. */
export function scopeState(scope: string, token: ShownToken, isAsked = false): ScopeState {
  if (token.refusedScopes.some((refused) => refused.scope === scope)) return "lacking";
  if (token.scopes.length > 0) return token.scopes.includes(scope) ? "granted" : "lacking";
  return isAsked && scope.endsWith(".readonly") ? "granted" : "open";
}

function* scopesOf({ conditions, actions, window }: Rule): Generator<string> {
  yield* scopesOfCondition(conditions);
  for (const action of actions) {
    yield* scopesOfAction(action);
    yield* (action.cancelOn ?? []).flatMap(scopesOfTrigger);
    yield* scopesOfTexts(action);
  }
  if (window?.timeZone === CONTACT_TIME_ZONE) yield* ["contacts.readonly", "locations.readonly"];
}

function scopesOfTrigger(trigger: CancelTrigger): readonly string[] {
  return typeof trigger === "string" ? [] : [...scopesOfCondition(trigger.conditions)];
}

function* scopesOfCondition(condition: Condition): Generator<string> {
  if ("fact" in condition) {
    const { fact, path, value } = condition;
    yield* scopesAt(fact, path);
    if (isJsonObject(value)) yield* scopesAt(value["fact"], value["path"]);
  } else if ("not" in condition) yield* scopesOfCondition(condition.not);
  else for (const part of "all" in condition ? condition.all : condition.any) yield* scopesOfCondition(part);
}

function scopesAt(fact: unknown, path: unknown): readonly string[] {
  const [field] = typeof path === "string" ? (pathSteps(path) ?? []) : [];
  return scopesOfKnown(fact, field);
}

/** What HighLevel is asked for a field of the contact or the location. */
function scopesOfKnown(root: unknown, field: unknown): readonly string[] {
  if (root === "location") return ["locations.readonly"];
  if (root !== "contact") return [];
  const beside = { owner: ["users.readonly"], custom: ["locations/customFields.readonly"] };
  return ["contacts.readonly", ...(field === "owner" || field === "custom" ? beside[field] : [])];
}

/** A root between braces, and the name behind it. */
const NAMED = /\{[{%](?:(?![%}]\}).)*/gs;
const ROOT = /(?<![\w.$-])(contact|location)\b(?:\s*\.\s*(\w+)|\s*\[\s*["'](\w+)["'])?/g;

function* scopesOfTexts(action: Action): Generator<string> {
  for (const text of textsIn(action as unknown as Json))
    for (const [inside] of text.matchAll(NAMED))
      for (const [, root, field, quoted] of inside.matchAll(ROOT)) yield* scopesOfKnown(root, field ?? quoted);
}

function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
