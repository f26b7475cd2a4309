// An agency's day with 500 locations, as whoever looks after them all meets it: from the home to what has died, to an alert
// at a receiver and its end, and to a location that leaves. The Worker is the real one, but that its ledgers' clock can be
// moved: between two messages of alerts are five minutes.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import axe from "axe-core";
import { Response as OutboundResponse } from "miniflare";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Alert } from "../../../src/model/alert.ts";
import type { DeliveryCounts } from "../../../src/model/delivery.ts";
import type { Home } from "../../../src/model/home.ts";
import type { RuleFile } from "../../../src/model/rule.ts";
import { describeInBrowser, loaded, show, useDashboard } from "./browser.ts";
import { ask, each, live, lookAt, many, type OneOfMany } from "./many-locations.ts";

const LOCATIONS = 500;
const A_PAGE = 100;
/** One in fifty has texts that fail, for which the CRM is gone. */
const IN_TROUBLE = 50;
const QUIET = ["sms", "reply", "voicemail"];
const TROUBLED = [...QUIET, "sms-failed", "sms-failed"];
const BUSIEST = 320;
const FAILED: RuleFile = {
  on: ["OutboundMessage"],
  conditions: { all: [{ fact: "outcome", operator: "equal", value: "failed" }] },
  actions: [{ type: "webhook", url: "https://crm.example.com/hooks/failed" }],
};
const ALERTS = "https://alerts.example.com/services/secret-part";
const PATIENCE = { timeout: 30_000 };
/** A busy machine is slow. */
const A_TEST_MS = 180_000;
const SIX_MINUTES_MS = 360_000;

/** What a receiver needs of a message. */
interface Told {
  readonly data: { readonly locationId: string; readonly alerts: readonly Alert[] };
}

const LIVES = many(LOCATIONS, (index) => {
  if (index === BUSIEST) return [...QUIET, ...QUIET, ...QUIET];
  return index % IN_TROUBLE === 0 ? TROUBLED : QUIET;
});
const TROUBLED_ONES = LIVES.filter((_, index) => index % IN_TROUBLE === 0);
const EVENTS = LIVES.reduce((sum, { samples }) => sum + samples.length, 0);
const DEAD = TROUBLED_ONES.length * 2;

