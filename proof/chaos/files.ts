// The ledgers' files, read directly, not through the Worker.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Ask } from "../tables.ts";

/** Reads every ledger's file in the folder that holds a Worker's state. */
export function readLedgers<Found>(folder: string, read: (ask: Ask) => Found): Found[] {
  return readdirSync(join(folder, "Ledger"))
    .filter((name) => name.endsWith(".sqlite") && !name.startsWith("metadata"))
    .map((name) => {
      const database = new DatabaseSync(join(folder, "Ledger", name), { readOnly: true });
      try {
        return read((statement, ...values) => database.prepare(statement).all(...values));
      } finally {
        database.close();
      }
    });
}
