// A storage's SQL, with a count of what Cloudflare charges for.
import type { Sql } from "../../src/ledger/store/ports.ts";

/** Adds the rows that each statement read and wrote to `counts`. */
export function counted(sql: Sql, counts: { rowsWritten: number; rowsRead: number }): Sql {
  return {
    exec(statement, ...values) {
      const cursor = sql.exec(statement, ...values) as SqlStorageCursor<Record<string, SqlStorageValue>>;
      const rows = cursor.toArray();
      counts.rowsWritten += cursor.rowsWritten;
      counts.rowsRead += cursor.rowsRead;
      return { toArray: () => rows, [Symbol.iterator]: () => rows[Symbol.iterator]() };
    },
  };
}
