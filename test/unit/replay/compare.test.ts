import { describe, expect, it } from "vitest";
import type { Comparison } from "../../../src/model/comparison.ts";
import { compare } from "../../../src/replay/compare.ts";
import { gateOf } from "../../../src/replay/gate.ts";
import { readLog } from "../../../src/replay/items.ts";
import { reportLines, reportMarkdown } from "../../../src/cli/replay-report.ts";
import type { ExportLine } from "../../../src/model/export.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { aRule, aRuleSet, aText } from "../../builders.ts";
import { aDelivery, aLog, anItem, START } from "./a-log.ts";

const text = aRule({ name: "text", actions: [aText({ message: "Hello {{ event.name }}" })] });
const named = { name: "Jo" };

async function compared(
  rules: { before: readonly Rule[]; after: readonly Rule[] },
  items: readonly ExportLine[],
  { before = [], sinceMs = 0 }: { before?: readonly ExportLine[]; sinceMs?: number } = {},
): Promise<Comparison> {
  const log = await readLog(aLog(rules.before, items, before));
  return compare(log, { before: null, after: aRuleSet(...rules.after), sinceMs });
}

describe("a comparison", () => {
  it("names who would get which text, and who no longer would", async () => {
    const failed: Rule = {
      ...text,
      name: "failed",
      conditions: { all: [{ fact: "status", operator: "equal", value: "failed" }] },
    };
    const items = [
      anItem(0, named, { fired: ["text"] }),
      anItem(1, { ...named, status: "failed", contactId: "c" }, { fired: ["text"] }),
    ];
    const found = await compared({ before: [text], after: [failed] }, items);
    const about = { rule: "failed", messageType: "SMS", text: "Hello Jo" };
    expect(found.gained).toEqual([{ ...about, contactId: "c", eventKey: "key-1", at: "2026-03-04T12:01:00.000Z" }]);
    expect(found.lost.map(({ contactId, rule }) => [contactId, rule])).toEqual([
      ["test-contact", "text"],
      ["c", "text"],
    ]);
    expect(found.rules.map(({ rule, change, texts }) => [rule, change, texts])).toEqual([
      ["failed", "new", [0, 1]],
      ["text", "removed", [2, 0]],
    ]);
  });

  it("tells of a text that is another now, or comes at another time, and of no other", async () => {
    const other = (fields: object): Rule => ({
      ...text,
      actions: [{ ...aText({ message: "Hello {{ event.name }}" }), ...fields }],
    });
    const items = [anItem(0, named, { fired: ["text"] }), aDelivery(text, "key-0")];
    const changed = async (rule: Rule) => (await compared({ before: [text], after: [rule] }, items)).changed;
    expect(await changed(text)).toEqual([]);
    expect(await changed(other({ cancelOn: ["reply"] }))).toEqual([]);
    expect(await changed(other({ message: "Hi {{ event.name }}" }))).toMatchObject([
      { before: { text: "Hello Jo" }, after: { text: "Hi Jo" } },
    ]);
    expect(await changed(other({ after: "1h" }))).toMatchObject([{ after: { at: "2026-03-04T13:00:00.000Z" } }]);
  });

  it("counts no text that its contact, its breaker, a reply or its template keeps back", async () => {
    const items = [
      anItem(0, { ...named, contactId: "stopped" }),
      anItem(1, { ...named, contactId: "replies" }),
      anItem(2, { type: "InboundMessage", body: "Yes", contactId: "replies" }),
      anItem(3, { contactId: "nameless", name: null }),
      anItem(4, { ...named, contactId: "much", messageId: "a" }),
      anItem(5, { ...named, contactId: "much", messageId: "b" }),
    ];
    const said = {
      since: "2026-03-01T00:00:00.000Z",
      eventKey: "k",
      recordedAt: null,
      lastAt: "2026-03-01T00:00:00.000Z",
      lastKey: "k",
    };
    const before: ExportLine[] = [{ type: "opt-out", contactId: "stopped", channel: "SMS", why: "stop", ...said }];
    const rule = {
      ...text,
      breaker: { perContactDay: 1 },
      actions: [aText({ message: "Hello {{ event.name }}", after: "10m", cancelOn: ["reply"] })],
    };
    const found = await compared({ before: [], after: [rule] }, items, { before });
    expect(found.gained.map(({ contactId, eventKey }) => [contactId, eventKey])).toEqual([["much", "key-4"]]);
    expect(found.rules).toMatchObject([{ rule: "text", fires: [0, 5], texts: [0, 1] }]);
  });

  it("leaves out what a message of ours caused that is not sent, and counts it", async () => {
    const items = [
      anItem(0, named, { fired: ["text"] }),
      aDelivery(text, "key-0", {
        attempts: [
          { at: "2026-03-04T12:00:00.000Z", status: 200, error: null, durationMs: 1, answer: "", request: null },
        ],
      }),
      {
        ...anItem(1, { source: "api", messageId: "ours" }),
        decision: { ...anItem(1, {}).decision, sentBy: "key-0-0" },
      },
    ];
    const found = await compared({ before: [text], after: [] }, items);
    expect([found.events, found.leftOut]).toEqual([2, [0, 1]]);
  });

  it("decides by the rules that were in force before --since, so that limits begin as they were", async () => {
    const limited = { ...text, limit: { count: 1 } };
    const items = [anItem(0, named, { fired: ["text"] }), aDelivery(text, "key-0"), anItem(10, named)];
    const found = await compared({ before: [text], after: [limited] }, items, { sinceMs: START + 60_000 });
    expect(found.rules).toMatchObject([{ rule: "text", fires: [1, 0] }]);
    expect(found.events).toBe(1);
  });

  it("says what no event ever tested of rules that are new or changed", async () => {
    const asks = aRule({
      name: "asks",
      conditions: {
        any: [
          { fact: "provider", operator: "equal", value: "acme" },
          { fact: "status", operator: "in", value: ["delivered", "opened"] },
          { not: { fact: "channel", operator: "equal", value: "email" } },
        ],
      },
    });
    const found = await compared({ before: [text], after: [text, asks] }, [anItem(0, named), anItem(1, named)]);
    expect(found.untested).toEqual([
      { rule: "asks", fact: "provider", events: 2 },
      { rule: "asks", fact: "status", value: "opened", events: 2 },
    ]);
  });
});

