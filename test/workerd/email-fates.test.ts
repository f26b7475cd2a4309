// What becomes of e-mails, from the message that a rule sends to the status that comes back: HighLevel is the stand-in, whose
// statuses name no contact.
import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JsonObject } from "../../src/kit/json.ts";
import { EMAIL_FATES, type EmailFate } from "../../src/local/stand-in/email-stats.ts";
import { webhookOf } from "../../src/local/stand-in/messages.ts";
import { HighLevelStandIn } from "../../src/local/stand-in/stand-in.ts";
import type { Message } from "../../src/local/stand-in/state.ts";
import type { LogEntry, Quarantined } from "../../src/model/ledger.ts";
import { aRule, CONTACT, LOCATION } from "../builders.ts";
import { api, ledger, post, postEvent } from "./client.ts";
import { resetWorld, world } from "./world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ENDED = new Set(["sent", "held", "dead"]);
const STOPPED = { state: "held", error: expect.stringMatching(/^CONTACT_STOPPED: /) };
const PIT = "pit-canary-0001";
const OTHER = "another-contact";
const MAILING = aRule({
  name: "mailing",
  actions: [{ type: "highlevel", call: "send-message", messageType: "Email", subject: "Hello", html: "<p>Hello</p>" }],
});

let highLevel: HighLevelStandIn;
beforeEach(async () => {
  resetWorld();
  // In the past, unlike elsewhere: the Worker stamps what it receives by the real clock, and nothing happens after that.
  world.now = Date.now() - HOUR_MS;
  highLevel = new HighLevelStandIn({ clock: () => world.now });
  highLevel.addContact({ id: CONTACT, locationId: LOCATION, email: "ada@example.com" });
  highLevel.addContact({ id: OTHER, locationId: LOCATION, email: "bob@example.com" });
  highLevel.addToken(PIT, LOCATION);
  world.answer = ({ url, headers, body, method }) =>
    highLevel.answer(new Request(url, { method, headers, ...(body === "" ? {} : { body }) }));
  world.rules = [MAILING];
  await api(`/locations/${LOCATION}/token`, { method: "PUT", body: JSON.stringify({ token: PIT }) });
});
afterEach(reset);

/** The e-mails that HighLevel has, oldest first. */
const mails = (): Message[] => [...highLevel.state.messages.values()].filter(({ type }) => type === "Email");
/** Something happens upon which a rule sends the contact an e-mail; what its delivery came to. */
async function isMailed(contactId = CONTACT): Promise<{ state: string; error: string | null }> {
  world.now += MINUTE_MS;
  await postEvent({ contactId });
  // An alarm that is due by the real clock may ring by itself.
  return vi.waitUntil(async () => {
    await runDurableObjectAlarm(ledger());
    const [{ state, attempts }] = (await api(`/locations/${LOCATION}/deliveries`)).body.deliveries;
    return ENDED.has(state) ? { state, error: attempts.at(-1)?.error ?? null } : false;
  });
}
async function comesTo(message: Message | undefined, fate: EmailFate): Promise<string> {
  world.now += MINUTE_MS;
  return (await post(highLevel.emailBecomes(message?.id ?? "", fate))).body.status;
}
const statuses = async (): Promise<string[]> => {
  const { events } = (await api(`/locations/${LOCATION}/events?kind=EmailStatus`)).body as { events: LogEntry[] };
  return events.map(({ contactId, outcome, sentBy }) => `${contactId} ${outcome}${sentBy ? " ours" : ""}`).toReversed();
};
const kept = async (): Promise<Quarantined[]> => (await api(`/locations/${LOCATION}/quarantine`)).body.quarantined;

describe("an e-mail that a rule sent", () => {
  it.each(EMAIL_FATES)("is told to be %s, of the contact that it went to", async (fate) => {
    expect((await isMailed()).state).toBe("sent");
    expect(await comesTo(mails()[0], fate)).toBe("accepted");
    expect(await statuses()).toEqual([`${CONTACT} ${fate} ours`]);
    expect(highLevel.violations).toEqual([]);
  });

  it.each<[EmailFate, isWanted: boolean]>([
    ["delivered", true],
    ["opened", true],
    ["clicked", true],
    ["bounced", true],
    ["failed", true],
    ["complained", false],
    ["unsubscribed", false],
  ])("and was %s: another one is wanted: %s", async (fate, isWanted) => {
    await isMailed();
    await comesTo(mails()[0], fate);
    expect(await isMailed()).toEqual(isWanted ? { state: "sent", error: null } : STOPPED);
    expect(mails()).toHaveLength(isWanted ? 2 : 1);
    expect((await isMailed(OTHER)).state).toBe("sent");
  });
});

describe("an e-mail that somebody else sent", () => {
  it("is found by the recipient and the time, where its name is another in the mail service", async () => {
    highLevel.state.mail.ids = "its own";
    const sent: Message[] = [];
    const said: JsonObject[] = [];
    for (const contactId of [CONTACT, OTHER, CONTACT, CONTACT]) {
      world.now += MINUTE_MS;
      const message = highLevel.message({ contactId, type: "Email", status: "sent" });
      await post(webhookOf(message));
      world.now += MINUTE_MS;
      sent.push(message);
      said.push(highLevel.emailBecomes(message.id, "opened"));
    }
    for (const one of said.toReversed()) expect((await post(one)).body.status).toBe("accepted");
    const { events } = (await api(`/locations/${LOCATION}/events?kind=EmailStatus`)).body as { events: LogEntry[] };
    const stories = events.map(({ eventKey }) => api(`/locations/${LOCATION}/events/${eventKey}`));
    const joined = (await Promise.all(stories)).map(({ body }) => body.event.payload.messageId);
    expect(joined).toEqual(sent.map(({ id }) => id));
    expect((await statuses()).toReversed()).toEqual(sent.map(({ contactId }) => `${contactId} opened`));
  });

  it("is kept and shown while it is not known, and taken in when its webhook comes", async () => {
    const message = highLevel.message({ contactId: CONTACT, type: "Email", status: "sent" });
    expect(await comesTo(message, "complained")).toBe("quarantined");
    expect(await kept()).toMatchObject([{ issues: [{ code: "EVENT_UNJOINED" }] }]);
    await post(webhookOf(message));
    expect([await statuses(), await kept()]).toEqual([[`${CONTACT} complained`], []]);
    expect(await isMailed()).toEqual(STOPPED);
    expect(mails()).toEqual([message]);
  });

  it("to an address that nobody has stays kept", async () => {
    await post(webhookOf(highLevel.message({ contactId: OTHER, type: "Email", status: "sent" })));
    highLevel.addContact({ id: "unheard", locationId: LOCATION, email: "eve@example.com" });
    const message = highLevel.message({ contactId: "unheard", type: "Email", status: "sent" });
    expect(await comesTo(message, "opened")).toBe("quarantined");
    expect([await statuses(), (await kept()).length]).toEqual([[], 1]);
  });
});
