// Which kind of event a payload is, judging by its `type` and the hook that it came in by.
import { EVENT_KINDS, KINDS, type EventKind, type HookRoute } from "../model/event-kinds.ts";
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

/** The kind that a `type` means on its own route; `null` if it is not known. */
export function kindNamed(type: unknown): EventKind | null {
  return typeof type === "string" ? (KIND_OF_TYPE.get(type) ?? null) : null;
}

/**
 * The kind that a `type` means on a route; `null` if it is not known. HighLevel signs what it sends to either of its
 * routes, so an event may come in by the provider's; a gateway sends only its own kinds, by its own route.
 */
export function eventKindOf(type: string, route: HookRoute): EventKind | "wrong-route" | null {
  const kind = kindNamed(type);
  if (kind === null) return route === "gateway" || NAMES.has(type) ? "wrong-route" : null;
  const { route: own } = KINDS[kind];
  return own === route || (own === "events" && route === "provider") ? kind : "wrong-route";
}

/** What to do so that rules can look at events of a kind that is not known, in a sentence or two. */
export function useOfKind(kind: string): string {
  const meant = nearest(kind, KIND_OF_TYPE.keys());
  return `${meant === null ? "" : `If you send it yourself, did you mean "${meant}"? `}Where its payloads name a location and a contact, one entry in the table of kinds makes it one that rules can look at: CONTRIBUTING.md, "How to add an event kind". Where they name none, take it off the app's subscriptions`;
}

/** The route that a payload comes in by, for callers that have only the payload. */
export function routeOf(payload: JsonObject): HookRoute {
  const kind = kindNamed(payload["type"]);
  return kind === null ? "events" : KINDS[kind].route;
}