describe("whether the rules that were in force give what was recorded", () => {
  const limited = { ...text, limit: { count: 1, within: "1d" } };
  const ofLocation: Rule = { ...text, limit: { count: 1, per: "location", within: "1m" } };
  it.each<[string, readonly Rule[], readonly ExportLine[], object]>([
    ["log-begins", [limited], [anItem(0, named)], { "log-begins": 1 }],
    [
      "other-contacts",
      [ofLocation],
      [anItem(0, named, { fired: ["text"] }), anItem(10, named)],
      { "other-contacts": 1 },
    ],
    ["clock-set-back", [text], [anItem(10, named, { fired: ["text"] }), anItem(5, named)], { "clock-set-back": 1 }],
    ["unexplained", [text], [anItem(0, named)], { unexplained: 1 }],
    [
      "payload-forgotten",
      [text],
      [anItem(0, {}, { dropped: "payload", told: { channel: "sms", outcome: null, messageKey: null } })],
      { "payload-forgotten": 1 },
    ],
    ["rules-not-kept", [{ ...text, actions: [] }], [anItem(0, named)], { "rules-not-kept": 1 }],
    [
      "by-hand",
      [text],
      [
        anItem(0, named, { fired: ["text"] }),
        aDelivery(text, "key-0", {
          state: "cancelled",
          cancelledBy: { by: "operator" },
          endedAt: null,
          hasLeft: false,
        }),
      ],
      { "by-hand": 1 },
    ],
  ])("is counted by its cause where it does not: %s", async (_, rules, items, causes) => {
    const found = await compared({ before: rules, after: [] }, items);
    expect(found.faithful?.causes).toEqual(causes);
  });

  it("takes what a set that is not kept whole has done as it is", async () => {
    const wait = { ...text, actions: [aText({ message: "Hello {{ event.name }}", after: "1h", cancelOn: ["reply"] })] };
    const items = [
      anItem(0, named, { fired: ["text"] }),
      aDelivery(wait, "key-0", { state: "scheduled", dueAt: "2026-03-04T13:00:00.000Z", hasLeft: false }),
      anItem(1, { type: "InboundMessage", body: "Yes" }),
    ];
    const found = await compared({ before: [{ ...wait, actions: [] }], after: [] }, items);
    expect(found.rules).toMatchObject([{ rule: "text", fires: [1, 0], texts: [0, 0] }]);
  });
});

