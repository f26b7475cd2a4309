// A ledger's storage on Node's SQLite: the same statements as in a Durable Object, in memory or in a file.
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { LedgerStorage } from "../ledger/store/ports.ts";

/** Storage with an alarm that the caller rings. */
export interface SqliteStorage extends LedgerStorage {
  /** When the alarm is set for, milliseconds since 1970. */
  alarmAt: number | null;
}

/** What a row of a Durable Object holds, in bytes: a larger one is refused here as it is there. */
export const ROW_BYTES = 2_097_152;

/** What the tables of a database take, as a Durable Object counts: without free pages. */
export const USED_BYTES =
  "SELECT ((SELECT * FROM pragma_page_count) - (SELECT * FROM pragma_freelist_count)) * (SELECT * FROM pragma_page_size) AS n";

/** Opens a database, in memory unless a path is given. */
export function sqliteStorage(path = ":memory:"): SqliteStorage {
  const database = new DatabaseSync(path, { limits: { length: ROW_BYTES } });
  // A statement is free again at once, since all of its rows are read; SQLite prepares it again if a table has changed.
  const statements = new Map<string, StatementSync>();
  const prepared = (text: string): StatementSync => {
    const known = statements.get(text);
    if (known) return known;
    const made = database.prepare(text);
    statements.set(text, made);
    return made;
  };
  const storage: SqliteStorage = {
    alarmAt: null,
    getAlarm: () => Promise.resolve(storage.alarmAt),
    setAlarm: (atMs) => {
      storage.alarmAt = atMs;
      return Promise.resolve();
    },
    sync: () => Promise.resolve(),
    sizeBytes: () => Number(prepared(USED_BYTES).get()?.["n"]),
    transactionSync(work) {
      database.exec("BEGIN");
      try {
        const value = work();
        database.exec("COMMIT");
        return value;
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
    sql: {
      exec(statement, ...values) {
        // Migrations hold several statements and no values; `prepare` takes only one.
        if (/;\s*\S/.test(statement)) {
          database.exec(statement);
          return found([]);
        }
        const rows = prepared(statement).all(...(values as SQLInputValue[])) as { [column: string]: unknown }[];
        return found(rows);
      },
    },
  };
  return storage;
}

function found(rows: { [column: string]: unknown }[]): ReturnType<LedgerStorage["sql"]["exec"]> {
  return { toArray: () => rows, [Symbol.iterator]: () => rows[Symbol.iterator]() };
}
