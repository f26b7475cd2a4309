// The rows of alerts: what was seen and is not one yet, what is open, what has ended, and how far each has been told.
import { isoOf } from "../../kit/moment.ts";
import { ALERT_KINDS, type Alert, type AlertKind, type AlertsTold } from "../../model/alert.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";
import { KINDS, type AlertWorld, type Seen } from "./kinds.ts";

/** So many of one kind are told apart. */
const MOST_OF_A_KIND = 20;
/** So many that have ended are kept. */
const MOST_ENDED = 200;
const LISTED = 50;

/** What is not over. `opened_at` is `null` while it has not been seen for long enough. */
interface Standing {
  readonly id: number;
  readonly kind: AlertKind;
  readonly about: string;
  readonly seen_at: number;
  readonly opened_at: number | null;
  readonly count: number | null;
  readonly code: string | null;
}

interface AlertRow extends Omit<Standing, "seen_at"> {
  readonly ended_at: number | null;
}

/** What a look came to. */
export interface Looked {
  /** Whether an alert was opened, or has ended. */
  readonly isNews: boolean;
  /** When to look again, milliseconds since 1970; `Infinity`: nothing stands. */
  readonly againAt: number;
}

/** Opens what is seen, and ends what is not any more. It belongs in one transaction. */
export function look(sql: Sql, world: AlertWorld): Looked {
  const standing = Map.groupBy(
    rows<Standing>(sql, "SELECT id, kind, about, seen_at, opened_at, count, code FROM alerts WHERE ended_at IS NULL"),
    ({ kind }) => kind,
  );
  let [isNews, againAt] = [false, Infinity];
  for (const kind of Object.keys(ALERT_KINDS) as AlertKind[]) {
    const { look: lookFor, againMs, afterMs = 0 } = KINDS[kind];
    const gone = new Map((standing.get(kind) ?? []).map((row) => [row.about, row]));
    const seen = lookFor(
      world,
      [...gone.values()].some((row) => row.opened_at !== null),
    );
    if (seen === null && gone.size > 0) againAt = Math.min(againAt, world.nowMs + againMs);
    // Those that stand first: of too many, it is always the same ones that are told.
    const kept = seen?.toSorted((a, b) => Number(gone.has(b.about)) - Number(gone.has(a.about)));
    for (const one of kept?.slice(0, MOST_OF_A_KIND) ?? []) {
      const row = gone.get(one.about);
      gone.delete(one.about);
      const stands = see(sql, kind, row, one, world.nowMs);
      isNews ||= stands === "opened" || stands === "over";
      const waitMs =
        stands === "waits" ? Math.max(1_000, (row?.seen_at ?? world.nowMs) + afterMs - world.nowMs) : againMs;
      if (stands !== "over" && stands !== "none") againAt = Math.min(againAt, world.nowMs + Math.min(waitMs, againMs));
    }
    if (seen === null) continue;
    for (const row of gone.values()) isNews = end(sql, row, world.nowMs) || isNews;
  }
  if (isNews) forget(sql);
  return { isNews, againAt };
}

function see(
  sql: Sql,
  kind: AlertKind,
  row: Standing | undefined,
  { about, count = null, code = null }: Seen,
  nowMs: number,
): "none" | "waits" | "opened" | "same" | "over" {
  const { afterMs = 0, forMs = Infinity } = KINDS[kind];
  if (row === undefined) {
    // What is over after a time is not told again.
    const was = "SELECT 1 FROM alerts WHERE kind = ? AND about = ? AND ended_at IS NOT NULL";
    if (forMs < Infinity && firstRow(sql, was, kind, about)) return "none";
    const openedAt = afterMs === 0 ? nowMs : null;
    sql.exec(
      "INSERT INTO alerts (kind, about, seen_at, opened_at, count, code) VALUES (?, ?, ?, ?, ?, ?)",
      kind,
      about,
      nowMs,
      openedAt,
      count,
      code,
    );
    return openedAt === null ? "waits" : "opened";
  }
  const { id, opened_at: openedAt } = row;
  // Seen by a clock that was ahead.
  const seenAt = Math.min(row.seen_at, nowMs);
  if (openedAt !== null && nowMs - seenAt >= forMs) {
    end(sql, row, nowMs);
    return "over";
  }
  const opensAt = openedAt ?? (nowMs - seenAt >= afterMs ? nowMs : null);
  if (seenAt !== row.seen_at || opensAt !== openedAt || count !== row.count || code !== row.code)
    sql.exec(
      "UPDATE alerts SET seen_at = ?, opened_at = ?, count = ?, code = ? WHERE id = ?",
      seenAt,
      opensAt,
      count,
      code,
      id,
    );
  if (opensAt === null) return "waits";
  return opensAt === openedAt ? "same" : "opened";
}

/** Ends what is not seen any more; `true`: it was an alert. */
function end(sql: Sql, { id, opened_at: openedAt }: Standing, nowMs: number): boolean {
  if (openedAt === null) sql.exec("DELETE FROM alerts WHERE id = ?", id);
  else sql.exec("UPDATE alerts SET ended_at = ? WHERE id = ?", nowMs, id);
  return openedAt !== null;
}

/** The one that is newest stays, so that none has its number. */
function forget(sql: Sql): void {
  const old = "DELETE FROM alerts WHERE ended_at IS NOT NULL AND id <= (SELECT MAX(id) FROM alerts) - ?";
  sql.exec(old, MOST_ENDED);
}

const COLUMNS = "id, kind, about, count, code, opened_at, ended_at";
/** Not told yet: that it is open, or that it has ended. */
const UNTOLD = "opened_at IS NOT NULL AND told < CASE WHEN ended_at IS NULL THEN 1 ELSE 2 END";

/** What has not been told yet, the oldest first, of kinds that are told. */
export function untold(sql: Sql, silenced: ReadonlySet<string>): readonly Alert[] {
  const found = rows<AlertRow>(sql, `SELECT ${COLUMNS} FROM alerts WHERE ${UNTOLD} ORDER BY id`);
  return found.filter(({ kind }) => !silenced.has(kind)).map(toAlert);
}

/** Notes that alerts are told as they are: what is told once is not told again. */
export function told(sql: Sql, alerts: readonly Alert[]): void {
  for (const { id, endedAt } of alerts)
    sql.exec("UPDATE alerts SET told = ? WHERE id = ?", endedAt === null ? 1 : 2, id);
}

/** What has ended while nobody was to be told stays untold. */
export function leaveEnded(sql: Sql, alerts: readonly Alert[]): void {
  told(
    sql,
    alerts.filter(({ endedAt }) => endedAt !== null),
  );
}

/** The open ones first, then those that have ended, the newest first. */
export function list(sql: Sql): AlertsTold {
  const all = `SELECT ${COLUMNS} FROM alerts WHERE opened_at IS NOT NULL ORDER BY ended_at IS NOT NULL, id DESC`;
  const alerts = rows<AlertRow>(sql, all);
  const open = alerts.filter(({ ended_at }) => ended_at === null).length;
  return { alerts: alerts.slice(0, Math.max(open, LISTED)).map(toAlert), open };
}

function toAlert({ opened_at, ended_at, ...alert }: AlertRow): Alert {
  return { ...alert, openedAt: isoOf(opened_at ?? 0), endedAt: isoOf(ended_at) };
}
