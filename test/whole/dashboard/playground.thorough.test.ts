import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import { RULES_FOLDER } from "../../../src/local/project.ts";
import { describeInBrowser, useDashboard } from "./browser.ts";

const LOCATION = "ve9EPM428h8vShlRW1KT";
const PLACE = `#/l/${LOCATION}/playground`;

const ruleEditor = (page: Page): Locator => page.getByRole("textbox", { name: "The rule, as JSON" });
const eventEditor = (page: Page): Locator => page.getByRole("textbox", { name: "The event's payload, as JSON" });
const findings = (page: Page, of: "rule" | "event"): Locator =>
  page.getByRole("region", { name: `Findings of the ${of}` });
const tried = (page: Page): Locator => page.getByRole("region", { name: "On what this location has seen" });
const decided = (page: Page): Locator => page.getByRole("region", { name: "What would be decided" });

/** A text after each voicemail, and one condition that no event meets. */
const TEXTING = {
  on: ["OutboundMessage"],
  conditions: {
    any: [
      { fact: "channel", operator: "equal", value: "voicemail" },
      { fact: "provider", operator: "equal", value: "acme" },
    ],
  },
  actions: [
    {
      type: "highlevel",
      call: "send-message",
      messageType: "SMS",
      message: "Sorry that we missed you, {{ event.contactId }}",
    },
  ],
};

/** Replays, and waits until it is over. */
async function replay(page: Page): Promise<void> {
  const button = tried(page).getByRole("button", { name: "Replay the last 30 days" });
  await button.click();
  await tried(page).getByText("Texts: ").waitFor();
}

/** What an editor holds, whatever of it is in view; the last keystroke may still be on its way. */
async function textOf(page: Page, which: "rule" | "event"): Promise<string> {
  const kept = await page.evaluate((key) => {
    dispatchEvent(new Event("pagehide"));
    return sessionStorage.getItem(key);
  }, `afterbeep.draft.${LOCATION}`);
  const draft = JSON.parse(kept ?? "{}") as { text: string; event: string };
  return which === "rule" ? draft.text : draft.event;
}

/** Replaces the text of an editor as a paste would, which closes no bracket. */
async function write(page: Page, editor: Locator, text: string): Promise<void> {
  await editor.click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text);
}

