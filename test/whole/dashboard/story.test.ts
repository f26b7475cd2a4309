// The whole of it, in one tab, as an operator meets it on the first day: from an empty page to an erased contact.
import { Response } from "miniflare";
import { expect, it } from "vitest";
import { LOCATION } from "../../../src/events/samples.ts";
import { describeInBrowser, useDashboard } from "./browser.ts";

const CONTACT = "ada";

describeInBrowser("an operator's first day", () => {
  const dashboard = useDashboard();

  it("goes from nothing through the first event, its reasons, a dead letter, a retry, a task and a draft to an erasure, and to the end of the location", async () => {
    const page = await dashboard.open();
    const go = (name: string): Promise<void> => page.getByRole("link", { name, exact: true }).click();

    await page.getByRole("heading", { name: "Nothing has come in yet" }).waitFor();
    expect(await page.locator(".command code").textContent()).toContain(`--to ${dashboard.url}`);

    dashboard.answer = () => new Response("closed for good", { status: 410 });
    await dashboard.send("sms-failed", { contactId: CONTACT });
    await page.getByRole("heading", { name: "The first decision" }).waitFor();
    await page.getByRole("link", { name: "All of it" }).click();

    await page.getByRole("heading", { name: "One rule fired" }).waitFor();
    const fired = page.locator("details.reason-fired");
    await fired.getByText('status is "failed", the rule wants one of "failed", "undelivered"').waitFor();
    const other = page.locator("details", { hasText: "missed-call" });
    await other.locator("summary").click();
    await other.getByRole("img", { name: "not met" }).first().waitFor();
    await page.getByText("DESTINATION_GONE").waitFor();
    const left = page.locator(".sent-request", { hasText: "hooks/sms-failed" });
    await left.locator("summary").click();
    await left.getByText("{{ signature }}").waitFor();
    await left.getByRole("region", { name: "What attempt 1 sent: its body" }).getByText(CONTACT).waitFor();

    await go("Deliveries");
    const dead = page.locator("[data-row]", { hasText: "closed for good" });
    await dead.locator("summary").click();
    dashboard.answer = () => new Response(null, { status: 204 });
    await dead.getByRole("button", { name: "Retry" }).click();
    await page.locator("[data-row]", { hasText: "answered 204" }).first().waitFor();

    await go("Tasks");
    const task = page.locator("[data-row]", { hasText: `Check the number of ${CONTACT}` });
    await task.focus();
    await page.keyboard.press("d");
    await page.getByText("Nothing is to be done.").waitFor();

    await go("Playground");
    await page.getByRole("heading", { name: "Playground" }).waitFor();
    await page.getByText("my-rule fires").waitFor();

    await page.getByRole("combobox", { name: "Contact" }).first().fill(CONTACT);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Erase…" }).click();
    await page.keyboard.type(CONTACT);
    await page.keyboard.press("Enter");
    await page.getByText("Removed: 1 event").waitFor();
    await go("Events");
    await page.getByText("No events").waitFor();

    await go("Overview");
    await page.getByRole("button", { name: "Delete this location…" }).click();
    await page.keyboard.type(LOCATION);
    await page.keyboard.press("Enter");
    const gone = page.getByRole("dialog", { name: "Deleted" });
    await gone.getByText("whoever can deploy the Worker can bring it back").waitFor();
    expect(await gone.getByRole("time").getAttribute("datetime")).toMatch(/^\d{4}-\d{2}-\d{2}T/);
  });
});
