// A location that moves in the middle of its life: what was exported is imported elsewhere, and everything goes on there as
// it would have. Held against the same life without the move.
import { movableIn } from "../../src/cli/movable.ts";
import { rowsIn, type Moving } from "../../src/cli/moved-rows.ts";
import { sendRows } from "../../src/cli/moving.ts";
import { rows } from "../../src/ledger/store/ports.ts";
import { sqliteStorage, type SqliteStorage } from "../../src/local/sqlite-storage.ts";
import type { ExportLine } from "../../src/model/export.ts";
import type { ImportPart, ImportState } from "../../src/model/import.ts";
import { anEvent, LOCATION } from "../../test/builders.ts";
import { chance } from "../../test/generated/chance.ts";
import { exportedPast, linesOf, type Present } from "../../test/generated/past.ts";
import { each } from "../replay/agreement.ts";

/** What a move is tried with. */
export interface MoveOptions {
  readonly events?: number;
  readonly waits?: Moving["waits"];
}

const BY = { by: { through: "token", name: "test" }, about: {} } as const;
/** The last of them is erased, so that something is left that stands in no line. */
const CONTACTS = 6;

/** What is different after a move, or went wrong in it; nothing: it is as if it had not been. */
export async function faultsOfMove(
  seed: number,
  { events = 90, waits = "take" }: MoveOptions = {},
): Promise<readonly string[]> {
  const luck = chance(seed + 7_000);
  const at = 30 + luck.below(Math.max(1, events - 50));
  const faults: string[] = [];
  const life = (move: (present: Present) => Promise<Pick<Present, "ledger" | "storage">>) =>
    exportedPast(seed, {
      events,
      contacts: CONTACTS,
      before: async (n, present) => {
        await happens(n, present);
        return n === at ? move(present) : null;
      },
    });
  let tables: Tables = new Map();
  const stayed = await life(async ({ ledger, storage, another }) => {
    if (waits === "drop") {
      await ledger.cancelScheduled({});
      await ledger.discardDeliveries({});
    }
    // In the memory of an instance is where it was in turns: a move is a restart.
    const again = await another(storage);
    tables = tablesIn(storage);
    return { ledger: again, storage };
  });
  const moved = await life(async (present) => {
    const there = await moving(present, waits, 5 + luck.below(60), (fault) => faults.push(fault));
    for (const [table, is] of tablesIn(there.storage)) faults.push(...differences(table, tables.get(table) ?? [], is));
    return there;
  });
  // What is known of a contact is told once a page, and where a page ends is how much was found at once: its table is compared.
  const isContact = (text: string): boolean => text.startsWith('{"type":"contact"');
  const as = (lines: readonly unknown[]): string[] =>
    lines.map((line) => asCancelled(JSON.stringify(line))).filter((text) => !isContact(text));
  faults.push(...differences("afterwards", as(stayed.lines), as(moved.lines)));
  faults.push(...differences("what left", stayed.left.toSorted(), moved.left.toSorted()));
  return faults;
}

/** What a ledger knows besides what its events say. */
async function happens(n: number, { ledger }: Present): Promise<void> {
  if (n === 10)
    await ledger.act({ ...BY, action: "pause" }, "pause", [LOCATION, "counted", { reason: "a look" }, "test"]);
  if (n === 15) ledger.countIgnored(LOCATION, "Unheard");
  if (n === 18)
    ledger.quarantine(LOCATION, {
      id: "q".repeat(64),
      eventKey: "unusable",
      receivedAt: "2026-03-02T06:00:00.000Z",
      route: "events",
      issues: [],
      contactIds: [],
      body: "{}",
    });
  if (n === 25) ledger.eraseContact(LOCATION, `contact-${CONTACTS - 1}`, "d".repeat(64));
}

