// The ledgers' files, read directly, not through the Worker.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Ask } from "../tables.ts";

/** Source: SQLite's result codes, `SQLITE_READONLY_ROLLBACK`. */
const HAS_TO_BE_ROLLED_BACK = 776;

/** Reads every ledger's file in the folder that holds a Worker's state. */
export function readLedgers<Found>(folder: string, read: (ask: Ask) => Found): Found[] {
  return readdirSync(join(folder, "Ledger"))
    .filter((name) => name.endsWith(".sqlite") && !name.startsWith("metadata"))
    .map((name) => {
      const database = opened(join(folder, "Ledger", name));
      try {
        return read((statement, ...values) => database.prepare(statement).all(...values));
      } finally {
        database.close();
      }
    });
}

/** For reading only; a file that a kill cut off in its first write is rolled back before, as the next Worker would. */
function opened(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    database.prepare("SELECT 1 FROM sqlite_master").get();
    return database;
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== HAS_TO_BE_ROLLED_BACK) throw error;
    return new DatabaseSync(path);
  }
}
