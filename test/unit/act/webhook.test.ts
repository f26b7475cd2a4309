import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from "vitest";
import type { ActionContext, ActionPorts } from "../../../src/act/contract/action-kind.ts";
import type { AttemptOutcome } from "../../../src/act/contract/outcome.ts";
import { ACTION_KINDS, kindOf, perform } from "../../../src/act/kinds.ts";
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import type { WebhookAction } from "../../../src/model/rule.ts";
import { aPayload, aTask, aWebhook } from "../../builders.ts";
import { TEST_WEBHOOK_SECRET } from "../../keys.ts";
import { context, DECIDED_AT, NOW, ports, roots, wordOf } from "./context.ts";

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
  readonly redirect: string;
  readonly signal: AbortSignal;
}

type Answer = (request: Request) => Response | Promise<Response>;

/** A network that keeps what it was given, and answers. */
function network(answer: Answer = () => new Response("ok")): { sent: Sent[]; fetch: ActionPorts["fetch"] } {
  const sent: Sent[] = [];
  return {
    sent,
    async fetch(request) {
      const { url, method, headers, redirect, signal } = request;
      sent.push({ url, method, headers, body: await request.clone().text(), redirect, signal });
      return answer(request);
    },
  };
}

interface Tried {
  readonly action?: Partial<WebhookAction>;
  readonly event?: JsonObject;
  readonly answer?: Answer;
  readonly ports?: Partial<ActionPorts>;
  readonly context?: Partial<ActionContext>;
}
async function tried(given: Tried): Promise<{ outcome: AttemptOutcome; sent: readonly Sent[] }> {
  const { sent, fetch } = network(given.answer);
  const outcome = await perform(
    aWebhook(given.action),
    context({ roots: roots(given.event), ports: ports({ fetch, ...given.ports }), ...given.context }),
  );
  return { outcome, sent };
}

/** The one request of an attempt that was made. */
async function requestOf(given: Tried): Promise<Sent> {
  const { outcome, sent } = await tried(given);
  const [request, ...others] = sent;
  if (!request || others.length > 0) throw new Error(wordOf(outcome));
  return request;
}

let log: MockInstance<typeof console.error>;
beforeEach(() => {
  log = vi.spyOn(console, "error").mockReturnValue(undefined);
  log.mockClear();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the request", () => {
  it("goes to the URL of the rule as JSON, signed, and follows no redirect", async () => {
    const { url, method, headers, redirect, signal } = await requestOf({});
    expect({ url, method, redirect, aborted: signal.aborted }).toEqual({
      url: "https://receiver.example.com/hook",
      method: "POST",
      redirect: "manual",
      aborted: false,
    });
    expect(Object.fromEntries(headers)).toEqual({
      "content-type": "application/json",
      "user-agent": "Afterbeep",
      "webhook-id": "delivery-1",
      "webhook-timestamp": String(NOW / 1_000),
      "webhook-signature": expect.stringMatching(/^v1,\S+$/),
    });
  });

  it.each(["POST", "PUT", "PATCH"] as const)("may be a %s", async (method) => {
    expect((await requestOf({ action: { method } })).method).toBe(method);
  });

  it.each<{ title: string; event: JsonObject; action: Partial<WebhookAction> }>([
    { title: "the standard body", event: { body: "é😀 \ud800" }, action: {} },
    { title: "a body of its own", event: { body: "é😀 \ud800" }, action: { body: { text: "{{ event.body }}" } } },
  ])("is verified by the reference implementation: $title", async ({ event, action }) => {
    const webhookSecret = `${TEST_WEBHOOK_SECRET} whsec_${btoa("another secret of a rotation")}`;
    const { headers, body } = await requestOf({ event, action, ports: { webhookSecret } });
    vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
    for (const secret of webhookSecret.split(" ")) {
      expect(new Webhook(secret).verify(body, Object.fromEntries(headers))).toEqual(JSON.parse(body));
    }
  });

  it("floors the time to seconds", async () => {
    const { headers } = await requestOf({ ports: { clock: () => NOW + 999 } });
    expect(headers.get("webhook-timestamp")).toBe(String(NOW / 1_000));
  });
});

