import { describe, expect, it } from "vitest";
import { keptReplay } from "../../../src/dashboard/replay/kept.ts";
import type { Json } from "../../../src/kit/json.ts";
import { withoutPeople, type Comparison } from "../../../src/model/comparison.ts";

const text = (contactId: string, words: string | null) => ({
  contactId,
  eventKey: "key",
  rule: "a",
  messageType: "SMS",
  at: "2026-03-04T12:00:00.000Z",
  text: words,
});
const FOUND: Comparison = {
  locationId: "L",
  from: "2026-03-01T00:00:00.000Z",
  to: "2026-03-08T00:00:00.000Z",
  events: 100,
  leftOut: [0, 2],
  rules: [{ rule: "a", change: "changed", fires: [41, 58], texts: [39, 12], others: [0, 0] }],
  gained: [text("ada", "Hi Ada"), text("grace", null)],
  lost: [],
  changed: [{ before: text("ada", "Hi"), after: text("ada", "Hi Ada") }],
  untested: [
    { rule: "a", fact: "provider", events: 12 },
    { rule: "a", fact: "status", value: "read", events: 12 },
  ],
  faithful: {
    same: 99,
    causes: { unexplained: 1 },
    differences: [{ eventKey: "key", rule: "a", what: "fired", recorded: "x", replayed: "y", cause: "unexplained" }],
  },
};
const asJson = (value: object): Json => JSON.parse(JSON.stringify(value)) as Json;

describe("what a replay said of a version", () => {
  it("is read as it was found, but for how far it can be trusted", () => {
    expect(keptReplay(asJson({ ...FOUND, failed: ["texts > +10%"] }))).toEqual({
      compared: { ...FOUND, faithful: null },
      counts: { gained: 2, lost: 0, changed: 1 },
      failed: ["texts > +10%"],
    });
  });

  it("is kept without contacts and texts, and read with their number", () => {
    const kept = withoutPeople(FOUND);
    expect(JSON.stringify(kept)).not.toMatch(/ada|grace|Hi|key/i);
    expect(keptReplay(asJson(kept))).toEqual({
      compared: { ...FOUND, gained: [], lost: [], changed: [], faithful: null },
      counts: { gained: 2, lost: 0, changed: 1 },
      failed: [],
    });
  });

  it.each([null, 1, "x", [], {}, { events: 1 }, { rules: [] }])("is not taken for one where it is %o", (other) => {
    expect(keptReplay(other as Json)).toBeNull();
  });

  it("is read as far as it has the form, whatever else it holds", () => {
    const odd = {
      events: 1,
      rules: [null, 1, { rule: 1 }, { rule: "a", change: 1, fires: "x" }],
      gained: [1],
      lost: "x",
      changed: [{}, { before: 1, after: {} }],
      untested: [{}, 1],
      counts: { gained: "many" },
    };
    expect(keptReplay(odd as Json)).toMatchObject({
      compared: {
        rules: [{ rule: "a", change: "changed", fires: [0, 0] }],
        gained: [],
        lost: [],
        changed: [],
        from: null,
      },
      counts: { gained: 1, lost: 0 },
    });
  });
});
