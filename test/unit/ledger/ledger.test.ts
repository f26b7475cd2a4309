import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/cli/sqlite-storage.ts";
import { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { Event } from "../../../src/model/event.ts";
import { anEvent, aRule, aRuleSet, aTask } from "../../builders.ts";

const EVENTS = 1_000;
const CONTACTS = 7;

// The same ledger as in workerd, on Node's SQLite.
async function aLedger(): Promise<LocationLedger> {
  const count = aRule({
    name: "every-tenth",
    conditions: {
      all: [{ fact: "count", params: { kind: "OutboundMessage" }, operator: "in", value: [10, 20, 50, 100] }],
    },
    actions: [aTask({ after: "1d" })],
  });
  const limited = aRule({ name: "limited", limit: { count: 3, within: "1h" }, actions: [aTask({ after: "1d" })] });
  const shared = aRule({
    name: "shared",
    limit: { count: 5, within: "1h", per: "location" },
    actions: [aTask({ after: "1d" })],
  });
  const ledger = new LocationLedger(sqliteStorage(), {
    ruleSet: aRuleSet(count, limited, shared),
    retentionDays: 30,
    timeZone: "UTC",
    random: () => 0,
    timer: () => Promise.resolve(),
    announce: () => Promise.resolve(),
    actions: {
      clock: () => Date.parse("2026-03-04T12:00:00Z"),
      fetch: () => Promise.resolve(new Response()),
      tasks: { put: () => Promise.resolve(), delete: () => Promise.resolve() },
      secrets: {},
      webhookSecret: null,
      outboundAllowedHosts: new Set(),
    },
  });
  await ledger.open();
  return ledger;
}

const events: readonly Event[] = Array.from({ length: EVENTS }, (_, index) =>
  anEvent({ contactId: `c${index % CONTACTS}`, messageId: `m${index}` }, `event-${index}`),
);

describe("a thousand events", () => {
  it("sent at once are decided as one after the other", async () => {
    const [atOnce, inTurn] = [await aLedger(), await aLedger()];
    const together = await Promise.all(events.map((event) => atOnce.record(event)));
    const apart = [];
    for (const event of events) apart.push(await inTurn.record(event));
    expect(together).toEqual(apart);
    const fired = (name: string): number =>
      together.filter((answer) => answer.status === "accepted" && answer.fired.includes(name)).length;
    expect({ counted: fired("every-tenth"), limited: fired("limited"), shared: fired("shared") }).toEqual({
      counted: 4 * CONTACTS,
      limited: 3 * CONTACTS,
      shared: 5,
    });
  }, 30_000);

  it("each twice are recorded once", async () => {
    const ledger = await aLedger();
    const answers = await Promise.all(
      [...events.slice(0, 100), ...events.slice(0, 100)].map((event) => ledger.record(event)),
    );
    expect(answers.filter(({ status }) => status === "accepted")).toHaveLength(100);
    expect(answers.filter(({ status }) => status === "duplicate")).toHaveLength(100);
  });
});
