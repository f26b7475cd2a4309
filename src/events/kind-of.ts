// Which kind of event a payload is, judging by its `type` and the hook that it came in by.
import { EVENT_KINDS, KINDS, OTHER, type EventKind, type HookRoute } from "../model/event-kinds.ts";
import type { JsonObject } from "../kit/json.ts";
import { nearest } from "../kit/suggestion.ts";

const KIND_OF_TYPE: ReadonlyMap<string, EventKind> = new Map(
  EVENT_KINDS.flatMap((kind) => typesOf(kind).map((type): [string, EventKind] => [type, kind])),
);
const NAMES: ReadonlySet<string> = new Set(EVENT_KINDS);

/** The values of `type` on events of a kind, the usual one first. */
export function typesOf(kind: EventKind): readonly [string, ...string[]] {
  const [first = kind, ...others] = KINDS[kind].types ?? [];
  return [first, ...others];
}

/** The kind that a `type` means on its own route: `Other` where none has it; `null`: it is no text. */
export function kindNamed(type: unknown): EventKind | null {
  return typeof type === "string" && type !== "" ? (KIND_OF_TYPE.get(type) ?? OTHER) : null;
}

/** Whether a `type` has a kind of its own. */
export function hasOwnKind(type: string): boolean {
  return KIND_OF_TYPE.get(type) !== undefined && type !== OTHER;
}

/**
 * The kind that a `type` means on a route. HighLevel signs what it sends to either of its
 * routes, so an event may come in by the provider's; a gateway sends only its own kinds, by its own route.
 */
export function eventKindOf(type: string, route: HookRoute): EventKind | "wrong-route" {
  const kind = KIND_OF_TYPE.get(type) ?? OTHER;
  if (kind === OTHER && NAMES.has(type) && type !== OTHER) return "wrong-route";
  const { route: own } = KINDS[kind];
  return own === route || (own === "events" && route === "provider") ? kind : "wrong-route";
}

/** What to do so that rules can look at events of a kind that is not known, in a sentence or two. */
export function useOfKind(kind: string): string {
  const meant = nearest(kind, KIND_OF_TYPE.keys());
  return `${meant === null ? "" : `If you send it yourself, did you mean "${meant}"? `}Where its payloads name a contact, a rule can look at it: "on": ["${OTHER}"], a condition that the fact type is ${JSON.stringify(kind)}, and paths into the fact payload. Where they name none, take it off the app's subscriptions`;
}

/** The route that a payload comes in by, for callers that have only the payload. */
export function routeOf(payload: JsonObject): HookRoute {
  const kind = kindNamed(payload["type"]);
  return kind === null ? "events" : KINDS[kind].route;
}
