import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { LOCATION } from "../../../src/events/samples.ts";
import type { Finding, Rule } from "../../../src/model/rule.ts";
import { describeInBrowser, useDashboard } from "./browser.ts";

const RULES = `#/l/${LOCATION}/rules`;
const MANY = 1_500;
const MAY_BE_DRAWN = 100;

/** Puts something else in the place of the rule set that the Worker tells of. */
async function withRules(
  page: Page,
  change: (answer: { rules: Rule[]; findings: Finding[] }) => object,
): Promise<void> {
  await page.route("**/api/rules", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: change(await response.json()) });
  });
}

describeInBrowser("the rules", () => {
  const dashboard = useDashboard();

  it("are told in words, with how often each fired and was held; one that did not fire stands out", async () => {
    await dashboard.send("call-voicemail");
    await dashboard.send("call-voicemail");
    const page = await dashboard.open(RULES);
    const fired = page
      .getByRole("listitem")
      .filter({ has: page.getByRole("heading", { name: "voicemail-text-back" }) });
    await fired.getByText("1 fired in 24 hours, 1 in 7 days").waitFor();
    await fired.getByText("1 held back in 24 hours, 1 in 7 days: 1 at its limit").waitFor();
    const words = await fired.textContent();
    expect(words).toContain("On OutboundMessage, when the channel is call and the call status is voicemail");
    expect(words).toContain("At most once within 24h for each contact");
    expect(words).toMatch(/\d examples hold/);
    expect(words).not.toContain("unused");
    const unused = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "sms-failed" }) });
    await unused.getByText("not fired in 7 days").waitFor();
  });

  it("show a firing without a reload, and are narrowed by what they did and by name", async () => {
    const page = await dashboard.open(`${RULES}?show=unused&search=SMS`);
    const names = page.getByRole("heading", { level: 2 });
    await page.getByRole("link", { name: "Unused 2" }).waitFor();
    expect(await names.allTextContents()).toEqual(["provider-sms-gateway", "sms-failed"]);
    await dashboard.send("sms-failed");
    await page.getByRole("link", { name: "Unused 1" }).waitFor();
    expect(await names.allTextContents()).toEqual(["provider-sms-gateway"]);
    await page.getByRole("link", { name: "Fired 1" }).press("Enter");
    await page.getByRole("heading", { name: "sms-failed" }).waitFor();
    await page.getByLabel("Part of the name").fill("nothing is called so");
    await page.getByText("No rule of this kind has this in its name").waitFor();
  });

  it("are gone through by keyboard", async () => {
    const page = await dashboard.open(RULES);
    await page.getByRole("heading", { name: "email-by-provider" }).getByRole("link").focus();
    const rows = page.getByRole("heading", { level: 2 }).getByRole("link");
    const at = await rows.evaluateAll((links) => links.indexOf(document.activeElement as HTMLAnchorElement));
    await page.keyboard.press("j");
    expect(await rows.nth(at + 1).evaluate((link) => link === document.activeElement)).toBe(true);
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "email-by-provider" }).waitFor();
  });

  it(`draw a page of ${MANY}, and find any of them by name`, async () => {
    const page = await dashboard.open();
    await withRules(page, ({ rules, ...others }) => ({
      ...others,
      rules: Array.from({ length: MANY }, (_, index) => ({ ...rules[0], name: `rule-${index}` })),
    }));
    await page.goto(`${dashboard.url}/${RULES}`);
    await page.getByRole("link", { name: `All ${MANY}` }).waitFor();
    const names = page.getByRole("heading", { level: 2 });
    expect(await names.count()).toBeLessThan(MAY_BE_DRAWN);
    expect(await names.first().textContent()).toBe("rule-0");
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText("Page 2").waitFor();
    expect(await names.first().textContent()).not.toBe("rule-0");
    await page.getByLabel("Part of the name").fill("e-1499");
    await page.getByRole("heading", { name: "rule-1499" }).waitFor();
    expect(await names.allTextContents()).toEqual(["rule-1499"]);
  });

  it("say what stands in the way of a newer set: in which file, where, and what to do", async () => {
    const finding = {
      file: "rules/sms-failed.json",
      pointer: "/conditions/all/0/operator",
      code: "RULE_UNKNOWN_OPERATOR",
      message: 'Operator "equals" is not known, use "equal"',
      severity: "error",
    } as const;
    const page = await dashboard.open();
    await withRules(page, (answer) => ({ ...answer, findings: [finding] }));
    await page.goto(`${dashboard.url}/${RULES}`);
    const panel = page.getByRole("region", { name: "the last good ones stay in force" });
    const text = await panel.textContent();
    for (const part of [finding.file, finding.pointer, finding.message, finding.code]) expect(text).toContain(part);
  });

  it("open one by one: words, numbers, events, JSON, and the ways on", async () => {
    const page = await dashboard.open(RULES);
    await page.getByRole("link", { name: "voicemail-text-back" }).first().click();
    await page.getByRole("heading", { level: 1, name: "voicemail-text-back" }).waitFor();
    await page.getByRole("row", { name: "Fired 1 1" }).waitFor();
    await page.getByRole("row", { name: "of these at its limit 1 1" }).waitFor();
    const events = page.getByRole("region", { name: "Events on which it fired" });
    await events.getByRole("listitem").first().waitFor();
    expect(await events.getByRole("listitem").count()).toBe(1);
    const json = await page.getByRole("region", { name: "The rule voicemail-text-back as JSON" }).textContent();
    expect(JSON.parse(json ?? "")).toMatchObject({ priority: 10, on: ["OutboundMessage"] });
    await page.getByRole("link", { name: "Try in the playground" }).waitFor();
    await page.getByRole("link", { name: "Its deliveries" }).press("Enter");
    await page.waitForURL(/deliveries\?rule=voicemail-text-back$/);
  });

  it("tell the near misses of a week: what alone was in the way, how often, and on which events", async () => {
    await dashboard.send("missed-call", { contactId: "near", callStatus: "busy" });
    const page = await dashboard.open(`${RULES}/voicemail-text-back`, { viewport: { width: 360, height: 800 } });
    const near = page.getByRole("region", { name: "Near misses" });
    await near.getByRole("button", { name: "Look at the last 7 days" }).click();
    await near.getByText(/^\d near misses on \d events looked at; it fired on 1\.$/).waitFor();
    await near.getByText("its limit has room: 1 event").waitFor();
    await near.getByText("the call status is voicemail: 1 event").click();
    await near.getByText('it was "busy"').waitFor();
    await near.getByRole("listitem").getByRole("link").filter({ visible: true }).click();
    await page.getByRole("heading", { name: /rules? fired|No rule fired/ }).waitFor();
    await page.getByRole("link", { name: "near", exact: true }).first().waitFor();
  });

  it("say how many events were looked at where none was a near miss", async () => {
    const page = await dashboard.open(`${RULES}/gateway-status`);
    const near = page.getByRole("region", { name: "Near misses" });
    await near.getByRole("button", { name: "Look at the last 7 days" }).press("Enter");
    await near.getByText("0 events looked at, and no near miss; it fired on 0.").waitFor();
    expect(await near.getByRole("listitem").count()).toBe(0);
    await page.getByRole("status").getByText("0 events looked at").waitFor();
  });

  it("say that the log is being read, until it is or nobody wants it, and why it cannot be", async () => {
    const page = await dashboard.open(`${RULES}/sms-failed`);
    const near = page.getByRole("region", { name: "Near misses" });
    const answer = Promise.withResolvers<number>();
    await page.route("**/export?*", async (route) => {
      const problem = { code: "LEDGER_UNAVAILABLE", title: "The ledger is busy", detail: "Try again", issues: [] };
      await route.fulfill({ status: await answer.promise, json: problem });
    });
    await near.getByRole("button", { name: "Look at the last 7 days" }).click();
    await near.getByText("The log is being read…").waitFor();
    expect(await near.getByRole("button", { name: "Looking…" }).isDisabled()).toBe(true);
    expect(await near.getByRole("button", { name: "That is enough" }).isVisible()).toBe(true);
    answer.resolve(503);
    await near.getByRole("alert").getByText("The ledger is busy").waitFor();
    await page.unroute("**/export?*");
    await near.getByRole("button", { name: "Look at the last 7 days" }).click();
    await near.getByText(/looked at/).waitFor();
  });

  it("say so of a rule that is not in the set any more, and still show its events", async () => {
    const page = await dashboard.open();
    await withRules(page, ({ rules, ...others }) => ({
      ...others,
      rules: rules.filter(({ name }) => name !== "voicemail-text-back"),
    }));
    await page.goto(`${dashboard.url}/${RULES}`);
    await page.getByRole("link", { name: "voicemail-text-back" }).click();
    await page.getByText("has no rule of this name").waitFor();
    await page.getByRole("region", { name: "Events on which it fired" }).getByRole("listitem").first().waitFor();
    expect(await page.getByRole("link", { name: "Try in the playground" }).count()).toBe(0);
  });
});
