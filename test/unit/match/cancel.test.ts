import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/kit/json.ts";
import { cancelledBy } from "../../../src/match/cancel.ts";
import { NOT_ASKED, NOTHING_KNOWN, type Known } from "../../../src/model/known.ts";
import type { CancelTrigger, ConditionGroup } from "../../../src/model/rule.ts";
import { anEvent, CONTACT, MOMENT } from "../../builders.ts";

/** Whether an event of the contact's, told by these fields alone, pulls a trigger. */
async function pulls(trigger: CancelTrigger, fields: JsonObject): Promise<boolean> {
  const event = anEvent({ status: null, body: null, ...fields }, "event");
  return (await cancelledBy(event, [trigger], MOMENT)) !== null;
}

const TEXT = { type: "InboundMessage", direction: "inbound", body: "Yes please" };
const CALL = { type: "InboundMessage", direction: "inbound", messageType: "Call" };

describe("a reply", () => {
  it.each<JsonObject>([
    ...["SMS", "Email", "FB", "IG", "GMB", "Live Chat", "WhatsApp", "Custom", "RCS", "TIKTOK"].map((messageType) => ({
      ...TEXT,
      messageType,
    })),
    { ...TEXT, messageType: "SMS", messageTypeString: "TYPE_SMS", status: "delivered" },
    { ...TEXT, messageType: "SMS", status: "received" },
    { ...TEXT, messageType: "SMS", status: "opt_out" },
    { ...TEXT, messageType: "Custom", messageTypeString: "TYPE_CUSTOM_PROVIDER_SMS" },
    { ...TEXT, messageType: null, messageTypeString: "TYPE_CAMPAIGN_SMS" },
    { ...TEXT, messageType: null, messageTypeString: "TYPE_RCS" },
    { ...TEXT, messageType: "TYPE_SMS" },
    { ...TEXT, messageType: "SMS", body: "", attachments: ["https://files.example.com/1.jpg"] },
    { ...TEXT, messageType: null },
    { ...CALL, callStatus: "completed" },
    { ...CALL, callStatus: "Answered", status: "completed" },
    { ...CALL, status: "connected" },
    { ...CALL, messageType: "Campaign_Call", messageTypeString: "TYPE_CAMPAIGN_CALL", callStatus: "completed" },
    { ...CALL, messageType: "IVR_Call", callStatus: "answered" },
    { ...CALL, messageType: "Custom", messageTypeString: "TYPE_CUSTOM_CALL", callStatus: "answered" },
  ])("is %j", async (fields) => expect(await pulls("reply", fields)).toBe(true));

  const unanswered = [
    "missed",
    "ringing",
    "initiated",
    "no-answer",
    "busy",
    "canceled",
    "failed",
    "voicemail",
    "pending",
  ];
  it.each<JsonObject>([
    ...unanswered.map((callStatus) => ({ ...CALL, callStatus, status: "completed" })),
    ...unanswered.map((callStatus) => ({ ...CALL, messageType: "Custom", callStatus })),
    ...unanswered.map((status) => ({ ...CALL, status })),
    ...["IVR_CALL", "IVR_Call", "CALL", "Campaign_Call"].flatMap((messageType) => [
      { ...CALL, messageType },
      { ...CALL, messageType, status: "completed" },
      { ...CALL, messageType, callStatus: "something new", status: "connected" },
    ]),
    ...["IVR_CALL", "Custom", "TYPE_CUSTOM_CALL", "Video", null].flatMap((messageType) => [
      { ...CALL, messageType, callStatus: "completed" },
      { ...CALL, messageType, callStatus: "completed", status: "connected" },
    ]),
    { ...CALL, messageType: "Call", messageTypeString: "TYPE_IVR_CALL", callStatus: "completed" },
    { ...CALL, messageType: "Custom", messageTypeString: "TYPE_CUSTOM_CALL", callStatus: "completed" },
    { ...CALL, messageType: "Custom", messageTypeString: "TYPE_CUSTOM_CALL", status: "completed" },
    { ...CALL, messageType: "Custom", messageTypeString: "TYPE_CUSTOM_CALL", status: "delivered" },
    { ...TEXT, messageType: "SMS", messageTypeString: "TYPE_IVR_CALL" },
    { ...CALL, messageType: "Voicemail", status: "delivered" },
    { ...CALL, messageType: "Campaign_VoiceMail", status: "completed" },
    { ...TEXT, messageType: "SMS", status: "failed" },
    { ...TEXT, messageType: "InternalComment" },
    { ...TEXT, messageType: "Carrier Pigeon" },
    { ...TEXT, messageType: "Carrier Pigeon", messageTypeString: "TYPE_SMS" },
    { ...TEXT, messageType: null, messageTypeString: "TYPE_PIGEON" },
    { ...TEXT, messageType: "FB", messageTypeString: "TYPE_FACEBOOK_COMMENT" },
    { ...TEXT, messageType: "SMS", messageTypeString: "TYPE_SMS_REACTION" },
    { ...TEXT, messageType: "Custom", messageTypeString: "TYPE_ACTIVITY_CONTACT" },
    { ...TEXT, messageType: "Custom", messageTypeString: "TYPE_FORM_SUBMISSION" },
    { ...TEXT, messageType: null, body: null },
    { ...TEXT, messageType: 7, body: 42 },
    { ...CALL, messageType: 7, callStatus: "completed" },
    { ...TEXT, type: "OutboundMessage", messageType: "SMS" },
  ])("is not known to be %j", async (fields) => expect(await pulls("reply", fields)).toBe(false));
});

