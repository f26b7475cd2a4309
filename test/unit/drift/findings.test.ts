import { describe, expect, it } from "vitest";
import { driftInWords } from "../../../src/language/drift-words.ts";
import { driftFindings, type Counted } from "../../../src/drift/findings.ts";
import type { DayCounts, DriftFinding } from "../../../src/model/drift.ts";
import { aRule } from "../../builders.ts";

const DAY_MS = 86_400_000;
const TODAY = Date.parse("2026-03-31T23:30:00Z");
const DAY = Math.floor(TODAY / DAY_MS);

const BOUNCED = aRule({
  name: "bounced",
  on: ["OutboundMessage"],
  conditions: {
    all: [
      { fact: "channel", operator: "equal", value: "email" },
      { fact: "status", operator: "equal", value: "bounced" },
    ],
  },
});

/** Thirty days of e-mails with these words in `status`, of which the last days may have others. */
function days(
  usual: { [word: string]: number },
  last: readonly { [word: string]: number }[] = [],
): Map<number, DayCounts> {
  return new Map(
    Array.from({ length: 30 }, (_, index): [number, DayCounts] => {
      const words = last[last.length - 30 + index] ?? usual;
      const present = Object.values(words).reduce((sum, times) => sum + times, 0);
      const events = Math.max(present, 100);
      return [
        DAY - 29 + index,
        { "OutboundMessage email": { events, places: { status: { present, words, others: 0 } } } },
      ];
    }),
  );
}

const counted = (given: Partial<Counted>): Counted => ({
  days: new Map(),
  exact: new Map(),
  fired: new Map(),
  ...given,
});
const sentences = (found: readonly DriftFinding[]): string[] => found.map((one) => `${one.what}: ${driftInWords(one)}`);

describe("what the counts say", () => {
  it("names a word that is tested and never comes, with what came", () => {
    const found = driftFindings([BOUNCED], counted({ days: days({ delivered: 134, failed: 3 }) }), TODAY);
    expect(sentences(found)).toEqual([
      'never: Rule "bounced" tests status: of 4,110 events that had it "delivered" 4,020 times, "failed" 90 times, "bounced" never came',
    ]);
    expect(found[0]?.isAlert).toBe(false);
  });

  it("says nothing of a word that came, of few events, of another channel, or of one that must not come", () => {
    const say = (rule: typeof BOUNCED, words: { [word: string]: number }) =>
      driftFindings([rule], counted({ days: days(words) }), TODAY);
    expect(say(BOUNCED, { delivered: 134, bounced: 1 })).toEqual([]);
    expect(say(BOUNCED, { delivered: 3 })).toEqual([]);
    expect(say({ ...BOUNCED, enabled: false }, { delivered: 134 })).toEqual([]);
    const conditions = (operator: string, value: string | string[]) => ({
      ...BOUNCED,
      conditions: { all: [{ fact: "status", operator, value }] },
    });
    expect(say(conditions("notEqual", "bounced"), { delivered: 134 })).toEqual([]);
    expect(say(conditions("in", ["bounced", "delivered"]), { delivered: 134 })).toEqual([]);
    expect(say(conditions("equalsIgnoreCase", "DELIVERED"), { delivered: 134 })).toEqual([]);
    expect(say({ ...conditions("equal", "bounced"), on: ["InboundMessage"] }, { delivered: 134 })).toEqual([]);
    expect(
      say({ ...BOUNCED, conditions: { not: conditions("equal", "bounced").conditions } }, { delivered: 134 }),
    ).toEqual([]);
  });

  it("says only of what was counted that it never came: a word that a rule names anew was not", () => {
    const gold = aRule({
      name: "gold",
      conditions: { all: [{ fact: "payload", path: "$.plan", operator: "equal", value: "gold" }] },
    });
    const plan = (words: { [word: string]: number }): Map<number, DayCounts> =>
      new Map([
        [
          DAY,
          {
            "OutboundMessage sms": { events: 500, places: { "payload $.plan": { present: 500, words, others: 500 } } },
          },
        ],
      ]);
    expect(driftFindings([gold], counted({ days: plan({ tin: 0 }) }), TODAY)).toEqual([]);
    expect(driftFindings([gold], counted({ days: plan({ gold: 0 }) }), TODAY).map(({ what }) => what)).toEqual([
      "never",
    ]);
  });

  it("alerts of a new word that HighLevel has not published, and only notes one that it has", () => {
    const say = (word: string, times: number) =>
      driftFindings(
        [BOUNCED],
        counted({ days: days({ delivered: 130, bounced: 4 }, [{ delivered: 130, bounced: 4, [word]: times }]) }),
        TODAY,
      );
    expect(say("sent_v2", 9).map(({ what, words, isAlert }) => ({ what, words, isAlert }))).toEqual([
      { what: "new-word", words: ["sent_v2"], isAlert: true },
    ]);
    expect(say("queued", 9).map(({ isAlert }) => isAlert)).toEqual([false]);
    expect(say("sent_v2", 4)).toEqual([]);
  });

  it("alerts of a field that vanished, and not of one that was often absent or on few events", () => {
    const say = (usual: number, last: number, looked = 100) => {
      const byDay = days({ bounced: usual }, [{ bounced: usual }, { bounced: last }, { bounced: last }]);
      if (looked !== 100)
        for (const [day, groups] of [...byDay].slice(-2))
          byDay.set(day, { "OutboundMessage email": { ...groups["OutboundMessage email"], events: looked } as never });
      return driftFindings([BOUNCED], counted({ days: byDay }), TODAY).map(({ what, isAlert }) => `${what} ${isAlert}`);
    };
    expect(say(90, 0)).toEqual(["vanished true"]);
    expect(say(90, 1)).toEqual([]);
    expect(say(20, 0)).toEqual([]);
    expect(say(90, 0, 10)).toEqual([]);
  });

  it("alerts of a rule that fired regularly and is silent beyond its usual gap, while its events still come", () => {
    const firedAt = (isActive: (hour: number) => boolean, until: number): Map<number, number> =>
      new Map(
        Array.from({ length: 30 * 24 }, (_, index) => (DAY - 29) * 24 + index)
          .filter((hour) => isActive(hour % 24) && hour <= until)
          .map((hour) => [hour, 2]),
      );
    const now = Math.floor(TODAY / 3_600_000);
    const traffic = days({ delivered: 134, bounced: 1 });
    const say = (hours: Map<number, number>, exact = traffic) =>
      driftFindings([BOUNCED], counted({ days: traffic, exact, fired: new Map([["bounced", hours]]) }), TODAY);
    const atWork = (hour: number): boolean => hour >= 9 && hour < 18;
    const found = say(firedAt(atWork, now - 3 * 24));
    expect(sentences(found)).toEqual([
      'silent: Rule "bounced" has not fired for 3 days; before, its longest silence was 16 hours, and events of its kind still come',
    ]);
    expect(say(firedAt(atWork, now))).toEqual([]);
    expect(say(firedAt(atWork, now - 20))).toEqual([]);
    expect(say(firedAt((hour) => hour === 9, now - 3 * 24))).toEqual([]);
    expect(say(firedAt(atWork, now - 3 * 24), new Map())).toEqual([]);
  });
});
