import { describe, expect, it } from "vitest";
import { movableIn } from "../../../src/cli/movable.ts";
import { rowsIn, type Moving, type TableRow } from "../../../src/cli/moved-rows.ts";
import { sendRows } from "../../../src/cli/moving.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import { firstRow } from "../../../src/ledger/store/ports.ts";
import { LEDGER_MIGRATIONS } from "../../../src/ledger/store/schema.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { ExportLine } from "../../../src/model/export.ts";
import type { ImportPart } from "../../../src/model/import.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { aRule, aRuleSet, aTask, anEvent, aWebhook, LOCATION } from "../../builders.ts";
import { linesOf } from "../../generated/past.ts";
import { aLedger } from "../ledger/a-ledger.ts";
import { each } from "../../../proof/replay/agreement.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const HOUR_MS = 3_600_000;
const BY = { by: { through: "token", name: "test" }, about: {} } as const;
const waiting = aRule({ name: "waits", actions: [aWebhook({ after: "1h" })] });
const part = (fields: Partial<ImportPart> = {}): ImportPart => ({
  file: "a",
  from: 0,
  to: 0,
  isLast: false,
  tables: LEDGER_MIGRATIONS.length,
  rows: {},
  ...fields,
});

/** The lines of a location with an event whose webhook waits for an hour. */
async function exportedAtNoon(...rules: Rule[]): Promise<readonly ExportLine[]> {
  const ledger = await aLedger({ ruleSet: aRuleSet(...rules) });
  await ledger.record(anEvent({ messageId: "a" }, "first"));
  return linesOf(ledger, NOON, true);
}

interface ImportedOptions {
  readonly waits?: Moving["waits"];
  readonly nowMs?: number;
}

/** A ledger that has imported lines, and what left it since. */
async function imported(lines: readonly ExportLine[], { waits = "take", nowMs = NOON }: ImportedOptions = {}) {
  const left: string[] = [];
  const time = { now: nowMs };
  const storage = sqliteStorage();
  const fetch = (request: Request) => {
    left.push(request.url);
    return Promise.resolve(new Response());
  };
  const ledger = await aLedger({ storage, fetch, clock: () => time.now });
  await sendAll(ledger, lines, { waits });
  const ringAt = async (atMs: number): Promise<void> => {
    time.now = atMs;
    storage.alarmAt = null;
    await ledger.alarm();
  };
  return { ledger, storage, left, ringAt };
}

async function sendAll(ledger: LocationLedger, lines: readonly ExportLine[], how: Partial<Moving> = {}): Promise<void> {
  const { tables, isLate } = await movableIn(each(lines));
  const moving = { waits: "take" as const, pauses: [], isLate, ...how };
  await sendRows({
    file: "a",
    tables,
    put: async (one) => {
      const answer = await ledger.importRows(LOCATION, one);
      if (!answer.ok || answer.value === null) throw new Error(JSON.stringify(answer));
      return answer.value;
    },
    rows: (atMs) => rowsIn(each(lines), { ...moving, atMs }),
    most: 3,
  });
}

async function rowsOf(lines: readonly ExportLine[], how: Partial<Moving> = {}): Promise<readonly TableRow[]> {
  const moving = { waits: "take" as const, atMs: NOON, isLate: () => false, pauses: [], ...how };
  const found: TableRow[] = [];
  for await (const row of rowsIn(each(lines), moving)) found.push(row);
  return found;
}

const reasonOf = (ledger: LocationLedger) =>
  ledger.deliveries({ limit: 10 }).deliveries.map(({ state, cancelledBy }) => [state, cancelledBy]);

