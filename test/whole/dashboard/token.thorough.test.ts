// The HighLevel token of a location on the page: dead letters lead there, one is given, what it lacks is told, it is
// replaced and forgotten, and nobody sees it again.
import axe from "axe-core";
import { Response as OutboundResponse } from "miniflare";
import type { Page } from "playwright-core";
import { beforeEach, expect, it } from "vitest";
import { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import { LOCATION } from "../../../src/events/samples.ts";
import { TEST_APP } from "../../keys.ts";
import { describeInBrowser, loaded, useDashboard } from "./browser.ts";
import { ask } from "./publishing.ts";

const HERE = `#/l/${LOCATION}`;
const CONTACT = "contact-of-the-token";
const TOKEN = "pit-canary-of-the-page";
const OF_RULES = ["contacts.readonly", "contacts.write", "conversations/message.write", "locations.readonly"];
/** The button that opens the dialog. */
const GIVE = /Give a token…|Replace it…/;
const TAGGING = {
  on: ["OutboundMessage"],
  conditions: { all: [{ fact: "status", operator: "equal", value: "failed" }] },
  actions: [{ type: "highlevel", call: "add-tags", tags: ["failed"] }],
} as const;

describeInBrowser("the token of a location", () => {
  const dashboard = useDashboard({}, { tagging: TAGGING });
  let highLevel: HighLevelStandIn;
  /** What the page asked of the Worker, and what it was answered. */
  let heard: string[];

  beforeEach(() => {
    highLevel = new HighLevelStandIn({ clock: () => Date.now(), app: TEST_APP });
    highLevel.addLocation({ id: LOCATION });
    highLevel.addContact({ id: CONTACT, locationId: LOCATION });
    heard = [];
    dashboard.answer = async (request) => {
      if (!/leadconnectorhq\.com/.test(request.url)) return new OutboundResponse(null, { status: 204 });
      const { url, method } = request;
      const body = method === "GET" ? {} : { body: await request.text() };
      const headers = Object.fromEntries(request.headers);
      const answer = await highLevel.answer(new Request(url, { method, headers, ...body }));
      return OutboundResponse.json(await answer.json(), { status: answer.status });
    };
  });

  async function give(page: Page, button: string | RegExp, token: string): Promise<void> {
    await page.getByRole("button", { name: button }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("The token, such as pit-").fill(token);
    await dialog.getByRole("button", { name: "Store it" }).click();
    await dialog.waitFor({ state: "hidden" });
  }

  async function open(place: string, options = {}): Promise<Page> {
    const page = await dashboard.open("#/", options);
    page.on("response", (response) => {
      if (response.url().includes("/api/"))
        void response.text().then(
          (text) => heard.push(text),
          () => undefined,
        );
    });
    await page.goto(`${dashboard.url}/${place}`);
    return page;
  }

  it("is given where a dead letter leads, after which that is retried and arrives", async () => {
    await dashboard.send("sms-failed", { contactId: CONTACT });
    const page = await open(`${HERE}/deliveries?state=dead&rule=tagging`);
    await page.locator("summary", { hasText: "tagging" }).first().click();
    await page.getByRole("link", { name: "Give a token" }).click();
    await page.getByText("This location has no HighLevel token").waitFor();
    await page.getByRole("link", { name: "1 dead delivery" }).waitFor();
    highLevel.addToken(TOKEN, LOCATION, OF_RULES);
    await give(page, GIVE, TOKEN);
    await page.getByText("The token of a private integration is in use").waitFor();
    await page.getByText("Look at them there, and retry them").waitFor();
    await page.getByRole("link", { name: "1 dead delivery" }).click();
    await page.getByRole("button", { name: "Retry all 1 dead" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Retry 1" }).click();
    await page.getByRole("dialog").getByText("1 was made due again").waitFor();
    await expect.poll(() => highLevel.state.contacts.get(CONTACT)?.tags, { timeout: 15_000 }).toEqual(["failed"]);
  });

  it("says which scopes the rules need and it lacks, as far as is known, until it has them", async () => {
    highLevel.addToken(TOKEN, LOCATION, OF_RULES);
    const page = await open(`${HERE}/token`);
    await give(page, GIVE, TOKEN);
    const scopes = page.getByRole("region", { name: "Scopes" });
    const rowOf = (scope: string) => scopes.getByRole("listitem").filter({ hasText: scope });
    await scopes.getByText("1 is lacking.").waitFor();
    await rowOf("conversations/message.readonly").getByText("lacking").waitFor();
    await rowOf("contacts.readonly").getByText("granted").waitFor();
    expect(await rowOf("contacts.write").innerText()).toMatch(/not known yet.*change contacts.*tagging/s);
    const shots = process.env["SHOTS"];
    if (shots) await page.screenshot({ path: `${shots}/token.png`, fullPage: true });
    highLevel.addToken(TOKEN, LOCATION, [...OF_RULES, "conversations/message.readonly"]);
    await page.getByRole("button", { name: "Ask HighLevel" }).click();
    await scopes.getByText("1 is lacking.").waitFor({ state: "detached" });
    await rowOf("conversations/message.readonly").getByText("granted").waitFor();
  });

  it("is told as refused when HighLevel does not take it, and as in use once another is given", async () => {
    const page = await open(`${HERE}/token`);
    await give(page, GIVE, `${TOKEN}-unknown`);
    await page.getByText("HighLevel refuses the private integration's token").waitFor();
    highLevel.addToken(TOKEN, LOCATION);
    await give(page, GIVE, TOKEN);
    await page.getByText("The token of a private integration is in use").waitFor();
    expect(await page.getByText("is lacking").count()).toBe(0);
  });

  it("is not stored where it cannot be one, and the dialog forgets what was typed", async () => {
    const page = await open(`${HERE}/token`);
    await page.getByRole("button", { name: GIVE }).click();
    const dialog = page.getByRole("dialog");
    const field = dialog.getByLabel("The token, such as pit-");
    await field.fill("canary");
    await dialog.getByRole("button", { name: "Store it" }).click();
    await dialog.getByText("Expected the token of a private integration").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: GIVE }).click();
    expect(await field.inputValue()).toBe("");
  });

  it("comes of installing the app, to which the page leads", async () => {
    const page = await open(`${HERE}/token`);
    const link = page.getByRole("link", { name: "Install the app" });
    const response = await fetch(new URL((await link.getAttribute("href")) ?? "", dashboard.url), {
      redirect: "manual",
    });
    const location = new URL(response.headers.get("location") ?? "");
    expect(location.searchParams.get("scope")?.split(" ")).toEqual(expect.arrayContaining(OF_RULES));
    const callback = `/oauth/callback?code=${highLevel.authorize(LOCATION, ["contacts.write"])}`;
    expect((await fetch(new URL(callback, dashboard.url))).status).toBe(200);
    await page.getByText("The app is installed here, and its token is in use").waitFor();
    await page.getByText("and is refreshed by itself before that").waitFor();
    const scopes = page.getByRole("region", { name: "Scopes" });
    await scopes.getByText("Add them to the app in HighLevel's marketplace").waitFor();
    expect(await scopes.getByText("not known yet").count()).toBe(0);
  });

  it.each([360, 1_280])("is wholly seen, and has no finding of axe-core, on a screen of %i px", async (width) => {
    const page = await open(`${HERE}/token`, { viewport: { width, height: 900 }, bypassCSP: true });
    await loaded(page);
    for (const button of [null, GIVE, "Forget it…"] as const) {
      if (button !== null) await page.getByRole("button", { name: button }).click();
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      await page.evaluate(axe.source);
      const found = await page.evaluate<readonly string[]>(
        "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id }) => id))",
      );
      expect([button, found]).toEqual([button, []]);
      const shots = process.env["SHOTS"];
      if (shots)
        await page.screenshot({
          path: `${shots}/token-${width}-${button === null ? "page" : button === GIVE ? "give" : "forget"}.png`,
        });
      await page.keyboard.press("Escape");
    }
  });

  it("is forgotten after a question, and stands in the audit log, which does not tell it", async () => {
    const page = await open(`${HERE}/token`);
    await page.getByRole("button", { name: "Forget it…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Forget it" }).click();
    await page.getByText("This location has no HighLevel token").waitFor();
    await page.getByRole("link", { name: "Audit" }).click();
    await page.getByText("Forgot the HighLevel token").waitFor();
    expect(await page.getByText("Gave a HighLevel token").count()).toBeGreaterThan(0);
  });

  it("is in no answer that the page got, and in nothing that it shows or keeps", async () => {
    const page = await open(`${HERE}/token`);
    highLevel.addToken(TOKEN, LOCATION);
    await give(page, GIVE, TOKEN);
    await page.getByText("The token of a private integration is in use").waitFor();
    await page.getByRole("button", { name: GIVE }).click();
    const kept = await page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href])");
    const fields = await page
      .locator("input")
      .evaluateAll((all) => all.map((one) => (one as { value?: string }).value));
    const seen = [await page.content(), kept, fields.join(), ...heard];
    expect(heard.length).toBeGreaterThan(0);
    expect(seen.join("\n")).not.toContain(TOKEN);
    expect(JSON.stringify(await ask(dashboard, `/locations/${LOCATION}/audit`))).not.toContain(TOKEN);
  });
});
