import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReceiver, type Receiver } from "../../../src/local/receiver.ts";

const SECRET = "whsec_cmVjZWl2ZXItc2VjcmV0LW9mLTMyLWJ5dGVzLWxvbmc=";
const OTHER = "whsec_b3RoZXItc2VjcmV0LW9mLTMyLWJ5dGVzLWxvbmctLS0tLQ==";
const NOW = Date.parse("2031-05-04T12:00:00Z");
const BODY = '{"a":1}';

/** A webhook as its sender signs it, some minutes from the receiver's time. */
const CASES: readonly {
  readonly title: string;
  readonly secret?: string;
  readonly minutes?: number;
  readonly sentBody?: string;
  readonly id?: string;
  readonly verified: boolean;
}[] = [
  { title: "its signature, by the receiver's own clock, whatever the real time", verified: true },
  { title: "a time four minutes ago", minutes: -4, verified: true },
  { title: "a time six minutes ago", minutes: -6, verified: false },
  { title: "a time six minutes ahead", minutes: 6, verified: false },
  { title: "another secret", secret: OTHER, verified: false },
  { title: "a body that was changed on the way", sentBody: '{"a":2}', verified: false },
  { title: "no id", id: "", verified: false },
];

describe("the receiver verifies a webhook by", () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver(
      0,
      SECRET,
      () => undefined,
      () => NOW,
    );
  });
  afterAll(() => receiver.close());

  it.each(CASES)(
    "$title: $verified",
    async ({ secret = SECRET, minutes = 0, sentBody = BODY, id = "m-1", verified }) => {
      const at = new Date(NOW + minutes * 60_000);
      const headers = {
        "webhook-id": id,
        "webhook-timestamp": String(at.getTime() / 1_000),
        "webhook-signature": `v1,bm8= ${new Webhook(secret).sign(id, at, BODY)}`,
      };
      const { status } = await fetch(receiver.url, { method: "POST", headers, body: sentBody });
      expect([status, receiver.received.at(-1)?.verified]).toEqual([verified ? 204 : 401, verified]);
    },
  );
});
