// A stand-in for HighLevel with something in it, and one right request of every operation.
import { published, OPERATION_NAMES, type OperationName } from "../../../src/local/stand-in/published.ts";
import { HighLevelStandIn, type Settings } from "../../../src/local/stand-in/stand-in.ts";
import type { JsonObject } from "../../../src/kit/json.ts";

export const LOCATION = "here";
export const TOKEN = "pit-here";
const START_MS = Date.parse("2026-11-20T09:00:00Z");

/** A clock that a test moves by hand. */
export interface HandClock {
  nowMs: number;
}

/** A stand-in with a location, a contact `ada`, an opportunity `o1`, tokens, and a message a minute old. */
export function aHighLevel(settings: Partial<Settings> = {}): { highLevel: HighLevelStandIn; clock: HandClock } {
  const clock = { nowMs: START_MS };
  const highLevel = new HighLevelStandIn({ clock: () => clock.nowMs, ...settings });
  highLevel.addLocation({ id: LOCATION, timezone: "America/Denver" });
  highLevel.addToken(TOKEN, LOCATION);
  highLevel.addToken("pit-elsewhere", "elsewhere");
  highLevel.addContact({ id: "ada", locationId: LOCATION, tags: ["lead"] });
  highLevel.addUser({ id: "grace", locationId: LOCATION, name: "Grace Example", email: "grace@agency.example" });
  highLevel.addOpportunity({ id: "o1", locationId: LOCATION });
  highLevel.providerMessage({ contactId: "ada", type: "SMS" });
  clock.nowMs += 60_000;
  return { highLevel, clock };
}

interface Right {
  readonly path: string;
  readonly values?: JsonObject;
  /** The status of a right request, then that of a field that is wrong. */
  readonly status: readonly [right: number, wrong: number];
}

/** Operations about tokens: stand-in-agencies.test.ts. */
type OAuthName = "token" | "location-token" | "installed-locations";

/** One right request of every operation with a location's token, its ids those of `aHighLevel`. */
export const RIGHT: { readonly [name in Exclude<OperationName, OAuthName>]: Right } = {
  "send-message": {
    path: "/conversations/messages",
    values: { type: "SMS", contactId: "ada", message: "Hello" },
    status: [200, 400],
  },
  "update-message-status": {
    path: "/conversations/messages/message-000001/status",
    values: { status: "failed", error: { code: "30007", type: "carrier", message: "Filtered" } },
    status: [200, 400],
  },
  "export-messages": { path: "/conversations/messages/export", values: { locationId: LOCATION }, status: [200, 400] },
  "add-tags": { path: "/contacts/ada/tags", values: { tags: ["missed"] }, status: [201, 422] },
  "remove-tags": { path: "/contacts/ada/tags", values: { tags: ["lead"] }, status: [200, 422] },
  "create-task": {
    path: "/contacts/ada/tasks",
    values: { title: "Call back", dueDate: "2026-11-21T09:00:00.000Z", completed: false },
    status: [201, 422],
  },
  "create-note": { path: "/contacts/ada/notes", values: { body: "Called" }, status: [201, 422] },
  "add-to-workflow": { path: "/contacts/ada/workflow/w1", values: {}, status: [200, 422] },
  "remove-from-workflow": { path: "/contacts/ada/workflow/w1", values: {}, status: [200, 422] },
  "update-opportunity-status": { path: "/opportunities/o1/status", values: { status: "won" }, status: [200, 422] },
  "update-contact": { path: "/contacts/ada", values: { firstName: "Ada" }, status: [200, 422] },
  "create-opportunity": {
    path: "/opportunities/",
    values: { pipelineId: "p1", locationId: LOCATION, name: "A kitchen", status: "open", contactId: "ada" },
    status: [201, 422],
  },
  "update-opportunity": { path: "/opportunities/o1", values: { pipelineStageId: "s2" }, status: [200, 422] },
  "get-contact": { path: "/contacts/ada", status: [200, 422] },
  "get-custom-fields": {
    path: `/locations/${LOCATION}/customFields`,
    values: { model: "contact" },
    status: [200, 422],
  },
  "get-user": { path: "/users/grace", status: [200, 422] },
  "get-location": { path: `/locations/${LOCATION}`, status: [200, 422] },
};
/** Every operation with a location's token. */
export const NAMES = OPERATION_NAMES.filter((name) => name in RIGHT) as readonly Exclude<OperationName, OAuthName>[];
export type Named = (typeof NAMES)[number];

/** What a request has in place of what is right. */
export interface Changes {
  readonly path?: string;
  readonly values?: JsonObject;
  readonly headers?: { readonly [name: string]: string };
  readonly signal?: AbortSignal;
}

/** The right request of an operation, but for what is changed. */
export function requestFor(name: Named, { path, values = RIGHT[name].values, headers, signal }: Changes = {}): Request {
  const { method, query, version = "" } = published(name);
  const url = new URL(path ?? RIGHT[name].path, "https://stand-in");
  if (query)
    for (const [key, value] of Object.entries(values ?? {}))
      url.searchParams.set(key, typeof value === "string" ? value : "");
  const body = published(name).body ? { body: JSON.stringify(values ?? {}) } : {};
  const type = "body" in body ? { "Content-Type": "application/json" } : {};
  return new Request(url, {
    method,
    headers: { Authorization: `Bearer ${TOKEN}`, Version: version, ...type, ...headers },
    ...body,
    ...(signal ? { signal } : {}),
  });
}
