// Telling every ledger what changed for all of them: which rules are in force, or what is paused everywhere. Each location has
// the version that its ledger knows; it is told of a later one, and told again until it answers.
import { logError } from "../model/log-line.ts";
import { firstRow, rows, type LedgerStorage, type Sql } from "../ledger/store/ports.ts";

/** One alarm may make a thousand calls. */
const TOLD_AT_ONCE = 600;
const TOLD_TOGETHER = 40;

/** A version, and what is told of it. */
interface Telling<Told> {
  readonly version: number;
  readonly told: Told;
}

/** What tells the ledgers. */
export interface TellingPorts<Told> {
  readonly clock: () => number;
  /** Whoever is told, by `location_id`; absent: `locations`. */
  readonly table?: "parts" | undefined;
  /** The column of the table with the version that each knows. */
  readonly column: "change" | "told";
  /** What is to be known now. */
  readonly current: () => Telling<Told>;
  /** Tells the ledger of a location; it resolves once the ledger has it on disk. */
  readonly tell: (locationId: string, told: Told) => Promise<void>;
  /** What the log says of a ledger that did not answer. */
  readonly failed: string;
  /** How soon that one is told again. */
  readonly againMs: number;
}

export class Ledgers<Told> {
  readonly #storage: Pick<LedgerStorage, "sql" | "setAlarm">;
  readonly #ports: TellingPorts<Told>;
  /** Settles when all were told, or did not answer; `null`: none is being told. */
  #telling: Promise<void> | null = null;

  constructor(storage: Pick<LedgerStorage, "sql" | "setAlarm">, ports: TellingPorts<Told>) {
    this.#storage = storage;
    this.#ports = ports;
  }

  /** Tells all that do not know of a change, with the next alarm. */
  begin(inMs = 0): Promise<void> {
    return this.#storage.setAlarm(this.#ports.clock() + inMs);
  }

  /** Tells those that do not know of a change yet; the alarm rings again for those that are left. One at a time tells. */
  run(): Promise<void> {
    return (this.#telling ??= this.#tellAll().finally(() => (this.#telling = null)));
  }

  /** Whether somebody does not know of the last change. */
  isAnyUntold(): boolean {
    return this.#untold(this.#storage.sql, this.#ports.current().version, 1).length > 0;
  }

  /** How many locations there are, and how many know of the last change. */
  counted(): { readonly locations: number; readonly told: number } {
    const found = `SELECT COUNT(*) AS locations, COUNT(*) FILTER (WHERE ${this.#ports.column} >= ?) AS told FROM ${this.#table}`;
    const { version } = this.#ports.current();
    return (
      firstRow<{ locations: number; told: number }>(this.#storage.sql, found, version) ?? { locations: 0, told: 0 }
    );
  }

  get #table(): string {
    return this.#ports.table ?? "locations";
  }

  async #tellAll(): Promise<void> {
    const { sql } = this.#storage;
    const { column, current, tell, failed, againMs } = this.#ports;
    const now = this.#untold(sql, current().version, TOLD_AT_ONCE);
    let hasFailed = false;
    for (let from = 0; from < now.length; from += TOLD_TOGETHER) {
      const together = now.slice(from, from + TOLD_TOGETHER);
      const { version, told } = current();
      const answers = await Promise.allSettled(together.map((id) => tell(id, told)));
      for (const [index, answer] of answers.entries()) {
        const locationId = together[index] ?? "";
        if (answer.status === "fulfilled")
          sql.exec(
            `UPDATE ${this.#table} SET ${column} = ?1 WHERE location_id = ?2 AND ${column} < ?1`,
            version,
            locationId,
          );
        else logError(failed, { locationId }, answer.reason);
        hasFailed ||= answer.status === "rejected";
      }
    }
    if (this.isAnyUntold()) await this.begin(hasFailed ? againMs : 0);
  }

  /** Those that are behind the longest come last, so that one that does not answer keeps nobody waiting. */
  #untold(sql: Sql, version: number, limit: number): readonly string[] {
    const { column } = this.#ports;
    const found = `SELECT location_id AS id FROM ${this.#table} WHERE ${column} < ? ORDER BY ${column} DESC, location_id LIMIT ?`;
    return rows<{ id: string }>(sql, found, version, limit).map(({ id }) => id);
  }
}
