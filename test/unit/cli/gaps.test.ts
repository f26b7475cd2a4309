import { describe, expect, it } from "vitest";
import { missingIn, missingLines, overdueIn, sinceOf } from "../../../src/cli/gaps.ts";
import type { Missing } from "../../../src/model/gap.ts";

const NOW = Date.parse("2026-03-04T12:00:00Z");
const MISSING: Missing = {
  since: "2026-03-04T10:00:00.000Z",
  missing: [
    {
      messageId: "m1",
      eventKey: "export-m1-failed",
      kind: "OutboundMessage",
      contactId: "ada",
      channel: "sms",
      outcome: "failed",
      occurredAt: "2026-03-04T10:30:00.000Z",
      isKnown: true,
    },
  ],
  looked: 40,
  more: false,
};

function aWorker(answer: () => Response) {
  const asked: { url: string; body: unknown }[] = [];
  return {
    url: "https://worker.example.com",
    adminToken: "admin",
    asked,
    fetch: async (url: URL, init: { body?: string }) => {
      asked.push({ url: url.href, body: JSON.parse(init.body ?? "null") });
      return answer();
    },
  };
}

describe("rules gaps", () => {
  it.each([
    ["90m", "2026-03-04T10:30:00.000Z"],
    ["2h", "2026-03-04T10:00:00.000Z"],
    ["3d", "2026-03-01T12:00:00.000Z"],
    ["2026-03-04T09:00:00Z", "2026-03-04T09:00:00.000Z"],
  ])("takes %s as since when", (given, at) => {
    expect(new Date(sinceOf(given, NOW)).toISOString()).toBe(at);
  });

  it.each(["", "yesterday", "2 h", "h", "2w"])("says what it takes in place of %j", (given) => {
    expect(() => sinceOf(given, NOW)).toThrow("--since takes");
  });

  it("asks the Worker, which takes nothing in, and tells each message on a line", async () => {
    const worker = aWorker(() => Response.json(MISSING));
    const found = await missingIn(worker, "a location", NOW);
    expect(worker.asked).toEqual([
      {
        url: "https://worker.example.com/api/locations/a%20location/gaps/look",
        body: { since: "2026-03-04T12:00:00.000Z" },
      },
    ]);
    const [line, sum] = missingLines(found, NOW);
    expect(line).toMatch(/2026-03-04T10:30:00.000Z +OutboundMessage +sms, failed +contact ada +message m1 +\(known/);
    expect(sum).toBe(
      "1 of 40 messages since 2026-03-04T10:00:00.000Z is missing. The Worker takes in what is missing with its next look, within the hour",
    );
  });

  it("tells apart what is so young that its webhook may be under way", () => {
    const [known] = MISSING.missing;
    if (!known) throw new Error("There is none");
    const young = { ...known, messageId: "m2", isKnown: false, occurredAt: "2026-03-04T11:56:00.000Z" };
    const found = { ...MISSING, missing: [young] };
    expect(missingLines(found, NOW)).toEqual([
      expect.stringMatching(/message m2 +\(its webhook may be under way\)$/),
      "0 of 40 messages since 2026-03-04T10:00:00.000Z are missing; the webhook of 1 more may be under way",
    ]);
    expect([overdueIn(found, NOW), overdueIn(found, NOW + 120_000), overdueIn(MISSING, NOW)]).toEqual([0, 1, 1]);
    expect(missingLines({ ...MISSING, missing: [] }, NOW)).toEqual([
      "Nothing is missing of 40 messages since 2026-03-04T10:00:00.000Z",
    ]);
    expect(missingLines({ ...MISSING, missing: [], looked: 1 }, NOW)).toEqual([
      "Nothing is missing of 1 message since 2026-03-04T10:00:00.000Z",
    ]);
  });

  it("takes a change of a message that is so young for one whose webhook may be under way, too", () => {
    const [known] = MISSING.missing;
    if (!known) throw new Error("There is none");
    const young = { ...MISSING, missing: [{ ...known, occurredAt: "2026-03-04T11:58:00.000Z" }] };
    expect(overdueIn(young, NOW)).toBe(0);
  });

  it.each([
    [404, {}, "knows no location"],
    [401, {}, "refuses the token"],
    [409, { detail: "RECONCILE is off" }, "answered 409: RECONCILE is off"],
  ])("says what to do after %s", async (status, body, says) => {
    const worker = aWorker(() => Response.json(body, { status }));
    await expect(missingIn(worker, "l", NOW)).rejects.toThrow(says);
  });
});
