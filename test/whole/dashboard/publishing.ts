// Publishes rule sets to a running Worker, as the command line does, for the tests of the page.
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import { LOCATION } from "../../../src/events/samples.ts";
import type { Dashboard } from "./browser.ts";

/** A folder of rule files that is published as it is. */
export interface Folder {
  readonly [name: string]: JsonObject;
}

/** A task whenever an SMS failed. */
export const TASK_RULE = {
  description: "A text did not arrive: somebody calls",
  on: ["OutboundMessage"],
  conditions: { all: [{ fact: "outcome", operator: "equal", value: "failed" }] },
  actions: [{ type: "task", title: "Call {{ event.contactId }}" }],
  examples: [{ event: { messageType: "SMS", status: "failed" }, fires: true }],
} as const satisfies JsonObject;

/** What `rules replay --json` prints. */
export const REPLAY = {
  locationId: LOCATION,
  from: "2026-03-01T00:00:00.000Z",
  to: "2026-03-08T00:00:00.000Z",
  events: 1_200,
  rules: [{ rule: "failed", change: "changed", fires: [41, 58], texts: [39, 12], others: [0, 0] }],
  gained: [{ contactId: "ada", rule: "failed", text: "Hi Ada" }],
  lost: [],
  changed: [],
  untested: [],
  failed: [],
};

/** A call of the API that has to succeed. */
export async function ask(dashboard: Dashboard, path: string, body?: Json): Promise<JsonObject> {
  const response = await fetch(`${dashboard.url}/api${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${dashboard.token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as JsonObject;
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Publishes over the last version, and gives the number of the new one. */
export async function publish(
  dashboard: Dashboard,
  folder: Folder,
  { note = "a note", author = "ana", replay = null as Json } = {},
): Promise<number> {
  const { versions } = (await ask(dashboard, "/rule-sets?limit=1")) as unknown as { versions: { version: number }[] };
  const rules = Object.entries(folder).map(([name, rule]) => ({ file: `${name}.json`, text: JSON.stringify(rule) }));
  const over = versions[0]?.version ?? 0;
  const { version } = await ask(dashboard, "/rule-sets", { files: { rules }, note, author, over, replay });
  return (version as unknown as { version: number }).version;
}

/** Puts a version in force for somebody, as another person would. */
export async function activate(dashboard: Dashboard, version: number, whom: Json, reason = "because"): Promise<void> {
  await ask(dashboard, `/rule-sets/${version}/activate`, { for: whom, by: "ben", reason });
}