describeInBrowser(`a day with ${LOCATIONS} locations`, () => {
  const dashboard = useDashboard({ ALERT_URL: ALERTS }, { failed: FAILED }, "src/local/worker/demo-worker.ts");
  const told: Told[] = [];
  let receiver: Server;
  let isCrmGone = true;
  let delivered = 0;
  const home = (query = "limit=1"): Promise<Home> => ask<Home>(dashboard.url, `/overview?${query}`);
  const rows = (page: Page) => page.locator(".home-table tbody tr");
  /** What a receiver was told of a location: which alerts began, and which are over. */
  const toldOf = (locationId: string): readonly (readonly [kind: string, isOver: boolean])[] =>
    told
      .filter(({ data }) => data.locationId === locationId)
      .flatMap(({ data }) => data.alerts.map(({ kind, endedAt }) => [kind, endedAt !== null] as const));

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      void text(request).then((body) => {
        told.push(JSON.parse(body) as Told);
        response.end("ok");
      });
    });
    await new Promise<void>((listens) => receiver.listen(0, "127.0.0.1", listens));
    const { port } = receiver.address() as AddressInfo;
    dashboard.answer = async (request) => {
      if (request.url === ALERTS) {
        const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: await request.text() });
        return new OutboundResponse(await answer.text(), { status: answer.status });
      }
      if (isCrmGone) return new OutboundResponse(null, { status: 410 });
      delivered += 1;
      return new OutboundResponse(null, { status: 204 });
    };
    await live(dashboard.url, LIVES);
    for (const { locationId } of TROUBLED_ONES) {
      const dead = async (): Promise<number> =>
        (await ask<DeliveryCounts>(dashboard.url, `/locations/${locationId}/deliveries/counts`)).counts.dead;
      await vi.waitUntil(async () => (await dead()) === 2, { ...PATIENCE, interval: 100 });
    }
    await each(TROUBLED_ONES, ({ locationId }) => lookAt(dashboard.url, locationId));
  }, 300_000);
  afterAll(() => receiver?.close());

  it(
    "shows them all, page after page, and what came to them",
    async () => {
      expect((await home()).totals).toMatchObject({
      locations: LOCATIONS, events: EVENTS, fired: DEAD, dead: DEAD, paused: 0, troubled: TROUBLED_ONES.length,
    }); // prettier-ignore
      const page = await dashboard.open("#/", { bypassCSP: true });
      await page.getByText(`${LOCATIONS} locations, ${TROUBLED_ONES.length} with trouble.`).waitFor();
      const seen: string[] = [];
      for (let number = 1; number <= LOCATIONS / A_PAGE; number += 1) {
        if (number > 1) await page.getByRole("button", { name: "Next →" }).click();
        await page.getByText(`Page ${number}`).waitFor();
        await expect.poll(async () => seen.includes((await named(page))[0] ?? ""), PATIENCE).toBe(false);
        const names = await named(page);
        expect(names).toHaveLength(A_PAGE);
        seen.push(...names);
      }
      expect(seen.slice(0, TROUBLED_ONES.length).toSorted()).toEqual(TROUBLED_ONES.map(shownAs));
      expect(seen.toSorted()).toEqual(LIVES.map(shownAs).toSorted());
      expect(await page.getByRole("button", { name: "Next →" }).isDisabled()).toBe(true);
      expect(await seriousOn(page)).toEqual([]);
    },
    A_TEST_MS,
  );

  it(
    "finds one by its name, sorts them, and shows those in trouble",
    async () => {
      const page = await dashboard.open("#/");
      await expect.poll(() => rows(page).count(), PATIENCE).toBe(A_PAGE);
      await page.getByLabel("Name or id").fill("0125 CAPITAL");
      const { name, locationId = "" } = LIVES[125] ?? {};
      await expect.poll(() => named(page), PATIENCE).toEqual([name]);
      await page.getByLabel("Name or id").fill(locationId.slice(-6));
      await expect.poll(() => named(page), PATIENCE).toEqual([name]);
      await page.getByLabel("Name or id").fill("");
      await page.getByRole("link", { name: "Location", exact: true }).click();
      const inOrder = LIVES.map(shownAs).toSorted().slice(0, A_PAGE);
      await expect.poll(() => named(page), PATIENCE).toEqual(inOrder);
      await page.getByRole("link", { name: "Events", exact: true }).click();
      await expect.poll(async () => (await named(page))[0], PATIENCE).toBe(shownAs(LIVES[BUSIEST]));
      await page.getByLabel("Show").selectOption("dead");
      await expect.poll(() => rows(page).count(), PATIENCE).toBe(TROUBLED_ONES.length);
      expect((await named(page)).toSorted()).toEqual(TROUBLED_ONES.map(shownAs));
    },
    A_TEST_MS,
  );

  it(
    "tells a receiver of what has died, retries it in all of them at once, and tells of its end",
    async () => {
      await expect
        .poll(() => TROUBLED_ONES.every(({ locationId }) => toldOf(locationId).length > 0), { timeout: 60_000 })
        .toBe(true);
      const page = await dashboard.open("#/", { bypassCSP: true });
      const { locationId = "" } = TROUBLED_ONES[0] ?? {};
      expect(toldOf(locationId)).toEqual([["dead", false]]);
      await page.getByRole("link", { name: `${DEAD} dead` }).click();
      await expect.poll(() => rows(page).count(), PATIENCE).toBe(TROUBLED_ONES.length);
      const row = rows(page).filter({ hasText: locationId });
      await row.locator("td[data-label=Dead] a").click();
      await page.locator(".delivery-rows", { hasText: "DESTINATION_GONE" }).waitFor();
      await loaded(page);
      expect(await seriousOn(page)).toEqual([]);
      await show(page, `#/l/${locationId}/alerts`);
      const everywhere = page.getByRole("region", { name: "Open in every location" });
      for (const one of TROUBLED_ONES)
        await everywhere
          .getByRole("link", { name: shownAs(one) })
          .first()
          .waitFor();
      expect(await seriousOn(page)).toEqual([]);
      isCrmGone = false;
      await show(page, "#/?trouble=dead");
      await page.getByRole("button", { name: "Retry…" }).click();
      await page.getByRole("button", { name: `Retry ${DEAD} in ${TROUBLED_ONES.length} locations` }).click();
      await page.getByText(`${DEAD} made due again.`).waitFor(PATIENCE);
      await page.getByRole("button", { name: "Close" }).click();
      await expect.poll(() => delivered, PATIENCE).toBe(DEAD);
      await fetch(`${dashboard.url}/demo/clock?location=${locationId}&offset=${SIX_MINUTES_MS}`);
      await expect.poll(() => toldOf(locationId), PATIENCE).toEqual([["dead", false], ["dead", true]]); // prettier-ignore
      await each(TROUBLED_ONES, ({ locationId }) => lookAt(dashboard.url, locationId));
      expect((await home()).totals).toMatchObject({ locations: LOCATIONS, dead: 0, events: EVENTS });
    },
    A_TEST_MS,
  );

  it(
    "deletes one whose id is typed, and is left with the others",
    async () => {
      const { locationId = "", name } = LIVES[75] ?? {};
      const page = await dashboard.open(`#/l/${locationId}/overview`, { bypassCSP: true });
      await loaded(page);
      expect(await seriousOn(page)).toEqual([]);
      await page.getByRole("button", { name: "Delete this location…" }).click();
      const confirm = page.getByRole("button", { name: "Delete", exact: true });
      await page.getByLabel(`Type ${locationId} to delete it`).fill(name ?? "");
      expect(await confirm.isDisabled()).toBe(true);
      await page.getByLabel(`Type ${locationId} to delete it`).fill(locationId);
      await confirm.click();
      await page.getByRole("heading", { name: "Deleted" }).waitFor();
      await page.getByRole("link", { name: "All locations", exact: true }).click();
      await page.getByText(`${LOCATIONS - 1} locations,`).waitFor();
      await page.getByLabel("Name or id").fill(locationId);
      await page.getByText("No location fits.").waitFor();
      expect((await home()).totals).toMatchObject({ locations: LOCATIONS - 1, events: EVENTS - QUIET.length });
    },
    A_TEST_MS,
  );
});

/** How a location is listed. */
function shownAs(one: OneOfMany | undefined): string {
  return one?.name ?? one?.locationId ?? "";
}

/** The names that the home shows, in their order. */
function named(page: Page): Promise<string[]> {
  return page.locator(".home-table tbody th a").allTextContents();
}

async function seriousOn(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: { id: string; impact: string }[] }>("axe.run()");
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id }) => id);
}
