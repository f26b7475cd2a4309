import { describe, expect, it } from "vitest";
import type { HighLevelAnswer, HighLevelRequest } from "../../../src/highlevel/account.ts";
import { CALLS } from "../../../src/highlevel/calls.ts";
import { spokenIn } from "../../../src/highlevel/versions.ts";
import type { Sends } from "../../../src/act/contract/action-kind.ts";
import { kindOf, perform } from "../../../src/act/kinds.ts";
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import type { HighLevelAction, HighLevelCall } from "../../../src/model/rule.ts";
import { aText, CONTACT, LOCATION } from "../../builders.ts";
import { context, NOW, roots, wordOf } from "./context.ts";

/** A HighLevel that answers in turn, and keeps what it was asked. */
function highlevel(...answers: (HighLevelAnswer | number)[]) {
  const requests: HighLevelRequest[] = [];
  return {
    requests,
    call: (request: HighLevelRequest, leaves?: () => boolean) => {
      requests.push(request);
      leaves?.();
      const next = answers.shift() ?? 200;
      return Promise.resolve(typeof next === "number" ? answer(next, {}) : next);
    },
  };
}

function answer(status: number, body: object | string): HighLevelAnswer {
  return { kind: "answer", status, body: typeof body === "string" ? body : JSON.stringify(body) };
}

function act(call: HighLevelCall, fields: JsonObject = {}): HighLevelAction {
  return { type: "highlevel", call, ...fields };
}

/** Sends that remember what they are told. */
function sends(known: Partial<Sends> = {}) {
  const told: string[] = [];
  return {
    told,
    earlier: () => null,
    leaves: () => told.push("leaves") > 0,
    looked: () => void told.push("looked"),
    seen: () => [],
    isAlone: () => true,
    isClaimed: () => false,
    ...known,
  };
}

