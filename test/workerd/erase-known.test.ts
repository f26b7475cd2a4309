// What is known of a contact, and what was written to it, in workerd: a string of its own in every field that can hold
// something private, and after an erasure none of them in any row, in KV, in an agency or in a line of the log.
import { env } from "cloudflare:workers";
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JsonObject } from "../../src/kit/json.ts";
import type { HighLevelAction } from "../../src/model/rule.ts";
import { aPayload, aRule, aTask, aWebhook, LOCATION } from "../builders.ts";
import { api, ledger, post } from "./client.ts";
import { resetWorld, world, type OutgoingRequest } from "./world.ts";

const CONTACT = "zq-contact-zq";
const COMPANY = "agency-of-nobody";
/** Something private, by where it came from. No two are alike, and none is part of another. */
const zq = (where: string): string => `zq-${where}-canary-zq`;

const FIELDS =
  "firstName lastName name email phone companyName address1 city state postalCode country website source dateOfBirth".split(
    " ",
  );
/** The contact as HighLevel has it. */
const RECORD: JsonObject = {
  id: CONTACT,
  ...Object.fromEntries(FIELDS.map((name) => [name, zq(`record-${name}`)])),
  tags: [zq("tag"), "vip"],
  customFields: [{ id: "field1", value: zq("custom") }],
  dnd: false,
};
/** What events say of it, by where it stands. */
const SAID = {
  body: zq("body"),
  subject: zq("subject"),
  attachments: [zq("attachment")],
  from: zq("from"),
  to: zq("to"),
};
const EVERYTHING = [
  ...FIELDS.filter((name) => name !== "dateOfBirth").map((name) => zq(`record-${name}`)),
  ...["tag", "custom", "body", "subject", "attachment", "from", "to", "form", "note", "unusable", "stop", "reply"].map(
    zq,
  ),
];

const logged: string[] = [];
beforeEach(() => {
  resetWorld();
  logged.length = 0;
  for (const method of ["log", "warn", "error"] as const)
    vi.spyOn(console, method).mockImplementation((...parts) => void logged.push(parts.map(String).join(" ")));
});
afterEach(reset);

/** Every row of an object's database, with its table. */
function rowsIn(stub: DurableObjectStub): Promise<string[]> {
  return runInDurableObject(stub, (_, { storage: { sql } }) => {
    const tables = sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray();
    return tables.flatMap(({ name }) =>
      sql
        .exec(`SELECT * FROM ${name}`)
        .toArray()
        .map((row) => `${name}: ${JSON.stringify(row)}`),
    );
  });
}

/** All that is stored anywhere. */
async function stored(): Promise<readonly string[]> {
  const { keys } = await env.TASKS.list();
  const tasks = await Promise.all(
    keys.map(async (key) => `kv: ${JSON.stringify(key)} ${await env.TASKS.get(key.name)}`),
  );
  const objects = [ledger(), env.DIRECTORY.getByName("directory"), env.AGENCY.getByName(COMPANY)];
  return [...(await Promise.all(objects.map(rowsIn))).flat(), ...tasks];
}

/** What of the contact is in these texts, each with a text that has it. */
const leaks = (texts: readonly string[]): readonly string[] =>
  texts.filter((text) => [...EVERYTHING, CONTACT].some((one) => text.includes(one)));
const tablesOf = (rows: readonly string[]): string[] =>
  [...new Set(rows.map((row) => row.split(":", 1)[0] ?? ""))].toSorted();

function highlevel({ method, url }: OutgoingRequest): Response {
  const { pathname } = new URL(url);
  if (method === "GET" && pathname === `/contacts/${CONTACT}`) return Response.json({ contact: RECORD });
  if (method === "GET" && pathname.endsWith("/customFields"))
    return Response.json({ customFields: [{ id: "field1", fieldKey: "contact.plan" }] });
  if (method === "GET") return Response.json({ location: { id: LOCATION, name: "A location" } });
  return Response.json({ conversationId: "conversation", messageId: `message-${url.length}` }, { status: 201 });
}

const all = "{{ contact | json }}";
const text: HighLevelAction = {
  type: "highlevel",
  call: "send-message",
  messageType: "SMS",
  message: FIELDS.map((name) => `{{ contact.${name === "address1" ? "address" : name} | default: '' }}`).join(" "),
};
const looks = { fact: "contact", path: "$.custom.plan", operator: "exists", value: true };
const isForm = { all: [{ fact: "type", operator: "equal", value: "FormSubmission" }] };

