import { describe, expect, it } from "vitest";
import { actionInWords, changeInWords, valueInWords } from "../../../src/dashboard/audit/audit-words.ts";
import type { AuditEntry } from "../../../src/model/audit.ts";

const TIME = "2026-03-05T12:00:00.000Z";
const HASH = "a4b3ec388b4e8fc7f4ab25d4be6d5c29f31c41ef8bad9e4f51e118365a9dceda";
const inZone = (at: string): string => (at === TIME ? "Thu 5 Mar, 06:00:00" : at);

const ENTRY: AuditEntry = {
  id: 1,
  at: TIME,
  by: { through: "token", name: "ADMIN_TOKEN" },
  action: "token.forget",
  about: {},
  contactId: null,
  before: null,
  after: {},
};

const SAYS: readonly (readonly [Partial<AuditEntry>, string])[] = [
  [
    { action: "pause", about: { rule: "text-back", reason: "Wrong price", until: TIME } },
    "Paused the rule text-back, reason: Wrong price, until: Thu 5 Mar, 06:00:00",
  ],
  [{ action: "pause", about: { reason: "Holiday" } }, "Paused the location, reason: Holiday"],
  [{ action: "pause.end", about: { rule: "text-back" } }, "Ended the pause of the rule text-back"],
  [{ action: "deliveries.discard", about: { filter: {} } }, "Discarded what was held, filter: all"],
  [
    { action: "deliveries.cancel", about: { filter: { rule: "r" } }, contactId: "c1" },
    "Cancelled what waits, filter: rule r, contact: c1",
  ],
  [{ action: "delivery.retry", about: { delivery: "d1" } }, "Sent a delivery again, delivery: d1"],
  [{ action: "token.forget", about: {} }, "Forgot the HighLevel token"],
  [
    { action: "rules.publish", about: { note: "why", over: 2 }, after: { version: 3 } },
    "Published version 3, note: why",
  ],
  [{ action: "rules.publish", about: { note: "why", over: 2 }, after: null }, "Published rules, note: why"],
  [
    { action: "rules.activate", about: { version: 3, for: "all", reason: "good" } },
    "Put version 3 in force for all, reason: good",
  ],
  [{ action: "rules.activate", about: { version: 3, for: "shadow" } }, "Put version 3 into the shadow"],
  [{ action: "rules.activate", about: { version: 3, for: "nobody" } }, "Took version 3 back"],
  [
    {
      action: "rules.activate",
      about: { version: 3, for: "canary", locations: ["l1"], share: 1, messagesPerHour: 2, reason: "try" },
    },
    "Made version 3 the canary, for all contacts of l1, halted beyond 2 messages an hour in a location, reason: try",
  ],
];

describe("an action of an operator", () => {
  it.each(SAYS)("%j reads: %s", (entry, words) => {
    expect(actionInWords({ ...ENTRY, ...entry }, inZone)).toBe(words);
  });

  it("tells what was before and after in a line, as far as that is not said", () => {
    const pause = { scope: "rule", rule: "r", since: TIME, until: null, by: "ada" };
    expect(
      changeInWords({ ...ENTRY, action: "pause", before: { pause: null }, after: { pause, held: 0 } }, inZone),
    ).toBe("");
    expect(
      changeInWords({ ...ENTRY, action: "pause.end", before: { pause }, after: { pause: null, held: 3 } }, inZone),
    ).toBe("before: pause: scope rule, rule r, since Thu 5 Mar, 06:00:00, by ada; after: pause: none, held: 3");
    expect(
      changeInWords({ ...ENTRY, action: "rules.publish", after: { version: 3, ruleSet: HASH, rules: 13 } }, inZone),
    ).toBe("rule set: a4b3ec38, rules: 13");
    expect(changeInWords({ ...ENTRY, after: null }, inZone)).toBe("its end was not written down");
    expect(changeInWords(ENTRY, inZone)).toBe("");
    expect(valueInWords({}, inZone)).toBe("nothing");
  });
});
