// How soon the page of one location appears and how fast it responds, with a full ledger. The Worker
// runs in workerd with its state on disk, and Chromium on the same machine.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Response as OutboundResponse } from "miniflare";
import type { Page } from "playwright-core";
import { sendEvent } from "../../src/local/hook-client.ts";
import { bundleWorker, runWorker } from "../../src/local/workerd.ts";
import { payloadOf, SAMPLES } from "../../src/events/samples.ts";
import { TEST_PRIVATE_KEY, TEST_VARIABLES } from "../../test/keys.ts";
import { launchChromium } from "../../test/whole/dashboard/chromium.ts";
import { figure, median, publish, setting } from "./report.ts";

const EVENTS = setting("EVENTS", 100_000);
const ROUNDS = setting("ROUNDS", 7);
const CONNECTIONS = 64;
const CONTACTS = 5_000;
const LOCATION = "ve9EPM428h8vShlRW1KT";

const folder = mkdtempSync(join(tmpdir(), "afterbeep-"));
await bundleWorker(join(folder, "bundle"));
const options = {
  bundle: join(folder, "bundle"),
  persistTo: join(folder, "state"),
  variables: { ...TEST_VARIABLES, ALLOWED_LOCATIONS: "*", EVENTS_PER_SECOND: "1000000" },
  outbound: () => Promise.resolve(new OutboundResponse(null, { status: 204 })),
};

let worker = await runWorker(options);
const samples = Object.values(SAMPLES).filter(
  ({ payload, route }) => payload["type"] !== "ContactDelete" && route !== "gateway",
);
let sent = 0;
async function sendSome(): Promise<void> {
  while (sent < EVENTS) {
    const turn = sent++;
    const sample = samples[turn % samples.length];
    if (!sample) return;
    const contact = `contact-${(turn * 7_919) % CONTACTS}`;
    const set = "id" in sample.payload ? { id: contact } : { contactId: contact };
    const target = { url: worker.url, privateKey: TEST_PRIVATE_KEY, adminToken: undefined };
    const { httpStatus } = await sendEvent(target, sample.route, payloadOf(sample, set, new Date()));
    if (httpStatus !== 202) throw new Error(`Answered ${httpStatus}`);
    if (turn % 10_000 === 0) console.log(`${figure(turn)} of ${figure(EVENTS)} events sent`);
  }
}
await Promise.all(Array.from({ length: CONNECTIONS }, sendSome));

const browser = await launchChromium();
const signIn = `#token=${TEST_VARIABLES.ADMIN_TOKEN}`;

/** A new visitor: from the sign-in link to numbers, chart and newest events. */
async function firstVisit(): Promise<{ shownMs: number; bytes: number }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  let bytes = 0;
  page.on("response", (response) => {
    if (!response.url().includes("/api/"))
      void response.body().then((body) => (bytes += gzipSync(body).byteLength), () => undefined); // prettier-ignore
  });
  const startedAt = performance.now();
  await page.goto(`${worker.url}/${signIn}`);
  await shown(page, ".numbers b >> text=/^[0-9,]+$/");
  await shown(page, ".rows.events li");
  const shownMs = performance.now() - startedAt;
  await page.waitForLoadState("networkidle");
  await context.close();
  return { shownMs, bytes };
}

async function shown(page: Page, selector: string): Promise<void> {
  await page.locator(selector).first().waitFor();
}

const warm = [];
for (let round = 0; round < ROUNDS; round++) warm.push(await firstVisit());
await worker.miniflare.dispose();
worker = await runWorker(options);
const cold = await firstVisit();

