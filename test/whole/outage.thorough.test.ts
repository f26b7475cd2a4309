// The Worker is off for two hours, in which HighLevel's webhooks are lost. The clock of its ledgers is two hours and a half
// behind when the test begins, and right once it is back; HighLevel is the stand-in.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Response as OutboundResponse, type Request as OutboundRequest } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendEvent, type Target } from "../../src/local/hook-client.ts";
import { webhookOf } from "../../src/local/stand-in/messages.ts";
import { HighLevelStandIn } from "../../src/local/stand-in/stand-in.ts";
import { runWorker, type RunningWorker } from "../../src/local/workerd.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import type { Gap, Reconciling } from "../../src/model/gap.ts";
import type { LogEntry } from "../../src/model/ledger.ts";
import { LOCATION } from "../builders.ts";
import { chance } from "../generated/chance.ts";
import { TEST_ADMIN_TOKEN, TEST_PRIVATE_KEY, TEST_VARIABLES } from "../keys.ts";
import { bundleOfRules } from "./bundles.ts";
import { until, workerds } from "./processes.ts";
import { answerOf } from "./stand-in-outbound.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BEFORE = 30;
const LOST = 600;
const KILLS = 20;
const TOKEN = "pit-of-the-outage";
const conditions = { all: [{ fact: "contactId", operator: "exists", value: true }] };
const doing = (what: string, after = {}) => ({
  on: ["OutboundMessage", "InboundMessage"],
  conditions,
  actions: [{ type: "webhook", url: `https://crm.example.com/${what}/{{ event.messageId }}`, ...after }],
});

const folder = mkdtempSync(join(tmpdir(), "afterbeep-"));
const bundle = join(folder, "bundle");
const luck = chance(7);
let offsetMs = -2.5 * HOUR;
const standIn = new HighLevelStandIn({ clock: () => Date.now() + offsetMs });
const received: string[] = [];

async function outbound(request: OutboundRequest): Promise<OutboundResponse> {
  const answered = await answerOf(standIn, request);
  if (answered === null) received.push(new URL(request.url).pathname);
  return answered ?? new OutboundResponse(null, { status: 204 });
}

const start = (): Promise<RunningWorker> =>
  runWorker({
    bundle,
    variables: { ...TEST_VARIABLES, HIGHLEVEL_TOKEN_KEY: btoa("k".repeat(32)) },
    persistTo: join(folder, "state"),
    outbound,
  });

async function kill(worker: RunningWorker): Promise<void> {
  const killed = workerds();
  for (const pid of killed) process.kill(pid, "SIGKILL");
  await until(() => workerds().every((pid) => !killed.includes(pid)));
  await worker.miniflare.dispose().catch(() => undefined);
}

const AUTH = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
async function ask<Answer>({ url }: RunningWorker, path: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(new URL(path, url), { ...init, headers: AUTH });
  return (await answer.json()) as Answer;
}

/** All that a list of the location has. */
async function all<Item>(worker: RunningWorker, list: string, query = ""): Promise<Item[]> {
  const found: Item[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const path: string = `/api/locations/${LOCATION}/${list}?limit=200&cursor=${cursor}${query}`;
    const page: { [name: string]: Item[] } & { cursor: string | null } = await ask(worker, path);
    found.push(...(page[list] ?? []));
    ({ cursor } = page);
  }
  return found;
}

const look = (worker: RunningWorker) => ask(worker, `/demo/look?location=${LOCATION}`);
const moveTo = (worker: RunningWorker, toMs: number) => ask(worker, `/demo/clock?location=${LOCATION}&offset=${toMs}`);

function message(): ReturnType<HighLevelStandIn["message"]> {
  const isIn = luck.happens(0.3);
  return standIn.message({
    contactId: `contact-${luck.below(40)}`,
    type: luck.pick(["SMS", "SMS", "Email", "WhatsApp"]),
    direction: isIn ? "inbound" : "outbound",
    status: isIn ? "delivered" : luck.pick(["sent", "delivered", "failed"]),
  });
}

