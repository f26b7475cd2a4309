import { Response } from "miniflare";
import { expect, it } from "vitest";
import { LOCATION } from "../../../src/events/samples.ts";
import type { RuleFile } from "../../../src/model/rule.ts";
import { describeInBrowser, loaded, useDashboard } from "./browser.ts";

const PHONE_BELOW = 800;
const contactOf = (id: string): string => `#/l/${LOCATION}/contacts/${id}`;

describeInBrowser("a contact", () => {
  const dashboard = useDashboard();

  it("shows what happened over all channels, newest first, and what is still to come", async () => {
    const contactId = "timeline-contact";
    await dashboard.send("reply", { contactId });
    await dashboard.send("email", { contactId });
    await dashboard.send("sms-failed", { contactId });
    await dashboard.send("voicemail", { contactId });
    const page = await dashboard.open(contactOf(contactId));
    const log = page.getByRole("region", { name: "What happened" });
    await log.locator(".contact-ended", { hasText: "hooks/sms-failed" }).waitFor();
    const rows = await log.locator(".contact-event:not(.contact-ended)").allTextContents();
    expect(rows.map((row) => /in|out/.exec(row)?.[0])).toEqual(["out", "out", "out", "in"]);
    expect(rows[0]).toContain("voicemail-drop-landed");
    expect(rows[1]).toContain("smsfailed");
    expect(rows[2]).toContain("email");
    expect(rows[3]).toContain("InboundMessage");
    expect(await log.getByRole("heading", { level: 3 }).allTextContents()).toContain("Today");
    const waiting = page.getByRole("region", { name: "Waiting" });
    await waiting.getByText("in 1 d").or(waiting.getByText("in 23 h")).waitFor();
    await page.getByRole("region", { name: "Open tasks" }).getByText("Check the number").waitFor();
    await dashboard.send("sms", { contactId });
    await expect.poll(() => log.locator(".contact-event:not(.contact-ended)").count(), { timeout: 15_000 }).toBe(5);
    await waiting.getByRole("button", { name: "Cancel" }).press("Enter");
    await waiting.getByText("Nothing waits for this contact").waitFor();
  });

  it("pages through a long log", async () => {
    const contactId = "long-contact";
    for (let sent = 0; sent < 51; sent += 1) await dashboard.send("sms", { contactId });
    const page = await dashboard.open(contactOf(contactId));
    const rows = page.getByRole("region", { name: "What happened" }).getByRole("listitem");
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText("Page 2").waitFor();
    await expect.poll(() => rows.count()).toBe(1);
  });

  it("is erased by keyboard, once its id is typed", async () => {
    const contactId = "erased-contact";
    await dashboard.send("call-voicemail", { contactId });
    const page = await dashboard.open(contactOf(contactId));
    await page.getByRole("region", { name: "What happened" }).getByRole("listitem").first().waitFor();
    const open = page.getByRole("button", { name: "Erase…" });
    await open.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Erase this contact?" });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(await open.evaluate((button) => button === document.activeElement)).toBe(true);

    await page.keyboard.press("Enter");
    await page.keyboard.type("erased-contac");
    await page.keyboard.press("Enter");
    expect(await dialog.getByRole("button", { name: "Erase" }).isDisabled()).toBe(true);
    await page.keyboard.type("t");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const note = page.getByRole("region", { name: "Erased" });
    await note.getByText("Removed: 1 event, 3 deliveries").waitFor();
    expect(await note.getByRole("time").getAttribute("datetime")).toMatch(/^\d{4}-\d{2}-\d{2}T/);
    await page.getByRole("heading", { name: "Nothing is recorded of this contact" }).waitFor();
  });

  it("says what to do when erasing fails, and can try again", async () => {
    const contactId = "kept-contact";
    await dashboard.send("sms", { contactId });
    const page = await dashboard.open(contactOf(contactId));
    let aborted = 0;
    await page.route(`**/contacts/${contactId}`, (route) => {
      const isFirst = route.request().method() === "DELETE" && (aborted += 1) === 1;
      return isFirst ? route.abort() : route.continue();
    });
    await page.getByRole("button", { name: "Erase…" }).press("Enter");
    await page.keyboard.type(contactId);
    await page.keyboard.press("Enter");
    expect(await page.getByRole("dialog").getByRole("alert").textContent()).toContain("Check that it runs");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Erased" }).waitFor();
  });

  it("says of an unknown one that nothing is recorded, and looks for another", async () => {
    await dashboard.send("sms", { contactId: "other-contact" });
    const page = await dashboard.open(contactOf("unknown-contact"));
    const unknown = page.getByRole("region", { name: "Nothing is recorded of this contact" });
    await unknown.getByRole("combobox", { name: "Contact" }).fill("other-contact");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "other-contact" }).waitFor();
    await page.getByRole("region", { name: "What happened" }).getByRole("listitem").first().waitFor();
  });

  it("says what is wrong with an id that cannot be one", async () => {
    const page = await dashboard.open(contactOf("not an id"));
    await page.getByRole("alert").first().getByText("Expected the id of a contact").waitFor();
  });
});