describeInBrowser("the playground", () => {
  const dashboard = useDashboard();

  it("starts from a rule without findings that fires on the event beside it", async () => {
    const page = await dashboard.open(PLACE);
    await findings(page, "rule").getByText("No findings. Its 2 examples come out.").first().waitFor();
    await decided(page).getByText("my-rule fires").waitFor();
    await decided(page).getByText("after 1 d:").waitFor();
  });

  it("marks a mistake as it is typed, says it below, and leads there", async () => {
    const page = await dashboard.open(PLACE);
    await findings(page, "rule").getByText("No findings").first().waitFor();
    await write(
      page,
      ruleEditor(page),
      '{\n  "on": ["OutboundMessage"],\n  "conditions": { "all": [{ "fact": "chanel", "operator": "equal", "value": "call" }] },\n  "actions": [{ "type": "task", "title": "Call" }]\n}',
    );
    const finding = findings(page, "rule").getByRole("button", { name: /line 3 error .*"chanel".* RULE_UNKNOWN_FACT/ });
    await finding.waitFor();
    await page.locator(".cm-lintRange-error").getByText("chanel").waitFor();
    await finding.click();
    expect(await ruleEditor(page).evaluate((editor) => editor.matches(":focus"))).toBe(true);
    await page.keyboard.insertText('"channel"');
    await page.getByText("RULE_UNKNOWN_FACT").waitFor({ state: "detached" });
    await expect.poll(() => textOf(page, "rule")).toContain('{ "fact": "channel", ');
  });

  it("says where a text stops being JSON", async () => {
    const page = await dashboard.open(PLACE);
    await write(page, ruleEditor(page), '{\n  "on": ["OutboundMessage"]\n  "stop": true\n}');
    await findings(page, "rule")
      .getByRole("button", { name: /line 3 error .*RULE_JSON/ })
      .waitFor();
    await write(page, eventEditor(page), '{\n  "type": \n}');
    await findings(page, "event")
      .getByRole("button", { name: /line 3 error .*EVENT_JSON/ })
      .waitFor();
  });

  it("completes keys and words by keyboard, with what they are for", async () => {
    const page = await dashboard.open(PLACE);
    await write(page, ruleEditor(page), "{  }");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Control+Space");
    await page.getByRole("option", { name: "conditions" }).waitFor();
    await page.keyboard.type("on");
    await page.getByText("kinds of event", { exact: true }).waitFor();
    await settled(page);
    await page.keyboard.press("Enter");
    // The list is begun, and its words are offered at once.
    await page.getByRole("option", { name: "InboundMessage", exact: true }).waitFor();
    await page.keyboard.type("Inb");
    await page.getByRole("option", { name: "InboundMessage", exact: true, selected: true }).waitFor();
    await settled(page);
    await page.keyboard.press("Enter");
    await expect.poll(() => textOf(page, "rule")).toContain('"on": ["InboundMessage"]');
  });

  it("does not trap the keyboard: Escape, then Tab leaves an editor", async () => {
    const page = await dashboard.open(PLACE);
    await ruleEditor(page).focus();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await ruleEditor(page).evaluate((editor) => editor.matches(":focus"))).toBe(false);
  });

  it("decides anew with each change of the event, and records nothing", async () => {
    const page = await dashboard.open(PLACE);
    await decided(page).getByText("my-rule fires").waitFor();
    await decided(page).locator(".sent-request").first().waitFor();
    await page.getByLabel("Taken from").selectOption({ label: "SMS, delivered, sent by a workflow" });
    await decided(page).getByText("my-rule does not fire").waitFor();
    await decided(page).locator(".saw", { hasText: 'channel is "sms", the rule wants "call"' }).first().waitFor();
    const payload = JSON.parse(await textOf(page, "event")) as object;
    await write(page, eventEditor(page), JSON.stringify({ ...payload, messageType: "CALL", callStatus: "voicemail" }));
    await decided(page).getByText("my-rule fires").waitFor();
    await write(page, eventEditor(page), JSON.stringify({ ...payload, contactId: 7 }));
    await findings(page, "event")
      .getByRole("button", { name: /line 1 error/ })
      .waitFor();
    const answer = await fetch(`${dashboard.url}/api/locations/${LOCATION}/events`, {
      headers: { authorization: `Bearer ${dashboard.token}` },
    });
    expect(await answer.json()).toMatchObject({ events: [] });
  });

  it("keeps the draft over a reload", async () => {
    const page = await dashboard.open(PLACE);
    await page.getByLabel("Name", { exact: true }).fill("call-again");
    await decided(page).getByText("call-again fires").waitFor();
    await page.reload();
    await decided(page).getByText("call-again fires").waitFor();
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("call-again");
  });

  it("gives the rule as a file under its name", async () => {
    const page = await dashboard.open(PLACE);
    await page.getByLabel("Name", { exact: true }).fill("call-again");
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download the rule file" }).click(),
    ]);
    expect(file.suggestedFilename()).toBe("call-again.json");
    expect(readFileSync(await file.path(), "utf8")).toBe(await textOf(page, "rule"));
  });

  it("opens with the rule and the recorded event that the address names, and counts what it would have done", async () => {
    const { key, contactId } = await recorded();
    const place = `${PLACE}?${new URLSearchParams({ rule: "voicemail-drop-landed", event: key, contact: contactId }).toString()}`;
    const page = await dashboard.open(place);
    await decided(page)
      .getByText(/^voicemail-drop-landed (fires|does not fire)$/)
      .waitFor();
    await decided(page).getByText("Change its messageId to see what would follow on another one").waitFor();
    const shipped = JSON.parse(readFileSync(join(RULES_FOLDER, "voicemail-drop-landed.json"), "utf8")) as object;
    const { examples: _, ...file } = { examples: [], ...shipped };
    expect(JSON.parse(await textOf(page, "rule"))).toEqual(file);
    await replay(page);
    await tried(page).getByText("One event, ").waitFor();
    await tried(page).getByText("No rule would have done anything else.").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("another-name");
    await tried(page).getByText("The rule has changed since: replay it again.").waitFor();
    await replay(page);
    await tried(page)
      .getByRole("row", { name: /^another-name new 0 → 1 / })
      .waitFor();
  });

  it("says whom a draft would text, with the text, and whom it no longer would, beside what was or what is in force", async () => {
    const { contactId } = await recorded();
    const page = await dashboard.open(PLACE);
    await findings(page, "rule").getByText("No findings").first().waitFor();
    await write(page, ruleEditor(page), JSON.stringify(TEXTING));
    await replay(page);
    await tried(page)
      .getByRole("row", { name: /^my-rule new 0 → \d+ 0 → \d+ 0$/ })
      .waitFor();
    await tried(page)
      .getByText(/^Would get a text, and did not \(\d+\)$/)
      .click();
    const texts = tried(page)
      .getByRole("listitem")
      .filter({ has: page.getByRole("link", { name: contactId }) });
    await texts.getByText(`Sorry that we missed you, ${contactId}`).first().waitFor();
    await tried(page).getByText("What no event ever tested (1)").click();
    await tried(page)
      .getByText(/^my-rule: 0 of \d+ events had "provider"$/)
      .waitFor();
    await page.getByLabel("Beside").selectOption("the rules in force today");
    await replay(page);
    await tried(page).getByText("How far this can be trusted").waitFor({ state: "detached" });
    await tried(page)
      .getByRole("row", { name: /^my-rule new 0 → \d+ / })
      .waitFor();
  });

  it("does not replay a draft that is refused, and says why", async () => {
    const page = await dashboard.open(PLACE);
    await write(page, ruleEditor(page), "{}");
    await tried(page).getByRole("button", { name: "Replay the last 30 days" }).click();
    await tried(page).getByRole("alert").getByText("The rule has findings that refuse it").waitFor();
  });

  async function recorded(): Promise<{ key: string; contactId: string }> {
    await dashboard.send("voicemail");
    const answer = await fetch(`${dashboard.url}/api/locations/${LOCATION}/events`, {
      headers: { authorization: `Bearer ${dashboard.token}` },
    });
    const { events } = (await answer.json()) as { events: { eventKey: string; contactId: string }[] };
    const [entry] = events;
    if (!entry) throw new Error("Nothing was recorded");
    return { key: entry.eventKey, contactId: entry.contactId };
  }
});

/** CodeMirror takes no Enter in the first moment of a list, so that nobody chooses by mistake. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((done) => setTimeout(done, 100)));
}