const counted = (texts: readonly [number, number]): Comparison => ({
  locationId: "l",
  from: "2026-03-04T12:00:00.000Z",
  to: "2026-03-05T12:00:00.000Z",
  events: 4_120,
  leftOut: [0, 3],
  rules: [
    { rule: "a", change: "changed", fires: [41, 58], texts, others: [0, 0] },
    { rule: "b", change: "same", fires: [5, 5], texts: [0, 0], others: [5, 5] },
  ],
  gained: [
    {
      contactId: "c",
      eventKey: "k",
      rule: "a",
      messageType: "SMS",
      at: "2026-03-04T12:00:00.000Z",
      text: "<b>Hi</b> *you*\n",
    },
  ],
  lost: [],
  changed: [],
  untested: [{ rule: "a", fact: "provider", events: 4_120 }],
  faithful: { same: 4_118, causes: { "log-begins": 2 }, differences: [] },
});

describe("a bound", () => {
  it.each<[string, readonly [number, number], boolean]>([
    ["texts > +10%", [100, 110], false],
    ["texts > +10%", [100, 111], true],
    ["texts < -50%", [100, 49], true],
    ["texts > +5", [100, 106], true],
    ["texts >= 106", [100, 106], true],
    ["texts of a > +0", [1, 2], true],
    ["texts of b > +0", [1, 2], false],
    ["fires > +40%", [0, 0], false],
    ["gained > 0", [0, 0], true],
    ["lost>0", [0, 0], false],
    ["untested of a >= 1", [0, 0], true],
  ])("%s of %j is passed: %s", (gate, texts, isPassed) => {
    expect(gateOf(gate)?.(counted(texts)) !== null).toBe(isPassed);
  });

  it.each(["texts", "texts > 10%", "words > 1", "texts > +x", "toString > 1", "texts = 1", ""])("is none: %j", (gate) =>
    expect(gateOf(gate)).toBeNull(),
  );
});

describe("a report", () => {
  it("has a line for each rule that does something else, and for each person", () => {
    expect(reportLines(counted([39, 12]), ["texts"])).toEqual([
      "4,120 events of location l, 2026-03-04 to 2026-03-05: 1 more, 0 fewer, 0 other texts",
      "",
      "Rules",
      "  a  changed  fires 41 → 58, texts 39 → 12",
      "",
      "Would get a text, and did not (1)",
      "  c  2026-03-04T12:00Z  SMS of a: “<b>Hi</b> *you* ”",
      "",
      "What no event ever tested",
      '  a: 0 of 4,120 events had "provider"',
      "",
      "How far this can be trusted",
      "  The rules that were in force give what was recorded for 4,118 of 4,120 events",
      "  2 the rule asks for more of the past than the log has (log-begins)",
      "  3 events of our own messages left out, which would not be sent",
      "",
      "FAILED  texts",
    ]);
  });

  it("is Markdown in which a text is no markup", () => {
    const page = reportMarkdown(counted([39, 12]), []);
    expect(page).toContain("| `a` | changed | 41 → **58** | 39 → **12** | 0 |");
    expect(page).toContain("&lt;b>Hi&lt;/b> \\*you\\*");
    expect(page).not.toContain("Failed");
  });

  it("of an empty log says so", () => {
    expect(reportLines({ ...counted([0, 0]), from: null, to: null }, [])[0]).toBe("No event of location l to replay");
  });
});
