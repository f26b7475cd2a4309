import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { anEvent, CONTACT, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const DAY_MS = 86_400_000;
const at = (minute: number): string => `2026-03-04T10:${String(minute).padStart(2, "0")}:00.000Z`;

/** Events of one contact; the name says when each happened. */
const dnd = (minute: number, dndSettings: JsonObject, all = false): JsonObject => ({
  type: "ContactDndUpdate",
  id: CONTACT,
  contactId: null,
  dnd: all,
  dndSettings,
  timestamp: at(minute),
});
const wrote = (minute: number, body: string, messageType = "SMS"): JsonObject => ({
  type: "InboundMessage",
  messageType,
  direction: "inbound",
  body,
  dateAdded: at(minute),
});
const comment = (minute: number, body: string): JsonObject => ({
  ...wrote(minute, body, "FB"),
  messageTypeString: "TYPE_FACEBOOK_COMMENT",
});
const ours = (minute: number, fields: JsonObject): JsonObject => ({
  ...wrote(minute, "Hello"),
  type: "OutboundMessage",
  direction: "outbound",
  ...fields,
});
const gateway = (minute: number, error: JsonObject): JsonObject => ({
  type: "GatewayStatus",
  messageId: "m",
  status: "failed",
  error,
  timestamp: at(minute),
});
const ON = { status: "active" };
const OFF = { status: "inactive" };

async function aWatched() {
  const storage = sqliteStorage();
  let now = Date.parse("2026-03-04T12:00:00Z");
  const ledger = await aLedger({ storage, clock: () => now });
  let keys = 0;
  const record = async (...events: JsonObject[]): Promise<void> => {
    for (const event of events) await ledger.record(anEvent(event, `event-${(keys += 1)}`));
  };
  const optOuts = (): string[] =>
    storage.sql
      .exec("SELECT channel, why, since FROM opt_outs WHERE contact_id = ? ORDER BY channel, why", CONTACT)
      .toArray()
      .map(({ channel, why, since }) => `${String(channel)} ${String(why)} ${new Date(Number(since)).getUTCMinutes()}`);
  const pass = async (ms: number, alarmed: LocationLedger): Promise<void> => {
    now += ms;
    await alarmed.alarm();
  };
  return { ledger, record, optOuts, pass };
}

const STORIES: [name: string, events: readonly JsonObject[], optOuts: readonly string[]][] = [
  ["nothing is said", [wrote(1, "Hello"), dnd(2, {})], []],
  ["do not disturb for one channel", [dnd(1, { SMS: ON, Email: OFF })], ["SMS dnd 1"]],
  ["for all of them", [dnd(1, {}, true)], ["all dnd 1"]],
  [
    "again, and it stands since the first",
    [dnd(1, { SMS: ON }), dnd(2, { SMS: ON, FB: ON })],
    ["FB dnd 2", "SMS dnd 1"],
  ],
  ["for another instead", [dnd(1, { SMS: ON }), dnd(2, { SMS: OFF, Email: ON })], ["Email dnd 2"]],
  ["off again", [dnd(1, { SMS: ON }), dnd(2, { SMS: OFF })], []],
  ["an older one comes later", [dnd(2, { SMS: OFF }), dnd(1, { SMS: ON })], []],
  ["an older one comes later, and was off", [dnd(2, { SMS: ON }), dnd(1, { SMS: OFF })], ["SMS dnd 2"]],
  [
    "off between two that are on, and comes last",
    [dnd(1, { SMS: ON }), dnd(3, { SMS: ON }), dnd(2, {})],
    ["SMS dnd 3"],
  ],
  ["STOP", [wrote(1, "Stop.")], ["SMS stop 1"]],
  ["STOP on WhatsApp", [wrote(1, "STOP", "WhatsApp")], ["WhatsApp stop 1"]],
  ["STOP by e-mail says nothing of texts", [wrote(1, "STOP", "Email")], ["Email stop 1"]],
  ["UNSUBSCRIBE by e-mail", [wrote(1, "<div>Unsubscribe</div><br><p>Ada</p>", "Email")], ["Email stop 1"]],
  [
    "UNSUBSCRIBE in the text of an e-mail",
    [{ ...wrote(1, "<p>x</p>", "Email"), plainText: "UNSUBSCRIBE\n\nAda" }],
    ["Email stop 1"],
  ],
  ["unsubscribe as its subject", [{ ...wrote(1, "", "Email"), subject: "unsubscribe" }], ["Email stop 1"]],
  ["an e-mail that mentions it", [wrote(1, "<p>How do I unsubscribe?</p>", "Email")], []],
  ...[
    "<p>STOP</p>",
    "<div>Unsubscribe</div>",
    "<html><head><title>Re: Hello</title><style>p { color: red }</style></head><body>\n<p>Stop&nbsp;please</p></body></html>",
    `<style>${"p{}".repeat(1_000)}</style><!-- a --><div dir="ltr">STOP<br></div>`,
    '<div>STOP</div><br><div class="gmail_quote"><div>On Wed, Mar 4, 2026 Ada &lt;a@example.com&gt; wrote:<br></div><blockquote>Hello</blockquote></div>',
    '<div>Stop</div><blockquote type="cite"><div>Hello</div></blockquote>',
  ].map((body): [string, JsonObject[], string[]] => [
    `STOP as HTML: ${body.slice(0, 60)}`,
    [wrote(1, body, "Email")],
    ["Email stop 1"],
  ]),
  ...["<p>Cancel</p><p>my appointment</p>", `<p>Stop</p>${"<p></p>".repeat(5_000)}<p>by at 5?</p>`].map(
    (body): [string, JsonObject[], string[]] => [`no STOP: ${body.slice(0, 60)}`, [wrote(1, body, "Email")], []],
  ),
  ["what is no HTML of an e-mail", [wrote(1, "Stop <by at 5?>")], []],
  ["STOP on Facebook", [wrote(1, "STOP", "FB")], ["FB stop 1"]],
  ["STOP on Instagram", [wrote(1, "stop please", "IG")], ["IG stop 1"]],
  ["STOP by RCS, which has the number of texts", [wrote(1, "STOP", "RCS")], ["SMS stop 1"]],
  ["STOP on TikTok", [wrote(1, "STOP", "TIKTOK")], ["TIKTOK stop 1"]],
  ["STOP as a comment in public", [comment(1, "STOP")], ["FB stop 1"]],
  ["START as a comment in public lifts nothing", [wrote(1, "STOP", "FB"), comment(2, "START")], ["FB stop 1"]],
  ["a reaction that quotes STOP", [{ ...wrote(1, "STOP"), messageTypeString: "TYPE_SMS_REACTION" }], []],
  ["STOP on Google", [wrote(1, "STOP", "GMB")], ["GMB stop 1"]],
  ["STOP in live chat, which has no channel of its own", [wrote(1, "STOP", "Live Chat")], []],
  ["a message of ours was opted out of", [ours(1, { status: "opt_out" })], ["SMS stop 1"]],
  ["an e-mail of ours was", [ours(1, { messageType: "Email", status: "opt_out" })], ["Email stop 1"]],
  ["START after that", [ours(1, { status: "opt_out" }), wrote(2, "START")], []],
  [
    "a provider says so of a message of ours",
    [ours(1, { status: "failed", error: "Attempt to send to unsubscribed recipient" })],
    ["SMS stop 1"],
  ],
  [
    "a gateway says so",
    [gateway(1, { code: "21610", type: "provider", message: "The contact has opted out" })],
    ["SMS stop 1"],
  ],
  ["a gateway says so by its code", [gateway(1, { code: 21610, message: "Not sent" })], ["SMS stop 1"]],
  [
    "a gateway says so of an e-mail",
    [{ ...gateway(1, { message: "Recipient opted-out" }), recipients: ["ada@example.com"] }],
    ["Email stop 1"],
  ],
  ...["opted_out", "Opted Out", "OPTED-OUT"].map((status): [string, JsonObject[], string[]] => [
    `a message of ours is ${status}`,
    [ours(1, { status })],
    ["SMS stop 1"],
  ]),
  ...["unsubscribed", "complained", "spam_complaint"].map((status): [string, JsonObject[], string[]] => [
    `an e-mail of ours is ${status}`,
    [ours(1, { messageType: "Email", status })],
    ["Email stop 1"],
  ]),
  ...[{ error: { code: 21610 } }, { description: "The contact has opted out" }, [{ details: ["opted-out"] }]].map(
    (error, index): [string, JsonObject[], string[]] => [
      `an error says so in a form of its own ${index}`,
      [ours(1, { status: "failed", error })],
      ["SMS stop 1"],
    ],
  ),
  [
    "an error says that it is not so",
    [ours(1, { status: "failed", error: { optedOut: false, message: "Unreachable destination" } })],
    [],
  ],
  ["a message of theirs was taken for an opt-out", [{ ...wrote(1, "No more!"), status: "opt_out" }], ["SMS stop 1"]],
  ["START, whatever it was taken for", [wrote(1, "STOP"), { ...wrote(2, "START"), status: "opt_out" }], []],
  ["do not disturb in capitals", [{ ...dnd(1, {}), dnd: "True" }], ["all dnd 1"]],
  ["do not disturb with spaces", [{ ...dnd(1, {}), dnd: " TRUE " }], ["all dnd 1"]],
  ["a channel with spaces", [dnd(1, { " SMS ": ON })], ["SMS dnd 1"]],
  ["a gateway says something else", [gateway(1, { code: "30003", message: "Unreachable destination" })], []],
  ["a message that was delivered mentions it", [ours(1, { status: "delivered", error: "opted out" })], []],
  ["a call of ours", [ours(1, { messageType: "Call", status: "opt_out" })], []],
  ...[null, 7, ["SMS"], ""].map((messageType): [string, JsonObject[], string[]] => [
    `STOP in a message that names no channel: ${JSON.stringify(messageType)}`,
    [{ ...wrote(1, "STOP"), messageType }],
    ["SMS stop 1"],
  ]),
  ["STOP on a channel that nobody knows", [wrote(1, "STOP", "Carrier Pigeon")], []],
  ["STOP twice", [wrote(1, "STOP"), wrote(2, "STOP")], ["SMS stop 1"]],
  ["STOP in a sentence", [wrote(1, "Stop by tomorrow")], []],
  ["START lifts it", [wrote(1, "STOP"), wrote(2, "Start")], []],
  ["START on another channel does not", [wrote(1, "STOP"), wrote(2, "START", "WhatsApp")], ["SMS stop 1"]],
  ["START came before it", [wrote(2, "START"), wrote(1, "STOP")], []],
  ["STOP after a START that comes late", [wrote(2, "STOP"), wrote(1, "START")], ["SMS stop 2"]],
  ["START does not lift do not disturb", [dnd(1, { SMS: ON }), wrote(2, "START")], ["SMS dnd 1"]],
  ["a channel that was off all along lifts no STOP", [wrote(1, "STOP"), dnd(2, { SMS: OFF })], ["SMS stop 1"]],
  ["a channel that goes from on to off lifts STOP", [wrote(1, "STOP"), dnd(2, { SMS: ON }), dnd(3, { SMS: OFF })], []],
  [
    "in another spelling too",
    [wrote(1, "STOP"), dnd(2, { SMS: { status: "Active" } }), dnd(3, { SMS: { status: "INACTIVE " } })],
    [],
  ],
  [
    "a channel that was on before the STOP lifts it when it goes off",
    [dnd(1, { SMS: ON }), wrote(2, "STOP"), dnd(3, { SMS: OFF })],
    [],
  ],
  [
    "only inbound settings change",
    [wrote(1, "STOP"), { ...dnd(2, { SMS: OFF }), inboundDndSettings: { all: OFF } }],
    ["SMS stop 1"],
  ],
  [
    "another channel goes from on to off",
    [wrote(1, "STOP"), dnd(2, { SMS: OFF, Email: ON }), dnd(3, { SMS: OFF, Email: OFF })],
    ["SMS stop 1"],
  ],
  ["all channels go from on to off", [wrote(1, "STOP"), dnd(2, {}, true), dnd(3, { SMS: OFF })], ["SMS stop 1"]],
  ["the channel is no longer named", [wrote(1, "STOP"), dnd(2, { SMS: ON }), dnd(3, {})], ["SMS stop 1"]],
  ["a STOP after the channel went off", [dnd(1, { SMS: ON }), dnd(2, { SMS: OFF }), wrote(3, "STOP")], ["SMS stop 3"]],
  [
    "on, which comes last, lifts with the off that is there",
    [wrote(1, "STOP"), dnd(3, { SMS: OFF }), dnd(2, { SMS: ON })],
    [],
  ],
  [
    "off, which comes late and happened before on, lifts nothing",
    [wrote(1, "STOP"), dnd(3, { SMS: ON }), dnd(2, { SMS: OFF })],
    ["SMS dnd 3", "SMS stop 1"],
  ],
  [
    "STOP, which comes last, is lifted by what came after it",
    [dnd(2, { SMS: ON }), dnd(3, { SMS: OFF }), wrote(1, "STOP")],
    [],
  ],
  ["START and STOP at one time, in this order", [wrote(1, "START"), wrote(1, "STOP")], ["SMS stop 1"]],
  ["STOP and START at one time, in this order", [wrote(1, "STOP"), wrote(1, "START")], []],
  [
    "STOP at one time with a START that is recorded, and one ahead",
    [wrote(1, "START"), wrote(2, "Hello"), wrote(1, "STOP")],
    ["SMS stop 1"],
  ],
  [
    "with nothing on it lifts no STOP",
    [wrote(1, "STOP"), wrote(1, "STOP", "WhatsApp"), dnd(2, {})],
    ["SMS stop 1", "WhatsApp stop 1"],
  ],
  ["of another channel it does not", [wrote(1, "STOP"), dnd(2, { Email: ON })], ["Email dnd 2", "SMS stop 1"]],
  ["of all channels it does not", [wrote(1, "STOP"), dnd(2, { SMS: OFF }, true)], ["SMS stop 1", "all dnd 2"]],
  ["off before the STOP, and comes later", [wrote(2, "STOP"), dnd(1, { SMS: OFF })], ["SMS stop 2"]],
  ["both", [wrote(1, "STOP"), dnd(2, { SMS: { status: "permanent" } })], ["SMS dnd 2", "SMS stop 1"]],
];

describe("what a contact does not want", () => {
  it.each(STORIES)("when %s", async (_, events, expected) => {
    const { record, optOuts } = await aWatched();
    await record(...events);
    expect(optOuts()).toEqual(expected);
  });

  it("is heard also where another field cannot be read, which the event's story names", async () => {
    const { ledger, record, optOuts } = await aWatched();
    await record({ ...wrote(1, "STOP"), userId: 123, callDuration: "00:31", from: 15551234567 });
    expect(optOuts()).toEqual(["SMS stop 1"]);
    const story = await ledger.event("event-1");
    expect(story?.issues.map(({ pointer }) => pointer)).toEqual(["/userId", "/callDuration", "/from"]);
    expect(story?.facts).not.toHaveProperty("callDuration");
  });

  it("outlives the log", async () => {
    const { ledger, record, optOuts, pass } = await aWatched();
    await record(wrote(1, "STOP"), dnd(2, { Email: ON }));
    await pass(0, ledger);
    await pass(40 * DAY_MS, ledger);
    expect(ledger.events({ limit: 10 }).events).toEqual([]);
    expect(optOuts()).toEqual(["Email dnd 2", "SMS stop 1"]);
  });

  it("goes with the contact when it is erased", async () => {
    const { ledger, record, optOuts } = await aWatched();
    await record(wrote(1, "STOP"), dnd(2, { Email: ON }));
    ledger.eraseContact(LOCATION, CONTACT);
    expect(optOuts()).toEqual([]);
  });
});
