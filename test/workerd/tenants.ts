// Two locations in one deployment, whose ids differ only by case, and all that can be asked about either.
import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import worker from "../../src/worker.ts";
import type { LedgerEnv } from "../../src/objects/durable-objects.ts";
import type { Rule } from "../../src/model/rule.ts";
import type { Json, JsonObject } from "../../src/kit/json.ts";
import { aRule, aTask, aWebhook, signed } from "../builders.ts";
import { TEST_ADMIN_TOKEN } from "../keys.ts";
import { ORIGIN } from "./client.ts";
import { world } from "./world.ts";

export const A = "Tenant_Xy7-Q";
export const B = "tenant_xy7-q";
/** A contact that both have, under the same id. */
export const SHARED = "contact-of-both";

/** The deployment of both, and of nobody else. */
const deployment: LedgerEnv = { ...env, ALLOWED_LOCATIONS: `${A}, ${B}` };

export interface Told {
  readonly status: number;
  readonly text: string;
}

/** Asks the deployment. */
async function ask(path: string, init: RequestInit): Promise<Told> {
  const response = await worker.fetch(
    new Request(ORIGIN + path, init) as Parameters<typeof worker.fetch>[0],
    deployment,
  );
  return { status: response.status, text: await response.text() };
}

export function api(method: string, path: string, body?: Json): Promise<Told> {
  const headers = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
  return ask(path, {
    method: method.toUpperCase(),
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

export async function send(payload: JsonObject): Promise<Told> {
  const body = JSON.stringify(payload);
  const headers = { "content-type": "application/json", "x-ghl-signature": await signed(body) };
  return ask("/hooks/highlevel", { method: "POST", headers, body });
}

const body = { text: "{{ event.body }}", contact: "{{ event.contactId }}" };
/** Rules that send, wait, leave tasks, and look at the past. */
export const RULES: readonly Rule[] = [
  aRule({
    name: "at-once",
    actions: [aWebhook({ body }), aTask({ title: "Call {{ event.contactId }}: {{ event.body }}" })],
  }),
  aRule({ name: "later", actions: [aWebhook({ body, after: "2d", cancelOn: ["reply", "dnd", "delete"] })] }),
  aRule({
    name: "again",
    limit: { count: 1, within: "24h" },
    conditions: { all: [{ fact: "count", params: { within: "7d" }, operator: "greaterThanInclusive", value: 3 }] },
  }),
];

/** An event of a location, whose every text says whose it is: `secret` and the location's id, which no request names. */
export const secretOf = (location: string): string => `secret-text-of-${location}`;

/** Fills a location: decided events, deliveries in every state, tasks, a quarantine, kinds that are not known. */
export async function fill(location: string): Promise<void> {
  const named = (what: string, number: number) => `${what}-${number}-${location}`;
  const text = secretOf(location);
  const common = { type: "OutboundMessage", locationId: location, messageType: "SMS", status: "delivered" };
  for (let number = 0; number < 8; number++) {
    const contactId = number % 2 === 0 ? SHARED : named("contact", number);
    await send({
      ...common,
      contactId,
      webhookId: named("key", number),
      messageId: named("message", number),
      body: text,
    });
  }
  await send({ ...common, contactId: "", webhookId: named("unusable", 1), body: text });
  await send({ ...common, contactId: 7, id: named("contact", 1), webhookId: named("unusable", 2), body: text });
  await send({ type: `Unknown ${text}`, locationId: location });
  await api("put", `/api/locations/${location}/token`, { token: `pit-${text}` });
  world.answer = ({ body: sent }) =>
    new Response(`${text} took ${sent}`, { status: sent.includes("contact-1") ? 500 : 200 });
  await runDurableObjectAlarm(env.LEDGER.getByName(location));
}

/** Everything that is stored of a location: each table, the alarm, and its tasks in KV. */
export async function stateOf(location: string): Promise<string> {
  const tables = await runInDurableObject(env.LEDGER.getByName(location), async (_, { storage }) => {
    const names = storage.sql.exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
    );
    const ours = [...names].map(({ name }) => name).filter((name) => !name.startsWith("_cf_"));
    const rows = ours.map((name) => [
      name,
      [...storage.sql.exec(`SELECT * FROM "${name}"`)].map((row) => JSON.stringify(row)).toSorted(),
    ]);
    return { rows, alarm: await storage.getAlarm() };
  });
  const { keys } = await env.TASKS.list({ prefix: `task:${location}:` });
  const tasks = await Promise.all(keys.map(async ({ name, metadata }) => [name, metadata, await env.TASKS.get(name)]));
  return JSON.stringify({ ...tables, tasks });
}

/** Every id and cursor that the API names under a location. */
export async function idsOf(location: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const list of ["events", "deliveries", "tasks", "quarantine"]) {
    for (let cursor: string | null = ""; cursor !== null;) {
      const { text } = await api("get", `/api/locations/${location}/${list}?limit=2${cursor && `&cursor=${cursor}`}`);
      const page = JSON.parse(text) as { [list: string]: JsonObject[] } & { cursor: string | null };
      for (const item of Object.values(page).find(Array.isArray) ?? [])
        for (const name of ["id", "eventKey", "contactId"]) if (typeof item[name] === "string") found.add(item[name]);
      cursor = page.cursor;
      if (cursor !== null) found.add(cursor);
    }
  }
  found.delete("");
  return [...found];
}
