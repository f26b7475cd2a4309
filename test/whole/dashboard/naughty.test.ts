// What comes from outside, and what is typed, is text: none of it runs, and none of it breaks the page.
import { expect, it } from "vitest";
import type { Page } from "playwright-core";
import { NAUGHTY_TEXTS } from "../../cases/json-cases.ts";
import { SCRIPT_INJECTIONS } from "../../cases/script-injections.ts";
import { describeInBrowser, faultsOf, useDashboard } from "./browser.ts";

const LOCATION = "ve9EPM428h8vShlRW1KT";
const TEXTS = [...NAUGHTY_TEXTS.map(({ text }) => text), ...SCRIPT_INJECTIONS];
const TEXTS_IN_AN_EVENT = 60;

/** Whether anything ran, or the page broke. */
async function harmOf(page: Page): Promise<readonly string[]> {
  const ran = await page.evaluate("String(window.ran)");
  return [...(ran === "undefined" ? [] : ["a script ran"]), ...faultsOf(page)];
}

describeInBrowser(`${TEXTS.length} odd texts and script injections`, () => {
  const dashboard = useDashboard();

  it("are text in every field of a payload: in lists, on the event's page, on the contact's", async () => {
    const places: string[] = ["events", "overview", "deliveries", "tasks"];
    for (let at = 0; at < TEXTS.length; at += TEXTS_IN_AN_EVENT) {
      const texts = TEXTS.slice(at, at + TEXTS_IN_AN_EVENT);
      const [body = "", subject = "", status = "", from = ""] = texts;
      const contactId = `contact-${at} ${texts.at(-1) ?? ""}`.slice(0, 120);
      const set = { body, subject, from, status, attachments: texts, contactId };
      const { answer } = await dashboard
        .send("sms-failed", set)
        .catch(() => dashboard.send("sms-failed", { ...set, contactId: "plain" }));
      if (answer.eventKey === undefined) continue;
      places.push(`events/${answer.eventKey}`, `contacts/${encodeURIComponent(contactId.toWellFormed())}`);
    }
    expect(places.length).toBeGreaterThan(16);
    const page = await dashboard.open();
    for (const place of places) {
      await page.goto(`${dashboard.url}/#/l/${LOCATION}/${place}`);
      await page.locator("h1").first().waitFor();
      await page.waitForLoadState("networkidle");
    }
    expect(await harmOf(page)).toEqual([]);
  }, 120_000);

  it("are text in every field of the page that can be typed into, and in the address", async () => {
    await dashboard.send("sms");
    const page = await dashboard.open(`#/l/${LOCATION}/events`);
    await page.locator("h1").first().waitFor();
    for (const text of TEXTS) {
      const typed = encodeURIComponent(text.toWellFormed());
      const places = [
        `events?rule=${typed}&contact=${typed}&from=${typed}&to=${typed}&kind=${typed}`,
        `events/${typed}?contact=${typed}`,
        `contacts/${typed}`,
        `deliveries?state=${typed}&host=${typed}&rule=${typed}&error=${typed}`,
        `rules/${typed}`,
        `tasks?state=${typed}`,
        `overview?range=${typed}&from=${typed}&to=${typed}`,
      ].map((place) => `#/l/${LOCATION}/${place}`);
      await page.evaluate(goThrough, places);
    }
    await page.goto(`${dashboard.url}/#/l/${LOCATION}/playground`);
    await page.locator("h1").first().waitFor();
    expect(await harmOf(page)).toEqual([]);
  }, 120_000);

  it("do not open anything as a token, and are not run by the page that asks for one", async () => {
    const context = await dashboard.browser.newContext();
    const page = await context.newPage();
    await page.goto(dashboard.url);
    const field = page.getByLabel("Admin token");
    for (const text of TEXTS.filter((_, index) => index % 10 === 0)) {
      await field.fill(text.replaceAll("\0", ""));
      await page.keyboard.press("Enter");
    }
    await field.waitFor();
    expect(await page.evaluate("String(window.ran)")).toBe("undefined");
    await context.close();
  }, 60_000);
});

/** In the page: from place to place, each drawn, and at the last one until its questions are under way. */
async function goThrough(places: readonly string[]): Promise<void> {
  for (const place of places) {
    location.hash = place;
    await new Promise((drawn) => setTimeout(drawn, 0));
  }
  await new Promise((drawn) => requestAnimationFrame(drawn));
}
