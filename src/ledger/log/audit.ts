// What operators did, one row for each action, in the log of a location or of the directory: kept as long as events.
import type { JsonObject } from "../../kit/json.ts";
import type { AuditAction, AuditEntry, AuditNote, Operator, ReleasedBy } from "../../model/audit.ts";
import type { PageQuery } from "../../model/ledger.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";

interface AuditRow {
  id: number;
  at: number;
  by: string;
  action: AuditAction;
  about: string;
  contact_id: string | null;
  before: string | null;
  after: string | null;
}

/**
 * Does something for an operator, and notes it with what was before. The row is written in the turn in which the change is
 * made, so both are on disk or neither; what takes longer has its end added. Nothing is noted of what was refused.
 */
export function acted<Answer>(
  sql: Sql,
  note: AuditNote,
  nowMs: number,
  before: JsonObject | null,
  act: () => Answer | Promise<Answer>,
): Answer | Promise<Answer> {
  const answer = act();
  if (!(answer instanceof Promise)) {
    if (!isRefused(answer)) add(sql, note, nowMs, before, summary(answer));
    return answer;
  }
  const id = add(sql, note, nowMs, before, null);
  return answer.then((told) => {
    if (isRefused(told)) sql.exec("DELETE FROM audit WHERE id = ?", id);
    else sql.exec("UPDATE audit SET after = ? WHERE id = ?", JSON.stringify(summary(told)), id);
    return told;
  });
}

/** Notes what is about to be done elsewhere, and returns its number, with which its end is noted. */
export function begin(sql: Sql, note: AuditNote, nowMs: number): number {
  return add(sql, note, nowMs, null, null);
}

/** Notes what came of what was begun; `null`: it was refused, and nothing is noted of it. */
export function end(sql: Sql, id: number, after: JsonObject | null): void {
  if (after === null) sql.exec("DELETE FROM audit WHERE id = ?", id);
  else sql.exec("UPDATE audit SET after = ? WHERE id = ?", JSON.stringify(after), id);
}

/** Notes that something left the quarantine. */
export function ingested(sql: Sql, { note, status }: ReleasedBy, nowMs: number): void {
  add(sql, note, nowMs, { status: "quarantined" }, { status });
}

/** Notes an action. `after` is `null` until it is known what came of it. */
function add(
  sql: Sql,
  {
    by,
    action,
    about,
    contactId = null,
  }: Omit<AuditNote, "contactId"> & { readonly contactId?: string | null | undefined },
  nowMs: number,
  before: JsonObject | null,
  after: JsonObject | null,
): number {
  const added = `INSERT INTO audit (at, by, action, about, contact_id, before, after) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`;
  const texts = [before, after].map((one) => one && JSON.stringify(one));
  const row = [nowMs, JSON.stringify(by), action, JSON.stringify(about), contactId, ...texts];
  return firstRow<{ id: number }>(sql, added, ...row)?.id ?? 0;
}

/** The actions, newest first, a page at a time. */
export function list(sql: Sql, { cursor, limit }: PageQuery): { audit: AuditEntry[]; cursor: string | null } {
  const page = "SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?";
  const found = rows<AuditRow>(sql, page, Number(cursor ?? Number.MAX_SAFE_INTEGER), limit + 1);
  const shown = found.slice(0, limit);
  return { audit: shown.map(entryOf), cursor: found.length > limit ? String(shown.at(-1)?.id) : null };
}

export function forgetBefore(sql: Sql, beforeMs: number): void {
  sql.exec("DELETE FROM audit WHERE at < ?", beforeMs);
}

/** What is worth keeping of an answer: the state of one thing, or all of what is no longer than a line. */
export function summary(answer: unknown): JsonObject {
  const value = (isResult(answer) ? answer.value : answer) as JsonObject | null | undefined;
  if (!value) return {};
  const { source, state } = value;
  return state === undefined ? value : { ...(source === undefined ? {} : { source }), state };
}

function isResult(answer: unknown): answer is { readonly ok: boolean; readonly value?: unknown } {
  return typeof answer === "object" && answer !== null && "ok" in answer;
}

function isRefused(answer: unknown): boolean {
  return isResult(answer) && !answer.ok;
}

function entryOf({ id, at, by, action, about, contact_id, before, after }: AuditRow): AuditEntry {
  const read = (text: string | null): JsonObject | null => (text === null ? null : (JSON.parse(text) as JsonObject));
  return {
    id,
    at: new Date(at).toISOString(),
    by: JSON.parse(by) as Operator,
    action,
    about: JSON.parse(about) as JsonObject,
    contactId: contact_id,
    before: read(before),
    after: read(after),
  };
}
