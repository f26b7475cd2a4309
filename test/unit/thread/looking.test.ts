import { describe, expect, it } from "vitest";
import type { ExportLine } from "../../../src/model/export.ts";
import type { FromThread, NearRequest } from "../../../src/model/replay-thread.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { looking } from "../../../src/thread/looking.ts";
import { aRule, LOCATION } from "../../builders.ts";
import { aLog, anItem, START } from "../replay/a-log.ts";

const DAY_MS = 86_400_000;
const failed = aRule({ name: "failed", conditions: { all: [{ fact: "status", operator: "equal", value: "failed" }] } });
const stopper = aRule({ name: "stopper", stop: true });

/** Looks through a log in the place of a Worker's, and gives what was asked and said. */
async function looked(
  items: readonly ExportLine[],
  fields: Partial<NearRequest> = {},
  { stopsAfter = Infinity, answer = null as Response | null } = {},
) {
  const asked: string[] = [];
  const said: FromThread[] = [];
  const lines: string[] = [];
  for await (const line of aLog([failed], items)) lines.push(`${JSON.stringify(line)}\n`);
  let seen = 0;
  await looking(
    { locationId: LOCATION, headers: {}, rule: "failed", inForce: [failed], sinceMs: START, ...fields },
    {
      fetch: (path) => {
        asked.push(path);
        return Promise.resolve(answer ?? new Response(lines.join("")));
      },
      tell: (message) => said.push(message),
      isStopped: () => (seen += 1) > stopsAfter,
    },
  );
  return { asked, said, last: said.at(-1) };
}

describe("near misses in the page's thread", () => {
  it("are told with how many events were looked at", async () => {
    const { last } = await looked([anItem(0, {}), anItem(1, {})]);
    expect(last).toMatchObject({
      what: "near",
      isWhole: true,
      near: { rule: "failed", looked: 2, near: 2, misses: [{ count: 2, events: [{ eventKey: "key-1" }, {}] }] },
    });
  });

  it("say how far it has come, and are of a part where it is stopped", async () => {
    const items = Array.from({ length: 250 }, (_, n) => anItem(n, {}));
    const { said } = await looked(items, {}, { stopsAfter: 220 });
    expect(said.map((one) => (one.what === "read" ? one.events : one.what))).toEqual([100, 200, "near"]);
    expect(said.at(-1)).toMatchObject({ isWhole: false, near: { looked: 220 } });
  });

  it.each<[string, readonly Rule[], number]>([
    ["a day", [failed], 1],
    ["as far as the rule's limit does", [{ ...failed, limit: { count: 1, within: "7d" } }], 7],
    ["as far as a rule's that may stop it does", [failed, { ...stopper, limit: { count: 1, within: "9d" } }], 9],
    ["no further for any other rule", [failed, { ...stopper, stop: false, limit: { count: 1, within: "9d" } }], 1],
    ["no further for a rule of another location", [failed, { ...stopper, locations: ["x"], limit: { count: 1 } }], 1],
  ])("read what was before: %s", async (_, inForce, days) => {
    const { asked } = await looked([], { inForce });
    const since = encodeURIComponent(new Date(START - days * DAY_MS).toISOString());
    expect(asked).toEqual([`/api/locations/${LOCATION}/export?since=${since}`]);
  });

  it("say why there is nothing: what the API answered", async () => {
    const problem = { code: "UNAUTHORIZED", title: "No token", detail: "Sign in", issues: [] };
    const { said } = await looked([], {}, { answer: Response.json(problem, { status: 401 }) });
    expect(said).toEqual([{ what: "failed", problem: { status: 401, ...problem } }]);
  });
});
