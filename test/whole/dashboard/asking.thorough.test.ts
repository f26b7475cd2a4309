// What the page asks the Worker for, and how often.
import type { Page, Request } from "playwright-core";
import { expect, it } from "vitest";
import { LOCATION } from "../../../src/events/samples.ts";
import { describeInBrowser, loaded, useDashboard } from "./browser.ts";

const HERE = `/api/locations/${LOCATION}`;

/** The paths and queries that a page asks for from now on, but for changes. */
function asksOf(page: Page): string[] {
  const asked: string[] = [];
  page.on("request", (request: Request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.startsWith("/api/") && !pathname.endsWith("/changes")) asked.push(`${pathname}${search}`);
  });
  return asked;
}

describeInBrowser("the page", () => {
  const dashboard = useDashboard();

  it("asks each question once when it opens", async () => {
    await dashboard.send("sms-failed", { contactId: "ada" });
    await dashboard.send("sms", { contactId: "bob" });
    const places = ["overview", "events", "contacts/ada", "deliveries", "tasks", "rules"];
    const asked = await Promise.all(
      places.map(async (place) => {
        const page = await dashboard.open();
        await page.goto("about:blank");
        const paths = asksOf(page);
        await page.goto(`${dashboard.url}/#/l/${LOCATION}/${place}`);
        await loaded(page);
        // Changes are asked for twice more: whatever was to be asked again has been.
        for (let times = 0; times < 2; times += 1) await page.waitForResponse(/\/changes$/);
        return { place, paths };
      }),
    );
    for (const { place, paths } of asked) {
      expect(paths.length, place).toBeGreaterThan(1);
      expect(paths, place).toEqual([...new Set(paths)]);
    }
  });

  it("shows answers that are slower than the changes", async () => {
    const page = await dashboard.open();
    let changes = 0;
    await page.route("**/changes", (route) => route.fulfill({ json: { change: `${(changes += 1)}` } }));
    await page.route(`**${HERE}/events?*`, async (route) => {
      const seen = changes;
      await expect.poll(() => changes, { timeout: 20_000, interval: 50 }).toBeGreaterThan(seen);
      await route.continue().catch(() => undefined);
    });
    await page.goto(`${dashboard.url}/#/l/${LOCATION}/events`);
    await page.locator(".rows.events li").first().waitFor();
    await page.unrouteAll({ behavior: "ignoreErrors" });
  });

  it("counts deliveries far less often than there are changes", async () => {
    const page = await dashboard.open();
    let changes = 0;
    await page.route("**/changes", (route) => route.fulfill({ json: { change: `${(changes += 1)}` } }));
    const asked = asksOf(page);
    await page.goto(`${dashboard.url}/#/l/${LOCATION}/deliveries`);
    await expect.poll(() => changes, { timeout: 20_000 }).toBeGreaterThan(4);
    const times = (path: string): number => asked.filter((one) => one.startsWith(`${HERE}/${path}`)).length;
    expect(times("deliveries?")).toBeGreaterThan(3);
    expect(times("deliveries/counts")).toBeLessThan(3);
  });

  it("starts at the first page of a list that is narrowed", async () => {
    for (let sent = 0; sent < 51; sent += 1) await dashboard.send("sms", { contactId: `contact-${sent}` });
    const page = await dashboard.open(`#/l/${LOCATION}/events`);
    await page.getByRole("button", { name: "Next →" }).click();
    await page.getByText("Page 2").waitFor();
    const asked = asksOf(page);
    await page.getByLabel("Channel").selectOption("sms");
    await page.getByText("Page 1").waitFor();
    expect(asked.filter((one) => one.includes("channel=sms") && one.includes("cursor="))).toEqual([]);
    expect(asked.filter((one) => one.includes("channel=sms"))).toHaveLength(1);
  });
});
