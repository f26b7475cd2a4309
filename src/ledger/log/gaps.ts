// Gaps: stretches of time in which HighLevel sent no webhook of some messages, and what was found of them. A row is written
// with each event that was found.
import type { Gap } from "../../model/gap.ts";
import type { EventKind } from "../../model/event-kinds.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";

/** What was found within this of a gap, or taken in so soon after, belongs to it. */
const NEAR_MS = 3_600_000;

/** One event that was found. */
export interface FoundEvent {
  readonly kind: EventKind;
  /** When its message was made, or that it had changed was found, milliseconds since 1970. */
  readonly atMs: number;
  readonly isChange: boolean;
  /** How many rules did not fire because what they do was overdue. */
  readonly late: number;
}

interface GapRow {
  id: number;
  since: number;
  until: number;
  found: number;
  kinds: string;
  changed: number;
  late: number;
  taken_from: number;
  taken_until: number;
}

/** Counts an event that was found, in the last gap or a new one. It belongs in the transaction that records it. */
export function note(sql: Sql, { kind, atMs, isChange, late }: FoundEvent, nowMs: number): void {
  const last = firstRow<GapRow>(sql, "SELECT * FROM gaps ORDER BY id DESC LIMIT 1");
  const isNear =
    last && ((atMs >= last.since - NEAR_MS && atMs <= last.until + NEAR_MS) || nowMs <= last.taken_until + NEAR_MS);
  const before = isNear
    ? last
    : { since: atMs, until: atMs, found: 0, kinds: "{}", changed: 0, late: 0, taken_from: nowMs };
  const kinds = JSON.parse(before.kinds) as { [Kind in EventKind]?: number };
  kinds[kind] = (kinds[kind] ?? 0) + 1;
  sql.exec(
    `INSERT OR REPLACE INTO gaps (id, since, until, found, kinds, changed, late, taken_from, taken_until)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    isNear ? last.id : (last?.id ?? 0) + 1,
    Math.min(before.since, atMs),
    Math.max(before.until, atMs),
    before.found + 1,
    JSON.stringify(kinds),
    before.changed + (isChange ? 1 : 0),
    before.late + late,
    before.taken_from,
    nowMs,
  );
}

/** Counts rules that did not fire on an event of the last gap, which had to wait to be decided. */
export function noteLate(sql: Sql, late: number): void {
  if (late > 0) sql.exec("UPDATE gaps SET late = late + ? WHERE id = (SELECT MAX(id) FROM gaps)", late);
}

/** The gaps, newest first, a page at a time. */
export function list(
  sql: Sql,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): { gaps: Gap[]; cursor: string | null } {
  const page = "SELECT * FROM gaps WHERE id < ? ORDER BY id DESC LIMIT ?";
  const found = rows<GapRow>(sql, page, cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor), limit + 1);
  const shown = found.slice(0, limit);
  return { gaps: shown.map(toGap), cursor: found.length > limit ? String(shown.at(-1)?.id) : null };
}

/** The last gap; `null`: there was none. */
export function last(sql: Sql): Gap | null {
  return list(sql, { limit: 1 }).gaps[0] ?? null;
}

function toGap({ id, since, until, found, kinds, changed, late, taken_from: from, taken_until: to }: GapRow): Gap {
  return {
    id,
    since: isoOf(since),
    until: isoOf(until),
    found,
    kinds: JSON.parse(kinds) as Gap["kinds"],
    changed,
    late,
    takenFrom: isoOf(from),
    takenUntil: isoOf(to),
  };
}

function isoOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
