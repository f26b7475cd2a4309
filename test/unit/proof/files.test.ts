import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, it } from "vitest";
import { readLedgers } from "../../../proof/chaos/files.ts";

const folder = mkdtempSync(join(tmpdir(), "afterbeep-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("a ledger that a kill cut off in the middle of a write is read as it was before", () => {
  const [live, state] = [join(folder, "live"), join(folder, "state", "Ledger")];
  for (const one of [live, state]) mkdirSync(one, { recursive: true });
  const database = new DatabaseSync(join(live, "a.sqlite"));
  database.exec("CREATE TABLE events (key TEXT); INSERT INTO events VALUES ('committed')");
  // Larger than its cache, so that a part of it reaches the file before the commit that never comes.
  database.exec("PRAGMA cache_size = 1; BEGIN");
  const insert = database.prepare("INSERT INTO events VALUES (?)");
  for (let row = 0; row < 500; row++) insert.run("x".repeat(1_000));
  for (const file of ["a.sqlite", "a.sqlite-journal"]) copyFileSync(join(live, file), join(state, file));
  database.close();
  expect(readLedgers(join(folder, "state"), (ask) => ask("SELECT key FROM events"))).toEqual([[{ key: "committed" }]]);
});
