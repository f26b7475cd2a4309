// What the drift radar has counted: a row for each day, written at most once in ten minutes. docs/decisions/0076 says why.
import { together } from "../../drift/counts.ts";
import type { DayCounts } from "../../model/drift.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";

export const DAY_MS = 86_400_000;
/** A row that has grown beyond this takes no more groups. */
const MAX_ROW_CHARACTERS = 200_000;

/** When counts were last written, milliseconds since 1970; 0: never. */
export function savedAt(sql: Sql): number {
  return firstRow<{ at: number | null }>(sql, "SELECT MAX(saved_at) AS at FROM drift")?.at ?? 0;
}

/** Adds counts to those of the day. */
export function save(sql: Sql, counts: DayCounts, nowMs: number): void {
  const day = Math.floor(nowMs / DAY_MS);
  const row = firstRow<{ counts: string }>(sql, "SELECT counts FROM drift WHERE day = ?", day);
  const text = JSON.stringify(row ? together(JSON.parse(row.counts) as DayCounts, counts) : counts);
  const kept = text.length > MAX_ROW_CHARACTERS ? (row?.counts ?? "{}") : text;
  sql.exec("INSERT OR REPLACE INTO drift (day, saved_at, counts) VALUES (?, ?, ?)", day, nowMs, kept);
}

/** The counts by day since 1970, from a day on, ascending. */
export function days(sql: Sql, fromDay: number): Map<number, DayCounts> {
  const found = rows<{ day: number; counts: string }>(
    sql,
    "SELECT day, counts FROM drift WHERE day >= ? ORDER BY day",
    fromDay,
  );
  return new Map(found.map(({ day, counts }) => [day, JSON.parse(counts) as DayCounts]));
}