describe("what waits when a log is imported", () => {
  it("is taken over, and leaves when it is due", async () => {
    const { ledger, left, ringAt } = await imported(await exportedAtNoon(waiting));
    await ringAt(NOON + HOUR_MS - 1);
    expect(left).toEqual([]);
    await ringAt(NOON + HOUR_MS);
    expect(left).toEqual(["https://receiver.example.com/hook"]);
    expect(reasonOf(ledger)).toEqual([["sent", null]]);
  });

  it("is cancelled where it is dropped, and says why", async () => {
    const { ledger, left, ringAt } = await imported(await exportedAtNoon(waiting), { waits: "drop" });
    await ringAt(NOON + HOUR_MS);
    expect(left).toEqual([]);
    expect(reasonOf(ledger)).toEqual([["cancelled", { by: "import", why: "dropped" }]]);
  });

  it("is cancelled where it is overdue, unless its rule is late", async () => {
    const nowMs = NOON + 2 * HOUR_MS;
    const late = { ...waiting, name: "is-late", late: true };
    const { ledger, left, ringAt } = await imported(await exportedAtNoon(waiting, late), { nowMs });
    await ringAt(nowMs);
    expect(left).toHaveLength(1);
    expect(reasonOf(ledger).toSorted(([a], [b]) => (a === b ? 0 : a === "cancelled" ? -1 : 1))).toEqual([
      ["cancelled", { by: "import", why: "late" }],
      ["sent", null],
    ]);
  });

  it("is sent again where it was being sent, as after a crash: nobody knows whether it arrived", async () => {
    const lines = await exportedAtNoon({ ...waiting, actions: [aWebhook()] });
    const sending = JSON.parse(
      JSON.stringify(lines).replaceAll('"state":"scheduled"', '"state":"sending"'),
    ) as readonly ExportLine[];
    const { ledger, left, ringAt } = await imported(sending);
    await ringAt(NOON);
    expect(left).toHaveLength(1);
    expect(reasonOf(ledger)).toEqual([["sent", null]]);
    const dropped = (await rowsOf(sending, { waits: "drop" })).find(({ table }) => table === "deliveries");
    expect(dropped?.row).toMatchObject({ state: "cancelled", has_left: 1 });
  });

  it("does not count in a limit where it was dropped", async () => {
    const once = aRule({ name: "once", limit: { count: 1, per: "location" }, actions: [aTask({ after: "1h" })] });
    const rows = await rowsOf(await exportedAtNoon(once), { waits: "drop" });
    expect(rows.find(({ table }) => table === "firings")?.row).toMatchObject({ rule: "once", undone: 1 });
    expect(rows.find(({ table }) => table === "events")?.row).toMatchObject({ undone: '["once"]' });
  });

  it("of an event that is not decided yet is never, where it was dropped", async () => {
    const lines = (await exportedAtNoon(waiting)).map((line): ExportLine => {
      if (line.type === "event") return { ...line, decision: { ...line.decision, deciding: true } };
      if (line.type !== "rows" || line.tables !== undefined) return line;
      const [event = {}] = line.rows["events"] ?? [];
      return { ...line, rows: { events: [{ ...event, deciding: NOON, fired: "[]" }] } };
    });
    const eventIn = async (waits: Moving["waits"]) =>
      (await rowsOf(lines, { waits })).find(({ table }) => table === "events")?.row;
    const [taken, dropped] = [await eventIn("take"), await eventIn("drop")];
    expect([taken?.["deciding"], dropped?.["deciding"]]).toEqual([NOON, null]);
    expect(String(taken?.["record"])).toContain('"deciding":true');
    expect(String(dropped?.["record"])).not.toContain("deciding");
  });
});

