// People by name, wherever ids stand: in lists, in the search, and into HighLevel.
import axe from "axe-core";
import { Response } from "miniflare";
import type { Page } from "playwright-core";
import { beforeAll, expect, it } from "vitest";
import { describeInBrowser, loaded, show, useDashboard } from "./browser.ts";

const LOCATION = "location-of-names";
const GRACE = "contact-of-grace";
const ZOE = "contact-of-zoe";
const PLACES = [
  "overview",
  "events",
  "deliveries",
  "deliveries?state=dead",
  "tasks",
  "rules/sms-failed",
  `contacts/${GRACE}`,
];

describeInBrowser("people by name", () => {
  const dashboard = useDashboard({ HIGHLEVEL_APP_HOST: "app.agency.example" });
  const about = (contactId: string) => ({ locationId: LOCATION, contactId });
  const found = (page: Page) => page.getByRole("listbox", { name: "Contacts that fit" }).getByRole("option");
  const open = (place: string, width = 1_280) =>
    dashboard.open(`#/l/${LOCATION}/${place}`, { viewport: { width, height: 900 } });
  beforeAll(async () => {
    const known = { tags: [], dnd: false, customFields: [] };
    const grace = {
      name: "Grace O'Brien",
      firstName: "Grace",
      lastName: "O'Brien",
      phone: "+13105550142",
      email: "grace@example.com",
    };
    const zoe = {
      name: "Zo\u00eb Wei\u00df",
      firstName: "Zo\u00eb",
      lastName: "Wei\u00df",
      phone: "+4917112345678",
      email: null,
    };
    await dashboard.send("contact-created", { ...about(GRACE), id: GRACE, ...known, ...grace });
    await dashboard.send("contact-created", { ...about(ZOE), id: ZOE, ...known, ...zoe });
    dashboard.answer = () => new Response("no such hook", { status: 410 });
    await dashboard.send("sms-failed", about(GRACE));
    await dashboard.send("reply", about(ZOE));
    dashboard.answer = () => new Response(null, { status: 204 });
  });

  it.each(PLACES)("stand beside the id: %s", async (place) => {
    const page = await open(place);
    await page.locator("main").getByText("Grace O'Brien").first().waitFor();
    await page.locator("main").getByText("+13105550142").first().waitFor();
    await page.locator("main").getByText(GRACE).first().waitFor();
  });

  it.each([
    ["a name", "weiss", ZOE],
    ["a phone as people write it", "(310) 555-0142", GRACE],
    ["a phone as it is dialled at home", "0171 12345678", ZOE],
    ["an e-mail", "grace@exam", GRACE],
    ["an id", GRACE, GRACE],
    ["an id that nothing is known of", "contact-of-nobody", "contact-of-nobody"],
  ])("are found by %s, with Enter", async (_, text, contactId) => {
    const page = await open("overview");
    await page.getByRole("search").getByRole("combobox", { name: "Contact" }).fill(text);
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`contacts/${contactId}$`));
  });

  it.each([
    ["overview", "search", `contacts/${ZOE}`],
    ["events", "form", `contact=${ZOE}`],
  ] as const)(
    "are what was typed last, when the answer to what was typed before comes late: %s",
    async (place, role, end) => {
      const page = await open(place);
      await loaded(page);
      const late = Promise.withResolvers<void>();
      await page.route(/contacts\?search=grace$/, async (route) => {
        await late.promise;
        await route.continue();
      });
      const box = page.getByRole(role).getByRole("combobox", { name: "Contact" });
      await box.fill("grace");
      await page.keyboard.press("Enter");
      await box.fill("zoe");
      const answered = page.waitForResponse(/contacts\?search=grace$/);
      late.resolve();
      await (await answered).finished();
      expect(await box.inputValue()).toBe("zoe");
      await page.keyboard.press("Enter");
      await page.waitForURL((url) => url.hash.endsWith(end));
    },
  );

  it("are listed while one types, and chosen by the arrows", async () => {
    const page = await open("overview");
    const box = page.getByRole("search").getByRole("combobox", { name: "Contact" });
    await box.fill("contact-of-");
    const options = found(page);
    await expect.poll(() => options.count()).toBe(2);
    expect(await box.getAttribute("aria-expanded")).toBe("true");
    // What fits several opens none of them by itself.
    await page.keyboard.press("Enter");
    await page.locator('[role="option"][aria-selected="true"]').waitFor();
    await page.keyboard.press("ArrowDown");
    const marked = page.locator('[role="option"][aria-selected="true"]');
    await expect.poll(() => marked.textContent()).toContain(ZOE);
    expect(await box.getAttribute("aria-activedescendant")).toBe(await marked.getAttribute("id"));
    await page.keyboard.press("Escape");
    await expect.poll(() => options.count()).toBe(0);
    await box.fill("zoe");
    await options.first().click();
    await page.getByRole("heading", { level: 1, name: "Zo\u00eb Wei\u00df" }).waitFor();
  });

  it("narrow a list, which says whom it shows, and can be given up", async () => {
    const page = await open("events");
    await loaded(page);
    const filters = page.getByRole("form", { name: "Filters" });
    await filters.getByRole("combobox", { name: "Contact" }).fill("0142");
    await found(page).first().click();
    await page.waitForURL(/contact=contact-of-grace/);
    await filters.getByText("Grace O'Brien").waitFor();
    await expect.poll(() => page.locator(".rows.events > li").count()).toBe(2);
    await filters.getByRole("button", { name: "Any contact" }).click();
    await expect.poll(() => page.locator(".rows.events > li").count()).toBe(4);
  });

  it("lead into HighLevel, under the agency's own host", async () => {
    const page = await open(`contacts/${GRACE}`);
    const link = page.getByRole("link", { name: "Contact in HighLevel" });
    const contact = `https://app.agency.example/v2/location/${LOCATION}/contacts/detail/${GRACE}`;
    expect(await link.getAttribute("href")).toBe(contact);
    expect([await link.getAttribute("target"), await link.getAttribute("rel")]).toEqual(["_blank", "noreferrer"]);
    await page.locator(".contact-event:not(.contact-ended) a.row-main").first().click();
    const conversation = page.getByRole("link", { name: "Conversation in HighLevel" });
    const inbox = `https://app.agency.example/v2/location/${LOCATION}/conversations/conversations/`;
    await conversation.waitFor();
    expect(await conversation.getAttribute("href")).toContain(inbox);
    await show(page, `#/l/${LOCATION}/overview`);
    const location = page.getByRole("link", { name: "Open in HighLevel" });
    expect(await location.getAttribute("href")).toBe(`https://app.agency.example/v2/location/${LOCATION}/dashboard`);
  });

  it("fit on a phone, also in what the search finds, for everybody", async () => {
    const page = await open("deliveries", 360);
    await loaded(page);
    await page.getByRole("search").getByRole("combobox", { name: "Contact" }).fill("contact-of-");
    await found(page).nth(1).waitFor();
    const box = await found(page).first().boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(360);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<{ violations: { id: string; impact: string }[] }>("axe.run()");
    expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);
  });

  it("name the users that HighLevel knows, asked for once", async () => {
    let asked = 0;
    dashboard.answer = (request) => {
      if (!new URL(request.url).pathname.startsWith("/users/")) return new Response(null, { status: 204 });
      asked += 1;
      return Response.json({ id: "user-1", name: "Uma Example", email: "uma@agency.example" });
    };
    await fetch(`${dashboard.url}/api/locations/${LOCATION}/token`, {
      method: "PUT",
      headers: { authorization: `Bearer ${dashboard.token}`, "content-type": "application/json" },
      body: JSON.stringify({ token: "pit-of-a-test" }),
    });
    const { answer } = await dashboard.send("sms", { ...about("contact-of-uma"), userId: "user-1" });
    for (let times = 0; times < 2; times += 1) {
      const page = await open(`events/${answer.eventKey ?? ""}`);
      await page.getByText("Uma Example").waitFor();
    }
    expect(asked).toBe(1);
  });

  it("are gone with the contact that is erased: nothing finds it, and nothing names it", async () => {
    const path = `${dashboard.url}/api/locations/${LOCATION}/contacts/${ZOE}`;
    await fetch(path, { method: "DELETE", headers: { authorization: `Bearer ${dashboard.token}` } });
    const page = await open("overview");
    const box = page.getByRole("search").getByRole("combobox", { name: "Contact" });
    for (const text of ["weiss", "12345678", ZOE]) {
      await box.fill(text);
      await page.getByText("No contact is known by that").waitFor();
      await box.fill("");
    }
    expect(await page.locator("body").textContent()).not.toMatch(/Wei\u00df|4917112345678/);
  });
});
