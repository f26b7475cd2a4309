// Marks: what a ledger notes about itself, one value to a name. docs/storage.md says what each holds.
import { firstRow, type Sql } from "./ports.ts";

/** Every mark there is. */
export type MarkName =
  | "location" // the id of the location
  | "seen" // the last day on which something came, `YYYY-MM-DD`, UTC
  | "announced" // the day of which the directory knows, likewise
  | "swept" // when it was last swept, milliseconds since 1970
  | "zone" // the location's time zone as HighLevel has it, and until when that is trusted
  | "highlevel-limits"; // HighLevel's limits, as far as they are used up

/** What a mark says; `undefined`: it was never set. */
export function mark(sql: Sql, name: MarkName): string | undefined {
  return firstRow<{ value: string }>(sql, "SELECT value FROM marks WHERE name = ?", name)?.value;
}

/** Sets a mark. One that says so already is not written again. */
export function setMark(sql: Sql, name: MarkName, value: string): void {
  if (mark(sql, name) !== value) sql.exec("INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)", name, value);
}
