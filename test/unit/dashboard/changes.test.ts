import { describe, expect, it } from "vitest";
import { deciding, inForceLines } from "../../../src/dashboard/changes/in-words.ts";
import { changeInWords, withBefore } from "../../../src/language/published-words.ts";
import {
  boundsIn,
  consequencesOf,
  FIRST_BOUNDS,
  offersOf,
  rollBackInWords,
} from "../../../src/dashboard/changes/offers.ts";
import type { Canary, InForceVersions, RulesChange, RulesFrom } from "../../../src/model/published.ts";

const CANARY: Canary = { ruleSet: "set-2", locations: ["L"], share: 0.1, messagesPerHour: 20 };

/** Version N is set-N; 0 is that of the bundle. */
function inForce(live: number | null, canary: Canary | null = null, shadow: number | null = null): InForceVersions {
  const setOf = (version: number | null) => (version === null ? null : `set-${version}`);
  const canaryVersion = canary === null ? null : Number(canary.ruleSet.slice(4));
  return {
    change: 7,
    live: setOf(live),
    canary,
    shadow: setOf(shadow),
    liveVersion: live,
    canaryVersion,
    shadowVersion: shadow,
  };
}

const known = (now: InForceVersions, rulesFrom: RulesFrom = "published") => ({
  rulesFrom,
  inForce: now,
  bundled: "set-0",
});
const version = (number: number) => ({ version: number, ruleSet: `set-${number}` });

describe("what is offered for a version", () => {
  it.each([
    ["nothing was put in force", inForce(null), 1, "published", ["all", "canary", "shadow"]],
    ["it is in force", inForce(1), 1, "published", []],
    ["it is in force, and a canary besides", inForce(1, CANARY), 1, "published", ["all"]],
    ["it is the canary", inForce(1, CANARY), 2, "published", ["all", "canary", "shadow", "nobody"]],
    ["it is in the shadow", inForce(1, null, 2), 2, "published", ["all", "canary", "nobody"]],
    ["it is what was deployed", inForce(null), 0, "published", ["all"]],
    ["deployed rules decide", inForce(null), 1, "deploy", ["shadow"]],
    ["deployed rules decide, and it was in force", inForce(1), 1, "deploy", ["shadow"]],
    ["deployed rules decide, and it is in the shadow", inForce(null, null, 1), 1, "deploy", ["nobody"]],
    ["deployed rules decide, and it is the same", inForce(null), 0, "deploy", []],
  ] as const)("where %s", (_, now, number, rulesFrom, offers) => {
    expect(offersOf(version(number), known(now, rulesFrom))).toEqual(offers);
  });
});

describe("what follows is said before it is done", () => {
  const said = (
    offer: Parameters<typeof consequencesOf>[0],
    number: number,
    now: InForceVersions,
    bounds: Parameters<typeof consequencesOf>[3] = null,
  ) => consequencesOf(offer, version(number), known(now), bounds).join(" ");

  it("of a version for all: what it takes the place of, and which canary ends", () => {
    expect(said("all", 3, inForce(1, CANARY, 3))).toMatch(
      /^Version 3 decides every event.* Until now: version 1\. The canary, version 2, ends\. Version 3 leaves the shadow\./,
    );
    expect(said("all", 2, inForce(null, CANARY))).toMatch(/the rules of the last deploy\. It is no canary any more/);
  });

  it("of a canary: for whom, what decides for the others, and that nothing halts it", () => {
    const bounds = { locations: ["L"], share: 0.25, messagesPerHour: null };
    const words = said("canary", 3, inForce(1, CANARY), bounds);
    expect(words).toContain("Version 3 decides for 25 % of contacts of L. For everybody else: version 1.");
    expect(words).toContain("Nothing halts it but you.");
    expect(words).toContain("The canary, version 2, ends.");
    expect(said("canary", 2, inForce(1, CANARY), { ...bounds, messagesPerHour: 5 })).not.toContain("Nothing halts it");
  });

  it("of the shadow and of an end", () => {
    expect(said("shadow", 3, inForce(1, null, 2))).toMatch(/nothing of it leaves.*Version 2 leaves the shadow/);
    expect(said("nobody", 2, inForce(1, CANARY, 2))).toMatch(/The canary ends: version 1 decides.*leaves the shadow/);
  });

  it("of a roll-back: what is in force then; nothing, where nothing was before", () => {
    const state = { ...known(inForce(3)), before: inForce(1, CANARY) };
    expect(rollBackInWords(state).join(" ")).toMatch(
      /What was in force before comes back\. Version 1 decides for all\. The canary is version 2, for 10 % of contacts of L/,
    );
    expect(rollBackInWords({ ...state, before: null })).toEqual([]);
    expect(rollBackInWords({ ...state, rulesFrom: "deploy" })[1]).toBe("The rules of the last deploy decide for all.");
  });
});