describe("an import", () => {
  it("is refused where there is a log, or where another is under way", async () => {
    const ledger = await aLedger();
    await ledger.record(anEvent({}, "first"));
    expect(ledger.importRows(LOCATION, part())).toMatchObject({
      failure: { why: expect.stringContaining("has a log") },
    });
    const empty = await aLedger();
    expect(empty.importRows(LOCATION, part())).toMatchObject({ ok: true });
    const other = empty.importRows(LOCATION, part({ file: "b" }));
    expect(other).toMatchObject({ failure: { code: "LEDGER_IMPORT", why: expect.stringContaining("Another import") } });
  });

  it("is refused when it is of newer tables", async () => {
    const ledger = await aLedger();
    const newer = ledger.importRows(LOCATION, part({ tables: LEDGER_MIGRATIONS.length + 1 }));
    expect(newer).toMatchObject({ failure: { why: expect.stringContaining("deploy the version") } });
    expect((await ledger.record(anEvent())).status).toBe("accepted");
  });

  it.each([
    ["a table that does not move", { tokens: [{ id: 1 }] }],
    ["a mark that does not move", { marks: [{ name: "rules", value: "{}" }] }],
    ["a column that is none", { hosts: [{ 'host") VALUES (1); --': "a" }] }],
    ["a column that there is not", { hosts: [{ host: "a", failures: 1, planets: 9 }] }],
    ["a row that lacks something", { events: [{ key: "a" }] }],
  ])("writes nothing of a part with %s", async (_, rows) => {
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage });
    const refused = ledger.importRows(LOCATION, part({ to: 2, rows: { erased: [{ contact: "d", at: 1 }], ...rows } }));
    expect(refused).toMatchObject({ ok: false, failure: { code: "LEDGER_IMPORT" } });
    expect(firstRow(storage.sql, "SELECT * FROM erased")).toBeUndefined();
  });

  it("may be a single part", async () => {
    const ledger = await aLedger();
    expect(await ledger.importRows(LOCATION, part({ isLast: true }))).toMatchObject({ value: { isDone: true } });
    expect((await ledger.record(anEvent())).status).toBe("accepted");
  });

  it("takes a part once, and says where to go on", async () => {
    const ledger = await aLedger();
    const first = part({ to: 1, rows: { erased: [{ contact: "d", at: 1 }] } });
    for (const [from, at] of [
      [0, 1],
      [0, 1],
      [7, 1],
    ] as const)
      expect(ledger.importRows(LOCATION, { ...first, from })).toMatchObject({ value: { at, isDone: false } });
  });

  it("that is complete is known, and is not done again", async () => {
    const lines = await exportedAtNoon(waiting);
    const { ledger } = await imported(lines);
    const before = await linesOf(ledger, NOON);
    await sendAll(ledger, lines);
    expect(await linesOf(ledger, NOON)).toEqual(before);
  });

  it("takes nothing in and lets nothing out until it is complete, also for those who ask for it", async () => {
    const lines = await exportedAtNoon({ ...waiting, actions: [aWebhook()] });
    const rows = (await rowsOf(lines)).filter(({ table }) => table === "events" || table === "deliveries");
    const left: string[] = [];
    const fetch = (request: Request) =>
      Promise.resolve(new Response(null, { status: left.push(request.url) ? 204 : 500 }));
    const ledger = await aLedger({ fetch });
    const own = (name: string) => rows.filter(({ table }) => table === name).map(({ row }) => row);
    const moved = { events: own("events"), deliveries: own("deliveries") };
    await ledger.importRows(LOCATION, part({ to: rows.length, rows: moved }));
    const [delivery] = ledger.deliveries({ limit: 1 }).deliveries;
    expect(delivery?.state).toBe("scheduled");
    ledger.retry(delivery?.id ?? "");
    await ledger.alarm();
    expect(await ledger.poke(true)).toEqual({ isOpen: true });
    const item = {
      id: "q",
      eventKey: "q",
      receivedAt: "",
      route: "events",
      issues: [],
      contactIds: [],
      body: "",
    } as const;
    for (const refused of [
      await ledger.record(anEvent({}, "second")),
      ledger.quarantine(LOCATION, item),
      ledger.countIgnored(LOCATION, "Unheard"),
    ])
      expect(refused).toEqual({ status: "unavailable", retryAfterSeconds: 600 });
    expect(left).toEqual([]);
  });

  it("that is given up leaves nothing, and the location takes events again", async () => {
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage });
    const note = { ...BY, action: "import" } as const;
    await ledger.act(note, "importRows", [LOCATION, part({ to: 1, rows: { contacts: [{ contact_id: "c" }] } })]);
    const paused = { name: "paused", value: '{"here":[],"everywhere":null}' };
    await ledger.act(note, "importRows", [LOCATION, part({ from: 1, to: 2, rows: { marks: [paused] } })]);
    expect(await ledger.act({ ...BY, action: "import.give-up" }, "importRows", [LOCATION, null])).toEqual({
      ok: true,
      value: null,
    });
    expect(firstRow(storage.sql, "SELECT * FROM contacts")).toBeUndefined();
    expect(firstRow(storage.sql, "SELECT * FROM marks WHERE name IN ('paused', 'import')")).toBeUndefined();
    expect(ledger.audit({ limit: 9 }).audit.map(({ action }) => action)).toEqual(["import.give-up", "import"]);
    expect((await ledger.record(anEvent())).status).toBe("accepted");
    expect(await ledger.importRows(LOCATION, null)).toMatchObject({
      ok: false,
      failure: { why: "No import is under way" },
    });
  });

  it("does not bring back a contact that was erased meanwhile", async () => {
    const lines = await exportedAtNoon(waiting);
    const rows = await rowsOf(lines);
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage });
    await ledger.importRows(LOCATION, part());
    const { contactId } = anEvent();
    ledger.eraseContact(LOCATION, contactId);
    for (const [from, { table, row }] of rows.entries())
      await ledger.importRows(LOCATION, part({ from, to: from + 1, rows: { [table]: [row] } }));
    await ledger.importRows(LOCATION, part({ from: rows.length, to: rows.length, isLast: true }));
    expect(ledger.deliveries({ limit: 9 }).deliveries).toEqual([]);
    expect(ledger.events({ limit: 9 }).events).toEqual([]);
    expect(firstRow(storage.sql, "SELECT value FROM marks WHERE name = 'import'")).not.toMatchObject({
      value: expect.stringContaining(contactId),
    });
  });

  it("notes that it began and that it ended", async () => {
    const ledger = await aLedger();
    const act = (one: ImportPart) => ledger.act({ ...BY, action: "import" }, "importRows", [LOCATION, one]);
    await act(part());
    await act(part({ to: 1, rows: { erased: [{ contact: "d", at: 1 }] } }));
    await act(part({ from: 1, to: 1, isLast: true }));
    const { audit } = ledger.audit({ limit: 9 });
    expect(audit.map(({ after }) => [after?.["at"], after?.["isDone"]])).toEqual([
      [1, true],
      [0, false],
    ]);
  });
});

