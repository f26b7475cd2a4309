import { describe, expect, it } from "vitest";
import { pausedIn, pauseOn, resumeOn, untilOf } from "../../../src/cli/pause.ts";
import type { Pause } from "../../../src/model/pause.ts";

const NOW = Date.parse("2026-03-04T12:00:00Z");
const PAUSE: Pause = {
  scope: "rule",
  rule: "text",
  since: "2026-03-04T12:00:00.000Z",
  until: "2026-03-04T14:00:00.000Z",
  reason: "The price is wrong",
  by: "ada",
};

function aWorker(answer: () => Response) {
  const asked: { method: string; path: string; body: unknown }[] = [];
  return {
    url: "https://worker.example",
    adminToken: "t",
    asked,
    fetch: (url: URL, { method = "GET", body = "null" }: { method?: string; body?: string }) => {
      asked.push({ method, path: url.pathname, body: JSON.parse(body) });
      return Promise.resolve(answer());
    },
  };
}

describe("rules pause", () => {
  it.each([
    ["text", "l 1", "/api/locations/l%201/rules/text/pause"],
    [undefined, "l 1", "/api/locations/l%201/pause"],
    ["a/b", undefined, "/api/rules/a%2Fb/pause"],
  ])("pauses %s of %s", async (rule, location, path) => {
    const worker = aWorker(() => Response.json({ pause: PAUSE, held: 0 }));
    const [line] = await pauseOn(worker, pausedIn(rule, location), {
      reason: "why",
      until: "2026-03-04T14:00:00.000Z",
    });
    expect(worker.asked).toEqual([{ method: "PUT", path, body: { reason: "why", until: "2026-03-04T14:00:00.000Z" } }]);
    expect(line).toMatch(/is paused since \S+ until 2026-03-04T14:00:00\.000Z, by ada: The price is wrong$/);
  });

  it("says how many locations know of a pause in every one", async () => {
    const worker = aWorker(() => Response.json({ pause: { ...PAUSE, until: null }, locations: 212, told: 200 }));
    expect(await pauseOn(worker, pausedIn("text", undefined), { reason: "why", until: null })).toEqual([
      "The rule text in every location is paused since 2026-03-04T12:00:00.000Z, until somebody ends it, by ada: The price is wrong",
      "200 of 212 locations know of it",
    ]);
    expect(worker.asked).toMatchObject([{ body: { reason: "why" } }]);
  });

  it("refuses what names nothing, and says that there is no such rule", async () => {
    expect(() => pausedIn(undefined, undefined)).toThrow("Name a rule");
    const worker = aWorker(() => new Response(null, { status: 404 }));
    await expect(pauseOn(worker, pausedIn("txt", "l"), { reason: "why", until: null })).rejects.toThrow(
      "There is no rule txt of location l",
    );
  });

  it.each([
    ["2h", "2026-03-04T14:00:00.000Z"],
    ["2026-03-05", "2026-03-05T00:00:00.000Z"],
  ])("ends with --until %s", (given, at) => expect(untilOf(given, NOW)).toBe(at));
  it.each(["tomorrow", "2026-03-03", ""])("refuses --until %j", (given) =>
    expect(() => untilOf(given, NOW)).toThrow("--until"),
  );
});

describe("rules resume", () => {
  it("ends a pause, and says what is held", async () => {
    const worker = aWorker(() => Response.json({ pause: null, held: 12 }));
    const lines = await resumeOn(worker, pausedIn("text", "l"));
    expect(worker.asked).toEqual([{ method: "DELETE", path: "/api/locations/l/rules/text/pause", body: null }]);
    expect(lines).toEqual(["The rule text in location l is not paused", expect.stringMatching(/^12 held: /)]);
  });
});
