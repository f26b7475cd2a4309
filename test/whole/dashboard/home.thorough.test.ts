// All locations on one page: what is dead in several of them is found, and retried in all at once.
import axe from "axe-core";
import { Response as OutboundResponse } from "miniflare";
import { beforeAll, expect, it, vi } from "vitest";
import { describeInBrowser, show, useDashboard } from "./browser.ts";

const LOCATIONS = Array.from({ length: 12 }, (_, index) => `home-${String(index).padStart(2, "0")}`);
const TROUBLED = LOCATIONS.slice(0, 3);
const PATIENCE = { timeout: 30_000 };

describeInBrowser("the home", () => {
  const dashboard = useDashboard();
  const call = async (path: string, method = "GET", body?: object): Promise<Response> =>
    fetch(`${dashboard.url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${dashboard.token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  beforeAll(async () => {
    dashboard.answer = () => new OutboundResponse(null, { status: 410 });
    for (const locationId of LOCATIONS) {
      const isTroubled = TROUBLED.includes(locationId);
      await dashboard.send("sms", { locationId, status: isTroubled ? "failed" : "delivered" });
    }
    for (const locationId of TROUBLED) {
      const dead = async (): Promise<number> =>
        ((await (await call(`/locations/${locationId}/deliveries?state=dead`)).json()) as { deliveries: unknown[] })
          .deliveries.length;
      await vi.waitUntil(async () => (await dead()) === 1, { timeout: 60_000, interval: 200 });
      // An operator's change is told at once; everything else within five minutes.
      await call(`/locations/${locationId}/pause`, "PUT", { reason: "Looking" });
      await call(`/locations/${locationId}/pause`, "DELETE");
    }
    expect((await call(`/locations/home-01/name`, "PUT", { name: "Springfield Dental" })).status).toBe(200);
  }, 120_000);

  it("shows what needs a person first, and retries what is dead in all locations", async () => {
    const page = await dashboard.open("#/");
    await page.getByRole("heading", { name: "All locations" }).waitFor();
    const rows = page.locator(".home-table tbody tr");
    await expect.poll(() => rows.count(), PATIENCE).toBe(12);
    expect(await rows.nth(0).innerText()).toMatch(/home-0[0-2]|Springfield/);
    await page.getByRole("link", { name: "3 dead" }).click();
    await expect.poll(() => rows.count(), PATIENCE).toBe(3);
    dashboard.answer = () => new OutboundResponse(null, { status: 204 });
    await page.getByRole("button", { name: "Retry…" }).click();
    await page.getByRole("button", { name: "Retry 3 in 3 locations" }).click();
    await page.getByText("3 made due again.").waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByText("No location fits.").waitFor();
    await page.getByRole("link", { name: "Show all" }).click();
    await expect.poll(() => rows.count(), PATIENCE).toBe(12);
    await page.getByLabel("Name or id").fill("springfield");
    await expect.poll(() => rows.count(), PATIENCE).toBe(1);
    await page.getByRole("link", { name: "Springfield Dental" }).click();
    await page.locator(".switcher summary", { hasText: "Springfield Dental" }).waitFor();
  });

  it("shows a location by the name that somebody gives it, until it is taken away", async () => {
    const page = await dashboard.open("#/l/home-05/overview");
    const called = (name: string) => page.locator(".switcher summary", { hasText: name }).waitFor();
    await page.getByRole("button", { name: "Name this location…" }).click();
    await page.getByLabel("Name", { exact: true }).fill(" <b>Shelbyville</b> Dental ");
    await page.getByRole("button", { name: "Save" }).click();
    await called("<b>Shelbyville</b> Dental");
    await page.goto(`${dashboard.url}/#/`);
    await page.getByRole("link", { name: "<b>Shelbyville</b> Dental" }).click();
    await page.getByRole("button", { name: "Rename…" }).click();
    await page.getByLabel("Name", { exact: true }).fill(" ");
    await page.getByRole("button", { name: "Use HighLevel's name" }).click();
    await called("home-05");
    await show(page, "#/l/home-05/audit");
    const everywhere = page.getByRole("region", { name: "In every location" });
    const named = everywhere.getByText("Named the location, location: home-05, name: ");
    expect(await named.allTextContents()).toEqual([
      "Named the location, location: home-05, name: none",
      "Named the location, location: home-05, name: <b>Shelbyville</b> Dental",
    ]);
  });

  it.each([360, 1_280])("is wholly seen, and has no finding of axe-core, on a screen of %i px", async (width) => {
    const page = await dashboard.open("#/", { viewport: { width, height: 900 }, bypassCSP: true });
    await page.getByText("Springfield Dental").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    await page.evaluate(axe.source);
    const found = await page.evaluate<readonly string[]>(
      "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id }) => id))",
    );
    expect(found).toEqual([]);
  });
});
