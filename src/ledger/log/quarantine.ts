// What was signed but could not be decided: the quarantine, and counts of kinds that we do not know.
import type { HookRoute } from "../../model/event-kinds.ts";
import type { Issue } from "../../model/failure.ts";
import type { IgnoredKind, PageQuery, Quarantined } from "../../model/ledger.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";

interface QuarantineRow {
  id: string;
  event_key: string;
  received_at: number;
  route: HookRoute;
  issues: string;
  contact_ids: string;
  body: string;
}

const COLUMNS = "id, event_key, received_at, route, issues, contact_ids, body";

/** Keeps a body once, however often it is sent; its issues are those found last. */
export function keep(sql: Sql, item: Quarantined): void {
  sql.exec(
    "INSERT INTO quarantine (id, event_key, received_at, route, issues, contact_ids, body) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET issues = excluded.issues, route = excluded.route",
    item.id,
    item.eventKey,
    Date.parse(item.receivedAt),
    item.route,
    JSON.stringify(item.issues),
    JSON.stringify(item.contactIds),
    item.body,
  );
}

export function find(sql: Sql, id: string): Quarantined | undefined {
  const row = firstRow<QuarantineRow>(sql, `SELECT ${COLUMNS} FROM quarantine WHERE id = ?`, id);
  return row && toItem(row);
}

export function release(sql: Sql, id: string): void {
  sql.exec("DELETE FROM quarantine WHERE id = ?", id);
}

/** Removes the items that name a contact, and returns how many there were. */
export function eraseContact(sql: Sql, contactId: string): number {
  const names = "EXISTS (SELECT 1 FROM json_each(contact_ids) WHERE value = ?)";
  return rows(sql, `DELETE FROM quarantine WHERE ${names} RETURNING id`, contactId).length;
}

/** The quarantine, newest first, a page at a time. */
export function list(sql: Sql, { cursor, limit }: PageQuery): { quarantined: Quarantined[]; cursor: string | null } {
  const [receivedAt = "", id = ""] = cursor?.split(".", 2) ?? [];
  const found = rows<QuarantineRow>(
    sql,
    `SELECT ${COLUMNS} FROM quarantine ${cursor === undefined ? "" : "WHERE (received_at, id) < (?, ?)"} ORDER BY received_at DESC, id DESC LIMIT ?`,
    ...(cursor === undefined ? [] : [Number(receivedAt), id]),
    limit + 1,
  );
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return { quarantined: page.map(toItem), cursor: last ? `${last.received_at}.${last.id}` : null };
}

/** Counts an event of a kind that we do not know, by UTC day. */
export function countIgnored(sql: Sql, kind: string, nowMs: number): void {
  const day = new Date(nowMs).toISOString().slice(0, 10);
  sql.exec(
    "INSERT INTO ignored (kind, day, count, last_at) VALUES (?, ?, 1, ?) ON CONFLICT (kind, day) DO UPDATE SET count = count + 1, last_at = max(ifnull(last_at, 0), excluded.last_at)",
    kind,
    day,
    nowMs,
  );
}

/** How often each unknown kind has come in the days that are kept. */
export function ignoredCounts(sql: Sql): IgnoredKind[] {
  const counted =
    "SELECT kind, SUM(count) AS count, MAX(day) AS lastDay, MAX(last_at) AS lastAt FROM ignored GROUP BY kind ORDER BY count DESC, kind LIMIT 200";
  return rows<{ kind: string; count: number; lastDay: string; lastAt: number | null }>(sql, counted).map(
    ({ lastAt, ...told }) => ({ ...told, lastSeen: lastAt === null ? null : new Date(lastAt).toISOString() }),
  );
}

/** Forgets what is older than a time. */
export function forgetBefore(sql: Sql, beforeMs: number): void {
  sql.exec("DELETE FROM quarantine WHERE received_at < ?", beforeMs);
  sql.exec("DELETE FROM ignored WHERE day < ?", new Date(beforeMs).toISOString().slice(0, 10));
}

function toItem(row: QuarantineRow): Quarantined {
  return {
    id: row.id,
    eventKey: row.event_key,
    receivedAt: new Date(row.received_at).toISOString(),
    route: row.route,
    issues: JSON.parse(row.issues) as Issue[],
    contactIds: JSON.parse(row.contact_ids) as string[],
    body: row.body,
  };
}
