import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeLeanPackages } from "../../src/cli/lean-packages.ts";
import { writeRules } from "../../src/cli/build.ts";
import { sendEvent, storyOf, type Target } from "../../src/local/hook-client.ts";
import { bundleSource } from "../../src/local/bundle.ts";
import { freePort, runWorker, type RunningWorker } from "../../src/local/workerd.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import type { Rule, WebhookAction } from "../../src/model/rule.ts";
import { ruleSetOf } from "../../src/rules/rule-set.ts";
import { aPayload, aRule, LOCATION } from "../builders.ts";
import { TEST_ADMIN_TOKEN, TEST_PRIVATE_KEY, TEST_VARIABLES } from "../keys.ts";
import { aCheckout } from "./checkout.ts";

/** Hosts that lead to a listener on loopback, if anything asks for them. */
const SPELLINGS = [
  "127.0.0.1",
  "127.1",
  "127.0.1",
  "2130706433",
  "0x7f000001",
  "0x7f.1",
  "0X7F.0.0.0x1",
  "017700000001",
  "0177.0.0.01",
  "127.0.0.1.",
  "１２７.０.０.１",
  "①②⑦.⓪.⓪.①",
  "127。0｡0．1",
  "%31%32%37.0.0.1",
  "127.0.\u00ad0.1",
  "127.0.\u200b0.1",
  "12\t7.0.0\n.1",
  "0.0.0.0",
  "0",
  "localhost",
  "LOCALHOST",
  "ｌｏｃａｌｈｏｓｔ",
  "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
  "%6cocalhost",
  "localhost.",
  "localhost..",
  "a.localhost",
  "localhost.localdomain",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[::]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[::127.0.0.1]",
  "[64:ff9b::127.0.0.1]",
  "[::1%25lo]",
  "user@127.0.0.1",
  "receiver.example.com@127.0.0.1",
];
const STATUSES = [301, 302, 303, 307, 308];

/** A server on loopback that keeps the path of each request, and counts connections, which may never become one. */
interface Listener {
  readonly port: number;
  readonly seen: string[];
  /** `x-name` of the requests that had one, as bytes. */
  readonly names: Buffer[];
  connections: number;
  readonly server: Server;
}

async function aListener(location = "", host = "127.0.0.1", port = 0): Promise<Listener> {
  const seen: string[] = [];
  const names: Buffer[] = [];
  const server = createServer((request, response) => {
    const [, status] = /^\/redirect\/(\d{3})$/.exec(request.url ?? "") ?? [];
    seen.push(request.url ?? "");
    const name = request.headers["x-name"];
    if (typeof name === "string") names.push(Buffer.from(name, "latin1"));
    response.writeHead(Number(status ?? 204), status === undefined ? {} : { location }).end();
  });
  await new Promise<void>((done, failed) => server.once("error", failed).listen(port, host, done));
  const listener: Listener = { port: (server.address() as AddressInfo).port, seen, names, connections: 0, server };
  server.on("connection", () => (listener.connections += 1));
  return listener;
}

async function until<Value>(look: () => Promise<Value | false>): Promise<Value> {
  for (;;) {
    const value = await look();
    if (value !== false) return value;
    await new Promise((soon) => setTimeout(soon, 10));
  }
}

const folder = mkdtempSync(join(tmpdir(), "afterbeep-guard-"));
const bundle = join(folder, "bundle");
const checkout = aCheckout("guard");
const rules: Rule[] = [];
const listeners: Listener[] = [];
let workerPort = 0;

/** One rule for each URL: so many are not one rule's, and each has its verdict. */
function addRule(name: string, url: string, fields: Partial<WebhookAction> = {}): void {
  rules.push(aRule({ name, actions: [{ type: "webhook", url, ...fields }] }));
}

beforeAll(async () => {
  const target = await aListener();
  const source = await aListener(`http://127.0.0.1:${target.port}/followed`);
  // The same port over IPv6, where the machine has it.
  const overIpv6 = await aListener("", "::1", source.port).catch(() => null);
  listeners.push(source, target, ...(overIpv6 ? [overIpv6] : []));
  workerPort = await freePort(0);
  for (const [index, host] of SPELLINGS.entries()) {
    addRule(`http-${index}`, `http://${host}:${source.port}/http/${index}`);
    // The last by name: once they are allowed, the listener speaks no TLS, and their failures open its circuit.
    addRule(`tls-${index}`, `https://${host}:${source.port}/https/${index}`);
  }
  addRule("latin-1", `http://127.0.0.1:${source.port}/latin-1`, { headers: { "X-Name": "Zoë" } });
  addRule("template-host", `http://{{ event.host }}:${source.port}/template`);
  addRule("template-port", "http://127.0.0.1:{{ event.port }}/template");
  addRule("template-user", `http://{{ event.host }}@127.0.0.1:${source.port}/template`);
  addRule("data", "data:application/json,{}");
  addRule("blob", `blob:http://127.0.0.1:${source.port}/blob`);
  addRule("file", "file:///etc/hostname");
  for (const status of STATUSES) addRule(`redirect-${status}`, `http://127.0.0.1:${source.port}/redirect/${status}`);
  addRule("loop", `http://127.0.0.1:${workerPort}/hooks/highlevel`);
  addRule("own", `http://localhost:${workerPort}/hooks/highlevel`);

  // Admission would refuse these rules, so they are put where only the Worker reads them.
  writeRules(await ruleSetOf(rules), join(checkout, "dist/rules.json"));
  await writeLeanPackages(join(checkout, "dist"));
  await bundleSource(bundle, { project: checkout });
}, 60_000);