describe("the body", () => {
  it("is Standard Webhooks' form where the rule writes none", async () => {
    const { body } = await requestOf({ event: { callDuration: 12 } });
    expect(JSON.parse(body)).toEqual({
      type: "rule.fired",
      timestamp: DECIDED_AT,
      data: {
        rule: { name: "test-rule" },
        event: aPayload({ callDuration: 12 }),
        decision: { eventKey: "test-key" },
      },
    });
  });

  it.each<{ body: Json; sent: Json }>([
    {
      body: { contact: "{{ event.contactId }}", seconds: "{{ event.n }}" },
      sent: { contact: "test-contact", seconds: 5 },
    },
    { body: ["{{ event.list }}", "n={{ event.n }}"], sent: [[1, 2], "n=5"] },
    { body: "{{ event.list }}", sent: [1, 2] },
    { body: { event: "{{ event.nothing }}" }, sent: { event: null } },
    { body: {}, sent: {} },
    { body: [], sent: [] },
    { body: null, sent: null },
    { body: false, sent: false },
    { body: "", sent: "" },
  ])("is the rule's own otherwise: $body", async ({ body, sent }) => {
    const request = await requestOf({ action: { body }, event: { n: 5, list: [1, 2], nothing: null } });
    expect(JSON.parse(request.body)).toEqual(sent);
  });

  it("fails with its template, and nothing is sent", async () => {
    const { outcome, sent } = await tried({ action: { body: { a: ["{{ event.missing }}"] } } });
    expect(wordOf(outcome)).toBe("ACTION_TEMPLATE never");
    expect(sent).toEqual([]);
  });

  it("cannot name a secret", async () => {
    const { outcome, sent } = await tried({
      action: { body: "{{ secret.TOKEN }}" },
      ports: { secrets: { TOKEN: "t" } },
    });
    expect(wordOf(outcome)).toBe("ACTION_TEMPLATE never");
    expect(sent).toEqual([]);
  });
});

describe("two attempts of one delivery", () => {
  it("carry the same id and the same bytes under their own timestamps and signatures", async () => {
    const action = {
      url: "https://receiver.example.com/{{ event.n }}",
      body: { a: "{{ event.n }}", b: "{{ facts.channel }}" },
    };
    const [first, second] = await Promise.all(
      [NOW, NOW + 300_000].map((at) => requestOf({ action, event: { n: 5 }, ports: { clock: () => at } })),
    );
    if (!first || !second) throw new Error("Not sent");
    expect(second.headers.get("webhook-id")).toBe(first.headers.get("webhook-id"));
    expect([second.body, second.url]).toEqual([first.body, first.url]);
    expect(second.headers.get("webhook-timestamp")).not.toBe(first.headers.get("webhook-timestamp"));
    expect(second.headers.get("webhook-signature")).not.toBe(first.headers.get("webhook-signature"));
  });

  it("carry the time of the decision, not of the attempt, in the standard body", async () => {
    const [first, second] = await Promise.all([NOW, NOW + 1].map((at) => requestOf({ ports: { clock: () => at } })));
    expect(second?.body).toBe(first?.body);
  });
});

