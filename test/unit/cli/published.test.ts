import { describe, expect, it } from "vitest";
import { changedLines, stateLines, type PublishedState } from "../../../src/cli/published.ts";
import { versionsLines } from "../../../src/cli/versions.ts";
import { asked } from "../../../src/cli/worker-api.ts";
import type { RulesChange } from "../../../src/model/published.ts";

const NOTHING = { live: null, canary: null, shadow: null };

function change(number: number, fields: Partial<RulesChange>): RulesChange {
  return {
    ...NOTHING,
    change: number,
    at: `2026-03-04T12:0${number}:00.000Z`,
    by: "Ana",
    what: "activate",
    version: 1,
    reason: "",
    ...fields,
  };
}

function state(changes: readonly RulesChange[], fields: Partial<PublishedState> = {}): PublishedState {
  const { live = null, canary = null, shadow = null, change: last = 0 } = changes[0] ?? {};
  const versions = { liveVersion: null, canaryVersion: null, shadowVersion: shadow === null ? null : 1 };
  return {
    rulesFrom: "deploy",
    bundled: "deployed",
    inForce: { change: last, live, canary, shadow, ...versions },
    before: null,
    locations: 1,
    told: 1,
    changes,
    versions: [],
    cursor: null,
    ...fields,
  };
}

describe("what is in force, on the command line", () => {
  const into = change(1, { shadow: "published", reason: "try it" });
  const ended = change(2, {});

  it("says of each change what it did", () => {
    expect(versionsLines(state([ended, into])).slice(-2)).toEqual([
      "   2  2026-03-04T12:02:00.000Z  Ana  Version 1 ended as the shadow",
      "   1  2026-03-04T12:01:00.000Z  Ana  Version 1 went into the shadow  try it",
    ]);
  });

  it("says of the change that was asked for what it did, also where another one followed", () => {
    expect(changedLines(into, state([ended, into]))[0]).toBe(
      "1  2026-03-04T12:01:00.000Z  Ana  Version 1 went into the shadow  try it",
    );
  });

  it.each([
    ["the deployed rules again", { shadow: "deployed" }, {}, true],
    ["other rules", { shadow: "published" }, {}, false],
    ["what is in force", { live: "published", shadow: "published" }, { rulesFrom: "published" }, true],
    ["what would be in force, if the bundle did not decide", { live: "published", shadow: "published" }, {}, false],
  ] as const)("says whether the set in the shadow could differ: %s", (_, fields, more, isSame) => {
    const [, line = ""] = stateLines(state([change(1, fields)], more));
    expect(line).toMatch(isSame ? /^In the shadow: version 1, the same rules/ : /^In the shadow: version 1$/);
  });
});

describe("a Worker that refuses", () => {
  it("is told with what is wrong, what to do, and where", async () => {
    const problem = { title: "There is nothing to roll back to", detail: "Activate a version instead" };
    const issues = [{ pointer: "/after", message: "Expected a number" }];
    const worker = {
      url: "https://afterbeep.example",
      adminToken: "token",
      fetch: () => Promise.resolve(Response.json({ ...problem, issues }, { status: 409 })),
    };
    await expect(asked<{ change: unknown }>("/api/rule-sets/rollback", "change", worker, {})).rejects.toThrow(
      /answered 409: There is nothing to roll back to\. Activate a version instead\n {2}\/after Expected a number$/,
    );
  });
});
