import { expect, it } from "vitest";
import { sendEvent } from "../../../src/local/hook-client.ts";
import { webhookOf } from "../../../src/local/stand-in/messages.ts";
import { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import { TEST_PRIVATE_KEY } from "../../keys.ts";
import { describeInBrowser, useDashboard } from "./browser.ts";

/** The page asks for changes every two seconds. */
const PATIENCE = { timeout: 15_000 };

describeInBrowser("events", () => {
  const dashboard = useDashboard();

  it("are narrowed by filters that stand in the address, and shown as they come", async () => {
    const locationId = "narrowed";
    await dashboard.send("sms", { locationId, contactId: "ada" });
    await dashboard.send("email", { locationId, contactId: "bob" });
    await dashboard.send("sms-failed", { locationId, contactId: "bob" });
    const page = await dashboard.open(`#/l/${locationId}/events`);
    const rows = page.locator(".rows.events > li");
    await expect.poll(() => rows.count(), PATIENCE).toBe(3);
    await page.getByLabel("Channel").selectOption("sms");
    await expect.poll(() => rows.count(), PATIENCE).toBe(2);
    await page.getByLabel("Outcome").selectOption("failed");
    await expect.poll(() => rows.count(), PATIENCE).toBe(1);
    expect(page.url()).toMatch(/events\?channel=sms&outcome=failed$/);
    await dashboard.send("sms-failed", { locationId, contactId: "cleo" });
    await expect.poll(() => rows.count(), PATIENCE).toBe(2);
    await page.getByLabel("Outcome").selectOption("");
    await page.getByRole("form", { name: "Filters" }).getByRole("combobox", { name: "Contact" }).fill("ada");
    await page.keyboard.press("Enter");
    await expect.poll(() => rows.count(), PATIENCE).toBe(1);
  });

  it("say what they cancelled, and what was cancelled says by what", async () => {
    const locationId = "cancelled";
    await dashboard.send("call-voicemail", { locationId, contactId: "ada" });
    const { answer } = await dashboard.send("reply", { locationId, contactId: "ada" });
    const page = await dashboard.open(`#/l/${locationId}/events/${answer.eventKey ?? ""}?contact=ada`);
    await page.getByRole("region", { name: "It cancelled 3 that waited" }).getByRole("link").first().click();
    await page.getByText("cancelled by", { exact: false }).first().waitFor();
  });

  it("that are signed and cannot be used are told at a glance, with why, and can be taken in again", async () => {
    const locationId = "unusable";
    const target = { url: dashboard.url, privateKey: TEST_PRIVATE_KEY, adminToken: dashboard.token };
    const sent = await sendEvent(target, "events", { type: "OutboundMessage", locationId, webhookId: "w" });
    expect(sent.answer.status).toBe("quarantined");
    const page = await dashboard.open(`#/l/${locationId}/overview`);
    await page.getByText("HighLevel has sent something that cannot be used").waitFor();
    await page.getByRole("link", { name: "see what, and why" }).click();
    await page.getByText("/contactId: Expected the id of a contact").click();
    await page.getByRole("button", { name: "Take it in again" }).click();
    await page.getByText("It still cannot be used").waitFor();
  });

  it("that say what became of an e-mail that is not known are kept and shown, until that comes", async () => {
    const locationId = "unjoined";
    const target = { url: dashboard.url, privateKey: TEST_PRIVATE_KEY, adminToken: dashboard.token };
    const highLevel = new HighLevelStandIn({ clock: () => Date.now() });
    highLevel.addContact({ id: "ada", locationId, email: "ada@example.com" });
    const sent = highLevel.message({ contactId: "ada", type: "Email", status: "sent" });
    const stats = highLevel.emailBecomes(sent.id, "opened");
    expect((await sendEvent(target, "events", stats)).answer.status).toBe("quarantined");
    const page = await dashboard.open(`#/l/${locationId}/events?show=quarantine`);
    await page.getByText("the log has no e-mail with this message id").waitFor();
    await sendEvent(target, "events", webhookOf(sent));
    await page.getByRole("link", { name: "Recorded" }).click();
    await expect.poll(() => page.locator(".rows.events > li").count(), PATIENCE).toBe(2);
    await page.locator(".rows.events > li", { hasText: "opened" }).first().waitFor();
  });

  it("of kinds that are not known are told with how often they came, and what would make them usable", async () => {
    const locationId = "unknown-kinds";
    const target = { url: dashboard.url, privateKey: TEST_PRIVATE_KEY, adminToken: dashboard.token };
    for (const webhookId of ["a", "b"])
      await sendEvent(target, "events", { type: "ProductCreate", locationId, webhookId });
    const page = await dashboard.open(`#/l/${locationId}/events`);
    await page.getByRole("link", { name: "Not known" }).click();
    await page.getByText("2 times, last").waitFor();
    await page.getByText("ProductCreate", { exact: true }).click();
    await page.getByText('"on": ["Other"], a condition that the fact type is "ProductCreate"').waitFor();
  });

  it("with words that are not known are told beside them", async () => {
    const locationId = "unknown-words";
    for (const messageType of ["Pigeon", "Pigeon"]) await dashboard.send("sms", { locationId, messageType });
    const page = await dashboard.open(`#/l/${locationId}/events?show=ignored`);
    await page.getByText("2 times, last").waitFor();
    await page.getByText("Pigeon").click();
    await page.getByText("In messageType, first").waitFor();
  });

  it("say what would have been enough for a rule that did not fire", async () => {
    const locationId = "enough";
    const { answer } = await dashboard.send("sms", { locationId, contactId: "ada" });
    const page = await dashboard.open(`#/l/${locationId}/events/${answer.eventKey ?? ""}?contact=ada`);
    await page.getByRole("button", { name: "What would have been enough?" }).press("Enter");
    const rule = page.locator("details.verdict", { hasText: "sms-failed" });
    // It is seen without opening the rule.
    await rule.locator("summary").getByText('It would have fired with status "failed" or "undelivered"').waitFor();
    const told = page
      .getByRole("status")
      .filter({ hasText: /^What would have been enough is said of \d+ of \d+ rules/ });
    expect(await told.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it("are counted by their words, beside what the rules test", async () => {
    const locationId = "drifting";
    for (const contactId of ["ada", "bob"]) await dashboard.send("sms-failed", { locationId, contactId });
    const page = await dashboard.open(`#/l/${locationId}/events?show=drift`);
    const group = page.getByRole("region", { name: "OutboundMessage, sms" });
    await group.getByText("failed 2×").first().waitFor();
  });

  it("are seen for a part of the time, by dragging over the chart", async () => {
    const locationId = "brushed";
    await dashboard.send("sms", { locationId });
    const page = await dashboard.open(`#/l/${locationId}/overview`);
    const box = await page.locator(".u-over").boundingBox();
    if (!box) throw new Error("There is no chart");
    await page.mouse.move(box.x + box.width * 0.2, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/overview\?range=day&from=.*&to=/);
    await page.getByText("No events.").waitFor();
    await page.getByRole("link", { name: "Show all of it" }).click();
    await expect.poll(() => page.locator(".rows.events > li").count(), PATIENCE).toBe(1);
  });
});