describe("the request of a call", () => {
  const CONTACT_PATH = `/contacts/${CONTACT}`;
  const REQUESTS: readonly (readonly [HighLevelAction, method: string, path: string, version: string, body: object])[] =
    [
      [
        aText({ message: "Hi {{ event.status }}" }),
        "POST",
        "/conversations/messages",
        "2021-04-15",
        { type: "SMS", contactId: CONTACT, message: "Hi delivered" },
      ],
      [
        act("send-message", {
          messageType: "Email",
          subject: "Hello",
          html: "<p>Hi</p>",
          emailFrom: "a@example.com",
          attachments: ["https://files.example.com/a.pdf"],
        }),
        "POST",
        "/conversations/messages",
        "2021-04-15",
        {
          type: "Email",
          contactId: CONTACT,
          subject: "Hello",
          html: "<p>Hi</p>",
          emailFrom: "a@example.com",
          attachments: ["https://files.example.com/a.pdf"],
        },
      ],
      [
        act("add-tags", { tags: ["voicemail", "{{ facts.channel }}", "{{ event.nothing | default: '' }}"] }),
        "POST",
        `${CONTACT_PATH}/tags`,
        "2021-07-28",
        { tags: ["voicemail", "sms"] },
      ],
      [act("remove-tags", { tags: ["new"] }), "DELETE", `${CONTACT_PATH}/tags`, "2021-07-28", { tags: ["new"] }],
      [
        act("create-task", { title: "Call back", due: "2h", assignedTo: "{{ event.userId | default: '' }}" }),
        "POST",
        `${CONTACT_PATH}/tasks`,
        "2021-07-28",
        { title: "Call back", dueDate: new Date(NOW + 2 * 3_600_000).toISOString(), completed: false },
      ],
      [act("create-note", { body: "Seen" }), "POST", `${CONTACT_PATH}/notes`, "2021-07-28", { body: "Seen" }],
      [act("add-to-workflow", { workflowId: "w 1/2" }), "POST", `${CONTACT_PATH}/workflow/w%201%2F2`, "2021-07-28", {}],
      [act("remove-from-workflow", { workflowId: "w" }), "DELETE", `${CONTACT_PATH}/workflow/w`, "2021-07-28", {}],
      [
        act("update-message-status", {
          status: "failed",
          error: { code: "30003", type: "gateway", message: "Unreachable" },
        }),
        "PUT",
        "/conversations/messages/m-1/status",
        "2021-04-15",
        { status: "failed", error: { code: "30003", type: "gateway", message: "Unreachable" } },
      ],
      [
        act("update-message-status", {
          messageId: "other",
          status: "{{ event.status }}",
          error: { code: "{{ event.code | default: '' }}", type: "", message: "" },
        }),
        "PUT",
        "/conversations/messages/other/status",
        "2021-04-15",
        { status: "delivered" },
      ],
      [
        act("update-opportunity-status", { opportunityId: "o", status: "won" }),
        "PUT",
        "/opportunities/o/status",
        "2021-07-28",
        { status: "won" },
      ],
      [
        act("update-contact", {
          firstName: "Ada",
          city: "{{ event.city | default: '' }}",
          timeZone: "Europe/Berlin",
          customFields: {
            plan: "gold",
            "contact.last_outcome": "{{ event.status }}",
            BcdmQEsNgz6AVpgLVUJ0: "7",
            empty: "{{ event.nothing | default: '' }}",
          },
        }),
        "PUT",
        CONTACT_PATH,
        "2021-07-28",
        {
          firstName: "Ada",
          timezone: "Europe/Berlin",
          customFields: [
            { key: "plan", field_value: "gold" },
            { key: "last_outcome", field_value: "delivered" },
            { id: "BcdmQEsNgz6AVpgLVUJ0", field_value: "7" },
          ],
        },
      ],
      [act("assign", { assignedTo: "user-5" }), "PUT", CONTACT_PATH, "2021-07-28", { assignedTo: "user-5" }],
      [
        act("create-opportunity", { name: "A kitchen", pipelineId: "p", monetaryValue: "{{ 20 | times: 2 }}" }),
        "POST",
        "/opportunities/",
        "2021-07-28",
        {
          name: "A kitchen",
          pipelineId: "p",
          monetaryValue: 40,
          status: "open",
          contactId: CONTACT,
          locationId: LOCATION,
        },
      ],
      [
        act("move-opportunity", { opportunityId: "o/1", pipelineStageId: "s", monetaryValue: 12.5 }),
        "PUT",
        "/opportunities/o%2F1",
        "2021-07-28",
        { pipelineStageId: "s", monetaryValue: 12.5 },
      ],
    ];

  it.each(REQUESTS)("is HighLevel's: %j", async (action, method, path, version, body) => {
    const account = highlevel(CALLS[action.call].success[0] ?? 200);
    const outcome = await perform(
      action,
      context({ highlevel: account, sends: sends(), roots: roots({ messageId: "m-1" }) }),
    );
    expect(wordOf(outcome)).toBe("done");
    expect(account.requests).toEqual([{ method, path, body }]);
    expect(spokenIn("dated", path)).toEqual({ path, version });
    expect(spokenIn("v3", path)).toEqual({ path, version: "v3" });
  });

  it("covers every call", () => {
    expect(new Set(REQUESTS.map(([{ call }]) => call))).toEqual(new Set(Object.keys(CALLS)));
  });

  it.each([
    [act("add-tags", { tags: ["{{ event.nothing }}"] }), "tags"],
    [act("add-tags", { tags: ["{{ event.userId | default: '' }}"] }), "tags"],
    [act("create-note", { body: "{{ event.userId | default: '' }}" }), "body"],
    [act("update-message-status", { messageId: "m", status: "{{ event.messageType }}" }), "status"],
    [act("update-message-status", { status: "read" }), "messageId"],
    [act("update-contact", { firstName: "{{ event.nothing | default: '' }}" }), "firstName"],
    [act("create-opportunity", { name: "n", pipelineId: "p", monetaryValue: "{{ event.status }}" }), "monetaryValue"],
    [act("add-to-workflow", { workflowId: "{{ event.userId | default: '..' }}" }), "workflowId"],
    [act("send-message", { messageType: "SMS", message: "{{ event.userId | default: '' }}" }), "message"],
  ])("that cannot be made is not sent: %j", async (action, place) => {
    const account = highlevel();
    const outcome = await perform(action, context({ highlevel: account, sends: sends() }));
    expect(wordOf(outcome)).toBe("ACTION_TEMPLATE never");
    expect(outcome.done ? "" : outcome.error.message).toContain(place);
    expect(account.requests).toEqual([]);
  });
});