describe("do not disturb", () => {
  const update = { type: "ContactDndUpdate", id: CONTACT, contactId: null };
  it.each<JsonObject>([
    { dnd: true },
    { dnd: "true" },
    { dnd: "True " },
    { dndSettings: { " Sms": { status: "active" } } },
    ...["active", "Active", "ACTIVE ", "permanent", " Permanent"].map((status) => ({
      dndSettings: { SMS: { status } },
    })),
    { dnd: false, dndSettings: { SMS: { status: "inactive" }, RCS: { status: "Active" } } },
  ])("is on with %j", async (fields) => expect(await pulls("dnd", { ...update, ...fields })).toBe(true));

  it.each<JsonObject>([
    {},
    { dnd: false },
    { dnd: false, dndSettings: { SMS: { status: "inactive" } } },
    { dnd: "perhaps", dndSettings: { SMS: { status: 1 }, Email: "active" } },
    { dndSettings: ["active"] },
  ])("is not on with %j", async (fields) => expect(await pulls("dnd", { ...update, ...fields })).toBe(false));
});

describe("conditions on what is known", () => {
  const trigger: CancelTrigger = {
    on: ["OutboundMessage"],
    conditions: { all: [{ fact: "contact", path: "$.tags", operator: "contains", value: "won" }] },
  };
  const by = (known?: () => Known) => cancelledBy(anEvent(), [trigger], MOMENT, known);

  it("end a wait if they are met", async () => {
    expect(await by(() => ({ contact: { tags: ["won"] }, location: undefined }))).toMatchObject({ by: "event" });
  });

  it.each<readonly [string, Known]>([
    ["another tag", { contact: { tags: ["lost"] }, location: undefined }],
    ["a contact that is absent", NOTHING_KNOWN],
    ["one that nobody has asked for", NOT_ASKED],
  ])("do not end it with %s", async (_, known) => {
    expect(await by(() => known)).toBeNull();
    expect(await by()).toBeNull();
  });

  it("take a field that nobody has asked for as absent", async () => {
    const conditions: ConditionGroup = {
      not: { fact: "contact", path: "$.owner.email", operator: "exists", value: true },
    };
    const known = () => ({ contact: { assignedTo: "u1" }, location: undefined, open: ["owner"] as const });
    expect(await cancelledBy(anEvent(), [{ on: ["OutboundMessage"], conditions }], MOMENT, known)).not.toBeNull();
  });

  it("alone read it", async () => {
    const plain: CancelTrigger = {
      ...trigger,
      conditions: { all: [{ fact: "channel", operator: "equal", value: "call" }] },
    };
    const known = (): Known => expect.fail("it was read");
    expect(
      await cancelledBy(anEvent(), ["reply", plain, { ...trigger, on: ["InboundMessage"] }], MOMENT, known),
    ).toBeNull();
  });
});
