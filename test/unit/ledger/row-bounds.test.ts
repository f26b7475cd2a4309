// Nothing that a rule, an event or an answer brings is larger than the row that has to hold it, and what is never keeps
// anything else from being recorded. The storage refuses what a Durable Object's would.
import { HIGHLEVEL } from "../../../src/model/configuration.ts";
import { outgoing } from "../../../src/highlevel/outgoing.ts";
import { describe, expect, it } from "vitest";
import type { HighLevelAccount } from "../../../src/highlevel/account.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { MAX_FIRED_BYTES } from "../../../src/model/row-bounds.ts";
import type { Action, Rule } from "../../../src/model/rule.ts";
import type { Task } from "../../../src/model/task.ts";
import { anEvent, aRule, aRuleSet, aTask, aText, aWebhook } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const contactIds = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `contact-${String(index).padStart(12, "0")}`);
/** The larger of the two forms that were seen: 25 texts of 99 KB in one body. */
const LARGE_BODY = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`part${index}`, "x".repeat(99_000)]));
const many = (count: number, fields: (index: number) => Partial<Rule>): Rule[] =>
  Array.from({ length: count }, (_, index) => aRule({ name: `rule-${index}`, ...fields(index) }));
/** The index cannot rule it out, so its verdict is stored. */
const asksTheLog = {
  all: [{ fact: "count", operator: "greaterThan", value: 5, params: { kind: "OutboundMessage", within: "1h" } }],
};

describe("an event is recorded, and a small rule fires on it, beside", () => {
  it.each<[title: string, rules: readonly Rule[]]>([
    [
      "a rule that lists 100,000 contacts",
      [
        aRule({
          name: "large",
          conditions: { all: [{ fact: "contactId", operator: "notIn", value: contactIds(100_000) }] },
        }),
      ],
    ],
    ["a rule for 100,000 locations", [aRule({ name: "large", locations: ["test-location", ...contactIds(100_000)] })]],
    [
      "a rule with 25 bodies of 99 KB",
      [
        aRule({
          name: "large",
          actions: Array.from({ length: 25 }, (_, index) => aWebhook({ body: LARGE_BODY[`part${index}`] ?? "" })),
        }),
      ],
    ],
    [
      "a rule with one body of 25 texts of 99 KB",
      [aRule({ name: "large", actions: [aWebhook({ body: LARGE_BODY })] })],
    ],
    ["a rule with a description of 3 MB", [aRule({ name: "large", description: "é".repeat(1_500_000) })]],
    [
      "a wait that 100,000 contacts end",
      [
        aRule({
          name: "large",
          actions: [
            aWebhook({
              after: "1h",
              cancelOn: [
                {
                  on: ["InboundMessage"],
                  conditions: { all: [{ fact: "contactId", operator: "in", value: contactIds(100_000) }] },
                },
              ],
            }),
          ],
        }),
      ],
    ],
    ["10,000 rules that ask the log", many(10_000, () => ({ conditions: asksTheLog }))],
    [
      "10,000 rules that fail",
      many(10_000, () => ({ conditions: { all: [{ fact: "channel", operator: "no-such", value: 1 }] } })),
    ],
    [
      "10,000 rules whose conditions take 3 KB each",
      many(10_000, () => ({ conditions: { all: [{ fact: "body", operator: "in", value: ["é".repeat(1_500)] }] } })),
    ],
  ])("%s", { timeout: 60_000 }, async (_, rules) => {
    const storage = sqliteStorage();
    const small = aRule({ name: "small", priority: -1 });
    const before = await aLedger({ storage, ruleSet: aRuleSet(...rules, small) });
    const recorded = await before.record(anEvent({ body: "b".repeat(200_000) }, "one"));
    expect(recorded).toMatchObject({ status: "accepted", fired: expect.arrayContaining(["small"]) });
    await before.alarm();
    const sent = before.deliveries({ limit: 200 }).deliveries.find(({ rule }) => rule === "small");
    expect(sent?.state).toBe("sent");
    const after = await aLedger({ storage, ruleSet: { ...aRuleSet(small), hash: "next" } });
    const told = (await after.event("one"))?.decision.verdicts.map(({ rule }) => rule);
    expect(told).toContain("small");
    expect(await after.record(anEvent({}, "two"))).toMatchObject({ status: "accepted" });
  });
});

