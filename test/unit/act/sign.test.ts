import * as fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, it, vi } from "vitest";
import { signWebhook } from "../../../src/act/webhook/sign.ts";
import { TEST_WEBHOOK_SECRET } from "../../keys.ts";

const SECONDS = 1_772_638_200;

const secretOf = (bytes: Uint8Array): string => `whsec_${btoa(String.fromCharCode(...bytes))}`;

async function signature(secrets: string, id: string, body: string): Promise<string> {
  const signed = await signWebhook(secrets, id, SECONDS, body);
  if (!signed.ok) throw new Error(signed.failure);
  return signed.value;
}

/** What the reference implementation says, at the time of the signature. */
function isVerified(secret: string, id: string, body: string, signatures: string): boolean {
  vi.useFakeTimers({ now: SECONDS * 1_000, toFake: ["Date"] });
  const headers = { "webhook-id": id, "webhook-timestamp": String(SECONDS), "webhook-signature": signatures };
  try {
    new Webhook(secret).verify(body, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}

afterEach(() => {
  vi.useRealTimers();
});

describe("the signature", () => {
  it("is the one in the specification's own example", async () => {
    // Source: Standard Webhooks, the reference libraries' test of signing.
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const signed = await signWebhook(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, '{"test": 2432232314}');
    expect(signed).toEqual({ ok: true, value: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" });
  });

  it("is verified by the reference implementation, whatever the body, id and secret", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string({ unit: "binary", maxLength: 2_000 }), fc.json()),
        fc.string({ unit: fc.constantFrom("a", "Z", "0", "9", "-", "_"), minLength: 1 }),
        fc.uint8Array({ minLength: 16, maxLength: 64 }),
        async (body, id, bytes) => {
          const secret = secretOf(bytes);
          const signatures = await signature(secret, id, body);
          expect(isVerified(secret, id, body, signatures)).toBe(true);
          expect(isVerified(secret, id, `${body} `, signatures)).toBe(false);
          expect(isVerified(secret, `${id}x`, body, signatures)).toBe(false);
          expect(isVerified(secretOf(bytes.map((byte) => byte ^ 1)), id, body, signatures)).toBe(false);
        },
      ),
    );
  });

  it("is over the timestamp as well", async () => {
    const one = await signWebhook(TEST_WEBHOOK_SECRET, "id", SECONDS, "{}");
    expect(await signWebhook(TEST_WEBHOOK_SECRET, "id", SECONDS, "{}")).toEqual(one);
    expect(await signWebhook(TEST_WEBHOOK_SECRET, "id", SECONDS + 1, "{}")).not.toEqual(one);
  });

  it("may be made with a secret without its prefix", async () => {
    const bare = TEST_WEBHOOK_SECRET.replace("whsec_", "");
    expect(await signature(bare, "id", "{}")).toBe(await signature(TEST_WEBHOOK_SECRET, "id", "{}"));
  });
});

describe("several secrets", () => {
  const [one, two, three] = [1, 2, 3].map((n) => secretOf(new Uint8Array(24).fill(n))) as [string, string, string];

  it.each([" ", ",", ", ", "\n", "\t", " , \n"])("parted by %j give a signature each", async (by) => {
    const signatures = await signature(`${one}${by}${two}`, "id", "{}");
    expect(signatures).toBe(`${await signature(one, "id", "{}")} ${await signature(two, "id", "{}")}`);
    expect(isVerified(one, "id", "{}", signatures)).toBe(true);
    expect(isVerified(two, "id", "{}", signatures)).toBe(true);
    expect(isVerified(three, "id", "{}", signatures)).toBe(false);
  });

  it("may have space and commas around them", async () => {
    expect(await signature(` ,${one}, `, "id", "{}")).toBe(await signature(one, "id", "{}"));
  });

  it.each(["whsec_short", "junk!", "whsec_"])("fail together where one is unusable: %s", async (bad) => {
    expect((await signWebhook(`${one} ${bad}`, "id", SECONDS, "{}")).ok).toBe(false);
    expect((await signWebhook(`${bad} ${one}`, "id", SECONDS, "{}")).ok).toBe(false);
  });
});

describe("a secret that cannot be used", () => {
  const good = btoa("0123456789abcdef");

  it.each([
    { title: "none", secrets: "" },
    { title: "only spaces", secrets: " \n" },
    { title: "only commas", secrets: ",," },
    { title: "only the prefix", secrets: "whsec_" },
    { title: "15 bytes", secrets: `whsec_${btoa("0123456789abcde")}` },
    { title: "no base64", secrets: "whsec_!!!!!!!!!!!!!!!!!!!!!!!!" },
    { title: "the URL-safe alphabet", secrets: "whsec_-_-_-_-_-_-_-_-_-_-_-_-_" },
    { title: "a doubled prefix", secrets: `whsec_whsec_${good}` },
    { title: "another prefix", secrets: `whsk_${good}` },
    { title: "a prefix in capitals", secrets: `WHSEC_${good}` },
    { title: "in quotes", secrets: `"whsec_${good}"` },
  ])("is a failure without the secret in its message: $title", async ({ secrets }) => {
    const signed = await signWebhook(secrets, "id", SECONDS, "{}");
    if (signed.ok) throw new Error("Signed");
    for (const part of secrets.split(/whsec_|[\s,]+/).filter((text) => text.length > 3)) {
      expect(signed.failure).not.toContain(part);
    }
  });

  it("is told from one of 16 bytes", async () => {
    expect((await signWebhook(`whsec_${good}`, "id", SECONDS, "{}")).ok).toBe(true);
  });
});
