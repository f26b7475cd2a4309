// Marks: what a ledger notes about itself, one value per name. docs/storage.md says what each holds.
import { firstRow, rows, type Sql } from "./ports.ts";

/** Every mark there is. */
export type MarkName =
  | "location" // the id of the location
  | "seen" // the last day on which something came, `YYYY-MM-DD`, UTC
  | "active" // when something came last, to five minutes, milliseconds since 1970: then there is news for the directory
  | "announced" // the last day that the directory has been told about, likewise
  | "swept" // when it was last swept, milliseconds since 1970
  | "clock" // by which a clock that was set back is noticed after a restart
  | "reconciled" // up to when HighLevel's export has been looked through, and how far a look has come
  | "emails" // since when e-mails are noted by their names: what became of one has come
  | "paused" // what is paused here, and in every location as far as the directory has told
  | "full" // since when the ledger is full, and what it has forgotten for that
  | "refused-scopes" // scopes for which HighLevel has refused the token, and since when
  | "highlevel-limits" // HighLevel's limits, and how much of them is used
  | "rules" // which published rule sets are in force, if the registry was ever asked
  | "import" // how far an import has come
  | "removing" // the location is being removed
  | "canary" // what the canary of a change has sent within the hour, and whether it was halted here
  | "alerts" // when what somebody has to know is looked for next, what is told of it, and in which hours something came
  | "alert-route" // where this location's alerts go, unless where all do
  | "company" // of an agency: its id
  | "agency"; // of an agency: how far it is with its list of locations

/** The value of a mark; `undefined`: it was never set. */
export function mark(sql: Sql, name: MarkName): string | undefined {
  return firstRow<{ value: string }>(sql, "SELECT value FROM marks WHERE name = ?", name)?.value;
}

/** Every mark that was set. */
export function allMarks(sql: Sql): ReadonlyMap<string, string> {
  const found = rows<{ name: string; value: string }>(sql, "SELECT name, value FROM marks");
  return new Map(found.map(({ name, value }) => [name, value]));
}

const TO_A_MINUTE_MS = 60_000;

/** What the mark `clock` holds. */
export interface TimesNoted {
  /** The latest time at which something was made to wait, to a minute, milliseconds since 1970. */
  readonly waitsMs: number;
  /** The latest decision when the clock was last seen to have been set back: it is known, and proves no other time. */
  readonly knownMs: number;
}

/** What the mark `clock` says; `undefined`: it was never set. */
export function timesIn(noted: string | undefined): TimesNoted {
  return noted === undefined ? { waitsMs: 0, knownMs: 0 } : (JSON.parse(noted) as TimesNoted);
}

/** Notes that something is made to wait, so that a clock that is set back later is noticed after a restart, too. */
export function noteTime(sql: Sql, nowMs: number): void {
  const { waitsMs, knownMs } = timesIn(mark(sql, "clock"));
  if (nowMs >= waitsMs + TO_A_MINUTE_MS) setMark(sql, "clock", JSON.stringify({ waitsMs: nowMs, knownMs }));
}

/** Notes that the clock was set back, and that everything by the time before was put right. */
export function noteSetBack(sql: Sql, nowMs: number, knownMs: number): void {
  setMark(sql, "clock", JSON.stringify({ waitsMs: nowMs, knownMs }));
}

/** Sets a mark. It writes a row each time: ask first if it often says so already. */
export function setMark(sql: Sql, name: MarkName, value: string): void {
  setMarks(sql, [[name, value]]);
}

/** Sets several marks with one statement. */
export function setMarks(sql: Sql, marks: readonly (readonly [name: MarkName, value: string])[]): void {
  const values = marks.map(() => "(?, ?)").join(", ");
  sql.exec(`INSERT OR REPLACE INTO marks (name, value) VALUES ${values}`, ...marks.flat());
}
