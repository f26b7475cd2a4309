// What our calls send, held against the stand-in, which knows nothing but what HighLevel publishes.
import { describe, expect, it } from "vitest";
import { CALLS } from "../../../src/highlevel/calls.ts";
import { LedgerAccount } from "../../../src/ledger/highlevel/account.ts";
import { perform } from "../../../src/act/kinds.ts";
import type { ApiVersion } from "../../../src/model/configuration.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { HIGHLEVEL_CALLS, MESSAGE_TYPES, type HighLevelAction, type HighLevelCall } from "../../../src/model/rule.ts";
import { succeed } from "../../../src/kit/result.ts";
import { aHighLevel, LOCATION, TOKEN } from "../local/stand-in-requests.ts";
import { NO_LIMITS } from "../ledger/a-ledger.ts";
import { context, roots, wordOf } from "./context.ts";

/** A value for every field of every call, so that each field is held against what is published. */
const VALUES: JsonObject = {
  messageType: "SMS",
  message: "Hello {{ event.contactId }}",
  html: "<p>Hello</p>",
  subject: "Hello",
  attachments: ["https://files.example.com/a.pdf"],
  emailFrom: "us@example.com",
  emailCc: ["cc@example.com"],
  emailBcc: ["bcc@example.com"],
  fromNumber: "+15550100001",
  toNumber: "+15550100002",
  conversationProviderId: "provider-1",
  templateId: "template-1",
  threadId: "thread-1",
  replyMessageId: "message-000001",
  tags: ["voicemail"],
  title: "Call back",
  due: "2h",
  body: "More",
  assignedTo: "user-1",
  userId: "user-1",
  workflowId: "w1",
  eventStartTime: "2026-11-20T10:00:00+00:00",
  messageId: "message-000001",
  error: { code: "30007", type: "carrier", message: "Filtered" },
  emailMessageId: "mail-1",
  recipients: ["ada@example.com"],
  opportunityId: "o1",
  lostReasonId: "reason-1",
  firstName: "Ada",
  lastName: "Example",
  name: "Ada Example",
  email: "ada@example.com",
  phone: "+15550100042",
  address1: "1 Example Street",
  city: "Springfield",
  state: "IL",
  postalCode: "62701",
  country: "US",
  website: "https://ada.example.com",
  timeZone: "America/Chicago",
  source: "missed call",
  customFields: { plan: "gold", BcdmQEsNgz6AVpgLVUJ0: "{{ event.contactId }}" },
  pipelineId: "pipeline-1",
  pipelineStageId: "stage-1",
  monetaryValue: "{{ 20 | times: 2 }}",
};
const STATUS: { readonly [call: string]: string } = {
  "update-message-status": "failed",
  "update-opportunity-status": "lost",
  "create-opportunity": "open",
  "move-opportunity": "won",
};

function anAction(call: HighLevelCall, fields: readonly string[], more: JsonObject = {}): HighLevelAction {
  const values = fields.map((name) => [name, name === "status" ? (STATUS[call] ?? "") : VALUES[name]] as const);
  return { type: "highlevel", call, ...Object.fromEntries(values), ...more };
}

async function performed(action: HighLevelAction, apiVersion: ApiVersion = "dated") {
  const { highLevel } = aHighLevel();
  const account = new LedgerAccount(
    { api: "https://highlevel.example.com", apiVersion },
    { fetch: (request) => highLevel.answer(request), timeLimit: () => new AbortController().signal },
    { current: () => Promise.resolve(succeed(TOKEN)), insteadOf: () => Promise.resolve(null) },
    NO_LIMITS,
  );
  const outcome = await perform(
    action,
    context({
      highlevel: account,
      locationId: LOCATION,
      contactId: "ada",
      roots: roots({ contactId: "ada" }),
      sends: {
        earlier: () => null,
        leaves: () => true,
        looked: () => undefined,
        seen: () => [],
        isAlone: () => true,
        isClaimed: () => false,
      },
    }),
  );
  return { outcome, highLevel };
}

describe("each call is one that HighLevel publishes", () => {
  it.each(HIGHLEVEL_CALLS)("%s, with the fields that it needs", async (call) => {
    const { fields, oneOf = [] } = CALLS[call];
    const needed = Object.keys(fields).filter((name) => fields[name]?.required);
    const { outcome, highLevel } = await performed(
      anAction(
        call,
        [...needed, ...oneOf.slice(0, 1)],
        call === "update-message-status" ? { messageId: VALUES["messageId"] ?? "" } : {},
      ),
    );
    expect(highLevel.violations).toEqual([]);
    expect(wordOf(outcome)).toBe("done");
    expect(CALLS[call].success).toContain(outcome.status);
  });

  const SPOKEN = HIGHLEVEL_CALLS.flatMap((call) => [["dated", call] as const, ["v3", call] as const]);
  it.each(SPOKEN)("in %s: %s, with every field that it may have", async (apiVersion, call) => {
    const { outcome, highLevel } = await performed(anAction(call, Object.keys(CALLS[call].fields)), apiVersion);
    expect(highLevel.violations).toEqual([]);
    expect(wordOf(outcome)).toBe("done");
  });

  it.each(MESSAGE_TYPES)("a message as %s", async (messageType) => {
    const { outcome, highLevel } = await performed(anAction("send-message", ["message", "subject"], { messageType }));
    expect(highLevel.violations).toEqual([]);
    expect(wordOf(outcome)).toBe("done");
    expect([...highLevel.state.messages.values()].at(-1)).toMatchObject({ contactId: "ada", source: "api" });
  });

  it("and one that lacks a field that HighLevel requires is told so", async () => {
    const { outcome, highLevel } = await performed(anAction("create-note", []));
    expect([wordOf(outcome), highLevel.requests.length]).toEqual(["ACTION_TEMPLATE never", 0]);
  });
});
