// Talks to the Worker under test the way HighLevel and an operator do.
import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { vi } from "vitest";
import type { HookRoute } from "../../src/model/event-kinds.ts";
import type { Json, JsonObject } from "../../src/kit/json.ts";
import { aPayload, LOCATION, provedHeaders } from "../builders.ts";
import { TEST_ADMIN_TOKEN } from "../keys.ts";

export const ORIGIN = "https://afterbeep.test";
const PATHS: { readonly [R in HookRoute]: string } = {
  events: "/hooks/highlevel",
  provider: "/hooks/highlevel/provider",
  gateway: "/hooks/gateway",
};

/** An answer as a test looks at it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}

/** Posts bytes to a hook with any headers. */
export async function postRaw(body: BodyInit, headers: HeadersInit, route: HookRoute = "events"): Promise<Answer> {
  return answerOf(await exports.default.fetch(ORIGIN + PATHS[route], { method: "POST", body, headers }));
}

/** Posts a payload, signed. */
export async function post(payload: Json, route: HookRoute = "events"): Promise<Answer> {
  const body = JSON.stringify(payload);
  return postRaw(body, await provedHeaders(body, route), route);
}

let sent = 0;
/** Posts an outbound message with a key of its own, and gives the key. */
export async function postEvent(fields: JsonObject = {}): Promise<{ key: string; answer: Answer }> {
  sent += 1;
  const key = typeof fields["webhookId"] === "string" ? fields["webhookId"] : `event-${sent}`;
  return { key, answer: await post(aPayload({ ...fields, webhookId: key })) };
}

/** Calls the operator's API. */
export async function api(path: string, init: { method?: string; body?: string } = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
  return answerOf(await exports.default.fetch(`${ORIGIN}/api${path}`, { ...init, headers }));
}

export const apiPost = (path: string, body?: Json): Promise<Answer> =>
  api(path, { method: "POST", ...(body === undefined ? {} : { body: JSON.stringify(body) }) });

/** The ledger of the tests' location. */
export const ledger = () => env.LEDGER.getByName(LOCATION);

/** Waits until the directory was told about the location, which no event waits for. */
export const announced = () =>
  vi.waitUntil(() =>
    runInDurableObject(ledger(), (_, { storage }) =>
      storage.sql.exec("SELECT 1 FROM marks WHERE name = 'announced'").toArray().some(Boolean),
    ),
  );
