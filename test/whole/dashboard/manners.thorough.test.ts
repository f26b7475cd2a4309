// Every page, for everybody: axe-core's rules, narrow and wide, light and dark, and by keyboard.
import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInBrowser, show, useDashboard, type Dashboard } from "./browser.ts";
import { activate, publish, REPLAY, TASK_RULE } from "./publishing.ts";

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
  await dashboard.send("call-voicemail", { contactId: CONTACT });
  await dashboard.send("missed-call", { contactId: CONTACT });
  const paused = await fetch(`${dashboard.url}/api/locations/${LOCATION}/rules/sms-failed/pause`, {
    method: "PUT",
    headers: { authorization: `Bearer ${dashboard.token}` },
    body: JSON.stringify({ reason: "Its price is wrong" }),
  });
  expect(paused.status).toBe(200);
  const version = await publish(dashboard, { failed: TASK_RULE }, { replay: REPLAY });
  await activate(dashboard, version, "shadow");
  await dashboard.send("sms-failed", { contactId: CONTACT });
  await dashboard.send("contact-updated", { id: CONTACT });
  return [
    "overview",
    "overview?range=hour",
    "events",
    "events?show=quarantine",
    "events?show=ignored",
    "events?show=drift",
    `events/${answer.eventKey ?? ""}`,
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
    "audit",
  ];
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
        await show(page, `#/l/${LOCATION}/${place}`);
        await openNearMisses(page);
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate<AxeRun>("axe.run(document, { resultTypes: ['violations'] })");
        for (const { id, impact, nodes } of violations)
          if (SERIOUS.has(impact)) found.push(`${place}: ${id} ${nodes[0]?.html.slice(0, 120) ?? ""}`);
      }
      expect(found).toEqual([]);
    },
    120_000,
  );

  it.each(WIDTHS)(
    "does not scroll sideways at %i px, and breaks none of its policy",
    async (width) => {
      const page = await dashboard.open("#/", { viewport: { width, height: 800 } });
      const wide: string[] = [];
      for (const place of await places(dashboard)) {
        await show(page, `#/l/${LOCATION}/${place}`);
        await openNearMisses(page);
        const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        if (Number(over) > 0) wide.push(`${place} by ${Number(over)} px`);
      }
      expect(wide).toEqual([]);
    },
    120_000,
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