afterAll(() => {
  for (const { server } of listeners) {
    server.closeAllConnections();
    server.close();
  }
  for (const made of [folder, checkout]) rmSync(made, { recursive: true, force: true });
});

const targetOf = ({ url }: RunningWorker): Target => ({
  url,
  privateKey: TEST_PRIVATE_KEY,
  adminToken: TEST_ADMIN_TOKEN,
});

/** Fires every rule with one signed event, and gives the deliveries once each that counts had its first attempt. */
async function attempted(
  worker: RunningWorker,
  counts: (rule: string) => boolean = () => true,
): Promise<ReadonlyMap<string, Delivery>> {
  const payload = aPayload({ webhookId: "w", host: "127.0.0.1", port: listeners[0]?.port ?? 0 });
  const { answer } = await sendEvent(targetOf(worker), "events", payload);
  expect(answer.fired).toHaveLength(rules.length);
  return until(async () => {
    const story = await storyOf(targetOf(worker), LOCATION, "w");
    const isDone = story?.deliveries
      .filter(({ rule }) => counts(rule))
      .every(({ state, attempts }) => state !== "sending" && attempts.length > 0);
    return story && isDone ? new Map(story.deliveries.map((delivery) => [delivery.rule, delivery])) : false;
  });
}

const word = (delivery: Delivery | undefined): string =>
  `${delivery?.state} ${delivery?.attempts.map(({ error }) => error?.split(":", 1)[0] ?? "none").join(" ")}`;

describe("the guard in workerd", () => {
  it("refuses every way to a listener on loopback at the first attempt, and the listener sees nothing", async () => {
    const worker = await runWorker({ bundle, variables: TEST_VARIABLES, port: workerPort });
    const deliveries = await attempted(worker);
    await worker.miniflare.dispose();
    expect(deliveries.size).toBe(rules.length);
    for (const [rule, delivery] of deliveries)
      expect([rule, word(delivery)]).toEqual([rule, "dead DESTINATION_REFUSED"]);
    expect(listeners.map(({ connections }) => connections)).toEqual(listeners.map(() => 0));
  });

  it("reaches the listener once the operator names it, follows no redirect, and calls itself in vain", async () => {
    const [source, target] = listeners;
    const allowed = `127.0.0.1:${source?.port},127.0.0.1:${target?.port},127.0.0.1:${workerPort},localhost:${workerPort}`;
    const variables = { ...TEST_VARIABLES, OUTBOUND_ALLOWED_HOSTS: allowed, OWN_HOSTS: `localhost:${workerPort}` };
    const worker = await runWorker({ bundle, variables, port: workerPort });
    const deliveries = await attempted(worker, (rule) => !rule.startsWith("tls-"));

    expect(word(deliveries.get("http-0"))).toBe("sent none");
    // The spellings that a URL parser folds into the four numbers are the same host, and are reached.
    expect(source?.seen).toEqual(expect.arrayContaining(["/http/0", "/http/3", "/http/10"]));
    expect(word(deliveries.get(`http-${SPELLINGS.indexOf("localhost")}`))).toBe("dead DESTINATION_REFUSED");
    for (const rule of ["template-host", "template-port", "template-user", "data", "blob", "file"])
      expect([rule, word(deliveries.get(rule))]).toEqual([rule, "dead DESTINATION_REFUSED"]);

    for (const status of STATUSES) {
      expect(source?.seen).toContain(`/redirect/${status}`);
      const attempt = deliveries.get(`redirect-${status}`)?.attempts[0];
      expect(attempt).toMatchObject({ status, error: expect.stringMatching(/^DESTINATION_REDIRECT:/) });
    }
    expect(target?.connections).toBe(0);
    // A Worker's runtime writes letters beyond ASCII as UTF-8.
    expect(source?.names).toEqual([Buffer.from("Zoë")]);

    // A hook that carries our own signature and not HighLevel's changes nothing; OWN_HOSTS does not even ask.
    expect(deliveries.get("loop")?.attempts[0]).toMatchObject({ status: 401 });
    expect(word(deliveries.get("own"))).toBe("dead DESTINATION_REFUSED");
    const headers = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
    const ask = async (path: string): Promise<unknown> => (await fetch(new URL(path, worker.url), { headers })).json();
    expect(await ask(`/api/locations/${LOCATION}/events`)).toMatchObject({ events: [{ eventKey: "w" }], cursor: null });
    expect(await ask("/api/quarantine")).toMatchObject({ quarantined: [] });
    await worker.miniflare.dispose();
  });
});
