// A log that is imported, part by part, into a ledger that has none: docs/decisions/0066-a-move-is-a-copy-of-rows.md. While
// it is under way nothing is recorded and nothing leaves; when it is whole, the ledger starts as after a crash.
import { fail, succeed, type Result } from "../kit/result.ts";
import type { Failure } from "../model/failure.ts";
import type { ImportPart, ImportState, MovedRows } from "../model/import.ts";
import { logError } from "../model/log-line.ts";
import { setMark } from "./store/marks.ts";
import { MOVED_MARKS, MOVED_TABLES } from "./store/moved.ts";
import { firstRow, type LedgerStorage } from "./store/ports.ts";
import { LEDGER_MIGRATIONS } from "./store/schema.ts";
import { eraseContact } from "./upkeep/erase.ts";
import type { Transactions } from "./upkeep/transactions.ts";

const COLUMN = /^[a-z_]+$/;

/** What the mark `import` holds. */
interface Kept extends ImportState {
  /** Contacts that were erased meanwhile: their rows may have come after that. */
  readonly erased?: readonly string[] | undefined;
}

export class Importing {
  readonly #storage: LedgerStorage;
  readonly #clock: () => number;
  readonly #transactions: Transactions;
  #kept: Kept | null = null;

  constructor(storage: LedgerStorage, clock: () => number, transactions: Transactions) {
    this.#storage = storage;
    this.#clock = clock;
    this.#transactions = transactions;
  }

  /** Takes over the mark as it was read; `undefined`: there is none. */
  know(text: string | undefined): void {
    this.#kept = text === undefined ? null : (JSON.parse(text) as Kept);
  }

  /** Whether one is under way: then nothing may be recorded, and nothing may leave. */
  isOn(): boolean {
    return this.#kept?.isDone === false;
  }

  /** Whether a part neither begins an import nor ends one. */
  isBetween({ file, isLast }: ImportPart): boolean {
    return this.#kept?.file === file && (this.#kept.isDone || !isLast);
  }

  /** Writes a part, if it is the next one; what was written before is left. After the last one the ledger has to be opened. */
  take(locationId: string, part: ImportPart): Result<ImportState, Failure> {
    const state = this.#begun(part);
    if (typeof state === "string") return fail({ code: "LEDGER_IMPORT", why: state });
    if (state.isDone || part.from !== state.at) return succeed(told(state));
    const { erased = [], ...at } = { ...state, at: part.to, isDone: part.isLast };
    try {
      this.#transactions.commit(() => {
        this.#write(part.rows);
        if (part.isLast)
          for (const contactId of erased) eraseContact(this.#storage.sql, locationId, contactId, this.#clock());
        this.#keep(part.isLast ? at : { ...at, erased });
        this.#transactions.seen(locationId);
      });
    } catch (error) {
      logError("A part of an import could not be written", { locationId }, error);
      return fail({ code: "LEDGER_IMPORT", why: NOT_WRITTEN });
    }
    // The ledger opens with it: until then nothing may happen.
    this.#kept = { ...at, erased, isDone: false };
    return succeed(at);
  }

  /** Removes what was imported so far. */
  giveUp(): Result<null, Failure> {
    const { sql } = this.#storage;
    const kept = this.#kept;
    if (!kept || kept.isDone) return fail({ code: "LEDGER_IMPORT", why: "No import is under way" });
    this.#transactions.commit(() => {
      for (const table of MOVED_TABLES) if (table !== "marks" && table !== "audit") sql.exec(`DELETE FROM ${table}`);
      // What operators did here is not forgotten.
      const imported = "DELETE FROM audit WHERE at < ? AND id > (SELECT MIN(id) FROM audit WHERE action = 'import')";
      sql.exec(imported, Date.parse(kept.since));
      sql.exec(`DELETE FROM marks WHERE name = 'import' OR name IN ('${MOVED_MARKS.join("', '")}')`);
    });
    return succeed(null);
  }

  /** Notes that a contact was erased: what comes of it later is removed again. */
  erased(contactId: string): void {
    if (this.#kept && this.isOn())
      this.#keep((this.#kept = { ...this.#kept, erased: [...(this.#kept.erased ?? []), contactId] }));
  }

  /** The import that a part belongs to; a sentence: it belongs to none. */
  #begun({ file, tables }: ImportPart): Kept | string {
    if (this.#kept?.file === file) return this.#kept;
    if (this.isOn()) return ANOTHER;
    if (tables > LEDGER_MIGRATIONS.length) return NEWER;
    if (firstRow(this.#storage.sql, "SELECT 1 FROM events LIMIT 1")) return NOT_EMPTY;
    return { file, at: 0, since: new Date(this.#clock()).toISOString(), isDone: false };
  }

  #write(moved: MovedRows): void {
    for (const [table, rows] of Object.entries(moved))
      for (const row of rows) {
        const columns = Object.keys(row);
        const isKnown = MOVED_TABLES.has(table) && (table !== "marks" || MOVED_MARKS.includes(String(row["name"])));
        if (!isKnown || !columns.every((column) => COLUMN.test(column))) throw new Error("It does not move");
        this.#storage.sql.exec(
          `INSERT OR REPLACE INTO ${table} ("${columns.join('", "')}") VALUES (${columns.map(() => "?").join()})`,
          ...Object.values(row),
        );
      }
  }

  #keep(kept: Kept): void {
    setMark(this.#storage.sql, "import", JSON.stringify(kept));
  }
}

function told({ file, at, since, isDone }: Kept): ImportState {
  return { file, at, since, isDone };
}

const NOT_EMPTY = "The location has a log: import into one that has received nothing yet";
const ANOTHER = "Another import is under way: go on with its file, or give it up";
const NEWER = "The export is of a newer version: deploy that one first";
const NOT_WRITTEN = "Rows could not be written: they are of another version, or storage is full";
