import { describe, expect, it } from "vitest";
import { lookedInWords, nearMissInWords, sawInWords } from "../../../src/language/near-words.ts";
import type { VerdictReason } from "../../../src/model/decision.ts";
import type { ExportLine } from "../../../src/model/export.ts";
import type { NearMisses } from "../../../src/model/near-miss.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { readLog } from "../../../src/replay/items.ts";
import { nearMisses } from "../../../src/replay/near-misses.ts";
import { aRule } from "../../builders.ts";
import { aLog, anItem, START } from "./a-log.ts";

const MINUTE_MS = 60_000;
const long = aRule({
  name: "long",
  conditions: {
    all: [
      { fact: "channel", operator: "equal", value: "call" },
      { fact: "callDuration", operator: "greaterThanInclusive", value: 30 },
    ],
  },
});
const call = (callDuration: number) => ({ messageType: "CALL", callDuration });

async function found(
  rules: readonly Rule[],
  items: readonly ExportLine[],
  { sinceMs = 0, before = [] as readonly ExportLine[] } = {},
): Promise<NearMisses> {
  return nearMisses(await readLog(aLog(rules, items, before)), { rule: "long", sinceMs });
}

const inWords = ({ misses }: NearMisses): readonly string[] =>
  misses.map((miss) => `${miss.count}: ${nearMissInWords(miss)}`);

/** An event with the verdict that was recorded of the rule. */
function withVerdict(minutes: number, seconds: number, reason: VerdictReason): ExportLine {
  const item = anItem(minutes, call(seconds));
  const verdicts = [{ rule: "long", fired: false, reason, conditions: [] }];
  return { ...item, decision: { ...item.decision, verdicts } };
}