/** The contact wherever something of a contact can be. */
async function everywhere(): Promise<void> {
  world.rules = [
    aRule({ name: "text", on: ["OutboundMessage"], conditions: { all: [looks] }, actions: [text] }),
    aRule({
      name: "others",
      on: ["OutboundMessage"],
      limit: { count: 9 },
      actions: [
        aTask({ title: "Call {{ contact.name }} {{ contact.email }}", description: all }),
        aWebhook({ url: "https://receiver.example.com/{{ contact.phone }}", body: { all } }),
        { type: "highlevel", call: "create-note", body: "{{ event.body }} {{ contact.custom.plan }}" },
        { type: "highlevel", call: "add-tags", tags: ["{{ contact.lastName }}"] },
        { ...text, after: "3d" },
      ],
    }),
    aRule({ name: "form", on: ["Other"], conditions: isForm, actions: [aTask({ title: "{{ event.form }}" })] }),
  ];
  world.answer = highlevel;
  await api(`/locations/${LOCATION}/token`, { method: "PUT", body: JSON.stringify({ token: "pit-of-a-test" }) });
  const send = (fields: JsonObject) => post(aPayload({ ...SAID, contactId: CONTACT, ...fields }));
  const rings = async (): Promise<void> => {
    for (let times = 0; times < 3; times++) await runDurableObjectAlarm(ledger());
  };
  await send({ webhookId: "message", messageId: "m1", messageType: "SMS" });
  await rings();
  await send({ webhookId: "email", messageId: "m2", messageType: "Email", emailMessageId: zq("email-id") });
  await send({ webhookId: "form", type: "FormSubmission", form: zq("form") });
  await send({ webhookId: "note", type: "NoteCreate", body: zq("note") });
  await send({ webhookId: "reply", type: "InboundMessage", messageType: "SMS", body: zq("reply") });
  await send({ webhookId: "update", type: "ContactUpdate", ...RECORD });
  await send({
    webhookId: "stop",
    type: "ContactDndUpdate",
    id: CONTACT,
    dnd: true,
    dndSettings: { SMS: { status: "active", message: zq("stop") } },
  });
  await send({ webhookId: "unusable", locationId: "a/b", body: zq("unusable") });
  await send({ webhookId: "unusable here", type: "", body: zq("unusable") });
  await rings();
}

const erase = () => api(`/locations/${LOCATION}/contacts/${CONTACT}`, { method: "DELETE" });

describe("a contact that is known, was written to and is erased", () => {
  it("leaves none of what it had in rows, requests kept, KV and logs", async () => {
    await everywhere();
    const before = await stored();
    // Each of them was there, or its absence would prove nothing.
    expect(EVERYTHING.filter((one) => !before.some((row) => row.includes(one)))).toEqual([]);
    expect(tablesOf(leaks(before))).toEqual(
      expect.arrayContaining([
        "attempts",
        "changes",
        "contacts",
        "deliveries",
        "events",
        "kept_firings",
        "kv",
        "opt_outs",
        "quarantine",
        "sends",
        "tasks",
      ]),
    );
    const requests = before.filter((row) => row.startsWith("attempts:"));
    expect(
      requests.some((row) => row.includes(zq("record-firstName")) && row.includes("/conversations/messages")),
    ).toBe(true);
    expect((await erase()).status).toBe(200);
    await runDurableObjectAlarm(ledger());
    expect(leaks(await stored())).toEqual([]);
    expect(logged.length).toBeGreaterThan(5);
    expect(leaks(logged)).toEqual([]);
  });

  it("is not brought back by what HighLevel answers after the erasure, nor by a retry of a webhook", async () => {
    await everywhere();
    let answerNow = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answerNow = resolve));
    let isAsked = false;
    await erase();
    world.answer = async (request) => {
      if (request.method !== "GET" || !request.url.includes(`/contacts/${CONTACT}`)) return highlevel(request);
      isAsked = true;
      await answered;
      return highlevel(request);
    };
    // It comes back by itself, and is asked about; it is erased again while HighLevel thinks.
    await post(aPayload({ ...SAID, webhookId: "later", contactId: CONTACT, messageType: "SMS", messageId: "m9" }));
    const ringing = runDurableObjectAlarm(ledger());
    await vi.waitUntil(() => isAsked);
    await erase();
    answerNow();
    await ringing;
    await runDurableObjectAlarm(ledger());
    await post(aPayload({ ...SAID, webhookId: "later", contactId: CONTACT, messageType: "SMS", messageId: "m9" }));
    await runDurableObjectAlarm(ledger());
    expect(leaks(await stored())).toEqual([]);
  });
});
