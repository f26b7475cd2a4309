// Every page, for everybody: axe-core's rules, narrow and wide, light and dark, and by keyboard.
import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { sendEvent } from "../../../src/local/hook-client.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { TEST_PRIVATE_KEY } from "../../keys.ts";
import { describeInBrowser, loaded, show, useDashboard, type Dashboard } from "./browser.ts";
import { activate, ask, publish, REPLAY, TASK_RULE } from "./publishing.ts";

const LOCATION = "ve9EPM428h8vShlRW1KT";
const CONTACT = "contact-of-manners";
const SERIOUS = new Set(["serious", "critical"]);
const WIDTHS = [360, 1_280, 2_560];

interface AxeRun {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { html: string }[];
  }[];
}

async function places(dashboard: Dashboard): Promise<readonly string[]> {
  const { answer } = await dashboard.send("sms-failed", { contactId: CONTACT });
  await dashboard.send("sms-failed", { contactId: "contact-near", messageId: "delivered", status: "delivered" });
  const voicemail = await dashboard.send("call-voicemail", { contactId: CONTACT });
  await dashboard.send("missed-call", { contactId: CONTACT });
  await dashboard.send("sms", { contactId: CONTACT, messageType: "Pigeon" });
  await dashboard.send("sms", { locationId: "another-location", contactId: CONTACT });
  const target = { url: dashboard.url, privateKey: TEST_PRIVATE_KEY, adminToken: dashboard.token };
  await sendEvent(target, "events", { type: "OutboundMessage", locationId: LOCATION, webhookId: "unusable" });
  await change(dashboard, "rules/sms-failed/pause", "PUT", { reason: "Its price is wrong" });
  await change(dashboard, "pause", "PUT", { reason: "The dentist is on holiday" });
  await change(dashboard, "pause", "DELETE");
  const waiting = await ask(dashboard, `/locations/${LOCATION}/deliveries?state=scheduled&contact=${CONTACT}&limit=1`);
  const [first] = waiting["deliveries"] as unknown as readonly { readonly id: string }[];
  await change(dashboard, `deliveries/${first?.id ?? ""}/cancel`, "POST");
  const version = await publish(dashboard, { failed: TASK_RULE }, { replay: REPLAY });
  await activate(dashboard, version, "shadow");
  await dashboard.send("sms-failed", { contactId: CONTACT });
  await dashboard.send("contact-updated", { id: CONTACT });
  const here = [
    "overview",
    "overview?range=hour",
    "events",
    "events?show=quarantine",
    "events?show=ignored",
    "events?show=drift",
    "events?show=gaps",
    `events/${answer.eventKey ?? ""}`,
    `events/${voicemail.answer.eventKey ?? ""}`,
    `contacts/${CONTACT}`,
    "contacts/nobody",
    "deliveries",
    "deliveries?state=scheduled",
    "tasks",
    "rules",
    "rules/sms-failed",
    "shadow",
    "changes",
    "changes/1",
    "changes/999999",
    "playground",
    "alerts",
    "token",
    "audit",
  ];
  return ["#/", "#/changes", ...here.map((place) => `#/l/${LOCATION}/${place}`)];
}

/** A call of the API that changes something in the location, and has to succeed. */
async function change(dashboard: Dashboard, path: string, method: string, body?: JsonObject): Promise<void> {
  const response = await fetch(`${dashboard.url}/api/locations/${LOCATION}/${path}`, {
    method,
    headers: { authorization: `Bearer ${dashboard.token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect([200, 204]).toContain(response.status);
}

/** Goes to a place, asks and replays what can be asked and replayed there, and opens whatever opens. */
async function showAll(page: Page, place: string): Promise<void> {
  await show(page, place);
  const enough = page.getByRole("button", { name: "What would have been enough?" });
  if ((await enough.count()) > 0) {
    await enough.click();
    await page.locator(".verdict-enough").first().waitFor();
  }
  const replay = page.getByRole("button", { name: "Replay the last 30 days" });
  if ((await replay.count()) > 0) {
    await replay.click();
    await page.locator("section", { has: replay }).getByText("Texts: ").first().waitFor();
  }
  await page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })");
  await loaded(page);
}

/** Looks for near misses, where the page can, and opens each. */
async function openNearMisses(page: Page): Promise<void> {
  const near = page.getByRole("region", { name: "Near misses" });
  if ((await near.count()) === 0) return;
  await near.getByRole("button", { name: "Look at the last 7 days" }).click();
  await near.getByRole("listitem").first().waitFor();
  for (const summary of await near.locator("summary").all()) await summary.click();
}

describeInBrowser("every page", () => {
  const dashboard = useDashboard();

  it.each(["light", "dark"] as const)(
    "has no serious finding of axe-core, %s",
    async (colorScheme) => {
      const page = await dashboard.open("#/", { colorScheme, bypassCSP: true });
      const found: string[] = [];
      for (const place of await places(dashboard)) {
        await showAll(page, place);
        await openNearMisses(page);
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate<AxeRun>("axe.run(document, { resultTypes: ['violations'] })");
        for (const { id, impact, nodes } of violations)
          if (SERIOUS.has(impact)) found.push(`${place}: ${id} ${nodes[0]?.html.slice(0, 120) ?? ""}`);
      }
      expect(found).toEqual([]);
    },
    180_000,
  );

  it.each(WIDTHS)(
    "does not scroll sideways at %i px, shows where one is, and breaks none of its policy",
    async (width) => {
      const page = await dashboard.open("#/", { viewport: { width, height: 800 } });
      const wide: string[] = [];
      for (const place of await places(dashboard)) {
        await showAll(page, place);
        await openNearMisses(page);
        const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        if (Number(over) > 0) wide.push(`${place} by ${Number(over)} px`);
        const cut = await page
          .locator(".choice")
          .evaluateAll((all) => all.some((one) => one.scrollWidth > one.clientWidth));
        if (cut) wide.push(`${place} cuts off a choice`);
        const current = page.locator(".pages [aria-current]");
        const box = (await current.count()) === 0 ? null : await current.boundingBox();
        if (box && (box.x < 0 || box.x + box.width > width)) wide.push(`${place} hides where one is`);
      }
      expect(wide).toEqual([]);
    },
    180_000,
  );

  it("is reached by keyboard alone: from the skip link through the pages to an event, and back", async () => {
    await dashboard.send("sms-failed", { contactId: CONTACT });
    const page = await dashboard.open(`#/l/${LOCATION}/overview`);
    await page.locator(".rows.events li").first().waitFor();
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").textContent()).toContain("To the content");
    await page.keyboard.press("Enter");
    expect(await page.locator(":focus").getAttribute("id")).toBe("main");
    await page.locator(".rows.events a").first().focus();
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /rules? fired|No rule fired/ }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
  });
});