describe("near misses", () => {
  it("name what alone was in the way, how often, and on which events, the most frequent and the newest first", async () => {
    const items = [
      anItem(0, call(12)),
      anItem(1, call(45), { fired: ["long"] }),
      anItem(2, { callDuration: 40 }),
      anItem(3, call(29)),
      anItem(4, {}),
    ];
    const near = await found([long], items);
    expect(near).toMatchObject({ rule: "long", looked: 5, fired: 1, near: 3, unclear: 0, more: 0 });
    expect(inWords(near)).toEqual(["2: the call duration is at least 30", "1: the channel is call"]);
    expect(near.misses[0]?.events).toEqual([
      { eventKey: "key-3", contactId: "test-contact", at: "2026-03-04T12:03:00.000Z", saw: 29 },
      { eventKey: "key-0", contactId: "test-contact", at: "2026-03-04T12:00:00.000Z", saw: 12 },
    ]);
    const [first] = near.misses;
    expect(first?.events.map((event) => sawInWords(first, event))).toEqual(["it was 29", "it was 12"]);
    expect(lookedInWords(near)).toBe("3 near misses on 5 events looked at; it fired on 1");
  });

  it("count what state holds back, with the past before what is looked at", async () => {
    const limited = { ...long, limit: { count: 1, within: "1d" } } satisfies Rule;
    const items = [anItem(0, call(45), { fired: ["long"] }), withVerdict(1, 50, "limit")];
    const near = await found([limited], items, { sinceMs: START + MINUTE_MS });
    expect(near).toMatchObject({ looked: 1, fired: 0, near: 1 });
    expect(inWords(near)).toEqual(["1: its limit has room"]);
    expect(near.misses.flatMap((miss) => miss.events.map((event) => sawInWords(miss, event)))).toEqual([""]);
  });

  it("are told of the rule as it was: another constant is another near miss, the same in another place is the same", async () => {
    const other: Rule = { ...long, conditions: { all: [long.conditions] } };
    const shorter: Rule = {
      ...long,
      conditions: { all: [{ fact: "callDuration", operator: "greaterThanInclusive", value: 20 }] },
    };
    const sets = [
      ["other", other],
      ["shorter", shorter],
    ] as const;
    const before = sets.map(([ruleSet, rule]): ExportLine => ({
      type: "rules",
      ruleSet,
      part: 0,
      since: null,
      rules: [rule],
    }));
    const by = (minutes: number, ruleSet: string): ExportLine => {
      const item = anItem(minutes, call(12));
      return { ...item, decision: { ...item.decision, ruleSet } };
    };
    const near = await found([long], [anItem(0, call(12)), by(1, "other"), by(2, "shorter")], { before });
    expect(inWords(near)).toEqual(["2: the call duration is at least 30", "1: the call duration is at least 20"]);
  });

  it("look at no event that the rule does not look at, or that came before there was the rule", async () => {
    const none: ExportLine = { type: "rules", ruleSet: "without", part: 0, since: null, rules: [aRule()] };
    const item = anItem(2, call(12));
    const items = [
      anItem(0, { type: "InboundMessage", body: "Hi" }),
      { ...item, decision: { ...item.decision, ruleSet: "without" } },
    ];
    expect(await found([long], items, { before: [none] })).toMatchObject({ looked: 0, near: 0, misses: [] });
    expect(await found([{ ...long, locations: ["elsewhere"] }], [anItem(0, call(12))])).toMatchObject({ looked: 0 });
  });

  it.each<[string, ExportLine]>([
    ["whose payload is forgotten", anItem(0, {}, { dropped: "payload" })],
    [
      "decided by rules that are not kept",
      { ...anItem(0, call(12)), decision: { ...anItem(0, {}).decision, ruleSet: "?" } },
    ],
    ["that is being decided", { ...anItem(0, call(12)), decision: { ...anItem(0, {}).decision, deciding: true } }],
    ["on which the rule was held back then, and is not now", withVerdict(0, 12, "limit")],
    ["on which the rule fires now", anItem(0, call(45))],
  ])("say nothing of an event %s, and count it", async (_, item) => {
    const near = await found([long], [item]);
    expect(near).toMatchObject({ looked: 1, unclear: 1, near: 0 });
    expect(lookedInWords(near)).toBe(
      "1 event looked at, and no near miss; it fired on 0; of 1 the log does not tell enough",
    );
  });

  it("keep ten events of each, and the most frequent fifty", async () => {
    const words = Array.from({ length: 60 }, (_, n) => `word-${n}`);
    const rules = words.map((word) => ({ ...long, conditions: { all: [is(word)] } }) satisfies Rule);
    const before = rules.map((rule, n): ExportLine => ({
      type: "rules",
      ruleSet: `set-${n}`,
      part: 0,
      since: null,
      rules: [rule],
    }));
    const items = rules.flatMap((_, n) =>
      Array.from({ length: n === 7 ? 12 : 1 }, (__, m) => {
        const item = anItem(n * 20 + m, call(12));
        return { ...item, decision: { ...item.decision, ruleSet: `set-${n}` } };
      }),
    );
    const near = await found([long], items, { before });
    expect(near.misses[0]).toMatchObject({ count: 12 });
    expect(near.misses[0]?.events).toHaveLength(10);
    expect(near.misses[0]?.events[0]?.eventKey).toBe(`key-${7 * 20 + 11}`);
    expect([near.misses.length, near.more]).toEqual([50, 10]);
  });

  it("name five of many things of which each would have been enough", async () => {
    const rule = { ...long, conditions: { any: Array.from({ length: 7 }, (_, n) => is(`word-${n}`)) } } satisfies Rule;
    const near = await found([rule], [anItem(0, call(12))]);
    expect(inWords(near)).toEqual([
      `1: ${[0, 1, 2, 3, 4].map((n) => `the body is word-${n}`).join(", or ")}, or one of 2 more is so`,
    ]);
  });
});

function is(value: string): { fact: "body"; operator: string; value: string } {
  return { fact: "body", operator: "equal", value };
}
