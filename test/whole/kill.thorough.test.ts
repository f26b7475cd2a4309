import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Response as OutboundResponse } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendEvent, type Target } from "../../src/local/hook-client.ts";
import { runWorker, type RunningWorker } from "../../src/local/workerd.ts";
import { aPayload, LOCATION } from "../builders.ts";
import { bundleOfRules, shippedBundle } from "./bundles.ts";
import { until, workerds } from "./processes.ts";
import { TEST_ADMIN_TOKEN, TEST_PRIVATE_KEY, TEST_VARIABLES } from "../keys.ts";

const EVENTS = 20;
const folder = mkdtempSync(join(tmpdir(), "afterbeep-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("kill -9 of workerd between the 202 and the delivery", () => {
  const received: string[] = [];
  let isOpen = false;
  /** While it is shut, webhooks hang, as a kill would find them. */
  const outbound = async (request: { headers: { get(name: string): string | null } }): Promise<OutboundResponse> => {
    if (!isOpen) return new Promise(() => undefined);
    received.push(request.headers.get("webhook-id") ?? "");
    return new OutboundResponse(null, { status: 204 });
  };
  const start = (): Promise<RunningWorker> =>
    runWorker({
      bundle: shippedBundle(),
      variables: TEST_VARIABLES,
      persistTo: join(folder, "state"),
      outbound,
      onLog: console.log,
    });
  const targetOf = ({ url }: RunningWorker): Target => ({
    url,
    privateKey: TEST_PRIVATE_KEY,
    adminToken: TEST_ADMIN_TOKEN,
  });
  const send = (worker: RunningWorker, index: number) =>
    sendEvent(
      targetOf(worker),
      "events",
      aPayload({ messageType: "SMS", status: "failed", contactId: `contact-${index}`, webhookId: `w${index}` }),
    );

  it("loses nothing: after a restart every delivery happens, once per id, and no event is decided again", async () => {
    const first = await start();
    const answers = await Promise.all(Array.from({ length: EVENTS }, (_, index) => send(first, index)));
    expect(answers.map(({ answer }) => answer.status)).toEqual(Array.from({ length: EVENTS }, () => "accepted"));
    const killed = workerds();
    expect(killed.length).toBeGreaterThan(0);
    for (const pid of killed) process.kill(pid, "SIGKILL");
    await until(() => workerds().every((pid) => !killed.includes(pid)));
    await first.miniflare.dispose().catch(() => undefined);
    expect(received).toEqual([]);

    isOpen = true;
    const second = await start();
    // Nothing wakes the ledger but its own alarm, which was due when the process died.
    await until(() => received.length >= EVENTS);
    const again = await Promise.all(Array.from({ length: EVENTS }, (_, index) => send(second, index)));
    expect(new Set(again.map(({ answer }) => answer.status))).toEqual(new Set(["duplicate"]));
    const tasks = await second.miniflare.getKVNamespace("TASKS");
    await until(async () => (await tasks.list()).keys.length >= EVENTS);
    expect(new Set(received).size).toBe(EVENTS);
    expect(received).toHaveLength(EVENTS);
    const { keys } = await tasks.list({ prefix: `task:${LOCATION}:` });
    expect(keys).toHaveLength(EVENTS);
    await second.miniflare.dispose();
  }, 60_000);
});

describe("kill -9 while actions wait", () => {
  const waiting = join(folder, "waiting");
  const DELAY_MS = 2_000;
  const received: { contact: string; at: number }[] = [];
  const outbound = async (request: { text(): Promise<string> }): Promise<OutboundResponse> => {
    const { contact } = JSON.parse(await request.text()) as { contact: string };
    received.push({ contact, at: Date.now() });
    return new OutboundResponse(null, { status: 204 });
  };

  beforeAll(async () => {
    const action = {
      type: "webhook",
      url: "https://crm.example.com/",
      after: "2s",
      cancelOn: ["reply"],
      body: { contact: "{{ event.contactId }}" },
    };
    const rule = {
      on: ["OutboundMessage"],
      conditions: { all: [{ fact: "outcome", operator: "equal", value: "voicemail" }] },
      actions: [action],
    };
    await bundleOfRules(waiting, { wait: rule });
  }, 60_000);

  it("sends nothing early, nothing twice, all of it in the end, and nothing of what a reply ended", async () => {
    const start = (): Promise<RunningWorker> =>
      runWorker({
        bundle: waiting,
        variables: TEST_VARIABLES,
        persistTo: join(folder, "waits"),
        outbound: outbound,
        onLog: console.log,
      });
    const target = ({ url }: RunningWorker): Target => ({
      url,
      privateKey: TEST_PRIVATE_KEY,
      adminToken: TEST_ADMIN_TOKEN,
    });
    const first = await start();
    const contacts = Array.from({ length: EVENTS }, (_, index) => `contact-${index}`);
    const decidedAt = new Map<string, number>();
    for (const contactId of contacts) {
      decidedAt.set(contactId, Date.now());
      await sendEvent(
        target(first),
        "events",
        aPayload({ messageType: "Call", callStatus: "voicemail", contactId, webhookId: contactId }),
      );
    }
    const replying = contacts.slice(0, EVENTS / 2);
    for (const contactId of replying) {
      await sendEvent(target(first), "events", {
        type: "InboundMessage",
        locationId: LOCATION,
        contactId,
        messageType: "SMS",
        body: "Yes",
        webhookId: `${contactId}-reply`,
      });
    }
    const killed = workerds();
    for (const pid of killed) process.kill(pid, "SIGKILL");
    await until(() => workerds().every((pid) => !killed.includes(pid)));
    await first.miniflare.dispose().catch(() => undefined);
    const before = received.length;
    const second = await start();
    await until(() => received.length >= EVENTS / 2);
    // Long enough for anything that should not come.
    await new Promise((later) => setTimeout(later, DELAY_MS));
    await second.miniflare.dispose();
    expect(received.map(({ contact }) => contact).toSorted((a, b) => a.localeCompare(b))).toEqual(
      contacts.filter((contact) => !replying.includes(contact)).toSorted((a, b) => a.localeCompare(b)),
    );
    expect(before).toBe(0);
    for (const { contact, at } of received) expect(at - (decidedAt.get(contact) ?? 0)).toBeGreaterThanOrEqual(DELAY_MS);
  }, 60_000);
});
