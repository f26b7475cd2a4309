import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BOUNCED_MS, bounced, type Bounced } from "../../src/cli/demo/bounced.ts";
import { demoRules } from "../../src/cli/demo-rules.ts";
import { FOLLOW_UPS_MS, followUps, type FollowUp, type FollowUps } from "../../src/cli/demo/follow-ups.ts";
import { PROVIDER_MS, providerRole, type ProvidedMessage, type ProviderRole } from "../../src/cli/demo/provider.ts";
import { demoBundle } from "../../src/cli/demo-bundle.ts";
import { startWorld, type World } from "../../src/cli/demo/world.ts";
import { ROOT, signInLink } from "../../src/local/project.ts";
import { hasChromium, launchChromium } from "./dashboard/chromium.ts";

const CHANNEL_EVENTS = [
  "sms",
  "email",
  "call",
  "voicemail",
  "fb",
  "ig",
  "gmb",
  "live-chat",
  "provider-sms",
  "provider-email",
];
const MINUTE_MS = 60_000;

describe("npm run demo -- --once --all", () => {
  let output = "";
  beforeAll(async () => {
    const { stdout } = await promisify(execFile)("npm", ["run", "--silent", "demo", "--", "--once", "--all"], {
      cwd: ROOT,
    });
    output = stdout;
  }, 120_000);

  const partOf = (heading: string): string =>
    output.split("\n── ").find((text) => text.startsWith(heading)) ?? `no part "${heading}"`;

  it.each(CHANNEL_EVENTS)("shows what the event %s led to, and why the other rules did not fire", (name) => {
    const part = partOf(`${name}: `);
    expect(part).toContain("202 accepted");
    expect(part).toMatch(/fired: \S/);
    expect(part).toMatch(/ {2}· \S+ +\S.* the rule wants /);
  });

  it("shows webhooks that the receiver verified, and no other", () => {
    expect(output.match(/✔ signature verified {2}[0-9a-f]{36} {2}https:\/\//g)?.length).toBeGreaterThanOrEqual(5);
    expect(output).not.toContain("signature wrong");
  });

  it("shows the tasks as they stand in KV", () => {
    expect(output).toMatch(/task:ve9EPM428h8vShlRW1KT:[0-9a-f]{36}\n {4}.*ocQHyuzHvysMo5N5VsXc.*, due /);
  });

  it("says that an API send and an internal comment fire no rule that does not ask for them", () => {
    for (const name of ["api-sms", "internal-comment"]) {
      expect(partOf(name)).not.toContain("✔ sms-failed");
    }
  });

  it("shows the follow-ups: what was sent at five minutes, what was not and why, our own text", () => {
    const part = partOf("Follow-ups inside HighLevel");
    expect(part).toMatch(/✔ \+5:0\d {2}POST \/conversations\/messages {2}200 {2}“Hi Grace, sorry we missed you\./);
    expect(part).toMatch(/voicemail-vip fired: HighLevel was asked first, GET \/contacts\/VeraHasTheTagVip0001$/m);
    expect(part).toMatch(/called again at once: HighLevel was asked nothing/);
    expect(part).toMatch(/· send-message cancelled by reply/);
    expect(part).toMatch(/· send-message cancelled by dnd/);
    expect(part).toMatch(/· send-message held CONTACT_DND/);
    expect(part).toMatch(/fired nothing: the loop guard/);
  });

  it("shows what becomes of an e-mail, and what follows: tag, task for the owner, text instead", () => {
    const part = partOf("What becomes of an e-mail");
    expect(part).toMatch(/e-mail to katherine@example\.com bounces: 5\.1\.1 No such user/);
    expect(part).toMatch(/joined to message-\d+ of KatherineHasMovedOn1: email-bounced fired/);
    expect(part).toMatch(
      /✔ \+0:0\d {2}POST \/contacts\/KatherineHasMovedOn1\/tags {2}201 {2}\{"tags":\["email-bounced"\]/,
    );
    expect(part).toMatch(
      /✔ \+5:0\d {2}POST \/conversations\/messages {2}200 {2}“Hello, our e-mail did not reach you\./,
    );
  });

  it("shows what HighLevel is told of a provider's messages, and counts no call that is not as it publishes them", () => {
    const part = partOf("Messages of a provider");
    expect(part).toMatch(/✔ \+\d:\d\d {2}PUT \/conversations\/messages\/\S+\/status {2}200 {2}\{"status":"read"\}/);
    expect(part).toContain("Unreachable destination handset");
    expect(output).toMatch(/[1-9]\d* calls of HighLevel, 0 of them not as it publishes them/);
  });
});

describe("the demo's world", () => {
  let world: World;
  let followed: FollowUps;
  let provided: ProviderRole;
  let bounce: Bounced;
  beforeAll(async () => {
    world = await startWorld({
      bundle: await demoBundle(),
      agoMs: FOLLOW_UPS_MS + BOUNCED_MS + PROVIDER_MS,
      rules: await demoRules(),
      port: 0,
      receiverPort: 0,
    });
    followed = await followUps(world);
    bounce = await bounced(world);
    provided = await providerRole(world);
    await world.time.catchUp();
  }, 120_000);
  afterAll(() => world.close());

  const callsOf = ({ calls }: FollowUp): string[] => calls.map(({ method, path }) => `${method} ${path}`).toSorted();
  const statesOf = ({ story }: FollowUp): string[] =>
    story.deliveries
      .map(({ action, state, cancelledBy, attempts }) => {
        const why = cancelledBy?.by === "event" ? cancelledBy.trigger : attempts.at(-1)?.error?.split(":")[0];
        return `${action?.type === "highlevel" ? action.call : "another"} ${state}${why ? ` ${why}` : ""}`;
      })
      .toSorted();
  const textsTo = ({ contactId }: FollowUp): number =>
    [...world.standIn.state.messages.values()].filter((message) => message.contactId === contactId).length;
  const onContact = ({ contactId }: FollowUp): { readonly tags: number; readonly tasks: number } => {
    const contact = world.standIn.state.contacts.get(contactId);
    return { tags: contact?.tags.length ?? -1, tasks: contact?.tasks.length ?? -1 };
  };

  it("sends the text, the tag and the task five minutes after a call reached voicemail, once and not before", () => {
    const { waits } = followed.contacts;
    expect(callsOf(waits)).toEqual([
      `POST /contacts/${waits.contactId}/tags`,
      `POST /contacts/${waits.contactId}/tasks`,
      "POST /conversations/messages",
    ]);
    for (const { at, status } of waits.calls) {
      expect(at - waits.calledMs).toBeGreaterThanOrEqual(5 * MINUTE_MS);
      expect(at - waits.calledMs).toBeLessThan(6 * MINUTE_MS);
      expect([200, 201]).toContain(status);
    }
    expect({ texts: textsTo(waits), ...onContact(waits) }).toEqual({ texts: 1, tags: 1, tasks: 1 });
  });

  const sentTo = ({ calls }: FollowUp): unknown[] =>
    calls.flatMap(({ path, body }) =>
      path === "/conversations/messages" ? [(body as { message?: unknown } | null)?.message] : [],
    );
  const TO_GRACE = "Hi Grace, sorry we missed you. When is a good time to talk?";
  const TO_VERA =
    "Hi Vera, we are sorry that we missed you. One of us will call you again today. When does it suit you?";

  it("writes by name, and to a contact tagged vip another text", () => {
    const { waits, isVip } = followed.contacts;
    expect([sentTo(waits), sentTo(isVip)]).toEqual([[TO_GRACE], [TO_VERA]]);
    expect(waits.story.decision.fired).toEqual(["voicemail-text-back"]);
    expect(isVip.story.decision.fired).toEqual(["voicemail-vip"]);
    expect(isVip.story.decision.known?.contact).toEqual({ tags: ["vip"] });
  });

  it("asks for an unknown contact once, and for its second event not at all", () => {
    for (const { contactId, asked } of Object.values(followed.contacts)) {
      expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([`GET /contacts/${contactId}`]);
    }
    expect(followed.again.asked).toEqual([]);
    const { verdicts } = followed.again.story.decision;
    expect(verdicts.find(({ rule }) => rule === "voicemail-text-back")).toMatchObject({ reason: "limit" });
  });

  it.skipIf(!hasChromium)("shows each text on the page of its contact as it was sent", async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(signInLink(world.target.url, world.target.adminToken));
      for (const [{ contactId }, text] of [
        [followed.contacts.waits, TO_GRACE],
        [followed.contacts.isVip, TO_VERA],
      ] as const) {
        await page.goto(`${world.target.url}/#/l/${world.locationId}/contacts/${contactId}`);
        await page.getByRole("heading", { level: 1, name: contactId }).waitFor();
        const sent = page.getByRole("region", { name: "What happened" });
        await sent.getByText(text, { exact: true }).waitFor();
      }
    } finally {
      await browser.close();
    }
  });

  it("does nothing for one who replies, and for one who turns do not disturb on", () => {
    const { replies, turnsDndOn } = followed.contacts;
    expect(statesOf(replies)).toEqual([
      "add-tags cancelled reply",
      "create-task cancelled reply",
      "send-message cancelled reply",
    ]);
    expect(statesOf(turnsDndOn)).toEqual([
      "add-tags cancelled dnd",
      "create-task cancelled dnd",
      "send-message cancelled dnd",
    ]);
    for (const contact of [replies, turnsDndOn]) {
      expect(callsOf(contact)).toEqual([]);
      expect({ texts: textsTo(contact), ...onContact(contact) }).toEqual({ texts: 0, tags: 0, tasks: 0 });
    }
  });

  it("holds the text to one who was in do not disturb before the call", () => {
    const { isInDnd } = followed.contacts;
    expect(statesOf(isInDnd)).toContain("send-message held CONTACT_DND");
    expect(callsOf(isInDnd)).not.toContain("POST /conversations/messages");
    expect(textsTo(isInDnd)).toBe(0);
  });

  it("knows its own text when it comes back, and fires nothing", () => {
    const { contactId, story } = followed.contacts.waits;
    const own = followed.own.find(({ message }) => message.contactId === contactId);
    const sentBy = story.deliveries.find(
      ({ action }) => action?.type === "highlevel" && action.call === "send-message",
    );
    expect(own?.fired).toEqual([]);
    expect(own?.story.decision.sentBy).toBe(sentBy?.id);
    const reasons = new Set(own?.story.decision.verdicts.map(({ reason }) => reason));
    expect([...reasons]).toEqual(["loop-guard"]);
    expect(own?.story.deliveries).toEqual([]);
  });

  it("tags whose e-mail bounced, gives their owner a task, and texts them instead", () => {
    const made = bounce.calls.map(({ path, status }) => `${path.split("/").at(-1)} ${status}`);
    expect(made.toSorted()).toEqual(["messages 200", "tags 201", "tasks 201"]);
    expect(bounce.calls.map(({ body }) => body)).toContainEqual(
      expect.objectContaining({ title: "Find the right e-mail address", assignedTo: "DorothyOwnsContacts1" }),
    );
  });

  const told = ({ reports }: ProvidedMessage): unknown[] =>
    reports.filter(({ status }) => status === 200).map(({ body }) => (body as { status?: unknown }).status);

  it("hands a provider's message to the gateway, signed, and tells HighLevel what the gateway says of it", () => {
    expect(provided.read.handedOver.verified).toBe(true);
    expect(told(provided.read).slice(-2)).toEqual(["delivered", "read"]);
    expect(provided.read.message).toMatchObject({ status: "read" });
    expect(told(provided.failed).at(-1)).toBe("failed");
    expect(provided.failed.message).toMatchObject({
      status: "failed",
      error: { code: "30003", type: "saas", message: "Unreachable destination handset" },
    });
  });

  it("makes no call that is not as HighLevel publishes it, and none that HighLevel refuses but the one too early", () => {
    expect(world.standIn.violations).toEqual([]);
    expect(world.standIn.tooMany).toEqual({ total: 0, twoInARow: false });
    const refused = world.standIn.requests.filter(({ status }) => status !== 200 && status !== 201);
    expect(refused.every(({ status, path }) => status === 403 && path.endsWith("/status"))).toBe(true);
  });
});
