import * as fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, it, vi } from "vitest";
import { webhookKeys } from "../../../src/kit/standard-webhooks.ts";
import { isSignedByGateway } from "../../../src/receive/gateway-signature.ts";
import { TEST_GATEWAY_SECRET } from "../../keys.ts";

const SECONDS = 1_772_638_200;
const OTHER_SECRET = `whsec_${btoa("another secret of a rotation")}`;
const BODY = '{"type":"GatewayStatus"}';

interface Message {
  readonly id?: string;
  readonly timestamp?: string;
  readonly signature?: string;
  readonly body?: string;
}

/** What the reference implementation would sign a message with. */
function signatureOf(id = "msg-1", body = BODY, secret = TEST_GATEWAY_SECRET, seconds = SECONDS): string {
  return new Webhook(secret).sign(id, new Date(seconds * 1_000), body);
}

function headersOf({ id = "msg-1", timestamp = String(SECONDS), signature = signatureOf() }: Message): Headers {
  return new Headers({ "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature });
}

function isTaken(message: Message, secrets = TEST_GATEWAY_SECRET, nowMs = SECONDS * 1_000): Promise<boolean> {
  const bytes = Uint8Array.from(new TextEncoder().encode(message.body ?? BODY));
  return isSignedByGateway(bytes, headersOf(message), webhookKeys(secrets) ?? [], nowMs);
}

/** What the reference implementation says of the same message. */
function isTakenByReference(message: Message, nowMs: number): boolean {
  vi.useFakeTimers({ now: nowMs, toFake: ["Date"] });
  try {
    const headers = Object.fromEntries(headersOf(message));
    new Webhook(TEST_GATEWAY_SECRET).verify(message.body ?? BODY, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  } finally {
    vi.useRealTimers();
  }
}

afterEach(() => {
  vi.useRealTimers();
});

describe("a gateway's message", () => {
  it("is taken when the reference implementation signed it", async () => {
    expect(await isTaken({})).toBe(true);
  });

  it("is taken exactly when the reference implementation takes it, whatever is turned", async () => {
    const turned = fc.record({
      body: fc.oneof(fc.constant(BODY), fc.string({ unit: "binary", minLength: 1, maxLength: 200 })),
      signedId: fc.constantFrom("msg-1", "msg-2"),
      signedBody: fc.option(fc.constant("{}"), { nil: null }),
      secret: fc.constantFrom(TEST_GATEWAY_SECRET, TEST_GATEWAY_SECRET, OTHER_SECRET),
      before: fc.array(fc.constantFrom("v1,AAAA", "v1a,x", "junk", signatureOf("other")), { maxLength: 3 }),
      offset: fc.integer({ min: -301, max: 301 }),
    });
    await fc.assert(
      fc.asyncProperty(turned, async ({ body, signedId, signedBody, secret, before, offset }) => {
        const signature = [...before, signatureOf(signedId, signedBody ?? body, secret)].join(" ");
        const nowMs = (SECONDS + offset) * 1_000;
        const message = { body, signature };
        expect(await isTaken(message, TEST_GATEWAY_SECRET, nowMs)).toBe(isTakenByReference(message, nowMs));
      }),
    );
  });

  it.each([`${OTHER_SECRET} ${TEST_GATEWAY_SECRET}`, `${TEST_GATEWAY_SECRET},${OTHER_SECRET}`])(
    "is taken by any secret of a rotation",
    async (secrets) => {
      expect(await isTaken({}, secrets)).toBe(true);
      expect(await isTaken({ signature: signatureOf("msg-1", BODY, OTHER_SECRET) }, secrets)).toBe(true);
    },
  );

  it.each<[title: string, message: Message]>([
    ["no id", { id: "" }],
    ["another id", { id: "msg-2" }],
    ["an id that is too long", { id: "x".repeat(1_001), signature: signatureOf("x".repeat(1_001)) }],
    ["no timestamp", { timestamp: "" }],
    ["another timestamp", { timestamp: String(SECONDS + 1) }],
    ["a timestamp that is no number", { timestamp: `${SECONDS}s` }],
    ["no signature", { signature: "" }],
    ["a signature without its version", { signature: signatureOf().slice(3) }],
    ["a signature of another version", { signature: signatureOf().replace("v1,", "v1a,") }],
    ["a signature that is cut", { signature: signatureOf().slice(0, -1) }],
    ["another body", { body: `${BODY} ` }],
    ["the signature of another secret", { signature: signatureOf("msg-1", BODY, OTHER_SECRET) }],
  ])("is refused with %s", async (_, message) => expect(await isTaken(message)).toBe(false));

  it.each([-300, 300])("is taken %d seconds off", async (offset) => {
    expect(await isTaken({}, TEST_GATEWAY_SECRET, (SECONDS + offset) * 1_000)).toBe(true);
  });

  it.each([-301, 301])("is refused %d seconds off", async (offset) => {
    expect(await isTaken({}, TEST_GATEWAY_SECRET, (SECONDS + offset) * 1_000)).toBe(false);
  });
});