describe("a list in a field", () => {
  const event: JsonObject = {
    tags: ["won", "vip"],
    attachments: ["https://files.example.com/a b.pdf?x=1&y=2", "https://files.example.com/c.png"],
    mixed: ["a", 7, ""],
    none: [],
    one: "alone",
    deep: [["x"]],
    objects: [{ url: "https://files.example.com/a.pdf" }],
    id: "w 1/2",
  };
  const bodyOf = async (action: HighLevelAction) => {
    const account = highlevel();
    const outcome = await perform(action, context({ highlevel: account, roots: roots(event), sends: sends() }));
    const [request] = account.requests;
    return outcome.done ? { path: request?.path, ...(request?.body as JsonObject) } : wordOf(outcome);
  };

  it.each<[HighLevelAction, object]>([
    [act("add-tags", { tags: ["{{ event.tags }}", "seen"] }), { tags: ["won", "vip", "seen"] }],
    [act("remove-tags", { tags: ["{{ event.gone | default: event.tags }}"] }), { tags: ["won", "vip"] }],
    [act("add-tags", { tags: ["{{ event.mixed }}"] }), { tags: ["a", "7"] }],
    [act("add-tags", { tags: ["{{ event.one }}", "{{ event.none }}"] }), { tags: ["alone"] }],
    [act("add-tags", { tags: ["{{ event.objects | map: 'url' }}"] }), { tags: ["https://files.example.com/a.pdf"] }],
    [aText({ attachments: ["{{ event.attachments }}"] }), { attachments: event["attachments"] as Json }],
    [
      aText({ messageType: "Email", html: "<p>Hi</p>", emailCc: ["{{ event.tags }}"], emailBcc: ["{{ event.one }}"] }),
      { emailCc: ["won", "vip"], emailBcc: ["alone"] },
    ],
    [
      act("update-message-status", { messageId: "m", status: "read", recipients: ["{{ event.tags }}"] }),
      { recipients: ["won", "vip"] },
    ],
    // What stands in the path is encoded once.
    [
      act("add-to-workflow", { workflowId: "{{ event.id | url_encode }}" }),
      { path: `/contacts/${CONTACT}/workflow/w%201%2F2` },
    ],
  ])("becomes its items: %j", async (action, fields) => {
    expect(await bodyOf(action)).toMatchObject(fields);
  });

  it.each<HighLevelAction>([
    act("add-tags", { tags: ["{{ event.none }}"] }),
    act("add-tags", { tags: ["{{ event.deep }}"] }),
    act("add-tags", { tags: ["{{ event.objects }}"] }),
    act("add-tags", { tags: ["tag {{ event.tags }}"] }),
    aText({ message: "{{ event.tags }}" }),
    aText({ message: "Yours: {{ event.tags }}" }),
    aText({ subject: "{{ event.objects[0] }}" }),
    act("add-to-workflow", { workflowId: "{{ event.tags }}" }),
    act("create-note", { body: "{{ event.objects }}" }),
    act("update-message-status", { messageId: "m", status: "failed", error: { code: "{{ event.tags }}" } }),
  ])("is no text, nor is what holds no texts: %j", async (action) => {
    expect(await bodyOf(action)).toBe("ACTION_TEMPLATE never");
  });
});

