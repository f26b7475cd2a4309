import { Response } from "miniflare";
import type { Page } from "playwright-core";
import { beforeEach, expect, it } from "vitest";
import type { RuleFile } from "../../../src/model/rule.ts";
import { describeInBrowser, useDashboard } from "./browser.ts";

const MANY = 1_100;
/** Texts a contact whose tags change, once a day: the next ones are held. There is no token, so nothing arrives. */
const TEXTING: RuleFile = {
  on: ["ContactTagUpdate"],
  conditions: { all: [{ fact: "contactId", operator: "exists", value: true }] },
  breaker: { perContactDay: 1 },
  actions: [{ type: "highlevel", call: "send-message", messageType: "SMS", message: "Hello" }],
};

describeInBrowser("deliveries", () => {
  const dashboard = useDashboard({}, { texting: TEXTING });
  let location = "";
  let count = 0;
  beforeEach(() => {
    location = `deliveries-${(count += 1)}`;
    dashboard.answer = () => new Response(null, { status: 204 });
  });

  const send = (sample: string, contactId: string) => dashboard.send(sample, { locationId: location, contactId });
  const open = (query = ""): Promise<Page> => dashboard.open(`#/l/${location}/deliveries${query}`);
  /** A webhook for each contact that its destination refuses for good. */
  const refuse = async (...contacts: readonly string[]): Promise<void> => {
    dashboard.answer = () => new Response("no such hook", { status: 410 });
    for (const contact of contacts) await send("sms-failed", contact);
  };
  const rows = (page: Page) => page.locator(".delivery-rows [data-row]");
  const tab = (page: Page, words: string) => page.getByRole("navigation", { name: "State" }).getByText(words);

  it("show at a glance why a dead letter died, and what it was answered; one is retried by keyboard", async () => {
    await refuse("ada");
    const page = await open("?state=dead");
    const row = rows(page).first();
    await row.getByText("DESTINATION_GONE").waitFor();
    expect(await row.locator("code").textContent()).toBe("no such hook");
    await row.locator("summary").focus();
    await page.keyboard.press("Enter");
    await row.getByText("attempt 1: DESTINATION_GONE").waitFor();
    expect(await row.getByRole("link", { name: "The event, and why sms-failed fired" }).getAttribute("href")).toContain(
      `#/l/${location}/events/`,
    );
    const address = await row.locator("a.mono").getAttribute("href");
    dashboard.answer = () => new Response("thanks", { status: 200 });
    await row.getByRole("button", { name: "Retry" }).press("Enter");
    await page.getByText("No delivery fits these filters").waitFor();
    await page.goto(`${dashboard.url}/${address}`);
    await page.getByText("attempt 2: done, answered 200").waitFor();
  });

  it("are found by filters that stand in the address, and say how many there are in each state", async () => {
    await refuse("ada", "bob");
    await send("voicemail", "ada");
    const page = await open();
    await tab(page, "dead 2").waitFor();
    await page.getByRole("combobox", { name: /^Rule/ }).selectOption("voicemail-drop-landed");
    await tab(page, "dead 0").waitFor();
    await tab(page, "waiting 1").click();
    await rows(page).getByText("its delay of 1d is over in 23 h").waitFor();
    expect(page.url()).toMatch(/deliveries\?rule=voicemail-drop-landed&state=scheduled$/);
    await page.reload();
    await rows(page).getByText("its delay of 1d is over in 23 h").waitFor();
    await page.goto(`${dashboard.url}/#/l/${location}/deliveries?age=older`);
    await page.getByText("No delivery fits these filters").waitFor();
    await page.goto(
      `${dashboard.url}/#/l/${location}/deliveries?state=dead&error=DESTINATION_GONE&contact=bob&age=hour`,
    );
    await tab(page, "dead 1").waitFor();
    expect(await rows(page).count()).toBe(1);
  });

  it("that are dead are all retried, exactly those that are shown, once it is confirmed", async () => {
    await refuse("ada", "bob");
    const page = await open("?error=DESTINATION_GONE&contact=ada");
    await tab(page, "dead 1").waitFor();
    const button = page.getByRole("button", { name: "Retry all 1 dead" });
    await button.click();
    const dialog = page.getByRole("dialog", { name: "Retry 1 dead delivery?" });
    await dialog.getByText("for the contact ada").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    const before = Date.now();
    await button.press("Enter");
    // Of what dies from now on nothing is touched.
    await send("sms-failed", "ada");
    dashboard.answer = () => new Response(null, { status: 204 });
    const [request] = await Promise.all([
      page.waitForRequest((asked) => asked.method() === "POST"),
      page.getByRole("button", { name: "Retry 1", exact: true }).press("Enter"),
    ]);
    const { until, ...filter } = request.postDataJSON() as { readonly until?: string };
    expect(filter).toEqual({ error: "DESTINATION_GONE", contact: "ada", limit: 1 });
    expect(Date.parse(until ?? "")).toBeGreaterThanOrEqual(before);
    await page.getByText("1 was made due again.").waitFor();
    expect(await page.locator(".changed tr", { hasText: "dead" }).textContent()).toBe("dead10");
    await page.getByRole("button", { name: "Close" }).press("Enter");
    await page.goto(`${dashboard.url}/#/l/${location}/deliveries?state=dead`);
    await page.locator(".firing").getByText("bob").waitFor();
  });

  it("that wait are all cancelled, however many calls it takes, can be stopped between two, and are gone on with", async () => {
    const left = Array.from({ length: MANY }, (_, index) => `contact${index}`);
    const sendAll = async (): Promise<void> => {
      for (let contact = left.pop(); contact !== undefined; contact = left.pop()) await send("voicemail", contact);
    };
    await Promise.all(Array.from({ length: 8 }, sendAll));
    const page = await open("?rule=voicemail-drop-landed");
    const held = Promise.withResolvers<void>();
    await page.route("**/deliveries/cancel", async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.getByRole("button", { name: "Cancel all 1,100 waiting" }).click();
    await page.getByRole("button", { name: "Cancel 1,100" }).click();
    await page.getByText("Cancelling 0 of 1,100").waitFor();
    expect(await page.getByRole("progressbar").getAttribute("max")).toBe("1100");
    await page.getByRole("button", { name: "Stop" }).press("Enter");
    held.resolve();
    await page.getByText("Stopped: 1,000 were cancelled.").waitFor();
    await page.getByRole("button", { name: "Go on with the other 100" }).click();
    await page.getByText("100 were cancelled.", { exact: true }).waitFor();
    expect(await page.locator(".changed tr", { hasText: "waiting" }).textContent()).toBe("waiting1000");
    await page.getByRole("button", { name: "Close" }).click();
    await tab(page, "cancelled 1,100").waitFor();
    await page.getByRole("button", { name: "Next →" }).click();
    await page.getByText("Page 2").waitFor();
    expect(await rows(page).count()).toBe(50);
  });

  /** As many texts to a contact; all but the first are held. */
  const text = async (contactId: string, times: number): Promise<void> => {
    for (let count = 0; count < times; count += 1)
      // The same tags again would change nothing.
      await dashboard.send("tags", { locationId: location, id: contactId, tags: [crypto.randomUUID()] });
  };

  it("that are held say why, and are released or discarded one by one", async () => {
    await text("ada", 3);
    const page = await open();
    await tab(page, "held 2").click();
    const row = rows(page).first();
    await row.getByText("ACTION_BREAKER: Rule sent the contact 1 message within 24 hours").waitFor();
    await row.locator("summary").press("Enter");
    await row.getByText("is held until you release or discard it. It is given up at").waitFor();
    await row.getByRole("button", { name: "Discard" }).press("Enter");
    await page.getByRole("status").getByText("The delivery is cancelled").waitFor();
    await tab(page, "held 1").waitFor();
    await rows(page).first().locator("summary").press("Enter");
    await rows(page).first().getByRole("button", { name: "Release" }).press("Enter");
    await page.getByRole("status").getByText("Released: it is due now").waitFor();
    await tab(page, "held 0").waitFor();
    // It was tried once it was let go, and there is no token.
    await page.goto(`${dashboard.url}/#/l/${location}/deliveries?state=dead&error=HIGHLEVEL_TOKEN`);
    await tab(page, "dead 2").waitFor();
    await tab(page, "cancelled 0").waitFor();
  });

  it("that are held are all released, or all discarded, exactly those that are shown, once it is confirmed", async () => {
    await text("ada", 3);
    await text("bob", 3);
    const page = await open("?state=held&contact=ada");
    await page.getByRole("button", { name: "Release all 2 held" }).click();
    await page.getByRole("dialog", { name: "Release 2 held deliveries?" }).getByText("for the contact ada").waitFor();
    await page.getByRole("button", { name: "Release 2", exact: true }).click();
    await page.getByText("2 were released.").waitFor();
    expect(await page.locator(".changed tr", { hasText: "held" }).textContent()).toBe("held20");
    await page.getByRole("button", { name: "Close" }).click();
    await page.goto(`${dashboard.url}/#/l/${location}/deliveries`);
    await page.getByRole("button", { name: "Discard all 2 held" }).click();
    await page.getByRole("button", { name: "Discard 2", exact: true }).click();
    await page.getByText("2 were discarded.").waitFor();
    expect(await page.locator(".changed tr", { hasText: "cancelled" }).textContent()).toBe("cancelled02");
    await page.getByRole("button", { name: "Close" }).click();
    await tab(page, "held 0").waitFor();
    expect(await page.getByRole("button", { name: "Discard all" }).count()).toBe(0);
  });

  it("that their contact does not want stay held: said before, said after, and said of each", async () => {
    await text("ada", 2);
    await text("bob", 2);
    await dashboard.send("reply", { locationId: location, contactId: "ada", body: "STOP" });
    const page = await open("?state=held");
    await page.getByRole("button", { name: "Release all 2 held" }).click();
    const dialog = page.getByRole("dialog", { name: "Release 1 held delivery?" });
    await dialog
      .getByText("1 stays held: its contact does not want it, by do not disturb or a word such as STOP.")
      .waitFor();
    await dialog.getByRole("button", { name: "Release 1", exact: true }).click();
    await page.getByText("1 was released.").waitFor();
    await page.getByText("1 stays held").waitFor();
    expect(await page.locator(".changed tr", { hasText: "held" }).textContent()).toBe("held21");
    await page.getByRole("button", { name: "Close" }).click();
    await tab(page, "held 1").waitFor();
    const row = rows(page).first();
    await row.locator("summary").press("Enter");
    await row.getByText("releasing does nothing while the contact stopped SMS with a word such as STOP").waitFor();
    await row.getByRole("button", { name: "Release" }).press("Enter");
    await page
      .getByRole("status")
      .getByText("Left as it is: the contact stopped SMS with a word such as STOP")
      .waitFor();
    await page.getByRole("button", { name: "Release all 1 held" }).click();
    await page.getByRole("dialog", { name: "None of the held deliveries can go now" }).waitFor();
    expect(await page.getByRole("button", { name: /^Release \d+$/ }).count()).toBe(0);
  });

  it("say what holds their destination, and nothing much as long as nothing does", async () => {
    await send("sms-failed", "ada");
    const page = await open();
    await page.getByText("nothing waits, and none fails").waitFor();
    dashboard.answer = () => new Response("down", { status: 500 });
    for (let index = 0; index < 11; index += 1) await send("sms-failed", `contact${index}`);
    await page
      .locator(".host-state")
      .getByText(/paused until .* after 10 failures in a row: nothing is sent/)
      .waitFor();
    await page.getByRole("link", { name: "crm.example.com" }).click();
    await rows(page).first().getByText("but crm.example.com is paused until").waitFor();
    expect(page.url()).toContain("host=crm.example.com");
  });

  it("leave tasks, which the keyboard walks through and completes", async () => {
    for (const contact of ["ada", "bob", "cleo"]) await send("sms-failed", contact);
    const page = await dashboard.open(`#/l/${location}/tasks`);
    const task = (contact: string) => page.locator("[data-row]", { hasText: `Check the number of ${contact}` });
    const hasFocus = (contact: string) =>
      expect.poll(() => task(contact).evaluate((row) => row === document.activeElement));
    await task("cleo").waitFor();
    await page.keyboard.press("j");
    await hasFocus("ada").toBe(true);
    await page.keyboard.press("j");
    await hasFocus("bob").toBe(true);
    await page.keyboard.press("d");
    await page.getByRole("status").getByText("“Check the number of bob” is done").waitFor();
    await hasFocus("cleo").toBe(true);
    await page.keyboard.press("Enter");
    await hasFocus("ada").toBe(true);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(/contacts\/ada$/);
    await page.goBack();
    await task("ada").getByRole("button", { name: "Done" }).click();
    await page.getByText("Nothing is to be done.").waitFor();
    await page.getByRole("link", { name: "Done" }).click();
    for (const contact of ["ada", "bob", "cleo"]) await task(contact).getByText("done", { exact: true }).waitFor();
  });
});
