// What comes from outside, and what is typed, is text: none of it runs, and none of it breaks the page.
import { expect, it, vi } from "vitest";
import type { Page } from "playwright-core";
import { NAUGHTY_TEXTS } from "../../cases/json-cases.ts";
import { SCRIPT_INJECTIONS } from "../../cases/script-injections.ts";
import { describeInBrowser, loaded, show, useDashboard } from "./browser.ts";

const LOCATION = "ve9EPM428h8vShlRW1KT";
const TEXTS = [...NAUGHTY_TEXTS.map(({ text }) => text), ...SCRIPT_INJECTIONS];
const TEXTS_IN_AN_EVENT = 60;
/** A contact that can be one, whatever else its event holds. */
const PLAIN = "plain";

/** Where something can be typed, each with a share of the texts; `ends` is what the address holds of the last one. */
const FIELDS = [
  { place: "overview", form: "Find a contact", label: "Contact", key: "Enter", ends: "contacts/plain" },
  { place: "events", form: "Filters", label: "Contact", key: "Enter", ends: "contact=plain" },
  { place: "deliveries", form: "Filters", label: "Contact", key: "Enter", ends: "contact=plain" },
  { place: "tasks", form: "Filters", label: "Contact", key: "Enter", ends: "contact=plain" },
  { place: "rules", form: "Filters", label: "Part of the name", ends: "search=plain" },
] as const;
const EACH = 8;
/** Longer than any field waits for more to be typed. */
const TYPED_MS = 400;

/** Of how many addresses one is asked for, too. */
const ANSWERED_EACH = 64;

/** Addresses with every text in the path of each page that has an item, and in the query of each that has filters. */
function places(): readonly string[] {
  const typed = TEXTS.map((text) => encodeURIComponent(text.toWellFormed()));
  const queries = typed.flatMap((a, index) => {
    const [b = a, c = b, d = c] = typed.slice(index + 1);
    return index % 4 === 0
      ? [
          `events?rule=${a}&contact=${b}&from=${c}&to=${d}&kind=${a}`,
          `deliveries?state=${a}&host=${b}&rule=${c}&error=${d}`,
          `overview?range=${a}&from=${b}&to=${c}`,
          `overview?range=${d}&from=${d}&to=${d}`,
          `tasks?state=${a}&contact=${b}`,
          `changes/${d}?against=${a}`,
          `tasks?state=${c}&contact=${d}`,
          `alerts?search=${a}`,
        ]
      : [];
  });
  const items = typed.flatMap((text) => [`events/${text}?contact=${text}`, `contacts/${text}`, `rules/${text}`]);
  return [...queries, ...items].map((place) => `#/l/${LOCATION}/${place}`);
}

/** Every eighth text, another eighth for each field, and at last a plain one. */
function textsFor(field: number): readonly string[] {
  const texts = TEXTS.filter((_, index) => index % EACH === field % EACH);
  return [...texts.map((text) => text.toWellFormed().replaceAll("\0", "")), PLAIN];
}

/** Whether anything ran; that the page did not break is asked after each test. */
async function harmOf(page: Page): Promise<readonly string[]> {
  const ran = await page.evaluate("String(window.ran)");
  return ran === "undefined" ? [] : ["a script ran"];
}

describeInBrowser(`${TEXTS.length} odd texts and script injections`, () => {
  const dashboard = useDashboard();

  it("are text in every field of a payload: in lists, on the event's page, on the contact's", async () => {
    const visited: string[] = ["events", "overview", "deliveries", "tasks", "alerts"];
    for (let at = 0; at < TEXTS.length; at += TEXTS_IN_AN_EVENT) {
      const texts = TEXTS.slice(at, at + TEXTS_IN_AN_EVENT);
      const [body = "", subject = "", status = "", from = ""] = texts;
      const contactId = `contact-${at} ${texts.at(-1) ?? ""}`.slice(0, 120);
      const set = { body, subject, from, status, attachments: texts, contactId };
      visited.push(`contacts/${encodeURIComponent(contactId.toWellFormed())}`);
      const { answer } = await dashboard
        .send("sms-failed", set)
        .catch(() => dashboard.send("sms-failed", { ...set, contactId: PLAIN }));
      if (answer.eventKey !== undefined) visited.push(`events/${answer.eventKey}`);
    }
    visited.push(`contacts/${PLAIN}`);
    expect(visited.filter((place) => place.startsWith("events/")).length).toBeGreaterThan(6);
    const page = await dashboard.open();
    for (const place of visited) {
      await show(page, `#/l/${LOCATION}/${place}`);
    }
    expect(await harmOf(page)).toEqual([]);
  }, 120_000);

  it("are text in the address of every page", async () => {
    await dashboard.send("sms");
    const page = await dashboard.open(`#/l/${LOCATION}/events`);
    await loaded(page);
    const all = places();
    for (const place of all.filter((_, index) => index % ANSWERED_EACH === 0)) await show(page, place);
    // Nobody waits for what all the others are answered: they are only drawn.
    await page.evaluate(() => void (window.fetch = () => new Promise(() => undefined)));
    await page.evaluate(goThrough, all);
    expect(await harmOf(page)).toEqual([]);
  }, 120_000);

  it.each(FIELDS.map((field, index) => ({ ...field, index })))(
    "are text where they are typed: $label of $form, in $place",
    async ({ place, form, label, ends, index, ...field }) => {
      const page = await dashboard.open(`#/l/${LOCATION}/${place}`);
      await loaded(page);
      await page.clock.install();
      for (const text of textsFor(index)) {
        // What is found replaces the field of one form, and leaves it.
        const typed = page.getByRole("search", { name: form }).or(page.getByRole("form", { name: form }));
        const input = typed.getByLabel(label, { exact: true });
        await vi.waitFor(
          async () => {
            if ((await input.count()) === 0) await show(page, `#/l/${LOCATION}/${place}`);
            await input.fill(text, { timeout: 1_000 });
          },
          { timeout: 15_000, interval: 50 },
        );
        if ("key" in field) await page.keyboard.press(field.key);
        await page.clock.runFor(TYPED_MS);
      }
      await expect.poll(() => page.url()).toContain(ends);
      expect(await harmOf(page)).toEqual([]);
    },
  );

  it("are text in the search for a location, and as the name of a draft", async () => {
    const page = await dashboard.open(`#/l/${LOCATION}/playground`);
    await loaded(page);
    await page.locator(".switcher summary").click();
    const search = page.getByLabel("Part of a location's id");
    for (const text of textsFor(FIELDS.length)) await search.fill(text);
    await page.locator(".switcher").getByText("No location has this in its id").waitFor();
    const name = page.getByLabel("Name", { exact: true });
    for (const text of textsFor(FIELDS.length + 1)) await name.fill(text);
    await page.getByText(`${PLAIN} fires`).waitFor();
    expect(await harmOf(page)).toEqual([]);
  });

  it("do not open anything as a token, and are not run by the page that asks for one", async () => {
    const page = await dashboard.openEmpty();
    await page.goto(dashboard.url);
    const field = page.getByLabel("Admin token");
    for (const text of TEXTS.filter((_, index) => index % 10 === 0)) {
      await field.fill(text.replaceAll("\0", ""));
      await page.keyboard.press("Enter");
    }
    await field.waitFor();
    expect(await page.evaluate("String(window.ran)")).toBe("undefined");
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