describe("an answer of HighLevel", () => {
  const TAGS = act("add-tags", { tags: ["a"] });
  const STATUS = act("update-message-status", { messageId: "m", status: "read" });
  it.each<[HighLevelAction, HighLevelAnswer, string]>([
    [TAGS, answer(201, { tags: ["a"] }), "done"],
    [TAGS, answer(200, "no JSON"), "done"],
    [TAGS, answer(400, { statusCode: 400, message: "Contact not found" }), "HIGHLEVEL_REFUSED never"],
    [TAGS, answer(401, { message: "Invalid token" }), "HIGHLEVEL_TOKEN_REFUSED never"],
    [TAGS, answer(403, {}), "HIGHLEVEL_REFUSED never"],
    [STATUS, answer(403, {}), "HIGHLEVEL_EARLY later"],
    [TAGS, answer(404, {}), "HIGHLEVEL_REFUSED never"],
    [TAGS, answer(408, {}), "DESTINATION_STATUS later"],
    [TAGS, answer(422, { message: ["tags must be an array"] }), "HIGHLEVEL_REFUSED never"],
    [TAGS, answer(429, {}), "HIGHLEVEL_LIMIT in-turn"],
    [TAGS, answer(302, {}), "HIGHLEVEL_REFUSED never"],
    [TAGS, answer(500, {}), "DESTINATION_STATUS later"],
    [TAGS, { kind: "timeout" }, "DESTINATION_TIMEOUT later"],
    [TAGS, { kind: "broken" }, "DESTINATION_UNREACHABLE later"],
    [TAGS, { kind: "no-token", message: "No token" }, "HIGHLEVEL_TOKEN never"],
  ])("to %j, %j, is an outcome", async (action, given, word) => {
    expect(wordOf(await perform(action, context({ highlevel: highlevel(given) })))).toBe(word);
  });

  it.each([
    [answer(400, { message: "Contact not found" }), ": Contact not found"],
    [answer(422, { message: ["a is wrong", "b is missing"] }), ": a is wrong; b is missing"],
    [answer(400, { message: { deep: true } }), "HighLevel answered 400"],
    [answer(400, "[]"), "HighLevel answered 400"],
  ])("%j is told in HighLevel's words", async (given, words) => {
    const outcome = await perform(TAGS, context({ highlevel: highlevel(given) }));
    expect(outcome.done ? "" : outcome.error.message).toMatch(new RegExp(`${words}$`));
  });

  it("says when to come again: 10 s after 403 and 429", async () => {
    for (const [action, status] of [
      [STATUS, 403],
      [TAGS, 429],
    ] as const)
      expect(await perform(action, context({ highlevel: highlevel(status) }))).toMatchObject({ retryAfterMs: 10_000 });
  });
});

