// What `LCEmailStats` comes to, in the words of several mail services.
import { describe, expect, it } from "vitest";
import { factsOf } from "../../../src/events/event.ts";
import { SAMPLES } from "../../../src/events/samples.ts";
import { completed } from "../../../src/events/untyped.ts";
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import { anEvent } from "../../builders.ts";

/** What a mail service says, as facts. */
const factsOfStats = (webhookPayload: Json, fields: JsonObject = {}) =>
  factsOf(anEvent({ type: "LCEmailStats", messageType: null, status: null, webhookPayload, ...fields }));
const delivery = (status: JsonObject): JsonObject => ({ "delivery-status": status });

describe("an e-mail", () => {
  it.each<[told: JsonObject, outcome: string, permanent: boolean | undefined]>([
    [{ event: "delivered", ...delivery({ code: 250, message: "OK" }) }, "delivered", undefined],
    [{ event: "opened" }, "opened", undefined],
    [{ event: "open" }, "opened", undefined],
    [{ event: "clicked" }, "clicked", undefined],
    [{ event: "complained" }, "complained", undefined],
    [{ event: "spam_complaint" }, "complained", undefined],
    [{ event: "unsubscribed" }, "unsubscribed", undefined],
    [{ event: "failed", severity: "permanent", ...delivery({ code: 550 }) }, "bounced", true],
    [{ event: "failed", severity: "permanent", ...delivery({ code: 605 }) }, "bounced", true],
    [{ event: "failed", severity: "temporary", ...delivery({ code: 550 }) }, "failed", false],
    [{ event: "failed", ...delivery({ code: 550, "enhanced-code": "5.1.1" }) }, "bounced", true],
    [{ event: "failed", ...delivery({ code: "452", "enhanced-code": "" }) }, "failed", false],
    [{ event: "failed" }, "failed", false],
    [{ event: "dropped" }, "failed", false],
    [{ event: "bounced" }, "bounced", true],
    [{ event: "Bounce", ...delivery({ code: 550 }) }, "bounced", true],
    [{ event: "bounced", ...delivery({ code: 421 }) }, "bounced", false],
    [{ event: "soft_bounce", ...delivery({ code: 550 }) }, "bounced", false],
    [{ event: "permanent_fail" }, "bounced", true],
    [{ event: "accepted" }, "pending", undefined],
    [{ event: "teleported" }, "unknown", undefined],
    [{}, "unknown", undefined],
  ])("of which the mail service says %j is %s, for good: %s", (told, outcome, permanent) => {
    const facts = factsOfStats(told);
    expect([facts["kind"], facts["outcome"], facts["permanent"]]).toEqual(["EmailStatus", outcome, permanent]);
  });

  it("has its code, what was said, its recipient, its id and its time, which is in seconds", () => {
    const facts = factsOfStats({
      event: "failed",
      timestamp: 1_772_637_000,
      recipient: "ada@example.com",
      message: { headers: { "message-id": "<one@mail.example.com>" } },
      ...delivery({ code: 550, message: "", description: "No such user", "enhanced-code": "5.1.1" }),
    });
    expect(facts).toMatchObject({
      code: "5.1.1",
      reason: "No such user",
      recipients: ["ada@example.com"],
      emailMessageId: "one@mail.example.com",
      occurredAt: "2026-03-04T15:10:00.000Z",
    });
  });

  it.each<Json>([null, "text", [], { "delivery-status": "no", message: [], tags: "loc_x", timestamp: "soon" }])(
    "is read from %j without a fault",
    (webhookPayload) => expect(factsOfStats(webhookPayload)).toMatchObject({ outcome: "unknown" }),
  );

  it("keeps what was sent, and what it says itself", () => {
    const sent = {
      type: "LCEmailStats",
      status: "opened",
      recipient: "",
      webhookPayload: { event: "clicked", recipient: "a@b.example" },
    };
    expect(completed(sent)).toEqual({ ...sent, recipient: "a@b.example" });
  });

  it.each([
    ["email-delivered", "delivered"],
    ["email-opened", "opened"],
    ["email-clicked", "clicked"],
    ["email-bounced", "bounced"],
    ["email-failed", "failed"],
    ["email-complained", "complained"],
    ["email-unsubscribed", "unsubscribed"],
  ])("sample %s is %s", (name, outcome) =>
    expect(factsOf(anEvent({ messageType: null, status: null, ...SAMPLES[name]?.payload }))).toMatchObject({ outcome }),
  );
});
