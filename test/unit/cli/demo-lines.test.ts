import { describe, expect, it } from "vitest";
import { pageLines, shortLines } from "../../../src/cli/demo/lines.ts";
import type { EventOutcome } from "../../../src/local/hook-client.ts";

const verdict = (rule: string, fired: boolean) => ({
  rule,
  fired,
  reason: fired ? "fired" : "conditions",
  conditions: [],
});
const outcome = (fired: readonly string[], deliveries: readonly object[] = []) =>
  ({
    decision: { fired, verdicts: ["a", "b", "c"].map((rule) => verdict(rule, fired.includes(rule))) },
    deliveries,
  }) as unknown as EventOutcome;

describe("the demo in short", () => {
  it("folds the rules that did not fire to a count, and names those that did with what became of it", () => {
    const sent = { action: { type: "task", title: "Look" }, state: "scheduled", dueAt: "2026-03-04T15:30:00.000Z" };
    expect(shortLines("sms", "SMS, delivered", outcome(["a"], [sent]))).toEqual([
      "  ✔ sms: SMS, delivered. Fired: a; 2 others did not",
      "      → task scheduled, due 2026-03-04T15:30:00.000Z",
    ]);
    expect(shortLines("sms", "SMS, delivered", outcome([]))).toEqual([
      "  · sms: SMS, delivered. Fired: none of 3 rules",
    ]);
  });

  it("ends with the link to the page that signs in", () => {
    const target = { url: "http://127.0.0.1:8787", adminToken: "a token" };
    const lines = pageLines({ target, receiverUrl: "http://127.0.0.1:1", highLevelUrl: "http://127.0.0.1:2" });
    expect(lines.at(-1)).toBe("  http://127.0.0.1:8787/#token=a%20token");
  });
});