describe("the headers of a rule", () => {
  it("are rendered and sent beside Afterbeep's own", async () => {
    const headers = {
      "X-Contact": "{{ event.contactId }}",
      authorization: "Bearer {{ secret.TOKEN }}",
      "User-Agent": "me",
    };
    const request = await requestOf({ action: { headers }, ports: { secrets: { TOKEN: "t-1" } } });
    expect(request.headers.get("x-contact")).toBe("test-contact");
    expect(request.headers.get("authorization")).toBe("Bearer t-1");
    expect(request.headers.get("user-agent")).toBe("me");
    expect(request.headers.get("webhook-id")).toBe("delivery-1");
  });

  it.each([
    "Host",
    "content-type",
    "Content-Length",
    "content-encoding",
    "Transfer-Encoding",
    "connection",
    "upgrade",
    "te",
    "trailer",
    "expect",
    "Cookie",
    "webhook-id",
    "Webhook-Signature",
    "WEBHOOK-TIMESTAMP",
    "webhook-anything",
    "cf-connecting-ip",
    "CF-Worker",
    "x-forwarded-for",
    "X-Real-IP",
    "proxy-authorization",
    "Sec-Fetch-Mode",
    "",
    "a b",
    "a:b",
    "a\r\nb",
    "é",
    "x".repeat(65),
  ])("cannot be one that is not the rule's to set: %j", async (name) => {
    const { outcome, sent } = await tried({ action: { headers: { [name]: "x" } } });
    expect(wordOf(outcome)).toBe("ACTION_TEMPLATE never");
    expect(sent).toEqual([]);
  });

  it.each(["a\r\nx-injected: 1", "a\nb", "a\u0000b", "a\u007fb", "a\u0085b", "日本", "😀"])(
    "cannot hold what no header can: %j",
    async (text) => {
      const { outcome, sent } = await tried({ action: { headers: { "x-a": "{{ event.text }}" } }, event: { text } });
      expect(wordOf(outcome)).toBe("ACTION_TEMPLATE never");
      expect(JSON.stringify(outcome)).not.toContain(JSON.stringify(text).slice(1, -1));
      expect(sent).toEqual([]);
    },
  );

  it.each(["a\r\nx-injected: 1", "a\n", "a\rb", "a\u0000b", "a\u007fb", "日本"])(
    "cannot hold it from a secret either: %j",
    async (text) => {
      const { outcome, sent } = await tried({
        action: { headers: { authorization: "Bearer {{ secret.TOKEN }}" } },
        ports: { secrets: { TOKEN: text } },
      });
      expect(wordOf(outcome)).toBe("ACTION_TEMPLATE never");
      expect(sent).toEqual([]);
    },
  );

  it.each(["", "a\tb", "é", "\u00a0ÿ"])("can hold Latin-1: %j", async (text) => {
    const { outcome, sent } = await tried({ action: { headers: { "x-a": "<{{ event.text }}>" } }, event: { text } });
    expect(wordOf(outcome)).toBe("done");
    expect(sent[0]?.headers.get("x-a")).toBe(`<${text}>`);
  });

  it("fail where the event does not have what they name", async () => {
    const { outcome } = await tried({ action: { headers: { "x-a": "{{ event.missing }}" } } });
    expect(wordOf(outcome)).toBe("ACTION_TEMPLATE never");
  });
});

