// kill -9 of workerd while texts are on their way to HighLevel: some were sent and the answer never heard, some were not.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Response as OutboundResponse, type Request as OutboundRequest } from "miniflare";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DemoTime } from "../../src/cli/demo/time.ts";
import { sendEvent, type Target } from "../../src/local/hook-client.ts";
import { HighLevelStandIn } from "../../src/local/stand-in/stand-in.ts";
import { runWorker, type RunningWorker } from "../../src/local/workerd.ts";
import { aPayload, LOCATION } from "../builders.ts";
import { TEST_ADMIN_TOKEN, TEST_PRIVATE_KEY, TEST_TOKEN_KEY, TEST_VARIABLES } from "../keys.ts";
import { bundleOfRules } from "./bundles.ts";
import { until, workerds } from "./processes.ts";

const API = "https://highlevel.example.com";
const TOKEN = "pit-test";
const CONTACTS = Array.from({ length: 6 }, (_, index) => `contact-${index}`);
const QUARTER_HOUR_MS = 900_000;

const folder = mkdtempSync(join(tmpdir(), "afterbeep-"));
const bundle = join(folder, "bundle");

beforeAll(async () => {
  const rule = {
    on: ["OutboundMessage"],
    conditions: { all: [{ fact: "outcome", operator: "equal", value: "voicemail" }] },
    actions: [{ type: "highlevel", call: "send-message", messageType: "SMS", message: "Sorry that we missed you" }],
  };
  // The demo's Worker is the real one on a clock that can be moved.
  await bundleOfRules(bundle, { text: rule }, "src/local/worker/demo-worker.ts");
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("texts each contact once, whether HighLevel had sent the text or not", async () => {
  let url = "";
  const time = new DemoTime(0, async (offsetMs) => {
    const moved = await fetch(new URL(`/demo/clock?location=${LOCATION}&offset=${offsetMs}`, url), { method: "POST" });
    return ((await moved.json()) as { nextMs: number | null }).nextMs;
  });
  const highLevel = new HighLevelStandIn({ clock: time.now });
  highLevel.addLocation({ id: LOCATION });
  highLevel.addToken(TOKEN, LOCATION);
  for (const id of CONTACTS) highLevel.addContact({ id, locationId: LOCATION });
  let isCutOff = true;
  let underWay = 0;
  /** Of every two texts that are cut off one was sent. */
  const outbound = async (request: OutboundRequest): Promise<OutboundResponse> => {
    const body = await request.text();
    const isText = request.method === "POST";
    const headers = Object.fromEntries(request.headers);
    const asked = new Request(request.url, { method: request.method, headers, ...(body === "" ? {} : { body }) });
    if (isText && isCutOff && (underWay += 1) % 2 === 0) return new Promise(() => undefined);
    const answer = await highLevel.answer(asked);
    if (isText && isCutOff) return new Promise(() => undefined);
    return new OutboundResponse(await answer.text(), {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
    });
  };
  const start = async (): Promise<RunningWorker> => {
    const worker = await runWorker({
      bundle,
      variables: { ...TEST_VARIABLES, HIGHLEVEL_API: API, HIGHLEVEL_TOKEN_KEY: TEST_TOKEN_KEY },
      persistTo: join(folder, "state"),
      outbound,
      onLog: console.log,
    });
    url = worker.url;
    return worker;
  };
  const authorization = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
  const ask = async (path: string, init: RequestInit = {}): Promise<unknown> =>
    (await fetch(new URL(`/api/locations/${LOCATION}/${path}`, url), { ...init, headers: authorization })).json();
  const counts = async () => ((await ask("deliveries/counts")) as { counts: { [state: string]: number } }).counts;

  const first = await start();
  const target: Target = { url, privateKey: TEST_PRIVATE_KEY, adminToken: TEST_ADMIN_TOKEN };
  await ask("token", { method: "PUT", body: JSON.stringify({ token: TOKEN }) });
  for (const contactId of CONTACTS)
    await sendEvent(
      target,
      "events",
      aPayload({ messageType: "Call", callStatus: "voicemail", contactId, webhookId: contactId }),
    );
  // As many as go at once.
  await until(() => underWay >= 2);
  const killed = workerds();
  for (const pid of killed) process.kill(pid, "SIGKILL");
  await until(() => workerds().every((pid) => !killed.includes(pid)));
  await first.miniflare.dispose().catch(() => undefined);
  const sentBefore = highLevel.state.messages.size;
  expect(sentBefore).toBeGreaterThan(0);
  expect(sentBefore).toBeLessThan(underWay);

  isCutOff = false;
  const second = await start();
  for (let tries = 0; tries < 8 && ((await counts())["sent"] ?? 0) < CONTACTS.length; tries++)
    await time.pass(QUARTER_HOUR_MS);
  expect(await counts()).toMatchObject({ sent: CONTACTS.length, scheduled: 0, dead: 0, held: 0 });
  const texted = [...highLevel.state.messages.values()].map(({ contactId }) => contactId);
  expect(texted.toSorted((a, b) => a.localeCompare(b))).toEqual(CONTACTS);
  expect(highLevel.violations).toEqual([]);
  await second.miniflare.dispose();
}, 60_000);
