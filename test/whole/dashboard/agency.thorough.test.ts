// An agency on the page: installed by one click of its admin, on the stand-in, and seen by an operator.
import axe from "axe-core";
import { Response as OutboundResponse } from "miniflare";
import { beforeAll, expect, it } from "vitest";
import { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import { sendEvent } from "../../../src/local/hook-client.ts";
import { TEST_APP, TEST_PRIVATE_KEY } from "../../keys.ts";
import { describeInBrowser, useDashboard } from "./browser.ts";

const COMPANY = "agency-of-the-page";
const ADMITTED = ["sub-1", "sub-2", "sub-4"];
const NAMES = ["Springfield Dental", "Shelbyville Dental", "Ogdenville Dental", "North Haverbrook Dental"];
const PATIENCE = { timeout: 15_000 };

describeInBrowser("an agency", () => {
  const dashboard = useDashboard({ ALLOWED_LOCATIONS: ADMITTED.join() });
  const highLevel = new HighLevelStandIn({ clock: () => Date.now(), app: TEST_APP });

  beforeAll(async () => {
    dashboard.answer = async (request) => {
      const { url, method } = request;
      const body = method === "GET" ? {} : { body: await request.text() };
      const headers = Object.fromEntries(request.headers);
      const answer = await highLevel.answer(new Request(url, { method, headers, ...body }));
      return OutboundResponse.json(await answer.json(), { status: answer.status });
    };
    for (const [index, name] of NAMES.entries()) {
      highLevel.addLocation({ id: `sub-${index + 1}`, name, companyId: COMPANY });
      highLevel.installIn(`sub-${index + 1}`);
    }
    const refused = ({ body }: { readonly body: unknown }): boolean => String(body).includes("locationId=sub-4");
    highLevel.faults.push({ match: refused, kind: 403, times: 1 });
    const code = highLevel.authorizeAgency(COMPANY);
    expect((await fetch(new URL(`/oauth/callback?code=${code}`, dashboard.url))).status).toBe(200);
  }, 120_000);

  it("has its token, its sub-accounts by name, and what to do where one has no token", async () => {
    const page = await dashboard.open("#/");
    await page.getByRole("link", { name: COMPANY }).click();
    await page.getByText("The agency's own token is in use").waitFor();
    const rows = page.locator(".sub-accounts > li");
    await expect.poll(() => rows.count(), PATIENCE).toBe(4);
    await expect.poll(() => page.getByRole("link", { name: "2 with a token" }).count(), PATIENCE).toBe(1);
    expect(await rows.nth(2).innerText()).toMatch(/Ogdenville Dental.*not admitted.*ALLOWED_LOCATIONS/s);
    expect(await rows.nth(3).innerText()).toMatch(/North Haverbrook.*refused.*HighLevel answered 403: A fault of the/s);
    await page.getByRole("link", { name: "1 not admitted" }).click();
    await expect.poll(() => rows.count(), PATIENCE).toBe(1);
    expect(page.url()).toMatch(/#\/agency\/agency-of-the-page\?state=outside$/);
    await page.getByRole("link", { name: "4 in all" }).click();
    await page.getByRole("link", { name: "Springfield Dental" }).click();
    await page.locator(".switcher summary", { hasText: "Springfield Dental" }).waitFor();
    await expect.poll(() => page.title(), PATIENCE).toContain("Springfield Dental");
    await page.locator(".switcher summary").click();
    await page.locator(".switcher-body").getByRole("link", { name: COMPANY }).waitFor();
  });

  it.each([360, 1_280])("is wholly seen, and has no finding of axe-core, on a screen of %i px", async (width) => {
    const page = await dashboard.open(`#/agency/${COMPANY}`, { viewport: { width, height: 900 }, bypassCSP: true });
    await page.getByText("North Haverbrook Dental").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    await page.evaluate(axe.source);
    const found = await page.evaluate<readonly string[]>(
      "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id }) => id))",
    );
    expect(found).toEqual([]);
  });

  it("that is not known is told as such, and the way back leads to the locations", async () => {
    const page = await dashboard.open("#/agency/nobody");
    await page.getByText("There is no such agency").waitFor();
    await page.getByRole("link", { name: "Afterbeep" }).click();
    await page.getByRole("heading", { name: "All locations" }).waitFor();
  });

  it("that has left is told, with all its sub-accounts", async () => {
    const target = { url: dashboard.url, privateKey: TEST_PRIVATE_KEY, adminToken: dashboard.token };
    expect((await sendEvent(target, "events", highLevel.uninstallAgency(COMPANY))).httpStatus).toBe(202);
    const page = await dashboard.open(`#/agency/${COMPANY}`);
    await page.getByText("the agency has uninstalled the app").waitFor();
    await page.getByRole("link", { name: "4 uninstalled" }).waitFor();
  });
});
