import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FaultKind } from "../../../src/local/stand-in/faults.ts";
import { EMAIL_FATES } from "../../../src/local/stand-in/email-stats.ts";
import { webhookOf } from "../../../src/local/stand-in/messages.ts";
import { type ListeningHighLevel, startHighLevel } from "../../../src/local/stand-in/server.ts";
import type { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import type { Message } from "../../../src/local/stand-in/state.ts";
import { guardedAs, readEvent } from "../../../src/events/event.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { aHighLevel, type Changes, type HandClock, LOCATION, type Named, requestFor } from "./stand-in-requests.ts";

const APP = { clientId: "app", clientSecret: "hush" };

let highLevel: HighLevelStandIn;
let clock: HandClock;

beforeEach(() => {
  ({ highLevel, clock } = aHighLevel({ app: APP }));
});

const ask = (name: Named, changes?: Changes): Promise<Response> => highLevel.answer(requestFor(name, changes));
const statusOf = async (name: Named, changes?: Changes): Promise<number> => (await ask(name, changes)).status;
const sendOf = (values: JsonObject): Changes => ({ values: { type: "SMS", contactId: "ada", ...values } });

describe("an operation", () => {
  const ada = () => highLevel.state.contacts.get("ada");

  it("changes tags, each of them once", async () => {
    const added = await ask("add-tags", { values: { tags: ["missed", "lead"] } });
    expect(await added.json()).toEqual({ tags: ["lead", "missed"] });
    const removed = await ask("remove-tags", { values: { tags: ["lead", "never"] } });
    expect(await removed.json()).toEqual({ tags: ["missed"] });
    expect(ada()?.tags).toEqual(["missed"]);
  });

  it("keeps tasks, notes and workflows of a contact, and the status of an opportunity", async () => {
    for (const name of ["create-task", "create-note", "add-to-workflow", "update-opportunity-status"] as const) {
      await ask(name);
    }
    expect(ada()?.tasks).toMatchObject([{ title: "Call back", completed: false, contactId: "ada" }]);
    expect(ada()?.notes).toMatchObject([{ body: "Called", dateAdded: "2026-11-20T09:01:00.000Z" }]);
    expect([...(ada()?.workflows ?? [])]).toEqual(["w1"]);
    expect(highLevel.state.opportunities.get("o1")?.status).toBe("won");
    await ask("remove-from-workflow");
    expect(ada()?.workflows.size).toBe(0);
  });

  it("tells a contact and a location", async () => {
    const contact = { id: "ada", locationId: LOCATION, tags: ["lead"], customFields: [], dnd: false, dndSettings: {} };
    expect(await (await ask("get-contact")).json()).toEqual({ contact });
    const location = { id: LOCATION, name: "A location", timezone: "America/Denver" };
    expect(await (await ask("get-location")).json()).toEqual({ location });
  });

  it("refuses an id that does not exist, which is no mistake of form", async () => {
    expect(await statusOf("get-contact", { path: "/contacts/nobody" })).toBe(400);
    expect(await statusOf("update-message-status", { path: "/conversations/messages/none/status" })).toBe(400);
    expect(highLevel.violations).toEqual([]);
  });

  it("refuses a path that is not known, as a mistake", async () => {
    expect(await statusOf("get-contact", { path: "/contacts/ada/campaigns" })).toBe(404);
    expect(highLevel.violations).toEqual(["GET /contacts/ada/campaigns: Cannot GET /contacts/ada/campaigns"]);
  });
});

describe("a message", () => {
  it.each([
    ["has nothing to say", {}, 400],
    ["has a list without an attachment", { attachments: [] }, 400],
    ["has an attachment only", { attachments: ["https://files.example/a.pdf"] }, 200],
    ["is of a template", { templateId: "t1" }, 200],
    ["is an e-mail without subject and html", { type: "Email", message: "Hello" }, 400],
    ["is an e-mail with html", { type: "Email", html: "<p>Hello</p>" }, 200],
  ])("that %s is answered as such", async (_, values, status) => {
    expect(await statusOf("send-message", sendOf(values))).toBe(status);
    expect(highLevel.violations).toHaveLength(status === 200 ? 0 : 1);
  });

  it.each([
    ["dnd", { dnd: true }, 400],
    ["an active channel", { dndSettings: { SMS: { status: "active" } } }, 400],
    ["a permanent channel", { dndSettings: { SMS: { status: "permanent" } } }, 400],
    ["an inactive channel", { dndSettings: { SMS: { status: "inactive" } } }, 200],
    ["another channel", { dndSettings: { Email: { status: "active" } } }, 200],
  ] as const)("to a contact with %s is refused where it must be", async (_, dnd, status) => {
    highLevel.addContact({ id: "ada", locationId: LOCATION, ...dnd });
    const response = await ask("send-message");
    expect(response.status).toBe(status);
    if (status === 400) expect(await response.json()).toMatchObject({ message: expect.stringContaining("DND") });
    expect(highLevel.violations).toEqual([]);
  });

  it("is told to its listener, and causes a webhook that Afterbeep can read", async () => {
    const told: Message[] = [];
    highLevel.onMessage = (message) => told.push(message);
    const answered: unknown = await (await ask("send-message", sendOf({ message: "Hello" }))).json();
    const [message] = told;
    if (!message) throw new Error("No message was told");
    expect(answered).toEqual({ conversationId: "conversation-of-ada", messageId: message.id, status: "pending" });
    const webhook = webhookOf(message);
    expect(webhook).toMatchObject({ type: "OutboundMessage", source: "api", status: "sent", messageId: message.id });
    const read = readEvent(webhook, { key: "k", route: "events", receivedAt: message.dateAdded });
    if (read.status !== "event") throw new Error(`The webhook is ${read.status}`);
    expect(guardedAs(read.event)).toBe("api");
  });

  it("takes its status from 10 seconds after it began", async () => {
    const { id } = highLevel.providerMessage({ contactId: "ada", type: "SMS" });
    const path = `/conversations/messages/${id}/status`;
    clock.nowMs += 9_999;
    expect(await statusOf("update-message-status", { path })).toBe(403);
    clock.nowMs += 1;
    expect(await statusOf("update-message-status", { path })).toBe(200);
    const error = { code: "30007", type: "carrier", message: "Filtered" };
    expect(highLevel.state.messages.get(id)).toMatchObject({ status: "failed", error });
    expect(highLevel.violations).toEqual([]);
  });

  it("needs all three of an error's fields in its status", async () => {
    const values = { status: "failed", error: { code: "1", message: "No" } };
    expect(await statusOf("update-message-status", { values })).toBe(400);
    expect(highLevel.violations.join()).toContain("error.type should not be empty");
  });
});

describe("an export of messages", () => {
  const found = async (values: JsonObject): Promise<{ bodies: unknown[]; total: number; nextCursor?: string }> => {
    const response = await ask("export-messages", { values: { locationId: LOCATION, ...values } });
    expect(response.status).toBe(200);
    const page: { messages: { body: string }[]; total: number; nextCursor?: string } = await response.json();
    return { bodies: page.messages.map(({ body }) => body), ...page };
  };

  beforeEach(async () => {
    highLevel.state.messages.clear();
    highLevel.addContact({ id: "bob", locationId: LOCATION });
    for (const values of [
      { message: "one" },
      { message: "two", contactId: "bob" },
      { type: "Email", html: "three" },
      { message: "four", type: "WhatsApp" },
    ]) {
      await ask("send-message", sendOf(values));
      clock.nowMs += 1000;
    }
  });

  it.each([
    ["everything but e-mail, newest first", {}, ["four", "two", "one"]],
    ["one contact's", { contactId: "bob" }, ["two"]],
    ["one channel's", { channel: "Email" }, ["three"]],
    ["oldest first", { sortOrder: "asc" }, ["one", "two", "four"]],
    ["from a date on", { startDate: "2026-11-20T09:01:01.000Z" }, ["four", "two"]],
    ["up to a date", { endDate: "2026-11-20T09:01:01.000Z" }, ["two", "one"]],
    ["one conversation's", { conversationId: "conversation-of-bob" }, ["two"]],
  ])("gives %s", async (_, values, bodies) => {
    expect(await found(values)).toMatchObject({ bodies, total: bodies.length });
  });

  it("gives nothing of another location", async () => {
    highLevel.addContact({ id: "eve", locationId: "elsewhere" });
    highLevel.providerMessage({ contactId: "eve", type: "SMS" });
    expect((await found({})).total).toBe(3);
  });

  it("gives what changed last first where asked to", async () => {
    const first = [...highLevel.state.messages.values()][0];
    clock.nowMs += 60_000;
    await ask("update-message-status", { path: `/conversations/messages/${first?.id}/status` });
    expect((await found({ sortBy: "updatedAt" })).bodies).toEqual(["one", "four", "two"]);
  });

  it("gives each message in the published form", async () => {
    const response = await ask("export-messages", { values: { locationId: LOCATION, contactId: "bob" } });
    expect(await response.json()).toMatchObject({
      messages: [
        {
          messageType: "TYPE_SMS",
          locationId: LOCATION,
          contactId: "bob",
          conversationId: "conversation-of-bob",
          body: "two",
          direction: "outbound",
          source: "api",
          dateAdded: "2026-11-20T09:01:01.000Z",
          contentType: "text/plain",
        },
      ],
    });
  });

  it("goes on from page to page until all were given", async () => {
    for (let count = 0; count < 20; count += 1) await ask("send-message", sendOf({ message: `more ${count}` }));
    const bodies: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await found({ limit: "10", ...(cursor === undefined ? {} : { cursor }) });
      bodies.push(...page.bodies);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(new Set(bodies).size).toBe(23);
    expect(bodies).toHaveLength(23);
  });

  it.each([{ limit: "9" }, { limit: "501" }, { cursor: "none" }, { startDate: "yesterday" }, { locationId: "" }])(
    "refuses %j as a mistake",
    async (values) => {
      expect(await statusOf("export-messages", { values: { locationId: LOCATION, ...values } })).toBe(400);
      expect(highLevel.violations).toHaveLength(1);
    },
  );
});

describe("the limits", () => {
  const left = async (): Promise<(string | null)[]> => {
    const { status, headers } = await ask("get-contact");
    return [
      String(status),
      ...["Remaining", "Daily-Remaining", "Max", "Limit-Daily", "Interval-Milliseconds"].map((name) =>
        headers.get(`X-RateLimit-${name}`),
      ),
    ];
  };

  it("are those published, told with every answer", async () => {
    expect(await left()).toEqual(["200", "99", "199999", "100", "200000", "10000"]);
  });

  it("refuse without Retry-After until the window that began with the first request is over", async () => {
    ({ highLevel, clock } = aHighLevel({ limits: { perInterval: 2 } }));
    expect((await left()).slice(0, 2)).toEqual(["200", "1"]);
    clock.nowMs += 9_000;
    expect((await left()).slice(0, 2)).toEqual(["200", "0"]);
    const refused = await ask("get-contact");
    expect(await refused.json()).toEqual({ statusCode: 429, message: "Too Many Requests" });
    expect(refused.headers.get("Retry-After")).toBeNull();
    expect(highLevel.tooMany).toEqual({ total: 1, twoInARow: false });
    clock.nowMs += 1_000;
    expect((await left()).slice(0, 2)).toEqual(["200", "1"]);
    expect(highLevel.violations).toEqual([]);
  });

  it("notice two refusals in a row", async () => {
    ({ highLevel, clock } = aHighLevel({ limits: { perInterval: 1 } }));
    for (let count = 0; count < 3; count += 1) await left();
    expect(highLevel.tooMany).toEqual({ total: 2, twoInARow: true });
  });

  it("hold for a day too, and for each location by itself", async () => {
    ({ highLevel, clock } = aHighLevel({ limits: { perDay: 1 } }));
    await left();
    clock.nowMs += 86_399_999;
    expect((await left())[0]).toBe("429");
    expect(await statusOf("get-contact", { headers: { Authorization: "Bearer pit-elsewhere" } })).toBe(403);
    clock.nowMs += 1;
    expect((await left())[0]).toBe("200");
  });
});

describe("the OAuth app", () => {
  const exchange = async (form: { [name: string]: string }, headers: { [name: string]: string } = {}) => {
    const body = new URLSearchParams({ client_id: APP.clientId, client_secret: APP.clientSecret, ...form });
    const request = new Request("https://stand-in/oauth/token", { method: "POST", body, headers });
    const response = await highLevel.answer(request);
    const answer: { [name: string]: string } = await response.json();
    return { status: response.status, answer };
  };
  const redeem = () => exchange({ grant_type: "authorization_code", code: highLevel.authorize(LOCATION) });
  const refresh = (token = "") => exchange({ grant_type: "refresh_token", refresh_token: token });
  const as = (token = ""): Changes => ({ headers: { Authorization: `Bearer ${token}` } });

  it("gets tokens for a code, once", async () => {
    const code = highLevel.authorize(LOCATION);
    const form = { grant_type: "authorization_code", code, user_type: "Location", redirect_uri: "https://a.example" };
    const { status, answer } = await exchange(form);
    expect(status).toBe(200);
    expect(answer).toMatchObject({
      token_type: "Bearer",
      expires_in: 86_399,
      userType: "Location",
      locationId: LOCATION,
    });
    expect(await statusOf("get-contact", as(answer["access_token"]))).toBe(200);
    expect(await exchange(form)).toEqual({ status: 400, answer: { error: "invalid_grant" } });
    expect(highLevel.violations).toEqual([]);
  });

  it("gets a new refresh token with each refresh, and the old one is refused from then on", async () => {
    const first = (await redeem()).answer;
    const second = (await refresh(first["refresh_token"])).answer;
    expect(second["refresh_token"]).not.toBe(first["refresh_token"]);
    expect(second["access_token"]).not.toBe(first["access_token"]);
    expect(await refresh(first["refresh_token"])).toEqual({ status: 400, answer: { error: "invalid_grant" } });
    expect((await refresh(second["refresh_token"])).status).toBe(200);
  });

  it("has an access token for a day less a second", async () => {
    const { answer } = await redeem();
    clock.nowMs += 86_398_999;
    expect(await statusOf("get-contact", as(answer["access_token"]))).toBe(200);
    clock.nowMs += 1;
    expect(await statusOf("get-contact", as(answer["access_token"]))).toBe(401);
  });

  it("has nothing left of a location that took its consent back", async () => {
    const { answer } = await redeem();
    highLevel.tokens.revoke(LOCATION);
    expect(await statusOf("get-contact", as(answer["access_token"]))).toBe(401);
    expect((await refresh(answer["refresh_token"])).answer).toEqual({ error: "invalid_grant" });
  });

  it("must know its secret", async () => {
    const { status, answer } = await exchange({
      client_secret: "guess",
      grant_type: "refresh_token",
      refresh_token: "x",
    });
    expect([status, answer["error"]]).toEqual([401, "invalid_client"]);
  });

  it.each([
    ["no grant_type", {}, {}, "grant_type should not be empty", 422],
    ["an unknown field", { grant_type: "refresh_token", extra: "x" }, {}, "property extra should not exist", 422],
    ["no refresh_token", { grant_type: "refresh_token" }, {}, "refresh_token should not be empty", 422],
    ["JSON", { grant_type: "refresh_token" }, { "Content-Type": "application/json" }, "content-type must be", 400],
  ])("is refused with %s", async (_, form, headers, told, status) => {
    expect((await exchange(form, headers)).status).toBe(status);
    expect(highLevel.violations.join()).toContain(told);
  });
});

describe("a fault", () => {
  const push = (kind: FaultKind, times = 1): void => {
    highLevel.faults.push({ match: ({ path }) => path === "/conversations/messages", kind, times });
  };
  const sent = (): number => highLevel.state.messages.size - 1;

  it("answers another status without doing what was asked, as often as told and where it matches", async () => {
    push(503, 2);
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push(await statusOf("send-message"));
    expect(statuses).toEqual([503, 503, 200]);
    expect(sent()).toBe(1);
    push(500);
    expect(await statusOf("get-contact")).toBe(200);
  });

  it("refuses the connection without doing what was asked", async () => {
    push("refuse-connection");
    await expect(ask("send-message")).rejects.toThrow(TypeError);
    expect(sent()).toBe(0);
  });

  it.each([
    ["hang", 0],
    ["answer-lost", 1],
  ] as const)("of the kind %s leaves the caller without an answer until it gives up", async (kind, messages) => {
    push(kind);
    const patience = new AbortController();
    const answer = ask("send-message", { signal: patience.signal });
    expect(await Promise.race([answer, new Promise((resolve) => setImmediate(resolve, "nothing"))])).toBe("nothing");
    expect(sent()).toBe(messages);
    expect(highLevel.requests).toMatchObject([{ status: null }]);
    patience.abort(new Error("enough"));
    await expect(answer).rejects.toThrow("enough");
  });
});

describe("the stand-in on loopback", () => {
  let listening: ListeningHighLevel;
  const over = async (name: Named, changes?: Changes): Promise<Response> => {
    const { method, headers, url, signal, ...request } = requestFor(name, changes);
    const body = method === "GET" ? {} : { body: await requestFor(name, changes).text() };
    const { pathname, search } = new URL(url);
    return fetch(`${listening.url}${pathname}${search}`, { ...request, method, headers, signal, ...body });
  };

  beforeEach(async () => {
    listening = await startHighLevel(highLevel, 0);
  });
  afterEach(() => listening.close());

  it("answers as it does within", async () => {
    const response = await over("send-message");
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ conversationId: "conversation-of-ada" });
    expect(response.headers.get("X-RateLimit-Remaining")).toBe("99");
    expect((await over("create-task")).status).toBe(201);
    expect((await over("remove-tags")).status).toBe(200);
    expect((await over("export-messages")).status).toBe(200);
    expect(highLevel.violations).toEqual([]);
  });

  it.each([
    ["refuse-connection", 1],
    ["answer-lost", 2],
  ] as const)("ends the connection for the fault %s", async (kind, messages) => {
    highLevel.faults.push({ match: () => true, kind, times: 1 });
    await expect(over("send-message")).rejects.toThrow(TypeError);
    expect(highLevel.state.messages.size).toBe(messages);
  });

  it("closes while a caller still waits", async () => {
    highLevel.faults.push({ match: () => true, kind: "hang", times: 1 });
    const waiting = expect(over("send-message")).rejects.toThrow(TypeError);
    await expect.poll(() => highLevel.requests.length).toBe(1);
    await listening.close();
    await waiting;
  });
});