describe("an action that is too large to be kept", () => {
  it.each<[title: string, action: Action, leftOut: string]>([
    ["a body", aWebhook({ body: LARGE_BODY }), "body"],
    ["headers", aWebhook({ headers: Object.fromEntries(contactIds(60_000).map((id) => [id, "x"])) }), "headers"],
    ["tags", { type: "highlevel", call: "add-tags", tags: contactIds(90_000) }, "tags"],
  ])("is dead, says why, and is never sent, also when it is retried: %s", async (_, action, leftOut) => {
    const requests: string[] = [];
    const account: HighLevelAccount = {
      call: ({ path }) => {
        requests.push(path);
        return Promise.resolve({ kind: "answer", status: 200, body: "{}" });
      },
    };
    const ledger = await aLedger({
      ruleSet: aRuleSet(aRule({ actions: [action] })),
      account,
      fetch: ({ url }) => {
        requests.push(url);
        return Promise.resolve(new Response());
      },
    });
    await ledger.record(anEvent({}, "one"));
    await ledger.alarm();
    const [delivery] = ledger.deliveries({ limit: 1 }).deliveries;
    expect(delivery).toMatchObject({ state: "dead", attempts: [{ error: expect.stringMatching(/^ACTION_SIZE: /) }] });
    expect(delivery?.attempts[0]?.error).toContain(`"${leftOut}"`);
    expect(Object.keys(delivery?.action ?? {})).not.toContain(leftOut);
    ledger.retry(delivery?.id ?? "");
    await ledger.alarm();
    expect(ledger.deliveries({ limit: 1 }).deliveries).toMatchObject([{ state: "dead", attempts: [{}, {}] }]);
    expect(requests).toEqual([]);
  });
});

describe("an event on which more rules fire than its row can name", () => {
  it(
    "fires as many as it can name, and tells of each of the others that it does not",
    { timeout: 60_000 },
    async () => {
      const storage = sqliteStorage();
      const rules = many(4_000, (index) => ({
        name: `rule-${String(index).padStart(4, "0")}-${"n".repeat(240)}`,
        actions: [aTask()],
      }));
      const ledger = await aLedger({ storage, ruleSet: aRuleSet(...rules) });
      const recorded = await ledger.record(anEvent({ body: "b".repeat(200_000) }, "one"));
      const fired = recorded.status === "accepted" ? recorded.fired : [];
      expect(fired).toEqual(rules.slice(0, fired.length).map(({ name }) => name));
      expect(fired.length).toBeGreaterThan(1_000);
      expect(JSON.stringify(fired).length).toBeLessThanOrEqual(MAX_FIRED_BYTES);
      expect(ledger.deliveryCounts({}).counts.scheduled).toBe(fired.length);
      const decision = (await ledger.event("one"))?.decision;
      expect(decision?.fired).toEqual(fired);
      const told = decision?.verdicts.filter((verdict) => !verdict.fired) ?? [];
      for (const { reason, detail } of told)
        expect([reason, detail]).toEqual(["error", "more rules fire on this event than can be recorded"]);
      expect(fired.length + told.length + (decision?.leftOut ?? 0)).toBe(rules.length);
    },
  );
});

describe("a task that renders to more than a row holds", () => {
  it("is dead, and reaches neither KV nor the list", async () => {
    const kept: Task[] = [];
    const tasks = {
      put: (task: Task) => {
        kept.push(task);
        return Promise.resolve();
      },
      delete: () => Promise.resolve(),
    };
    const rules = aRuleSet(
      aRule({ name: "large", actions: [aTask({ description: "{{ event.body }}".repeat(20) })] }),
      aRule({ name: "small", actions: [aTask({ description: "{{ event.body }}" })] }),
    );
    const ledger = await aLedger({ ruleSet: rules, tasks });
    await ledger.record(anEvent({ body: "é".repeat(48_000) }, "one"));
    await ledger.alarm();
    const { deliveries } = ledger.deliveries({ limit: 5 });
    expect(deliveries.map(({ rule, state, attempts }) => [rule, state, attempts.length])).toEqual([
      ["small", "sent", 1],
      ["large", "dead", 1],
    ]);
    expect(deliveries[1]?.attempts[0]?.error).toMatch(/^ACTION_TEMPLATE: .*1\.92 MB.*1\.5 MB/);
    expect(kept.map(({ rule }) => rule)).toEqual(["small"]);
    expect(ledger.tasks({ limit: 5 }).tasks).toHaveLength(1);
  });
});

describe("an answer", () => {
  it("whose id of the message is no id does not make it be sent again", async () => {
    let sent = 0;
    const account: HighLevelAccount = {
      call: (request, leaves) => {
        const { path } = request;
        if (path.startsWith("/contacts/"))
          return Promise.resolve({ kind: "answer", status: 200, body: '{"contact":{}}' });
        leaves?.(outgoing(HIGHLEVEL, request));
        sent += 1;
        const messageId = "m".repeat(3_000_000);
        return Promise.resolve({ kind: "answer", status: 200, body: JSON.stringify({ messageId }) });
      },
    };
    let now = NOON;
    const storage = sqliteStorage();
    const ruleSet = aRuleSet(aRule({ actions: [aText()] }));
    const ledger = await aLedger({ storage, ruleSet, account, clock: () => now });
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    for (let round = 0; round < 5; round += 1) {
      await ledger.alarm();
      now = Math.max(now, storage.alarmAt ?? now);
    }
    expect(ledger.deliveries({ limit: 1 }).deliveries).toMatchObject([{ state: "sent", attempts: [{ status: 200 }] }]);
    expect(sent).toBe(1);
  });
});
