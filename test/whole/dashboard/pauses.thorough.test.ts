import { expect, it } from "vitest";
import { LOCATION } from "../../../src/events/samples.ts";
import { describeInBrowser, useDashboard } from "./browser.ts";

const HERE = `#/l/${LOCATION}`;

describeInBrowser("a pause on the page", () => {
  const dashboard = useDashboard();

  it("is made with a reason, shows on the rule and on what it kept back, ends, and stands in the audit log", async () => {
    await dashboard.send("sms");
    const page = await dashboard.open(`${HERE}/rules/sms-failed`);
    await page.getByRole("button", { name: "Pause the rule sms-failed" }).click();
    const dialog = page.getByRole("dialog");
    const pause = dialog.getByRole("button", { name: "Pause", exact: true });
    expect(await pause.isDisabled()).toBe(true);
    await dialog.getByLabel("Why").fill("The price in the text is wrong");
    await dialog.getByLabel("For how long").selectOption("a day");
    await pause.click();
    const note = page.getByRole("status").filter({ hasText: "The rule sms-failed is paused" });
    await note.getByText("The price in the text is wrong").waitFor();
    expect(await note.textContent()).toContain("by ADMIN_TOKEN");
    expect(await page.getByRole("button", { name: "Pause the rule sms-failed" }).count()).toBe(0);
    const shots = process.env["SHOTS"];
    if (shots) await page.screenshot({ path: `${shots}/pause-rule.png` });
    const { answer } = await dashboard.send("sms-failed");
    await page.goto(`${dashboard.url}/${HERE}/events/${answer.eventKey ?? ""}`);
    await page.getByText("its conditions are met, and it is paused by ADMIN_TOKEN").waitFor();
    if (shots) await page.screenshot({ path: `${shots}/pause-event.png` });
    await page.goto(`${dashboard.url}/${HERE}/overview`);
    await page.getByRole("button", { name: "End the pause: The rule sms-failed" }).click();
    await page.getByRole("button", { name: "End the pause: The rule sms-failed" }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Audit" }).click();
    const rows = page.getByRole("region", { name: "In this location" }).getByRole("listitem");
    await rows.nth(1).waitFor();
    expect(await rows.allTextContents()).toEqual([
      expect.stringMatching(
        /^Ended the pause of the rule sms-failedby ADMIN_TOKEN, .*before: pause: .*after: pause: none$/,
      ),
      expect.stringMatching(
        /^Paused the rule sms-failed, reason: The price in the text is wrong, until: \w{3} \d.*by ADMIN_TOKEN/,
      ),
    ]);
    if (shots) await page.screenshot({ path: `${shots}/audit.png` });
  });
});