describe("what became of an e-mail", () => {
  /** The fields of `webhookPayload` that HighLevel documents, and two of its mail service's that were seen. */
  const PUBLISHED = new Set(
    "event id timestamp flags message log-level recipient recipient-domain tags recipient-provider campaigns delivery-status envelope severity url".split(
      " ",
    ),
  );

  it.each(EMAIL_FATES)("%s is told as published, and names no contact", async (fate) => {
    highLevel.addContact({ id: "grace", locationId: LOCATION, email: "grace@example.com" });
    const { id, emailMessageId = "" } = highLevel.message({ contactId: "grace", type: "Email", status: "sent" });
    const { webhookPayload, ...envelope } = highLevel.emailBecomes(id, fate);
    expect(Object.keys(envelope).toSorted()).toEqual(["locationId", "timestamp", "type", "webhookId"]);
    expect(webhookPayload).toMatchObject({ recipient: "grace@example.com", tags: [`loc_${LOCATION}`, "et_other"] });
    expect(Object.keys(webhookPayload as JsonObject).filter((name) => !PUBLISHED.has(name))).toEqual([]);
    expect(JSON.stringify(envelope) + JSON.stringify(webhookPayload)).not.toContain('"grace"');
    expect(JSON.stringify(webhookPayload)).toContain(`<${emailMessageId}@`);
    highLevel.state.mail.ids = "its own";
    expect(JSON.stringify(highLevel.emailBecomes(id, fate))).not.toContain(`<${emailMessageId}@`);
  });
});
