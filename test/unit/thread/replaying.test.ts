import { describe, expect, it } from "vitest";
import type { ExportLine } from "../../../src/model/export.ts";
import type { FromThread, ReplayRequest } from "../../../src/model/replay-thread.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { replaying } from "../../../src/thread/replaying.ts";
import { aRule, aText, LOCATION } from "../../builders.ts";
import { aLog, anItem, START } from "../replay/a-log.ts";

const DAY_MS = 86_400_000;
const text = aRule({ name: "text", actions: [aText({ message: "Hello {{ event.name }}" })] });
const named = { name: "Jo" };

/** Replays a log in the place of a Worker's, and gives what was asked and said. */
async function replayed(
  items: readonly ExportLine[],
  fields: Partial<ReplayRequest> = {},
  { inForce = [] as readonly Rule[], stopsAfter = Infinity, answer = null as Response | null } = {},
) {
  const asked: { path: string; init: RequestInit }[] = [];
  const said: FromThread[] = [];
  const lines: string[] = [];
  for await (const line of aLog(inForce, items)) lines.push(`${JSON.stringify(line)}\n`);
  let seen = 0;
  await replaying(
    {
      locationId: LOCATION,
      headers: { authorization: "Bearer t" },
      before: null,
      after: [text],
      sinceMs: START,
      ...fields,
    },
    {
      fetch: (path, init) => {
        asked.push({ path, init });
        return Promise.resolve(answer ?? new Response(lines.join("")));
      },
      tell: (message) => said.push(message),
      isStopped: () => (seen += 1) > stopsAfter,
    },
  );
  return { asked, said, last: said.at(-1) };
}

describe("a replay in the page's thread", () => {
  it("tells who would get which text, beside what was", async () => {
    const { last } = await replayed([anItem(0, named)]);
    expect(last).toMatchObject({
      what: "done",
      isWhole: true,
      compared: {
        events: 1,
        gained: [{ contactId: "test-contact", text: "Hello Jo" }],
        lost: [],
        faithful: { same: 1 },
      },
    });
  });

  it("puts other rules than those of then beside them", async () => {
    const { last } = await replayed([anItem(0, named)], { before: [text] });
    expect(last).toMatchObject({ compared: { gained: [], faithful: null, rules: [{ change: "same" }] } });
  });

  it("leaves out rules of other locations", async () => {
    const { last } = await replayed([anItem(0, named)], { after: [{ ...text, locations: ["elsewhere"] }] });
    expect(last).toMatchObject({ compared: { gained: [], rules: [] } });
  });

  it.each<[string, readonly Rule[], number]>([
    ["a day, which a breaker does", [text], 1],
    ["as far as a limit does", [{ ...text, limit: { count: 1, within: "7d" } }], 7],
    ["a month at most", [{ ...text, limit: { count: 1 } }], 30],
  ])("reads what was before, and looks back %s", async (_, after, days) => {
    const { asked } = await replayed([anItem(0, named)], { after });
    const since = new Date(START - days * DAY_MS).toISOString();
    expect(asked).toMatchObject([
      {
        path: `/api/locations/${LOCATION}/export?since=${encodeURIComponent(since)}`,
        init: { headers: { authorization: "Bearer t" } },
      },
    ]);
  });

  it("says how far it has come, and ends where it is stopped", async () => {
    const items = Array.from({ length: 250 }, (_, n) => anItem(n, named));
    const { said } = await replayed(items, {}, { stopsAfter: 220 });
    expect(said.map((one) => (one.what === "read" ? one.events : one.what))).toEqual([100, 200, "done"]);
    expect(said.at(-1)).toMatchObject({ isWhole: false, compared: { events: 220 } });
  });

  it("says why it found nothing: what the API answered, or that the log breaks off", async () => {
    const problem = { code: "UNAUTHORIZED", title: "No token", detail: "Sign in", issues: [] };
    const refused = await replayed([], {}, { answer: Response.json(problem, { status: 401 }) });
    expect(refused.said).toEqual([{ what: "failed", problem: { status: 401, ...problem } }]);
    const broken = await replayed([], {}, { answer: new Response('{"type":"export","v":2}\n') });
    expect(broken.said).toMatchObject([
      { what: "failed", problem: { detail: expect.stringContaining("version 2") as string } },
    ]);
  });
});
