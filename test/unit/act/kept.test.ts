import { describe, expect, it } from "vitest";
import type { ActionPorts } from "../../../src/act/contract/action-kind.ts";
import { perform } from "../../../src/act/kinds.ts";
import { keptRequest, MAX_KEPT_BYTES } from "../../../src/act/outbound/kept.ts";
import { withNames } from "../../../src/act/outbound/named-secrets.ts";
import { rehearse } from "../../../src/act/rehearsal.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { bytesOf } from "../../../src/kit/utf8.ts";
import { HIGHLEVEL_API } from "../../../src/model/configuration.ts";
import type { Action } from "../../../src/model/rule.ts";
import { bodyIn, messageTextIn, sizeInWords, type Outgoing } from "../../../src/model/sent-request.ts";
import { aTask, aText, aWebhook } from "../../builders.ts";
import { context, NOW, ports, roots } from "./context.ts";

const SECRETS = { CRM_KEY: "s3cr3t/of+the=crm", PIN: "4711", LONG: "s3cr3t/of+the=crm-and-more" };
const KNOWN = { secrets: SECRETS, webhookSecret: null };

/** What an action sends, and what is kept of it. */
async function sent(
  action: Action,
  given: { readonly event?: JsonObject; readonly ports?: Partial<ActionPorts> } = {},
) {
  const requests: Request[] = [];
  const left: Outgoing[] = [];
  const own = ports({
    secrets: SECRETS,
    fetch: (request) => (requests.push(request.clone()), Promise.resolve(new Response("ok"))),
    tasks: { put: () => Promise.resolve(), delete: () => Promise.resolve() },
    ...given.ports,
  });
  const outcome = await perform(
    action,
    context({ ports: own, roots: roots(given.event), leaving: (one) => void left.push(one) }),
  );
  const [request, ...more] = requests;
  expect(more).toEqual([]);
  return { outcome, request, left, kept: left.map((one) => keptRequest(one, NOW, own, null)) };
}

describe("a request is kept as it left", () => {
  it("with its method, URL, headers and body", async () => {
    const action = aWebhook({
      url: "https://crm.example.com/contacts/{{ event.contactId }}?status={{ event.status }}",
      method: "PUT",
      headers: { "X-Channel": "{{ facts.channel }}" },
      body: { said: "{{ event.body }}" },
    });
    const { request, kept } = await sent(action, { event: { body: "Grüße 👋" } });
    expect(kept).toHaveLength(1);
    expect(kept[0]).toMatchObject({
      at: "2026-03-04T15:30:00.000Z",
      method: request?.method,
      url: request?.url,
      body: await request?.text(),
      cutBytes: 0,
      message: null,
    });
    const { "webhook-signature": signature, ...headers } = kept[0]?.headers ?? {};
    const { "webhook-signature": sign, ...really } = Object.fromEntries(request?.headers ?? []);
    expect(headers).toEqual(really);
    expect(signature).toBe("{{ signature }}");
    expect(JSON.stringify(kept)).not.toContain(sign?.slice(3));
  });

  it("also when nobody answers", async () => {
    const { left } = await sent(aWebhook(), { ports: { fetch: () => Promise.reject(new TypeError("broke")) } });
    expect(left).toHaveLength(1);
  });

  it("and nothing is kept of what did not leave", async () => {
    const { left, outcome } = await sent(aWebhook({ body: { text: "{{ event.absent }}" } }));
    expect(outcome.done).toBe(false);
    expect(left).toEqual([]);
  });

  it("a task with what is stored of it", async () => {
    const { kept } = await sent(aTask({ title: "Call {{ event.contactId }}" }));
    expect(kept[0]).toMatchObject({ method: "PUT", url: "kv:task:test-location:delivery-1" });
    expect(kept[0] && bodyIn(kept[0])).toMatchObject({ title: "Call test-contact", state: "open" });
  });
});

