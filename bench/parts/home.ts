// Home with as many locations as an agency has, and as a large one: until its rows stand in a browser that has nothing of
// the page, until the next hundred do, and how much is transferred for it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Response as OutboundResponse } from "miniflare";
import type { Browser } from "playwright-core";
import { bundleWorker, runWorker } from "../../src/local/workerd.ts";
import { TEST_ADMIN_TOKEN, TEST_VARIABLES } from "../../test/keys.ts";
import { launchChromium } from "../../test/whole/dashboard/chromium.ts";
import { live, many } from "../../test/whole/dashboard/many-locations.ts";
import { figure, median, publish, setting } from "./report.ts";

const ROUNDS = setting("ROUNDS", 7);
const USUAL = 500;
const FEW = setting("LOCATIONS", USUAL);
/** With a number given, only that. */
const SIZES = FEW === USUAL ? [USUAL, 2_000] : [FEW];
/** What comes to each of them. */
const OF_EACH = ["sms", "reply", "voicemail"];
const SIGN_IN = `#token=${TEST_ADMIN_TOKEN}`;
const kb = (bytes: number): string => figure(bytes / 1_024);

/** One visit. Bytes are of what a server sends gzipped. */
interface Visit {
  readonly shownMs: number;
  readonly nextMs: number;
  readonly pageBytes: number;
  readonly answerBytes: number;
}

async function visit(browser: Browser, url: string): Promise<Visit> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const sizes: Promise<readonly [isAnswer: boolean, bytes: number]>[] = [];
  page.on("response", (response) => {
    const isAnswer = response.url().includes("/api/overview");
    if (isAnswer || !response.url().includes("/api/"))
      sizes.push(response.body().then((body) => [isAnswer, gzipSync(body).byteLength] as const));
  });
  const startedAt = performance.now();
  await page.goto(`${url}/${SIGN_IN}`);
  await page.locator(".home-table tbody tr").first().waitFor();
  const shownMs = performance.now() - startedAt;
  await page.waitForLoadState("networkidle");
  const all = await Promise.all(sizes);
  const sum = (of: boolean): number => all.reduce((so, [isAnswer, bytes]) => so + (isAnswer === of ? bytes : 0), 0);
  const [pageBytes, answerBytes] = [sum(false), sum(true)];
  const last = await page.locator(".home-table tbody a").first().textContent();
  const turnedAt = performance.now();
  await page.getByRole("button", { name: "Next →" }).click();
  await page.locator(".home-table tbody tr:first-child", { hasNotText: last ?? "" }).waitFor();
  const nextMs = performance.now() - turnedAt;
  await context.close();
  return { shownMs, nextMs, pageBytes, answerBytes };
}

const folder = mkdtempSync(join(tmpdir(), "afterbeep-"));
await bundleWorker(join(folder, "bundle"));
const browser = await launchChromium();
const rows: string[][] = [];
for (const size of SIZES) {
  const worker = await runWorker({
    bundle: join(folder, "bundle"),
    persistTo: join(folder, `state-${size}`),
    variables: { ...TEST_VARIABLES, ALLOWED_LOCATIONS: "*" },
    outbound: () => Promise.resolve(new OutboundResponse(null, { status: 204 })),
  });
  console.log(`${figure(size)} locations begin …`);
  await live(worker.url, many(size, () => OF_EACH)); // prettier-ignore
  const visits: Visit[] = [];
  for (let round = 0; round < ROUNDS; round += 1) visits.push(await visit(browser, worker.url));
  await worker.miniflare.dispose();
  const shown = visits.map(({ shownMs }) => shownMs);
  const most = (pick: (one: Visit) => number): number => Math.max(...visits.map(pick));
  rows.push([
    figure(size),
    figure(median(shown)),
    figure(Math.max(...shown)),
    figure(median(visits.map(({ nextMs }) => nextMs))),
    kb(most(({ pageBytes }) => pageBytes)),
    kb(most(({ answerBytes }) => answerBytes)),
  ]);
}
publish("home", "npm run bench:page -- --home", [
  {
    title: `Home with its first hundred locations, in a browser that has nothing of the page, median of ${ROUNDS}`,
    columns: ["locations", "the rows stand, ms", "the slowest", "the next hundred, ms", "the page, KB gzipped", "the answer, KB gzipped"], // prettier-ignore
    rows,
  },
]);
await browser.close();
rmSync(folder, { recursive: true, force: true });