describe("two hours in which the Worker is off", () => {
  beforeAll(async () => {
    await bundleOfRules(
      bundle,
      { "at-once": doing("now"), "in-three-hours": doing("ahead", { after: "3h" }) },
      "src/local/worker/demo-worker.ts",
    );
    standIn.addLocation({ id: LOCATION });
    standIn.addToken(TOKEN, LOCATION);
    for (let index = 0; index < 40; index++) standIn.addContact({ id: `contact-${index}`, locationId: LOCATION });
  }, 180_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("lose nothing: all is found, once, and what is overdue is late, though the Worker is killed twenty times over it", async () => {
    let worker = await start();
    await moveTo(worker, offsetMs);
    await ask(worker, `/api/locations/${LOCATION}/token`, { method: "PUT", body: JSON.stringify({ token: TOKEN }) });
    for (let index = 0; index < BEFORE; index++) {
      const { url } = worker;
      const target: Target = { url, privateKey: TEST_PRIVATE_KEY, adminToken: TEST_ADMIN_TOKEN };
      expect((await sendEvent(target, "events", webhookOf(message()))).answer.status).toBe("accepted");
    }
    await until(() => received.length >= BEFORE);
    await kill(worker);

    const lost = new Set<string>();
    for (let index = 0; index < LOST; index++) {
      offsetMs = -2.25 * HOUR + (index * 2.1 * HOUR) / LOST;
      lost.add(message().id);
    }
    offsetMs = 0;
    for (let kills = 0; kills < KILLS; kills++) {
      worker = await start();
      void look(worker).catch(() => undefined);
      const seen = standIn.requests.length;
      const calls = luck.below(4);
      const began = (await ask<{ gaps: Gap[] }>(worker, `/api/locations/${LOCATION}/gaps`)).gaps[0]?.found ?? 0;
      const enough = began + luck.below(2 * (LOST / KILLS));
      await until(async () => {
        if (standIn.requests.length > seen + calls) return true;
        const { gaps } = await ask<{ gaps: Gap[] }>(worker, `/api/locations/${LOCATION}/gaps`);
        return (gaps[0]?.found ?? 0) >= enough;
      });
      await kill(worker);
    }
    worker = await start();
    await until(async () => {
      await look(worker);
      const { reconciling } = await ask<{ reconciling: Reconciling }>(worker, `/api/locations/${LOCATION}/gaps`);
      return !reconciling.isUnderWay && (await all(worker, "events")).length >= BEFORE + LOST;
    });

    const events = await all<LogEntry>(worker, "events");
    expect(events).toHaveLength(BEFORE + LOST);
    expect(new Set(events.map(({ eventKey }) => eventKey)).size).toBe(BEFORE + LOST);
    const found = events.filter(({ origin }) => origin === "reconciled");
    expect(new Set(found.map(({ eventKey }) => eventKey.split("-").slice(1, 3).join("-")))).toEqual(lost);
    for (const { held, fired } of found) {
      expect(held).toEqual([{ rule: "at-once", reason: "late" }]);
      expect(fired).toEqual(["in-three-hours"]);
    }
    const gaps = await all<Gap>(worker, "gaps");
    expect(gaps.reduce((sum, gap) => sum + gap.found, 0)).toBe(LOST);
    expect(received.filter((path) => path.startsWith("/now/"))).toHaveLength(BEFORE);

    await moveTo(worker, 3.5 * HOUR);
    const ahead = (): string[] => received.filter((path) => path.startsWith("/ahead/"));
    await until(async () => (await all<Delivery>(worker, "deliveries", "&state=scheduled")).length === 0);
    await until(() => ahead().length >= BEFORE + LOST);
    expect(new Set(ahead()).size).toBe(BEFORE + LOST);
    expect(ahead()).toHaveLength(BEFORE + LOST);
    expect(received.filter((path) => path.startsWith("/now/"))).toHaveLength(BEFORE);
    expect(standIn.violations).toEqual([]);
    expect(standIn.tooMany.total).toBe(0);
    await worker.miniflare.dispose();
  }, 400_000);
});
