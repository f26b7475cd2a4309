// Tasks: the ledger's own list, which is authoritative, and what is still to be written to KV.
import { retryDelayMs } from "../../act/contract/retry.ts";
import type { TaskQuery } from "../../model/ledger.ts";
import type { Task } from "../../model/task.ts";
import { noteTime } from "../store/marks.ts";
import { firstRow, rows, type Sql, type SqlValue } from "../store/ports.ts";

/** A write to KV that has to happen: the task as it is now, or its removal. */
export interface TaskWrite {
  readonly taskId: string;
  readonly locationId: string;
  readonly task: Task | null;
  readonly tries: number;
}

/** From the third try on, each waits as long as the third. */
const MOST_TRIES = 3;
/** KV may still be storing a task: its removal is planned for after that, whatever KV answers. */
export const LAST_WRITE_MS = 60_000;
/** The due time of a task without a date: it sorts after every date. */
const NO_DATE = Number.MAX_SAFE_INTEGER;

/** Written out, because SQLite uses the index of done tasks only if the statement names that state. */
const STATE_CLAUSES = { open: "state = 'open'", done: "state = 'done'" } as const;

/** Keeps a task that KV already has. */
export function keep(sql: Sql, task: Task): void {
  sql.exec(
    "INSERT OR IGNORE INTO tasks (id, contact_id, state, due_at, completed_at, task) VALUES (?, ?, ?, ?, NULL, ?)",
    task.id,
    task.contactId,
    task.state,
    task.dueAt === null ? NO_DATE : Date.parse(task.dueAt),
    JSON.stringify(task),
  );
}

export function find(sql: Sql, id: string): Task | undefined {
  const row = firstRow<{ task: string }>(sql, "SELECT task FROM tasks WHERE id = ?", id);
  return row && (JSON.parse(row.task) as Task);
}

/** Marks an open task as done, here and, as soon as KV accepts it, there. A task that is done already stays as it is. */
export function complete(sql: Sql, task: Task, nowMs: number): Task {
  if (task.state === "done") return task;
  const done: Task = { ...task, state: "done", completedAt: new Date(nowMs).toISOString() };
  sql.exec(
    "UPDATE tasks SET state = 'done', completed_at = ?, task = ? WHERE id = ?",
    nowMs,
    JSON.stringify(done),
    task.id,
  );
  planWrite(sql, task.locationId, task.id, done, nowMs);
  return done;
}

/** Tasks, a page at a time: newest first, or by due date with those without one last. */
export function list(
  sql: Sql,
  { state, contact, order = "newest", cursor, limit }: TaskQuery,
): { tasks: Task[]; cursor: string | null } {
  const where = ["1"];
  const values: SqlValue[] = [];
  const narrow = (clause: string, first: SqlValue | undefined, ...others: SqlValue[]): void => {
    if (first === undefined) return;
    where.push(clause);
    values.push(first, ...others);
  };
  if (state !== undefined) where.push(STATE_CLAUSES[state]);
  narrow("contact_id = ?", contact);
  const isByDue = order === "due";
  if (!isByDue) narrow("id < ?", cursor);
  else if (cursor !== undefined) {
    const [dueAt = "", id = ""] = cursor.split(".", 2);
    narrow("(due_at, id) > (?, ?)", Number(dueAt), id);
  }
  const by = isByDue ? "due_at, id" : "id DESC";
  // By itself, SQLite would choose the other index, and sort.
  const from = state === "done" && !isByDue ? "tasks INDEXED BY tasks_done" : "tasks";
  const statement = `SELECT id, due_at, task FROM ${from} WHERE ${where.join(" AND ")} ORDER BY ${by} LIMIT ?`;
  const found = rows<{ id: string; due_at: number; task: string }>(sql, statement, ...values, limit + 1);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return {
    tasks: page.map(({ task }) => JSON.parse(task) as Task),
    cursor: last ? (isByDue ? `${last.due_at}.${last.id}` : last.id) : null,
  };
}

/** Plans writing a task to KV, or (`null`) removing it there. */
export function planWrite(sql: Sql, locationId: string, taskId: string, task: Task | null, dueAtMs: number): void {
  sql.exec(
    "INSERT OR REPLACE INTO task_writes (task_id, location_id, task, due_at, tries) VALUES (?, ?, ?, ?, 0)",
    taskId,
    locationId,
    task === null ? null : JSON.stringify(task),
    dueAtMs,
  );
}

/** The writes to KV that are due. */
export function dueWrites(sql: Sql, nowMs: number, limit: number): TaskWrite[] {
  return rows<{ task_id: string; location_id: string; task: string | null; tries: number }>(
    sql,
    "SELECT task_id, location_id, task, tries FROM task_writes WHERE due_at <= ? ORDER BY due_at LIMIT ?",
    nowMs,
    limit,
  ).map((row) => ({
    taskId: row.task_id,
    locationId: row.location_id,
    task: row.task === null ? null : (JSON.parse(row.task) as Task),
    tries: row.tries,
  }));
}

/** When the next write to KV is due. */
export const NEXT_WRITE = "SELECT MIN(due_at) AS at FROM task_writes";

export function nextWriteAt(sql: Sql): number | null {
  return firstRow<{ at: number | null }>(sql, NEXT_WRITE)?.at ?? null;
}

/** After a clock that was ahead has been set back: writes wait no longer than they would have. */
export function putRight(sql: Sql, nowMs: number): void {
  for (let tries = 0; tries <= MOST_TRIES; tries++) {
    const latestMs = nowMs + (tries === 0 ? LAST_WRITE_MS : (retryDelayMs(tries, 1, null) ?? 0));
    const ahead = "UPDATE task_writes SET due_at = ?1 WHERE min(tries, ?2) = ?3 AND due_at > ?1";
    sql.exec(ahead, latestMs, MOST_TRIES, tries);
  }
}

/** Settles a write, unless a newer one has replaced it meanwhile. A failed one is tried again for as long as it takes. */
export function settleWrite(sql: Sql, write: TaskWrite, written: boolean, nowMs: number, random: number): void {
  const text = write.task === null ? null : JSON.stringify(write.task);
  if (written) {
    sql.exec("DELETE FROM task_writes WHERE task_id = ? AND task IS ?", write.taskId, text);
    return;
  }
  noteTime(sql, nowMs);
  const delay = retryDelayMs(Math.min(write.tries + 1, MOST_TRIES), random, null) ?? 0;
  sql.exec(
    "UPDATE task_writes SET due_at = ?, tries = tries + 1 WHERE task_id = ? AND task IS ?",
    nowMs + delay,
    write.taskId,
    text,
  );
}
