// The changes of the rules on the page: looked at, put in force, taken back, and what the set in the shadow would have done.
import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { LOCATION } from "../../../src/events/samples.ts";
import { describeInBrowser, loaded, show, useDashboard } from "./browser.ts";
import { activate, ask, publish, REPLAY, TASK_RULE } from "./publishing.ts";

const CHANGES = `#/l/${LOCATION}/changes`;
const OTHER_TITLE = { ...TASK_RULE, actions: [{ type: "task", title: "Write to {{ event.contactId }}" }] };
const OLD_RULE = { ...TASK_RULE, description: "The old way", stop: true };

const inForce = (page: Page) => page.getByRole("region", { name: "In force now" });
const changes = (page: Page) => page.getByRole("region", { name: "What was changed" }).getByRole("listitem");
const dialog = (page: Page) => page.getByRole("dialog");

describeInBrowser("the changes of the rules", () => {
  const dashboard = useDashboard({ RULES_FROM: "published" });

  it("go from the deploy to a version for all, over shadow and canary, each said before it is done", async () => {
    await dashboard.send("sms-failed");
    const page = await dashboard.open(CHANGES);
    await inForce(page).getByText("The rules of the last deploy").waitFor();
    await page.getByText("Nothing is published yet").waitFor();
    const version = await publish(dashboard, { failed: TASK_RULE }, { note: "somebody calls", replay: REPLAY });
    await page.getByRole("link", { name: `Version ${version}` }).click();
    await page.getByRole("heading", { name: "somebody calls" }).waitFor();

    await page.getByRole("button", { name: "Into the shadow…" }).click();
    await dialog(page).getByText("nothing of it leaves").waitFor();
    await dialog(page).getByLabel("Why").fill("to see");
    await dialog(page).getByLabel("Who").fill("cleo");
    await dialog(page).getByRole("button", { name: "Put into the shadow" }).click();
    await page.getByText("in the shadow", { exact: true }).waitFor();

    await page.getByRole("button", { name: "Canary…" }).click();
    await dialog(page).getByLabel("Share").fill("100");
    await dialog(page).getByText("name locations, or a share below 100 %").waitFor();
    expect(await dialog(page).getByRole("button", { name: "Begin the canary" }).isDisabled()).toBe(true);
    await dialog(page).getByLabel("Only in these locations").fill(LOCATION);
    await dialog(page).getByLabel("Messages an hour").fill("3");
    await dialog(page).getByText(`all contacts of ${LOCATION}, halted beyond 3 messages an hour`).waitFor();
    expect(await dialog(page).getByLabel("Who").inputValue()).toBe("cleo");
    await dialog(page).getByRole("button", { name: "Begin the canary" }).click();
    await page.getByText("canary", { exact: true }).waitFor();

    await page.getByRole("button", { name: "Put in force for all…" }).click();
    await dialog(page).getByText("It is no canary any more.").waitFor();
    await dialog(page).getByRole("button", { name: "Put in force for all" }).click();
    await page.getByText("in force for all", { exact: true }).waitFor();

    await show(page, CHANGES);
    await inForce(page).getByText("The one location knows of it").waitFor();
    expect(await changes(page).locator("b").allTextContents()).toEqual([
      `Version ${version} was put in force for all`,
      `Version ${version} became the canary, for all contacts of ${LOCATION}, halted beyond 3 messages an hour in a location`,
      `Version ${version} went into the shadow`,
    ]);
    expect(await changes(page).last().textContent()).toMatch(/to see.*by cleo/);
  });

  it("show of a version what it adds, removes and changes in words, and what a replay said", async () => {
    const first = await publish(dashboard, { failed: TASK_RULE, old: OLD_RULE });
    await activate(dashboard, first, "all");
    const second = await publish(dashboard, { failed: OTHER_TITLE, new: TASK_RULE }, { replay: REPLAY });
    const page = await dashboard.open(`${CHANGES}/${second}`);
    await page.getByText(`Beside version ${first}: 1 added, 1 removed, 1 changed, 0 as before.`).waitFor();
    expect(await page.getByRole("region", { name: "Added" }).textContent()).toContain("newA text did not arrive");
    expect(await page.getByRole("region", { name: "Removed" }).textContent()).toContain(
      "the rules after it do not fire",
    );
    const changed = page.getByRole("region", { name: "Changed" });
    expect(await changed.locator("dl del").allTextContents()).toEqual([expect.stringContaining("“Call")]);
    expect(await changed.locator("dl ins").allTextContents()).toEqual([expect.stringContaining("“Write to")]);
    await changed.getByText("1 value differs").click();
    await changed.getByText("/actions/0/title").waitFor();
    await page.getByRole("row", { name: "failed changed 41 → 58 39 → 12 0" }).waitFor();
    await page.getByText("Would get a text, and did not (1)").click();
    await page.getByText("Hi Ada").waitFor();
    await page
      .getByRole("navigation", { name: "Compare with" })
      .getByRole("link", { name: `Version ${first}` })
      .click();
    await page.waitForURL(/against=before$/);
    await show(page, `${CHANGES}/${first}`);
    await page.getByRole("heading", { name: "What it would have done here" }).waitFor();
    expect(await page.getByRole("heading", { name: "What a replay said of it" }).count()).toBe(0);
    await show(page, `${CHANGES}/99999`);
    await page.getByText("There is no such version").waitFor();
  });

  it("roll back to what was before, which is said first", async () => {
    const [one, two] = [await publish(dashboard, { one: TASK_RULE }), await publish(dashboard, { two: TASK_RULE })];
    await activate(dashboard, one, "all");
    await activate(dashboard, two, "all");
    const page = await dashboard.open(CHANGES);
    await page.getByRole("button", { name: "Roll back…" }).click();
    await dialog(page).getByText(`Version ${one} decides for all.`).waitFor();
    await dialog(page).getByLabel("Why").fill("too many texts");
    await dialog(page).getByRole("button", { name: "Roll back" }).click();
    await changes(page).getByText(`Rolled back: version ${one} decides`).waitFor();
    await inForce(page)
      .getByRole("link", { name: `Version ${one}` })
      .waitFor();
    expect(await changes(page).first().textContent()).toContain("too many texts");
  });

  it("are not overwritten unseen: who changed what meanwhile is shown, and nothing is done", async () => {
    const [one, two] = [await publish(dashboard, { one: TASK_RULE }), await publish(dashboard, { two: OTHER_TITLE })];
    await activate(dashboard, one, "all");
    const page = await dashboard.open(`${CHANGES}/${two}`);
    await page.getByRole("button", { name: "Put in force for all…" }).click();
    // The page does not hear of it before it asks.
    await page.route("**/api/rule-sets?*", (route) => route.abort());
    await activate(dashboard, two, "shadow", "I was first");
    await page.unroute("**/api/rule-sets?*");
    await dialog(page).getByRole("button", { name: "Put in force for all" }).click();
    await dialog(page).getByText("Nothing was done").waitFor();
    await dialog(page).getByText("I was first").waitFor();
    await dialog(page).getByRole("button", { name: "Look at what is in force now" }).click();
    await page.getByText("in the shadow", { exact: true }).waitFor();
    expect(await ask(dashboard, "/rule-sets")).toMatchObject({ inForce: { liveVersion: one, shadowVersion: two } });
  });

  it("send the last change that was shown, and read the 409 of one that came since", async () => {
    const [one, two] = [
      await publish(dashboard, { one: TASK_RULE }),
      await publish(dashboard, { faster: OTHER_TITLE }),
    ];
    await activate(dashboard, one, "all");
    const page = await dashboard.open(`${CHANGES}/${two}`);
    await page.getByRole("button", { name: "Into the shadow…" }).click();
    const status = page.waitForResponse((response) => response.url().includes("/activate"));
    // Between what the page shows and its click, somebody else is faster.
    await page.route("**/activate", async (route) => {
      await activate(dashboard, two, "all", "I was faster");
      await route.continue();
    });
    await dialog(page).getByRole("button", { name: "Put into the shadow" }).click();
    expect((await status).status()).toBe(409);
    await dialog(page).getByText("I was faster").waitFor();
  });

  it("show a canary that halted itself, and why", async () => {
    const [one, two] = [
      await publish(dashboard, { one: TASK_RULE }),
      await publish(dashboard, {
        two: {
          ...TASK_RULE,
          actions: [{ type: "highlevel", call: "send-message", messageType: "SMS", message: "Hi" }],
        },
      }),
    ];
    await activate(dashboard, one, "all");
    await activate(dashboard, two, { locations: [LOCATION], messagesPerHour: 0 });
    const page = await dashboard.open(CHANGES);
    await inForce(page).getByText("halted beyond 0 messages an hour").waitFor();
    await dashboard.send("sms-failed", { contactId: "halting" });
    const halt = changes(page).filter({ hasText: "The canary halted itself" });
    await halt.getByText(LOCATION).waitFor();
    await halt.getByText("by Afterbeep itself").waitFor();
    await inForce(page).getByText("none").first().waitFor();
  });

  it("show in a location what the set in the shadow would have done, by rule, and on which events of whom", async () => {
    const [one, two] = [
      await publish(dashboard, { one: TASK_RULE }),
      await publish(dashboard, { failed: OTHER_TITLE, one: OTHER_TITLE }),
    ];
    await activate(dashboard, one, "all");
    await activate(dashboard, two, "shadow");
    await dashboard.send("sms-failed", { contactId: "shaded" });
    const page = await dashboard.open(`#/l/${LOCATION}/shadow`);
    await page.getByRole("row", { name: "failed 1 0 0" }).waitFor();
    await page.getByRole("row", { name: "one 0 0 1" }).waitFor();
    const row = page.getByRole("listitem").filter({ hasText: "would have fired" });
    expect(await row.textContent()).toContain("Write to");
    await row.getByRole("link", { name: "shaded", exact: true }).waitFor();
    await row.getByRole("link", { name: "would have fired" }).press("Enter");
    await page.waitForURL(/events\/.*contact=shaded/);
    await loaded(page);
  });

  it("begin in the playground: the draft is published among the files in force, with a note, and not in force by that", async () => {
    const [one] = [await publish(dashboard, { one: TASK_RULE, two: TASK_RULE })];
    await activate(dashboard, one, "all");
    const page = await dashboard.open(`#/l/${LOCATION}/playground`);
    await page.getByLabel("Name", { exact: true }).fill("my-draft");
    await page.getByRole("button", { name: "Publish…" }).click();
    await dialog(page).getByText("my-draft.json is added").waitFor();
    expect(await dialog(page).getByRole("button", { name: "Publish" }).isDisabled()).toBe(true);
    await dialog(page).getByLabel("What for").fill("from the playground");
    await dialog(page).getByRole("button", { name: "Publish" }).click();
    await page.getByRole("heading", { name: "from the playground" }).waitFor();
    await page.getByText(`Beside version ${one}: 1 added, 0 removed, 0 changed, 2 as before.`).waitFor();
    expect(await ask(dashboard, "/rule-sets")).toMatchObject({ inForce: { liveVersion: one } });
  });

  it.each(["light", "dark"] as const)(
    "ask in a dialog without a serious finding of axe-core, on a phone and without a location: %s",
    async (colorScheme) => {
      const first = await publish(dashboard, { [colorScheme]: TASK_RULE });
      const second = await publish(dashboard, { other: OTHER_TITLE });
      await activate(dashboard, first, "all");
      const page = await dashboard.open("#/changes", {
        colorScheme,
        bypassCSP: true,
        viewport: { width: 360, height: 800 },
      });
      for (const [place, button] of [
        ["#/changes", "Roll back…"],
        [`#/changes/${second}`, "Canary…"],
      ] as const) {
        await show(page, place);
        await page.getByRole("button", { name: button }).click();
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate<{ violations: { id: string; impact: string }[] }>(
          "axe.run(document)",
        );
        expect(violations.filter(({ impact }) => ["serious", "critical"].includes(impact))).toEqual([]);
        expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
        await page.keyboard.press("Escape");
        await expect.poll(() => dialog(page).count()).toBe(0);
      }
    },
  );

  it("are shown without a location, too", async () => {
    const page = await dashboard.open("#/changes");
    await inForce(page).waitFor();
    await page.getByRole("region", { name: "Versions" }).getByRole("link").first().click();
    await page.waitForURL(/#\/changes\/\d+$/);
    await page.getByRole("heading", { level: 1, name: "Version" }).waitFor();
  });
});

describeInBrowser("where deployed rules decide", () => {
  const dashboard = useDashboard();

  it("only the shadow is offered, and the page says why", async () => {
    const version = await publish(dashboard, { failed: TASK_RULE });
    const page = await dashboard.open(`#/changes/${version}`);
    await page.getByText("only the rules of the deployed Worker decide").waitFor();
    const about = page.getByRole("region", { name: "a note" });
    expect(await about.getByRole("button").allTextContents()).toEqual(["Into the shadow…"]);
    await page.getByText(/Beside the rules of the last deploy: 1 added, \d+ removed/).waitFor();
    await about.getByRole("button", { name: "Into the shadow…" }).click();
    await dialog(page).getByRole("button", { name: "Put into the shadow" }).click();
    await about.getByRole("button", { name: "End…" }).waitFor();
    await show(page, `#/l/${LOCATION}/playground`);
    await page.getByRole("button", { name: "Publish…" }).click();
    await dialog(page).getByText("Download the rule file, put it into rules/, and deploy").waitFor();
    expect(await dialog(page).getByRole("button").allTextContents()).toEqual(["Close"]);
  });
});