/** Moves the location, cut off at each part, with everything ringing and coming in between. */
async function moving(
  { ledger, nowMs, another, left, kept }: Present,
  waits: Moving["waits"],
  most: number,
  fault: (what: string) => void,
): Promise<Pick<Present, "ledger" | "storage">> {
  const lines = await linesOf(ledger, nowMs, true);
  const { tables, isLate } = await movableIn(each(lines));
  const there = sqliteStorage();
  let moved = await another(there);
  const leftBefore = left.length + kept.length;
  let parts = 0;
  const put = async (part: ImportPart): Promise<ImportState> => {
    const answer = await moved.importRows(LOCATION, part);
    if (!answer.ok || answer.value === null) throw new Error(`Refused: ${JSON.stringify(answer)}`);
    if (part.isLast) return answer.value;
    moved = await another(there);
    await moved.alarm();
    await moved.poke(true);
    const early = await moved.record(anEvent({ messageId: "early" }, "early"));
    if (early.status !== "unavailable") fault(`an event was ${early.status} in the middle`);
    parts += 1;
    // The sender is gone, and its answer is lost.
    if (parts % 3 === 0) throw new Cut();
    return answer.value;
  };
  for (;;) {
    const sending = sendRows({
      file: "a",
      tables,
      put,
      rows: (atMs) => rowsIn(each(lines), { waits, atMs, isLate, pauses: [] }),
      most,
    });
    const isCut = await sending.then(
      () => false,
      (error: unknown) => {
        if (error instanceof Cut) return true;
        throw error;
      },
    );
    if (!isCut) break;
  }
  if (left.length + kept.length !== leftBefore) fault("something left in the middle");
  if (waits === "take") {
    const again = await linesOf(moved, nowMs, true);
    for (const one of differences("exported again", comparable(lines), comparable(again))) fault(one);
  }
  return { ledger: moved, storage: there };
}

class Cut extends Error {}

type Tables = ReadonlyMap<string, readonly string[]>;
type Row = { readonly [column: string]: unknown };

/** What stays where it is, or is told anew. */
const STAYING: ReadonlySet<string> = new Set(["tokens", "uninstalls", "own_rules", "divergence", "task_writes"]);
const MARKS: ReadonlySet<unknown> = new Set(["clock", "emails", "paused", "reconciled", "swept"]);

/** Every table with its rows, but for what stays, numbers that are given anew, and who cancelled. */
function tablesIn({ sql }: SqliteStorage): Tables {
  const names = rows<{ name: string }>(sql, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  const all = (table: string): string[] =>
    rows<Row>(sql, `SELECT * FROM ${table}`)
      .filter((row) => table !== "marks" || MARKS.has(row["name"]))
      .filter((row) => table !== "audit" || row["action"] !== "import")
      .map((row) => asCancelled(JSON.stringify(table === "audit" ? { ...row, id: 0 } : inOrder(row))));
  return new Map(names.filter(({ name }) => !STAYING.has(name)).map(({ name }) => [name, all(name)]));
}

/** A row in which the rules of which nothing came stand in order: they are a set, and who cancels begins anywhere. */
function inOrder(row: Row): Row {
  const { undone } = row;
  return typeof undone === "string" ? { ...row, undone: (JSON.parse(undone) as string[]).toSorted() } : row;
}

/** A text in which an operator has cancelled what an import has. */
function asCancelled(text: string): string {
  const dropped = JSON.stringify({ by: "import", why: "dropped" });
  const byHand = JSON.stringify({ by: "operator" });
  const inText = (json: string): string => JSON.stringify(json).slice(1, -1);
  return text.replaceAll(dropped, byHand).replaceAll(inText(dropped), inText(byHand));
}

/** The lines, but for what is said to differ. */
function comparable(lines: readonly ExportLine[]): readonly string[] {
  return lines
    .filter((line) => !(line.type === "rows" && (line.rows["audit"] ?? line.rows["task_writes"])))
    .map((line) => JSON.stringify(line));
}

const SHOWN = 3;
const SHOWN_CHARACTERS = 300;

function differences(what: string, was: readonly string[], is: readonly string[]): readonly string[] {
  const found = Array.from({ length: Math.max(was.length, is.length) }, (_, n) => n).filter((n) => was[n] !== is[n]);
  return found.slice(0, SHOWN).map((n) => {
    const [one = "nothing", other = "nothing"] = [was[n], is[n]];
    let same = 0;
    while (same < one.length && one[same] === other[same]) same += 1;
    const from = Math.max(0, same - SHOWN_CHARACTERS / 2);
    const shown = (text: string): string => `${text.slice(0, 100)} … ${text.slice(from, from + SHOWN_CHARACTERS)}`;
    return `${what}: ${shown(one)} and not ${shown(other)}`;
  });
}
