// The page as an operator sees it: the built Worker in workerd, and a real browser in front of it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Response as OutboundResponse, type Request as OutboundRequest } from "miniflare";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { sendEvent, type Sent, type Target } from "../../../src/local/hook-client.ts";
import { payloadOf, SAMPLES } from "../../../src/events/samples.ts";
import { runWorker, type RunningWorker } from "../../../src/local/workerd.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { RuleFile } from "../../../src/model/rule.ts";
import { TEST_PRIVATE_KEY, TEST_VARIABLES } from "../../keys.ts";
import { bundleOfRules, bundleWithRules, shippedBundle } from "../bundles.ts";
import { hasChromium, launchChromium, NO_CHROMIUM } from "./chromium.ts";

if (!hasChromium) console.log(`${NO_CHROMIUM}. The tests of the page are skipped`);
/** How long an element may take to come: a busy machine is slow, a broken page never gets there. */
const PATIENCE_MS = 15_000;

/** The tests of a page, skipped where there is no browser. */
export const describeInBrowser = describe.skipIf(!hasChromium);

/** A page in front of a Worker of its own. */
export interface Dashboard {
  readonly url: string;
  readonly token: string;
  readonly worker: RunningWorker;
  /** A new tab, signed in, at a place such as `#/l/L/events`; closed after the test, which fails when the page throws or breaks its policy. */
  open(place?: string, options?: BrowserContextOptions): Promise<Page>;
  /** A new tab that nobody is signed in in, of which the same holds. `options`: as a new window takes them. */
  openEmpty(options?: BrowserContextOptions): Promise<Page>;
  /** Sends a signed sample, by its name of `rules send`. */
  send(sample: string, set?: JsonObject): Promise<Sent>;
  /** What destinations answer; 204 unless a test says otherwise. */
  answer: (request: OutboundRequest) => Promise<OutboundResponse> | OutboundResponse;
}

/**
 * Starts a Worker and a browser for the tests of a file. `variables` stand over those of the other tests, `rules` beside
 * those that ship, by name; of another `entry` than the Worker's own they are all that it has.
 */
export function useDashboard(
  variables: { readonly [name: string]: string } = {},
  rules: { readonly [name: string]: RuleFile } = {},
  entry?: string,
): Dashboard {
  const folder = mkdtempSync(join(tmpdir(), "afterbeep-"));
  const contexts: BrowserContext[] = [];
  let running: { worker: RunningWorker; browser: Browser } | null = null;
  const started = (): { worker: RunningWorker; browser: Browser } => {
    if (running === null) throw new Error("The dashboard has not been started");
    return running;
  };
  const token = TEST_VARIABLES.ADMIN_TOKEN;
  const dashboard: Dashboard = {
    token,
    get url() {
      return started().worker.url;
    },
    get worker() {
      return started().worker;
    },
    answer: () => new OutboundResponse(null, { status: 204 }),
    async openEmpty(options = {}) {
      const context = await started().browser.newContext({ reducedMotion: "reduce", ...options });
      contexts.push(context);
      context.setDefaultTimeout(PATIENCE_MS);
      context.on("page", watch);
      const page = await context.newPage();
      return page;
    },
    async open(place = "#/", options = {}) {
      const page = await dashboard.openEmpty(options);
      await page.goto(`${dashboard.url}/#token=${encodeURIComponent(token)}`);
      if (place !== "#/") await page.goto(`${dashboard.url}/${place}`);
      return page;
    },
    async send(sample, set = {}) {
      const found = SAMPLES[sample];
      if (!found) throw new Error(`There is no sample "${sample}"`);
      const target: Target = { url: dashboard.url, privateKey: TEST_PRIVATE_KEY, adminToken: token };
      const sent = await sendEvent(target, found.route, payloadOf(found, set, new Date()));
      expect(sent.httpStatus).toBe(202);
      return sent;
    },
  };
  beforeAll(async () => {
    if (!hasChromium) return;
    const isShipped = Object.keys(rules).length === 0;
    if (entry !== undefined) await bundleOfRules(folder, rules, entry);
    else if (!isShipped) await bundleWithRules(folder, rules);
    const worker = await runWorker({
      bundle: isShipped ? shippedBundle() : folder,
      variables: { ...TEST_VARIABLES, ALLOWED_LOCATIONS: "*", ...variables },
      outbound: async (request) => dashboard.answer(request),
    });
    running = { worker, browser: await launchChromium() };
  }, 90_000);
  afterEach(async () => {
    const opened = contexts.splice(0);
    const found = opened.flatMap((context) => context.pages().flatMap(faultsOf));
    await Promise.all(opened.map((context) => context.close()));
    expect(found).toEqual([]);
  });
  afterAll(async () => {
    await running?.browser.close();
    await running?.worker.miniflare.dispose();
    rmSync(folder, { recursive: true, force: true });
  });
  return dashboard;
}

/** Goes to a place of a page that is open, and waits until it is drawn and everything that it asked for is there. */
export async function show(page: Page, place: string): Promise<void> {
  await page.evaluate(goThere, place);
  await loaded(page);
}

/** Waits until a page has a heading, has asked for everything that it shows, and says nowhere that it loads. */
export async function loaded(page: Page): Promise<void> {
  await page.locator("main h1").first().waitFor();
  const waits = { timeout: PATIENCE_MS, interval: 20 };
  const isWaiting = async () => [...(await page.getByText(LOADING).allTextContents()), ...(underWay.get(page) ?? [])];
  await expect.poll(isWaiting, waits).toEqual([]);
}

/** In the page: changes the address, and waits until what is drawn then has asked its questions. */
async function goThere(place: string): Promise<void> {
  if (location.hash === place) return;
  const gone = new Promise((done) => addEventListener("hashchange", done, { once: true }));
  location.hash = place;
  await gone;
  for (let frames = 0; frames < 2; frames += 1) await new Promise((frame) => requestAnimationFrame(frame));
  await new Promise((done) => setTimeout(done, 0));
}

const LOADING = /(?:Loading|Counting|Checking)…/;
/** The addresses that a page has asked and not yet heard of. */
const underWay = new WeakMap<Page, Set<string>>();
const faults = new WeakMap<Page, string[]>();

/** What the page did that it must not: exceptions, and what its CSP or Trusted Types refused. */
function faultsOf(page: Page): readonly string[] {
  return faults.get(page) ?? [];
}

function watch(page: Page): void {
  const found: string[] = [];
  faults.set(page, found);
  const asked = new Set<string>();
  underWay.set(page, asked);
  page.on("request", (request) => asked.add(request.url()));
  page.on("requestfinished", (request) => asked.delete(request.url()));
  page.on("requestfailed", (request) => asked.delete(request.url()));
  page.on("pageerror", (error) => found.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) found.push(message.text());
  });
}