describe("a secret", () => {
  const TOKEN = "secret-token-value";
  const action = { headers: { authorization: "Bearer {{ secret.TOKEN }}" } };
  const secrets = { TOKEN };

  it.each<{ title: string; given: Tried }>([
    { title: "sent", given: { action } },
    { title: "refused by the destination", given: { action, answer: () => new Response("no", { status: 401 }) } },
    { title: "not received", given: { action, answer: () => Promise.reject(new Error(TOKEN)) } },
    {
      title: "beside a header that fails",
      given: { action: { headers: { ...action.headers, "x-a": "{{ event.x }}" } } },
    },
    {
      title: "in a template that fails",
      given: { action: { headers: { "x-a": "{{ secret.TOKEN | append: event.x }}" } } },
    },
    {
      title: "with characters that no header can hold",
      given: { action, ports: { secrets: { TOKEN: `${TOKEN}\n` } } },
    },
    { title: "as a key", given: { action: { headers: { "x-a": "{{ event.contactId }}{{ secret.NONE }}" } } } },
    { title: "that names a field", given: { action: { headers: { "x-a": "{{ event[secret.TOKEN] }}" } } } },
    {
      title: "that the destination sends back",
      given: { action, answer: (request) => new Response(`You sent ${request.headers.get("authorization") ?? ""}`) },
    },
    {
      title: "that the destination sends back as it was encoded",
      given: {
        action: { headers: { authorization: "Basic {{ secret.TOKEN | base64_encode }}" } },
        answer: (request: Request) => new Response((request.headers.get("authorization") ?? "").slice("Basic ".length)),
      },
    },
    {
      title: "that the destination sends back across the cut of its answer",
      given: {
        action,
        answer: (request: Request) => new Response("x".repeat(980) + (request.headers.get("authorization") ?? "")),
      },
    },
  ])("is not in the outcome, nor in the log: $title", async ({ given }) => {
    const { outcome } = await tried({ ports: { secrets }, ...given });
    expect(JSON.stringify(outcome)).not.toContain(TOKEN);
    expect(JSON.stringify(outcome)).not.toContain(btoa(TOKEN));
    expect(JSON.stringify(log.mock.calls)).not.toContain(TOKEN);
  });

  it.each(["{{ secret.NONE }}", "{{ secret['NONE'] }}", "Bearer {{ secret.NONE }}", "{{ secret.toString }}"])(
    "that is missing is tried again later, as an operator can add it: %s",
    async (header) => {
      const { outcome, sent } = await tried({ action: { headers: { "x-a": header } }, ports: { secrets } });
      expect(wordOf(outcome)).toBe("ACTION_SECRET later");
      expect(sent).toEqual([]);
    },
  );

  it.each([
    { webhookSecret: null },
    { webhookSecret: "" },
    { webhookSecret: "whsec_short" },
    { webhookSecret: `${TEST_WEBHOOK_SECRET},junk!` },
  ])("to sign with that is $webhookSecret is tried again later", async ({ webhookSecret }) => {
    const { outcome, sent } = await tried({ ports: { webhookSecret } });
    expect(wordOf(outcome)).toBe("ACTION_SECRET later");
    expect(sent).toEqual([]);
  });
});

describe("the destination", () => {
  it("may have values in its path and query", async () => {
    const url = "https://receiver.example.com/c/{{ event.contactId }}?q={{ event.q }}";
    expect((await requestOf({ action: { url }, event: { q: "a&b=c/../d" } })).url).toBe(
      "https://receiver.example.com/c/test-contact?q=a%26b%3Dc%2F..%2Fd",
    );
  });

  it.each<{ url: string; x: string }>([
    { url: "https://receiver.example.com{{ event.x }}", x: ".evil.example.com" },
    { url: "https://receiver.example.com{{ event.x }}", x: "" },
    { url: "https://receiver.example.com{{ event.x }}", x: "@evil.example.com" },
    { url: "https://receiver.example.com:{{ event.x }}/", x: "443" },
    { url: "https://{{ event.x }}/", x: "evil.example.com" },
    { url: "https://{{ event.x }}.example.com/", x: "evil" },
    { url: "https://{{ event.x }}@receiver.example.com/", x: "" },
    { url: "{{ event.x }}", x: "https://evil.example.com/" },
    { url: "{% if event.x %}https://evil.example.com/{% endif %}", x: "y" },
  ])("cannot be changed by a template: $url with $x", async ({ url, x }) => {
    const { outcome, sent } = await tried({ action: { url }, event: { x } });
    expect(wordOf(outcome)).toBe("DESTINATION_REFUSED never");
    expect(sent).toEqual([]);
  });

  it.each<{ url: string; x: string }>([
    { url: "https://receiver.example.com/a/{{ event.x }}/b", x: ".." },
    { url: "https://receiver.example.com/a/{{ event.x }}", x: "." },
    { url: "https://receiver.example.com/a/.{{ event.x }}/b", x: "." },
    { url: "https://receiver.example.com/a/%2e{{ event.x }}/b", x: "." },
    { url: "https://receiver.example.com/a/../b", x: "" },
  ])("cannot be climbed out of: $url with $x", async ({ url, x }) => {
    const { outcome, sent } = await tried({ action: { url }, event: { x } });
    expect(wordOf(outcome)).toBe("DESTINATION_REFUSED never");
    expect(sent).toEqual([]);
  });

  it.each([
    "http://receiver.example.com/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://localhost/",
    "https://receiver.example.com:8443/",
    "https://crm.internal/",
    "data:text/plain,x",
    "not a url",
    "",
  ])("is asked of the guard at the time of sending too: %s", async (url) => {
    const { outcome, sent } = await tried({ action: { url } });
    expect(wordOf(outcome)).toBe("DESTINATION_REFUSED never");
    expect(sent).toEqual([]);
  });

  it("is never the deployment itself, whatever the operator allowed", async () => {
    const url = "https://afterbeep.agency.workers.dev/hooks/highlevel";
    const own = new Set(["afterbeep.agency.workers.dev"]);
    const { outcome, sent } = await tried({ action: { url }, ports: { ownHosts: own, outboundAllowedHosts: own } });
    expect(wordOf(outcome)).toBe("DESTINATION_REFUSED never");
    expect(sent).toEqual([]);
  });

  it("may be one that the operator named", async () => {
    const url = "http://localhost:9099/hook";
    const outboundAllowedHosts = new Set(["localhost:9099"]);
    expect((await requestOf({ action: { url }, ports: { outboundAllowedHosts } })).url).toBe(url);
  });

  it("fails with its template, and nothing is sent", async () => {
    const { outcome, sent } = await tried({ action: { url: "https://receiver.example.com/{{ event.missing }}" } });
    expect(wordOf(outcome)).toBe("ACTION_TEMPLATE never");
    expect(sent).toEqual([]);
  });
});