describeInBrowser("what is known of a contact", () => {
  const LOOKS: RuleFile = {
    on: ["OutboundMessage"],
    conditions: {
      all: [
        { fact: "channel", operator: "equal", value: "sms" },
        { fact: "contact", path: "$.custom.plan", operator: "equal", value: "gold" },
        { fact: "contact", path: "$.owner.email", operator: "exists", value: true },
      ],
    },
    actions: [{ type: "task", title: "Call {{ contact.name }}" }],
  };
  const dashboard = useDashboard({}, { "gold-plan": LOOKS });
  const ANSWERS: { readonly [path: string]: object } = {
    contacts: {
      contact: {
        firstName: "Grace",
        lastName: "Example",
        email: "grace@example.com",
        tags: ["vip", "new"],
        dnd: false,
        assignedTo: "user1",
        customFields: [
          { id: "field1", value: "gold" },
          { id: "field2", value: ["mornings", "evenings"] },
        ],
      },
    },
    locations: { customFields: [{ id: "field1", fieldKey: "contact.plan" }] },
    users: { id: "user1", name: "Uma Example", email: "uma@agency.example" },
  };
  const giveToken = async (): Promise<void> => {
    await fetch(`${dashboard.url}/api/locations/${LOCATION}/token`, {
      method: "PUT",
      headers: { authorization: `Bearer ${dashboard.token}`, "content-type": "application/json" },
      body: JSON.stringify({ token: "pit-of-a-test" }),
    });
  };
  const open = async (contactId: string, width = 1_280) => {
    const page = await dashboard.open(contactOf(contactId), { viewport: { width, height: 900 } });
    await loaded(page);
    const known = page.getByRole("region", { name: "What is known" });
    // A phone shows what happened first.
    if (width < PHONE_BELOW) await known.locator("summary").click();
    return { page, known };
  };

  it("says why nothing is known, and that a location without a token cannot ask", async () => {
    await dashboard.send("sms", { contactId: "unasked-contact" });
    const { known } = await open("unasked-contact");
    await known.getByText("Nothing is known yet").waitFor();
    await known.getByRole("region", { name: "Tags" }).getByText("no token").waitFor();
  });

  it("shows what an event said, and leads to it", async () => {
    const contactId = "created-contact";
    await dashboard.send("contact-created", { id: contactId, contactId });
    const { page, known } = await open(contactId);
    const tags = known.getByRole("region", { name: "Tags" });
    await tags.getByRole("link", { name: "an event" }).click();
    await page.getByRole("heading", { name: /rules? fired|No rule/ }).waitFor();
  });

  it.each([360, 1_280])("shows all that HighLevel answered, and what it did not, at %i px", async (width) => {
    dashboard.answer = (request) => {
      const [, what = "", , more] = new URL(request.url).pathname.split("/");
      const isThere = what !== "locations" || more === "customFields";
      return isThere && what in ANSWERS ? Response.json(ANSWERS[what]) : new Response(null, { status: 204 });
    };
    await giveToken();
    const contactId = `asked-contact-${width}`;
    await dashboard.send("sms", { contactId });
    const { page, known } = await open(contactId, width);
    await known.getByText("All of its record is known").waitFor();
    const partOf = (name: string) => known.getByRole("region", { name });
    await partOf("Owner").getByText("uma@agency.example").waitFor();
    await partOf("Custom fields").getByText("custom.plan").waitFor();
    await partOf("Custom fields").getByText("custom.field2").waitFor();
    await partOf("Custom fields").getByText("did not say the key of field2").waitFor();
    await partOf("Tags").getByText("vip").waitFor();
    await partOf("Do not disturb").getByText("off").waitFor();
    await partOf("Name and address").getByText("Since").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    await page.getByRole("region", { name: "Open tasks" }).getByText("Call Grace Example").waitFor();
  });
});
