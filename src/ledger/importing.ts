// A log that is imported, part by part, into a ledger that has none: docs/decisions/0066-a-move-is-a-copy-of-rows.md. While
// it is under way nothing is recorded and nothing leaves; when it is whole, the ledger starts as after a crash.
import { fail, succeed, type Result } from "../kit/result.ts";
import type { Failure } from "../model/failure.ts";
import type { ImportPart, ImportState, MovedRows } from "../model/import.ts";
import { logError } from "../model/log-line.ts";
import { setMark } from "./store/marks.ts";
import { IS_MOVED_MARK, MOVED_MARKS, MOVED_TABLES } from "./store/moved.ts";
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
  isBetween(part: ImportPart | null): boolean {
    return part !== null && this.#kept?.file === part.file && (this.#kept.isDone || !part.isLast);
  }

  /** Writes a part, if it is the next one; what was written before is left. After the last one the ledger has to be opened. */
  take(locationId: string, part: ImportPart): Result<ImportState, Failure> {
    const state = this.#begun(part);
    if (typeof state === "string") return refused(state);
    if (state.isDone || part.from !== state.at) return succeed({ ...state, erased: undefined });
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
      return refused(NOT_WRITTEN);
    }
    // The ledger opens with it: until then nothing may happen.
    this.#kept = { ...at, erased, isDone: false };
    return succeed(at);
  }

  /** Removes what was imported so far, but for what operators did. */
  giveUp(): Result<null, Failure> {
    if (!this.isOn()) return refused("No import is under way");
    const { sql } = this.#storage;
    this.#transactions.commit(() => {
      for (const table of MOVED_TABLES)
        if (table !== "audit") sql.exec(`DELETE FROM ${table}${table === "marks" ? OF_IT : ""}`);
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
    if (tables > LEDGER_MIGRATIONS.length) return NOT_WRITTEN;
    if (firstRow(this.#storage.sql, "SELECT 1 FROM events LIMIT 1")) return NOT_EMPTY;
    return { file, at: 0, since: new Date(this.#clock()).toISOString(), isDone: false };
  }

  #write(moved: MovedRows): void {
    for (const [table, rows] of Object.entries(moved))
      for (const row of rows) {
        const columns = Object.keys(row);
        const isKnown =
          MOVED_TABLES.includes(table) && (table !== "marks" || MOVED_MARKS.includes(String(row["name"])));
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

function refused(why: string): Result<never, Failure> {
  return fail({ code: "LEDGER_IMPORT", why });
}

const OF_IT = ` WHERE name = 'import' OR ${IS_MOVED_MARK}`;
const NOT_EMPTY = "The location has a log: import into one that has received nothing yet";
const ANOTHER = "Another import is under way: go on with its file, or give it up";
const NOT_WRITTEN = "The rows do not fit the tables here: deploy the version that exported them";