describe("what is typed of a canary", () => {
  it("is read, with commas, spaces and lines between locations, each once", () => {
    expect(boundsIn({ share: " 12,5 % ", locations: "a, b\nb  c", messagesPerHour: "" })).toEqual({
      share: 0.125,
      locations: ["a", "b", "c"],
      messagesPerHour: null,
    });
    expect(boundsIn(FIRST_BOUNDS)).toMatchObject({ share: 0.1, messagesPerHour: 20 });
  });

  it.each([
    [{ share: "" }, "share"],
    [{ share: "0" }, "share"],
    [{ share: "101" }, "share"],
    [{ share: "ten" }, "share"],
    [{ share: "100" }, "for some"],
    [{ messagesPerHour: "1.5" }, "whole number"],
    [{ messagesPerHour: "-1" }, "whole number"],
    [{ messagesPerHour: "1001" }, "whole number"],
  ])("is refused, with what to do: %o", (typed, says) => {
    expect(boundsIn({ ...FIRST_BOUNDS, ...typed })).toEqual(expect.stringContaining(says));
  });
});

describe("a change", () => {
  const change = (fields: Partial<RulesChange>): RulesChange => ({
    change: 2,
    live: "set-1",
    canary: null,
    shadow: null,
    at: "2026-03-04T12:00:00Z",
    by: "ana",
    what: "activate",
    version: 2,
    reason: "",
    ...fields,
  });
  const before = { change: 1, live: "set-1", canary: null, shadow: null };

  it.each([
    [{ live: "set-2" }, before, "Version 2 was put in force for all"],
    [
      { canary: CANARY },
      before,
      "Version 2 became the canary, for 10 % of contacts of L, halted beyond 20 messages an hour in a location",
    ],
    [
      { canary: { ...CANARY, messagesPerHour: 1 } },
      before,
      "Version 2 became the canary, for 10 % of contacts of L, halted beyond 1 message an hour in a location",
    ],
    [{ shadow: "set-2" }, before, "Version 2 went into the shadow"],
    [{}, { ...before, canary: CANARY, shadow: "set-2" }, "Version 2 ended as the canary and the shadow"],
    [{}, { ...before, shadow: "set-2" }, "Version 2 ended as the shadow"],
    [{}, before, "Version 2 was put in force as it was already"],
    [{}, null, "Version 2 was put in force, in the shadow, or ended"],
    [{ what: "roll-back", version: null }, before, "Rolled back: the rules of the last deploy decide"],
    [{ what: "roll-back" }, before, "Rolled back: version 2 decides"],
  ] as const)("is told in words: %o", (fields, was, words) => {
    expect(changeInWords(change(fields), was)).toEqual({ what: words, isAlarming: false });
  });

  it.each(["halt", "not-admitted"] as const)("that Afterbeep did by itself stands out: %s", (what) => {
    expect(changeInWords(change({ what }), before)).toMatchObject({ isAlarming: true });
  });

  it("is told beside the one before it, the first one beside nothing", () => {
    const [last, first] = [change({}), change({ change: 1 })];
    expect(withBefore([last, first]).map((one) => one.before?.change)).toEqual([1, 0]);
    expect(withBefore([last]).map((one) => one.before)).toEqual([null]);
  });
});

it("what is in force is told with the canary's bounds, and where deployed rules decide without what does not", () => {
  const now = inForce(1, CANARY, 3);
  expect(inForceLines(now)).toEqual([
    "Version 1 decides for all.",
    "The canary is version 2, for 10 % of contacts of L, halted beyond 20 messages an hour in a location.",
    "Version 3 is in the shadow.",
  ]);
  expect(inForceLines(deciding(now, "deploy"))).toEqual([
    "The rules of the last deploy decide for all.",
    "There is no canary.",
    "Version 3 is in the shadow.",
  ]);
});