/** The places that are visited in the page, each until its list has been answered. */
const STEPS: readonly (readonly [what: string, place: string])[] = [
  ["events of a channel", "events?channel=sms"],
  ["events of an outcome", "events?outcome=failed"],
  ["events on which a rule fired", "events?rule=sms-failed"],
  ["events of a contact", "events?contact=contact-42"],
  ["events of a kind, with none", "events?kind=ContactDelete"],
  ["deliveries", "deliveries"],
  ["deliveries that are waiting", "deliveries?state=scheduled"],
  ["deliveries of a rule", "deliveries?rule=missed-call"],
  ["tasks", "tasks"],
  ["a contact", "contacts/contact-42"],
  ["rules", "rules"],
];
const context = await browser.newContext();
const page = await context.newPage();
await page.goto(`${worker.url}/${signIn}`);
await shown(page, ".rows.events li");
const steps = new Map<string, number[]>(STEPS.map(([what]) => [what, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [what, place] of STEPS) {
    const ms = await page.evaluate(goThere, `#/l/${LOCATION}/${place}`);
    steps.get(what)?.push(ms);
    await page.waitForTimeout(300);
  }
}

/** Milliseconds from the click until the last answer. It runs in the page. */
async function goThere(fragment: string): Promise<number> {
  const isQuestion = (entry: PerformanceEntry): boolean =>
    entry.name.includes("/api/") && !entry.name.includes("/changes");
  performance.clearResourceTimings();
  const startedAt = performance.now();
  location.hash = fragment;
  const frame = (): Promise<number> => new Promise((done) => requestAnimationFrame(done));
  let last = startedAt;
  for (let quiet = 0; quiet < 12; quiet++) {
    await frame();
    const ends = performance.getEntriesByType("resource").filter(isQuestion).map((entry) => (entry as PerformanceResourceTiming).responseEnd); // prettier-ignore
    const latest = Math.max(startedAt, ...ends);
    if (latest > last) [last, quiet] = [latest, 0];
  }
  return last - startedAt;
}

/** What one event takes until it is answered. */
async function eventMs(): Promise<number> {
  const sample = samples[0];
  if (!sample) return 0;
  const target = { url: worker.url, privateKey: TEST_PRIVATE_KEY, adminToken: undefined };
  const payload = payloadOf(sample, { contactId: "contact-beside" }, new Date());
  const startedAt = performance.now();
  const { httpStatus } = await sendEvent(target, sample.route, payload);
  if (httpStatus !== 202) throw new Error(`Answered ${httpStatus}`);
  return performance.now() - startedAt;
}

/** A replay of everything in the playground, while events come in one after the other. */
async function replayOnce(): Promise<{ tookMs: number; pageMs: number; quiet: number[]; meanwhile: number[] }> {
  const quiet: number[] = [];
  for (let turn = 0; turn < 50; turn += 1) quiet.push(await eventMs());
  await page.evaluate((place) => void (location.hash = place), `#/l/${LOCATION}/playground`);
  await shown(page, ".decided .outcome-line");
  const meanwhile: number[] = [];
  let isOver = false;
  // How long the page itself does not answer.
  await page.evaluate(watchFrames);
  const startedAt = performance.now();
  await page.getByRole("button", { name: "Replay the last 30 days" }).click();
  const result = page.locator(".try", { hasText: "Texts: " }).waitFor({ timeout: 600_000 }).then(() => void (isOver = true)); // prettier-ignore
  const beside = (async () => {
    while (!isOver) meanwhile.push(await eventMs());
  })();
  await result;
  const tookMs = performance.now() - startedAt;
  await beside;
  return { tookMs, pageMs: await page.evaluate(slowestFrame), quiet, meanwhile };
}

/** In the page: the longest time between two frames, from now on. */
function watchFrames(): void {
  let last = performance.now();
  const kept = globalThis as { slowest?: number };
  kept.slowest = 0;
  const next = (): void => {
    const now = performance.now();
    kept.slowest = Math.max(kept.slowest ?? 0, now - last);
    last = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}

function slowestFrame(): number {
  return (globalThis as { slowest?: number }).slowest ?? 0;
}

const replayed = await replayOnce();

publish("page", "npm run bench:page", [
  {
    title: `The first page, ${figure(EVENTS)} events in the ledger`,
    columns: ["", "ms", "KB gzipped"],
    rows: [
      ["shown, median", figure(median(warm.map(({ shownMs }) => shownMs))), ""],
      ["shown, the slowest", figure(Math.max(...warm.map(({ shownMs }) => shownMs))), ""],
      ["shown, after the Worker was started anew", figure(cold.shownMs), ""],
      ["transferred", "", figure(Math.max(...warm.map(({ bytes }) => bytes)) / 1_024)],
    ],
  },
  {
    title: `A replay of ${figure(EVENTS)} events in the playground, while others come in one after the other`,
    columns: ["", "ms"],
    rows: [
      ["until its result is shown", figure(replayed.tookMs)],
      ["the longest that the page did not draw", figure(replayed.pageMs)],
      ["an event before it, median", figure(median(replayed.quiet))],
      ["an event before it, the slowest", figure(Math.max(...replayed.quiet))],
      ["an event meanwhile, median", figure(median(replayed.meanwhile))],
      ["an event meanwhile, the slowest", figure(Math.max(...replayed.meanwhile))],
    ],
  },
  {
    title: "From a filter to its last answer",
    columns: ["", "median ms", "slowest ms"],
    rows: [...steps].map(([what, times]) => [what, figure(median(times)), figure(Math.max(...times))]),
  },
]);
await browser.close();
await worker.miniflare.dispose();
rmSync(folder, { recursive: true, force: true });