describe("a message", () => {
  const LEFT = NOW - 3 * 60_000;
  const text = aText();
  const listed = (...messages: object[]): HighLevelAnswer => answer(200, { messages, total: messages.length });
  const ours = (fields: object = {}) => ({
    id: "m-9",
    direction: "outbound",
    source: "api",
    body: text["message"],
    dateAdded: new Date(LEFT + 1_000).toISOString(),
    ...fields,
  });

  it("is sent, and its id is kept", async () => {
    const known = sends();
    const account = highlevel(answer(200, { conversationId: "c", messageId: "m-1" }));
    expect(await perform(text, context({ highlevel: account, sends: known }))).toMatchObject({ messageId: "m-1" });
    expect(known.told).toEqual(["leaves"]);
  });

  it.each([
    [{ kind: "timeout" } as const, "HIGHLEVEL_END_UNKNOWN later"],
    [{ kind: "broken" } as const, "HIGHLEVEL_END_UNKNOWN later"],
    [answer(500, {}), "HIGHLEVEL_END_UNKNOWN later"],
    [answer(408, {}), "HIGHLEVEL_END_UNKNOWN later"],
    [answer(429, {}), "HIGHLEVEL_LIMIT in-turn"],
    [answer(400, {}), "HIGHLEVEL_REFUSED never"],
    [answer(401, {}), "HIGHLEVEL_TOKEN_REFUSED never"],
  ])("that was answered %j has an end that is known, or not", async (given, word) => {
    expect(wordOf(await perform(text, context({ highlevel: highlevel(given), sends: sends() })))).toBe(word);
  });

  const ASKED: readonly (readonly [
    string,
    Partial<Sends>,
    (HighLevelAnswer | number)[],
    word: string,
    told: string[],
  ])[] = [
    ["is there", {}, [listed(ours())], "done", []],
    [
      "is there with an opt-out after it",
      {},
      [listed(ours({ body: `${String(text["message"])} Reply STOP` }))],
      "done",
      [],
    ],
    ["is in the log already", { seen: () => [{ id: "m-9", text: String(text["message"]) }] }, [], "done", []],
    [
      "is in the log while another is looked for too",
      { seen: () => [{ id: "m-9", text: String(text["message"]) }], isAlone: () => false },
      [listed()],
      "HIGHLEVEL_END_UNKNOWN later",
      ["looked"],
    ],
    ["is not there", {}, [listed()], "HIGHLEVEL_END_UNKNOWN later", ["looked"]],
    [
      "is not there for the second time",
      { earlier: () => ({ leftAtMs: LEFT, looks: 1 }) },
      [listed(), answer(200, { messageId: "m-2" })],
      "done",
      ["leaves"],
    ],
    ["cannot be told from another", {}, [listed(ours({ body: "Something else" }))], "HIGHLEVEL_UNKNOWN never", []],
    ["is another delivery's", { isClaimed: () => true }, [listed(ours())], "HIGHLEVEL_END_UNKNOWN later", ["looked"]],
    ["is one that came in", {}, [listed(ours({ direction: "inbound" }))], "HIGHLEVEL_END_UNKNOWN later", ["looked"]],
    ["is a person's", {}, [listed(ours({ source: "app" }))], "HIGHLEVEL_END_UNKNOWN later", ["looked"]],
    [
      "is older",
      {},
      [listed(ours({ dateAdded: new Date(LEFT - 180_000).toISOString() }))],
      "HIGHLEVEL_END_UNKNOWN later",
      ["looked"],
    ],
    ["cannot be asked for now", {}, [500], "HIGHLEVEL_END_UNKNOWN later", []],
    ["cannot be asked for without a scope", {}, [401], "HIGHLEVEL_END_UNKNOWN later", []],
    [
      "has not come for a quarter of an hour and cannot be asked for",
      { earlier: () => ({ leftAtMs: NOW - 900_000, looks: 0 }) },
      [401],
      "HIGHLEVEL_UNKNOWN never",
      [],
    ],
    [
      "has not come for a quarter of an hour and HighLevel has no room for the question",
      { earlier: () => ({ leftAtMs: NOW - 900_000, looks: 0 }) },
      [429],
      "HIGHLEVEL_LIMIT in-turn",
      [],
    ],
    [
      "cannot be asked for, and a person says that it is not there",
      { earlier: () => ({ leftAtMs: NOW - 900_000, looks: 2 }) },
      [401, answer(200, { messageId: "m-2" })],
      "done",
      ["leaves"],
    ],
    [
      "cannot be told from another, and a person says that it is not there",
      { earlier: () => ({ leftAtMs: LEFT, looks: 2 }) },
      [listed(ours({ body: "Something else" })), answer(200, { messageId: "m-2" })],
      "done",
      ["leaves"],
    ],
    [
      "is there, although a person says that it is not",
      { earlier: () => ({ leftAtMs: LEFT, looks: 2 }) },
      [listed(ours())],
      "done",
      [],
    ],
    ["is answered for with something else", {}, [answer(200, { no: "messages" })], "HIGHLEVEL_END_UNKNOWN later", []],
  ];

  it.each(ASKED)("whose end is unknown is looked for first, and %s", async (_, known, answers, word, told) => {
    const kept = sends({ earlier: () => ({ leftAtMs: LEFT, looks: 0 }), ...known });
    const account = highlevel(...answers);
    const outcome = await perform(text, context({ highlevel: account, sends: kept }));
    expect(wordOf(outcome)).toBe(word);
    expect(kept.told).toEqual(told);
    const sent = account.requests.filter(({ method }) => method === "POST").length;
    expect(sent).toBe(told.includes("leaves") ? 1 : 0);
  });

  it("is asked for with what HighLevel's export takes", async () => {
    const account = highlevel(listed());
    await perform(
      text,
      context({ highlevel: account, sends: sends({ earlier: () => ({ leftAtMs: LEFT, looks: 0 }) }) }),
    );
    const [request] = account.requests;
    const url = new URL(request?.path ?? "", "https://highlevel.example.com");
    expect([request?.method, url.pathname]).toEqual(["GET", "/conversations/messages/export"]);
    expect(spokenIn("dated", request?.path ?? "").version).toBe("2021-04-15");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      locationId: LOCATION,
      contactId: CONTACT,
      channel: "SMS",
      startDate: new Date(LEFT - 120_000).toISOString(),
      sortBy: "createdAt",
      sortOrder: "asc",
      limit: "100",
    });
  });
});

describe("the HighLevel kind", () => {
  it("says as what it reaches the contact", () => {
    expect(kindOf(text()).messages(text())).toBe("SMS");
    expect(kindOf(act("add-tags")).messages(act("add-tags"))).toBeNull();
    function text(): HighLevelAction {
      return aText();
    }
  });

  it("wants something to send", () => {
    const nothing = act("send-message", { messageType: "SMS" });
    const hosts = { outboundAllowedHosts: new Set<string>(), ownHosts: new Set<string>() };
    expect(kindOf(nothing).findings(nothing, hosts)).toMatchObject([{ path: [], code: "RULE_SHAPE" }]);
    expect(kindOf(aText()).findings(aText(), hosts)).toEqual([]);
  });
});
