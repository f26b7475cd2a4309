// The messages that tell alerts: one at a time, each with what has happened since the one before.
import { isoOf } from "../../kit/moment.ts";
import { alertInWords, type Alert, type AlertMessage } from "../../model/alert.ts";
import { firstRow, type Sql } from "../store/ports.ts";

const MOST_LINES = 50;
const MOST_MESSAGES = 20;

/** A message that has not arrived. */
export interface Message {
  readonly id: number;
  readonly made_at: number;
  readonly body: string;
  readonly tries: number;
}

/** The body: `text` for people, as Slack and many others take it, and the same for machines. */
export function bodyOf(locationId: string, name: string | null, alerts: readonly Alert[], nowMs: number): string {
  const where = name === null ? locationId : `${name} (${locationId})`;
  const lines = alerts
    .slice(0, MOST_LINES)
    .map((alert) => `• ${alert.endedAt === null ? "" : "Over: "}${alertInWords(alert)}`);
  const more = alerts.length - lines.length;
  const text = [`Afterbeep, ${where}:`, ...lines, ...(more > 0 ? [`… and ${more} more`] : [])].join("\n");
  return JSON.stringify({
    text: escaped(text),
    type: "alerts",
    timestamp: isoOf(nowMs),
    data: { locationId, name, alerts },
  });
}

/** Slack's documentation, "Formatting text for app surfaces": three characters stand for themselves only so. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Adds a message, due at once. */
export function add(sql: Sql, body: string, nowMs: number): void {
  sql.exec("INSERT INTO alert_messages (made_at, body, due_at) VALUES (?, ?, ?)", nowMs, body, nowMs);
  sql.exec("DELETE FROM alert_messages WHERE id <= (SELECT MAX(id) FROM alert_messages) - ?", MOST_MESSAGES);
}

/** The message that has not arrived; `undefined`: there is none. */
export function pending(sql: Sql): (Message & { readonly due_at: number }) | undefined {
  return firstRow(sql, "SELECT id, made_at, body, tries, due_at FROM alert_messages WHERE ended_at IS NULL LIMIT 1");
}

/** It is about to leave: if nothing is heard of it, it leaves again at a time. */
export function leaves(sql: Sql, id: number, nowMs: number, againAtMs: number): void {
  const statement = "UPDATE alert_messages SET tries = tries + 1, left_at = ?, due_at = ? WHERE id = ?";
  sql.exec(statement, nowMs, againAtMs, id);
}

/** It has arrived (`error` is `null`), or was given up. */
export function ends(sql: Sql, id: number, nowMs: number, error: string | null): void {
  sql.exec("UPDATE alert_messages SET ended_at = ?, due_at = NULL, error = ? WHERE id = ?", nowMs, error, id);
}

export function waits(sql: Sql, id: number, dueAtMs: number, error: string): void {
  sql.exec("UPDATE alert_messages SET due_at = ?, error = ? WHERE id = ?", dueAtMs, error, id);
}

/** When a message left last, or was heard to have arrived, milliseconds since 1970; 0: none did. */
export function lastLeftAt(sql: Sql): number {
  const last = "SELECT MAX(ifnull(ended_at, left_at)) AS at FROM alert_messages";
  return firstRow<{ at: number | null }>(sql, last)?.at ?? 0;
}

/** The message that was made last; `null`: there was none. */
export function last(sql: Sql): AlertMessage | null {
  const row = firstRow<{ made_at: number; ended_at: number | null; tries: number; error: string | null }>(
    sql,
    "SELECT made_at, ended_at, tries, error FROM alert_messages ORDER BY id DESC LIMIT 1",
  );
  if (!row) return null;
  const { made_at: madeAt, ended_at: endedAt, tries: attempts, error } = row;
  return { madeAt: isoOf(madeAt), endedAt: isoOf(endedAt), attempts, error };
}