describe("pauses", () => {
  const pause = { since: "2026-03-04T11:00:00Z", until: null, reason: "r", by: "ana" } as const;

  it("are as they were, those of every location are here, and those of where it goes stay", async () => {
    const everywhere = { version: 3, pauses: [{ ...pause, scope: "everywhere" as const, rule: "b" }] };
    const old = await aLedger({ ruleSet: aRuleSet(waiting) });
    await old.pause(LOCATION, null, { reason: "moves" }, "ana");
    old.learnPauses(everywhere);
    const lines = await linesOf(old, NOON, true);
    expect(await movableIn(each(lines))).toMatchObject({ isPaused: true });
    const asked: number[] = [];
    const pausedEverywhere = () => Promise.resolve({ version: asked.push(1), pauses: [] });
    const ledger = await aLedger({ pausedEverywhere });
    await sendAll(ledger, lines, { pauses: [{ ...pause, scope: "rule", rule: "c" }] });
    expect(ledger.pauses().map(({ scope, rule }) => [scope, rule])).toEqual([
      ["location", null],
      ["rule", "c"],
      ["rule", "b"],
    ]);
    // What is paused everywhere is asked of the directory where it goes.
    await ledger.alarm();
    expect(asked.length).toBeGreaterThan(0);
  });
});

describe("an export that cannot be imported", () => {
  it.each([
    ["redacted", { redacted: true as const }, "redacted"],
    ["of a part", { since: "2026-03-04T00:00:00Z" }, "not all"],
  ])("is one that is %s", async (_, fields, says) => {
    const [head, ...rest] = await exportedAtNoon(waiting);
    const lines = [{ ...head, ...fields } as ExportLine, ...rest];
    await expect(movableIn(each(lines))).rejects.toThrow(says);
  });

  it("is one that has no rows", async () => {
    const lines = (await exportedAtNoon(waiting)).filter(({ type }) => type !== "rows");
    await expect(movableIn(each(lines))).rejects.toThrow("not all");
  });
});
