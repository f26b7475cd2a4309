// HighLevel's desk beside a Worker in workerd, as somebody who tries a rule sees it.
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDesk, isOpenAt, type OpenDesk } from "../../src/local/desk.ts";
import { freePort, runWorker, type RunningWorker } from "../../src/local/workerd.ts";
import { TEST_ADMIN_TOKEN, TEST_GATEWAY_SECRET, TEST_PRIVATE_KEY, TEST_VARIABLES } from "../keys.ts";
import { bundleOfRules } from "./bundles.ts";
import { hasChromium, launchChromium } from "./dashboard/chromium.ts";

/** As a recipe, but at once. */
const TEXT_BACK = {
  on: ["OutboundMessage"],
  conditions: { all: [{ fact: "channel", operator: "equal", value: "voicemail" }] },
  actions: [
    {
      type: "highlevel",
      call: "send-message",
      messageType: "SMS",
      message: "Hi {{ contact.firstName }}, sorry we missed you.",
    },
    { type: "highlevel", call: "add-tags", tags: ["voicemail"] },
  ],
};

const folder = mkdtempSync(join(tmpdir(), "afterbeep-desk-"));
let worker: RunningWorker;
let desk: OpenDesk;
let browser: Browser | undefined;

beforeAll(async () => {
  await bundleOfRules(folder, { "text-back": TEXT_BACK });
  const port = await freePort(0);
  const url = `http://127.0.0.1:${port}`;
  const target = {
    url,
    privateKey: TEST_PRIVATE_KEY,
    adminToken: TEST_ADMIN_TOKEN,
    gatewaySecret: TEST_GATEWAY_SECRET,
  };
  desk = await openDesk({ port: 0, target });
  worker = await runWorker({ bundle: folder, variables: { ...TEST_VARIABLES, HIGHLEVEL_API: desk.url }, port });
  if (hasChromium) browser = await launchChromium();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await worker.miniflare.dispose();
  await desk.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The answer to a request as any program or page can make it. */
function asked(path: string, headers: { readonly [name: string]: string }, body?: string): Promise<number> {
  return new Promise((answered, reject) => {
    const outgoing = request(
      new URL(path, desk.url),
      { method: body === undefined ? "GET" : "POST", headers },
      (answer) => {
        answer.resume();
        answered(answer.statusCode ?? 0);
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

describe("HighLevel's desk", () => {
  it.skipIf(!hasChromium)(
    "takes an edit of a contact, sends a voicemail, and the text arrives by name",
    async () => {
      const page = (await browser?.newPage()) as Page;
      const thrown: string[] = [];
      page.on("pageerror", (error) => thrown.push(error.message));
      await page.goto(desk.url);
      await page.getByLabel("First name").fill("Grace <b>");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("link", { name: "Grace <b> Example" }).waitFor();
      const sent = page.frameLocator("iframe[title='Sent to the Worker']");
      await sent.getByText("ContactUpdate: saved here").waitFor();
      await page.getByRole("combobox").selectOption("voicemail");
      await page.getByRole("button", { name: "Send" }).click();
      const inbox = page.frameLocator("iframe[title=Inbox]");
      await inbox.getByText("Hi Grace <b>, sorry we missed you.").waitFor();
      expect(await page.locator("main b").count()).toBe(0);
      // HighLevel reports what the Worker did there: its text, which fires nothing more, and the tag.
      await sent.getByText("OutboundMessage: a text of the Worker's").waitFor();
      await sent.getByText("ContactTagUpdate: tags of the Worker's").waitFor();
      await page.reload();
      expect(await page.getByRole("textbox", { name: /^Tags/ }).inputValue()).toContain("voicemail");
      expect(desk.standIn.violations).toEqual([]);
      expect([...desk.standIn.state.messages.values()].filter(({ source }) => source === "api")).toHaveLength(1);
      // From what was sent to why, on the Worker's own page.
      expect(await sent.getByRole("link", { name: "Why" }).first().getAttribute("href")).toContain(
        `${worker.url}/#/l/`,
      );
      expect(thrown).toEqual([]);
      await page.close();
    },
    60_000,
  );

  it("lets no other page change anything, nor read it by another name", async () => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const before = [...desk.standIn.state.contacts.values()].map(({ firstName }) => firstName);
    const [, proof = ""] = /name="proof" value="([^"]+)"/.exec(await (await fetch(desk.url)).text()) ?? [];
    const body = `proof=${proof}&contact=VeraHasTheTagVip0001&firstName=Mallory`;
    const length = (text: string): { "content-length": string } => ({ "content-length": String(text.length) });
    const elsewhere = { ...form, origin: "https://evil.example", ...length(body) };
    expect(await asked("/desk/contact", elsewhere, body)).toBe(403);
    const unproved = "contact=VeraHasTheTagVip0001&firstName=Mallory";
    expect(await asked("/desk/contact", { ...form, ...length(unproved) }, unproved)).toBe(403);
    expect(await asked("/", { host: "evil.example" })).toBe(421);
    expect([...desk.standIn.state.contacts.values()].map(({ firstName }) => firstName)).toEqual(before);
    // The same form from this page is taken.
    expect(await asked("/desk/contact", { ...form, origin: desk.url, ...length(body) }, body)).toBe(303);
    expect(desk.standIn.state.contacts.get("VeraHasTheTagVip0001")?.firstName).toBe("Mallory");
  });

  it("says whose it is, so that npm run dev finds it", async () => {
    expect([await isOpenAt(desk.url, worker.url), await isOpenAt(desk.url, "http://localhost:1")]).toEqual([
      true,
      false,
    ]);
  });
});
