import { describe, expect, it } from "vitest";
import { actionInWords, valueInWords } from "../../../src/dashboard/audit/audit-words.ts";

describe("an action of an operator", () => {
  it.each([
    [
      { action: "pause", about: { rule: "text-back", reason: "Wrong price" } },
      "Paused rule: text-back, reason: Wrong price",
    ],
    [{ action: "deliveries.discard", about: { filter: {} } }, "Discarded what was held filter: all"],
    [
      { action: "deliveries.cancel", about: { filter: { rule: "r" } }, contactId: "c1" },
      "Cancelled what waits filter: rule r, contact: c1",
    ],
    [{ action: "token.forget", about: {} }, "Forgot the HighLevel token"],
  ] as const)("%j reads: %s", (entry, words) => {
    expect(actionInWords({ contactId: null, ...entry })).toBe(words);
  });

  it("tells what was before and after in a line", () => {
    expect(valueInWords({ pause: null, held: 3 })).toBe("pause: none, held: 3");
    expect(valueInWords({ pause: { rule: "r", until: null, by: "ada" } })).toBe("pause: rule r, by ada");
    expect(valueInWords({})).toBe("nothing");
  });
});