describe("an answer", () => {
  it.each([
    { status: 200, word: "done" },
    { status: 201, word: "done" },
    { status: 202, word: "done" },
    { status: 204, word: "done" },
    { status: 301, word: "DESTINATION_REDIRECT later" },
    { status: 302, word: "DESTINATION_REDIRECT later" },
    { status: 304, word: "DESTINATION_REDIRECT later" },
    { status: 308, word: "DESTINATION_REDIRECT later" },
    { status: 400, word: "DESTINATION_STATUS later" },
    { status: 401, word: "DESTINATION_STATUS later" },
    { status: 404, word: "DESTINATION_STATUS later" },
    { status: 410, word: "DESTINATION_GONE never" },
    { status: 422, word: "DESTINATION_STATUS later" },
    { status: 429, word: "DESTINATION_STATUS later" },
    { status: 500, word: "DESTINATION_STATUS later" },
    { status: 503, word: "DESTINATION_STATUS later" },
    { status: 599, word: "DESTINATION_STATUS later" },
  ])("of $status is $word", async ({ status, word }) => {
    const body = [204, 304].includes(status) ? null : "text";
    const { outcome } = await tried({ answer: () => new Response(body, { status }) });
    expect(wordOf(outcome)).toBe(word);
    expect(outcome).toMatchObject({ status, answer: body ?? "" });
  });

  it.each([
    { status: 429, header: "120", asked: 120_000 },
    { status: 503, header: new Date(NOW + 60_000).toUTCString(), asked: 60_000 },
    { status: 500, header: "soon", asked: null },
    { status: 500, header: null, asked: null },
    { status: 301, header: "5", asked: 5_000 },
  ])("of $status may ask for a wait of $header", async ({ status, header, asked }) => {
    const headers = header === null ? {} : { "retry-after": header };
    const { outcome } = await tried({ answer: () => new Response("", { status, headers }) });
    expect(outcome).toMatchObject({ done: false, retryAfterMs: asked });
  });

  it.each([
    {
      title: "no time",
      error: () => new DOMException("The operation timed out", "TimeoutError"),
      word: "DESTINATION_TIMEOUT later",
    },
    { title: "no connection", error: () => new TypeError("fetch failed"), word: "DESTINATION_UNREACHABLE later" },
    {
      title: "an abort",
      error: () => new DOMException("Aborted", "AbortError"),
      word: "DESTINATION_UNREACHABLE later",
    },
    { title: "no error at all", error: () => "nope", word: "DESTINATION_UNREACHABLE later" },
  ])("that never comes is $word: $title", async ({ error, word }) => {
    // A port may reject with anything, and so does this one.
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors
    const { outcome } = await tried({ answer: () => Promise.reject(error()) });
    expect(wordOf(outcome)).toBe(word);
    expect(outcome).toMatchObject({ status: null, answer: null, retryAfterMs: null });
  });

  it.each<{ status: number; word: string }>([
    { status: 200, word: "done" },
    { status: 500, word: "DESTINATION_STATUS later" },
    { status: 410, word: "DESTINATION_GONE never" },
  ])("of $status decides by its status, even where its body breaks off", async ({ status, word }) => {
    const chunks = [new TextEncoder().encode("half a")];
    const body = new ReadableStream({
      pull: (controller) => {
        const chunk = chunks.shift();
        if (chunk) controller.enqueue(chunk);
        else controller.error(new TypeError("terminated"));
      },
    });
    const { outcome } = await tried({ answer: () => new Response(body, { status }) });
    expect([wordOf(outcome), outcome.answer]).toEqual([word, "half a"]);
  });
});

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const inChunks = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );

async function kept(
  chunks: readonly Uint8Array[],
  endless = false,
): Promise<{ answer: string | null; cancelled: number }> {
  let cancelled = 0;
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[pulled] ?? (endless ? chunks.at(-1) : undefined);
        pulled += 1;
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
      cancel() {
        cancelled += 1;
      },
    },
    { highWaterMark: 0 },
  );
  const { outcome } = await tried({ answer: () => new Response(body) });
  return { answer: outcome.answer, cancelled };
}

describe("what is kept of an answer", () => {
  it.each([1, 3, 7, 999, 1_000, 1_001, 5_000])("is its first 1,000 bytes, in chunks of %i", async (size) => {
    expect(await kept(inChunks(utf8("0123456789".repeat(200)), size))).toMatchObject({
      answer: "0123456789".repeat(100),
    });
  });

  it.each([
    { title: "two bytes each", text: "é".repeat(600), answer: "é".repeat(500) },
    { title: "two bytes each, one of them cut", text: `a${"é".repeat(600)}`, answer: `a${"é".repeat(499)}` },
    { title: "three bytes each, one of them cut", text: "€".repeat(400), answer: "€".repeat(333) },
    { title: "four bytes each", text: "😀".repeat(300), answer: "😀".repeat(250) },
    { title: "four bytes each, one of them cut", text: `aa${"😀".repeat(300)}`, answer: `aa${"😀".repeat(249)}` },
  ])("never holds half a character: $title", async ({ text, answer }) => {
    for (const size of [1, 2, 333, 999, 1_000, 4_096]) {
      expect(await kept(inChunks(utf8(text), size))).toMatchObject({ answer });
    }
  });

  it.each([
    { title: "empty", bytes: utf8("") },
    { title: "short", bytes: utf8("short é") },
    { title: "of exactly 1,000 bytes", bytes: utf8("x".repeat(1_000)) },
  ])("is all of it where it is $title", async ({ bytes }) => {
    expect(await kept([bytes])).toMatchObject({ answer: new TextDecoder().decode(bytes) });
  });

  it("is text, though the answer is not", async () => {
    expect(await kept([Uint8Array.of(0x61, 0xff, 0xc3)])).toMatchObject({ answer: "a\u{fffd}\u{fffd}" });
  });

  it("is all that is read: an answer that never ends is cancelled", async () => {
    expect(await kept([utf8("x".repeat(300))], true)).toEqual({ answer: "x".repeat(1_000), cancelled: 1 });
  });
});

function brokenClock(): never {
  throw new Error("No clock");
}

describe("the registry", () => {
  it("has a kind for each action", () => {
    expect(kindOf(aWebhook())).toBe(ACTION_KINDS.webhook);
    expect(kindOf(aTask())).toBe(ACTION_KINDS.task);
  });

  it("makes an outcome of a bug, tried again later, and logs it", async () => {
    const { outcome } = await tried({ ports: { clock: brokenClock } });
    expect(wordOf(outcome)).toBe("ACTION_BUG later");
    expect(JSON.stringify(outcome)).not.toContain("No clock");
    expect(log).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(log.mock.calls)).toContain("delivery-1");
  });
});