describe("a secret is kept by its name", () => {
  const HEADERS: readonly (readonly [template: string, kept: string])[] = [
    ["Bearer {{ secret.CRM_KEY }}", "Bearer {{ secret.CRM_KEY }}"],
    ["Bearer {{ secret['CRM_KEY'] }}", "Bearer {{ secret.CRM_KEY }}"],
    ["{{ secret.PIN }}", "{{ secret.PIN }}"],
    ["{{ secret.LONG }} {{ secret.CRM_KEY }}", "{{ secret.LONG }} {{ secret.CRM_KEY }}"],
    ["{{ event.contactId }} {{ secret.CRM_KEY }}", "test-contact {{ secret.CRM_KEY }}"],
    ["Basic {{ secret.CRM_KEY | base64_encode }}", "Basic {{ secret.CRM_KEY | base64_encode }}"],
    ["{{ secret.CRM_KEY | upcase }}", "{{ secret.CRM_KEY | upcase }}"],
    ["{{ secret.CRM_KEY | slice: 0, 8 }}", "{{ secret.CRM_KEY | slice: 0, 8 }}"],
    ["{{ secret.CRM_KEY | size }}", "{{ secret.CRM_KEY | size }}"],
    [
      "{% if secret.PIN == '4711' %}yes{% else %}no{% endif %}",
      "{% if secret.PIN == '4711' %}yes{% else %}no{% endif %}",
    ],
  ];

  it.each(HEADERS)("in a header: %s", async (template, expected) => {
    const { kept, outcome } = await sent(aWebhook({ headers: { Authorization: template } }));
    expect(outcome.done).toBe(true);
    expect(kept[0]?.headers["authorization"]).toBe(expected);
  });

  it("wherever an event brings it, in whatever form", async () => {
    const key = SECRETS.CRM_KEY;
    const action = aWebhook({
      url: "https://crm.example.com/?key={{ event.body }}",
      headers: { "X-Said": "{{ event.body }}" },
      body: { said: "{{ event.body }}", coded: "{{ event.body | base64_encode }}" },
    });
    const { kept } = await sent(action, { event: { body: `the key ${key} is` } });
    expect(kept[0]?.url).toBe("https://crm.example.com/?key=the%20key%20{{ secret.CRM_KEY }}%20is");
    expect(kept[0]?.headers["x-said"]).toBe("the key {{ secret.CRM_KEY }} is");
    expect(kept[0] && bodyIn(kept[0])).toMatchObject({ said: "the key {{ secret.CRM_KEY }} is" });
    expect(JSON.stringify(kept)).toContain("{{ secret.CRM_KEY }}");
    expect(JSON.stringify(kept)).not.toContain(btoa(`the key ${key} is`).slice(12, 28));
  });

  it("the longest first, and no word that is too short to be one", () => {
    expect(withNames(`${SECRETS.LONG} ${SECRETS.PIN}`, KNOWN)).toBe("{{ secret.LONG }} 4711");
  });

  it("the one that signs, too", () => {
    const known = { secrets: {}, webhookSecret: "whsec_AAAAAAAAAAAAAAAAAAAAAA== whsec_BBBBBBBBBBBBBBBBBBBBBB==" };
    expect(withNames("x whsec_BBBBBBBBBBBBBBBBBBBBBB== y", known)).toBe("x {{ secret.WEBHOOK_SECRET }} y");
  });

  it("also where the cut would part it", () => {
    const body = "x".repeat(MAX_KEPT_BYTES - 30) + SECRETS.CRM_KEY;
    const { body: kept } = keptRequest({ method: "POST", url: "", headers: {}, body }, NOW, KNOWN, null);
    expect(kept).not.toContain("s3cr3t");
    expect(kept?.endsWith("x{{ secret.CRM_KEY }}")).toBe(true);
  });
});

describe("no more is kept than a bound", () => {
  const BIG: readonly (readonly [title: string, request: Partial<Outgoing>])[] = [
    ["a large body", { body: "é".repeat(40_000) }],
    ["a body of emoji", { body: "👋".repeat(40_000) }],
    ["a long URL", { url: `https://a.example.com/${"x".repeat(16_000)}`, body: "y".repeat(30_000) }],
    [
      "many headers",
      { headers: Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`x-${index}`, "v".repeat(40)])) },
    ],
  ];

  it.each(BIG)("%s: and what is cut is counted", (_, given) => {
    const request = { method: "POST", url: "https://a.example.com/", headers: {}, body: "", ...given };
    const kept = keptRequest(request, NOW, KNOWN, null);
    const bytes = ({ method, url, headers, body }: Outgoing): number =>
      bytesOf([method, url, ...Object.entries(headers).flat(), body ?? ""].join(""));
    expect(bytes(kept)).toBeLessThanOrEqual(MAX_KEPT_BYTES);
    expect(bytes(kept)).toBeGreaterThan(MAX_KEPT_BYTES - 100);
    expect(bytes(kept) + kept.cutBytes).toBe(bytes(request));
    expect(kept.body?.isWellFormed()).toBe(true);
  });
});

describe("before anything is sent, the same is shown", () => {
  const GIVEN = {
    locationId: "test-location",
    contactId: "test-contact",
    eventKey: "test-key",
    rule: "test-rule",
    decidedAt: "2026-03-04T15:30:00.000Z",
    roots: roots({ body: "Hello" }),
  };
  const ACTIONS: readonly (readonly [string, Action])[] = [
    [
      "a webhook",
      aWebhook({ headers: { Authorization: "Bearer {{ secret.CRM_KEY }}" }, body: { a: "{{ event.body }}" } }),
    ],
    ["a webhook without a body of its own", aWebhook()],
    ["a task", aTask({ title: "Call {{ event.body }}", due: "1h" })],
  ];

  it.each(ACTIONS)("%s", async (_, action) => {
    const { request, error } = await rehearse(action, GIVEN);
    const { kept } = await sent(action, { event: { body: "Hello" } });
    expect(error).toBeNull();
    expect(JSON.stringify(request).replaceAll("rehearsal", "delivery-1")).toBe(JSON.stringify(kept[0]));
  });

  it("a message, with its size", async () => {
    const { request } = await rehearse(aText({ message: "Hi {{ event.body }} 👋" }), GIVEN);
    expect(request).toMatchObject({
      method: "POST",
      url: `${HIGHLEVEL_API}/conversations/messages`,
      headers: { authorization: "Bearer {{ token }}" },
      message: { characters: 10, encoding: "UCS-2", segments: 1 },
    });
    expect(request && messageTextIn(request)).toBe("Hi Hello 👋");
    expect(request?.message && sizeInWords(request.message)).toBe("10 characters, UCS-2, 1 segment");
  });

  it("a message of another type has no segments", async () => {
    const { request } = await rehearse(aText({ messageType: "WhatsApp", message: "Hi" }), GIVEN);
    expect(request?.message).toEqual({ characters: 2, encoding: null, segments: null });
    expect(request?.message && sizeInWords(request.message)).toBe("2 characters");
  });

  it("or why nothing would leave", async () => {
    const { request, error } = await rehearse(aText({ message: "Hi {{ event.absent }}" }), GIVEN);
    expect(request).toBeNull();
    expect(error?.code).toBe("ACTION_TEMPLATE");
  });
});
