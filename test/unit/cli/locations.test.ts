import { describe, expect, it } from "vitest";
import { alertLines, openAlerts, sendTestOn } from "../../../src/cli/alerts.ts";
import { confirmedIn, deleteOn, locationLines, locationsOf } from "../../../src/cli/locations.ts";

/** A Worker that gives these answers, one after the other. */
function aWorker(...answers: readonly (readonly [status: number, body: unknown])[]) {
  const asked: string[] = [];
  const left = [...answers];
  return {
    url: "https://worker.example",
    adminToken: "t",
    asked,
    fetch: (url: URL, { method = "GET", body = "" }: { method?: string; body?: string }) => {
      asked.push(`${method} ${url.pathname}${url.search} ${body}`.trim());
      const [status, answer] = left.shift() ?? [500, {}];
      return Promise.resolve(Response.json(answer, { status }));
    },
  };
}

const AT = "2026-03-04T15:30:00.000Z";
const ALERT = { id: 1, kind: "dead", about: "text", count: 3, code: null, openedAt: AT, endedAt: null };
const NOTHING = { waiting: 0, held: 0, dead: 0, overdue: 0, alerts: 0, paused: false };

describe("a terminal", () => {
  const NAME = "Evil\u001B[2J\u202E\nnext";

  it("gets no command, and no line of its own, from what a location is called", async () => {
    const [, line] = locationLines([{ ...NOTHING, locationId: "a", name: NAME, lastEventAt: null } as never]);
    const alerts = alertLines([{ ...ALERT, locationId: "a", name: NAME } as never]);
    for (const told of [String(line), String(alerts[0])]) {
      expect(told).toContain("Evil [2J  next (a)");
      expect(told).not.toMatch(/[\p{Cc}\u202E]/u);
    }
  });

  it("is told in a sentence that something else answers", async () => {
    const worker = { url: "https://elsewhere.example", adminToken: "t", fetch: async () => new Response("<html>") };
    await expect(locationsOf(worker)).rejects.toThrow("What answers at https://elsewhere.example is no Afterbeep");
    const json = { ...worker, fetch: async () => Response.json({}) };
    const asks = [locationsOf(json), openAlerts(json, undefined), sendTestOn(json, "l"), deleteOn(json, "l")];
    for (const ask of asks) await expect(ask).rejects.toThrow("is no Afterbeep");
  });
});

describe("rules alerts", () => {
  it("lists what is open in all locations, page by page, each with since when", async () => {
    const worker = aWorker(
      [200, { alerts: [{ ...ALERT, locationId: "a", name: "Dental" }], cursor: "a" }],
      [200, { alerts: [{ ...ALERT, locationId: "b", name: null, endedAt: AT }], cursor: null }],
    );
    expect(alertLines(await openAlerts(worker, undefined))).toEqual([
      `since ${AT}  Dental (a)  Deliveries of rule text have died (3)`,
    ]);
    expect(worker.asked).toEqual(["GET /api/alerts?limit=200&cursor=", "GET /api/alerts?limit=200&cursor=a"]);
  });

  it("lists those of one location, and says when nothing is open", async () => {
    const worker = aWorker([200, { alerts: [], open: 0 }]);
    expect(alertLines(await openAlerts(worker, "l 1"))).toEqual(["Nothing is open"]);
    expect(worker.asked).toEqual(["GET /api/locations/l%201/alerts"]);
  });

  it.each([
    [undefined, "POST /api/alerts/test {}"],
    ["l 1", "POST /api/locations/l%201/alerts/test {}"],
  ])("sends a test for %s, or says why it did not arrive", async (location, path) => {
    const worker = aWorker([200, { status: 204 }], [409, { title: "Alerts go nowhere" }]);
    expect(await sendTestOn(worker, location)).toEqual({ status: 204 });
    await expect(sendTestOn(worker, location)).rejects.toThrow("answered 409: Alerts go nowhere");
    expect(worker.asked).toEqual([path, path]);
  });
});

describe("rules locations", () => {
  it("prints a table", async () => {
    const worker = aWorker(
      [200, { locations: [{ ...NOTHING, locationId: "a", name: "Dental", lastEventAt: AT, dead: 12 }], cursor: "1" }],
      [
        200,
        { locations: [{ ...NOTHING, locationId: "b", name: null, lastEventAt: null, paused: true }], cursor: null },
      ],
    );
    expect(locationLines(await locationsOf(worker))).toEqual([
      "location    last event                waiting  held  dead  overdue  alerts",
      `Dental (a)  ${AT}        0     0    12        0       0`,
      "b, paused   none                            0     0     0        0       0",
    ]);
    expect(locationLines([])).toEqual(["No location has sent anything"]);
  });
});

describe("rules delete", () => {
  it.each([
    [undefined, "l", "--location"],
    ["l", undefined, "write --confirm l"],
    ["l", "L", "Nothing was deleted"],
  ])("wants its id twice: %s, %s", (location, confirm, says) => {
    expect(() => confirmedIn(location, confirm)).toThrow(says);
  });

  it("goes on until nothing is left, and says what was done", async () => {
    const worker = aWorker(
      [200, { locations: [{ ...NOTHING, locationId: "l 1" }], cursor: null }],
      [200, { deleted: { tasks: 900 }, more: true, recoverableUntil: AT }],
      [200, { deleted: { tasks: 51 }, more: false, recoverableUntil: AT }],
    );
    const [done, until] = await deleteOn(worker, confirmedIn("l 1", "l 1"));
    expect(done).toBe("Location l 1 is deleted, with 951 tasks; nothing of it is left");
    expect(until).toContain(AT);
    expect(worker.asked.slice(1)).toEqual(Array(2).fill('DELETE /api/locations/l%201 {"confirm":"l 1"}'));
  });

  it("says that there was none by that id, of which it deletes what may be left", async () => {
    const worker = aWorker(
      [
        200,
        {
          locations: [
            { ...NOTHING, locationId: "l-10" },
            { ...NOTHING, locationId: "L-1" },
          ],
          cursor: null,
        },
      ],
      [200, { deleted: { tasks: 0 }, more: false, recoverableUntil: AT }],
    );
    const said = await deleteOn(worker, "l-1");
    expect(said).toEqual([expect.stringMatching(/^There was no location l-1 at .* rules locations lists/)]);
    expect(worker.asked[0]).toBe("GET /api/overview?limit=100&search=l-1");
  });

  it("says what the Worker refused", async () => {
    const known = [200, { locations: [{ ...NOTHING, locationId: "l" }], cursor: null }] as const;
    await expect(deleteOn(aWorker(known, [503, { title: "Cannot reach KV" }]), "l")).rejects.toThrow("Cannot reach KV");
  });
});
