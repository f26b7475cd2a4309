// Pauses of rules in every location: kept in the directory, which tells each ledger, for as long as that takes. A ledger
// keeps what it was told, so that no event and no delivery asks for it.
import { logError } from "../model/log-line.ts";
import type { Everywhere, EverywhereAnswer, Pause } from "../model/pause.ts";
import { firstRow, rows, type LedgerStorage } from "../ledger/store/ports.ts";

/** One invocation may make a thousand calls. */
const TOLD_AT_ONCE = 500;
const TOLD_TOGETHER = 30;
/** How long the answer to a pause waits for the ledgers, and how soon those that did not answer are told again. */
const ANSWER_WITHIN_MS = 5_000;
const AGAIN_MS = 1_000;

/** What tells the ledgers. */
export interface TellingPorts {
  readonly clock: () => number;
  readonly timer: (ms: number) => Promise<void>;
  readonly tell: (locationId: string, everywhere: Everywhere) => Promise<void>;
}

type Storage = Pick<LedgerStorage, "sql" | "transactionSync" | "setAlarm">;

const NOTHING: Everywhere = { version: 0, pauses: [] };

export class PausedEverywhere {
  readonly #storage: Storage;
  readonly #ports: TellingPorts;
  /** Settles when all were told, or did not answer; `null`: none is being told. */
  #telling: Promise<void> | null = null;

  constructor(storage: Storage, ports: TellingPorts) {
    this.#storage = storage;
    this.#ports = ports;
  }

  /** What is paused now. */
  current(): Everywhere {
    const { version, pauses } = this.#kept();
    return {
      version,
      pauses: pauses.filter((one) => one.until === null || Date.parse(one.until) > this.#ports.clock()),
    };
  }

  /** Pauses a rule or (`null`) ends its pause, and tells the locations. */
  async set(rule: string, pause: Pause | null): Promise<EverywhereAnswer> {
    const { sql } = this.#storage;
    const { version, pauses } = this.current();
    const others = pauses.filter((one) => one.rule !== rule);
    const next = [...others, ...(pause === null ? [] : [pause])];
    // Whoever ends what is not paused has nobody to tell.
    if (pause !== null || others.length < pauses.length)
      sql.exec(
        "INSERT OR REPLACE INTO everywhere (id, version, pauses) VALUES (1, ?, ?)",
        Math.max(version, this.#kept().version) + 1,
        JSON.stringify(next),
      );
    this.#soon(0);
    await Promise.race([this.run(), this.#ports.timer(ANSWER_WITHIN_MS)]);
    const counted = firstRow<{ n: number; told: number }>(
      sql,
      "SELECT COUNT(*) AS n, COUNT(*) FILTER (WHERE told >= ?) AS told FROM locations",
      this.#kept().version,
    );
    return { pause, locations: counted?.n ?? 0, told: counted?.told ?? 0 };
  }

  /** A location has come: it asks itself once, and is told all the same, since something may have changed meanwhile. */
  joined(locationId: string): void {
    const untold = "SELECT 1 FROM locations, everywhere WHERE location_id = ? AND told < version";
    if (firstRow(this.#storage.sql, untold, locationId)) this.#soon(AGAIN_MS);
  }

  /** Tells those that do not know yet; those that did not answer are told again with the next alarm. Never rejects. */
  run(): Promise<void> {
    return (this.#telling ??= this.#tellAll().finally(() => (this.#telling = null)));
  }

  async #tellAll(): Promise<void> {
    const { sql } = this.#storage;
    const untold =
      "SELECT location_id AS id FROM locations WHERE told < ? AND location_id > ? ORDER BY location_id LIMIT ?";
    // One that does not answer keeps nobody behind it waiting.
    let after = "";
    for (let calls = 0; calls < TOLD_AT_ONCE;) {
      const everywhere = this.#kept();
      const ids = rows<{ id: string }>(sql, untold, everywhere.version, after, TOLD_TOGETHER).map(({ id }) => id);
      if (ids.length === 0) break;
      calls += ids.length;
      after = ids.at(-1) ?? "";
      const answers = await Promise.allSettled(ids.map((id) => this.#ports.tell(id, everywhere)));
      for (const [index, answer] of answers.entries()) {
        const locationId = ids[index] ?? "";
        if (answer.status === "fulfilled")
          sql.exec("UPDATE locations SET told = ? WHERE location_id = ?", everywhere.version, locationId);
        else logError("A ledger is told again what is paused", { locationId }, answer.reason);
      }
    }
    if (firstRow(sql, "SELECT 1 FROM locations WHERE told < ? LIMIT 1", this.#kept().version)) this.#soon(AGAIN_MS);
  }

  #soon(inMs: number): void {
    void this.#storage.setAlarm(this.#ports.clock() + inMs);
  }

  #kept(): Everywhere {
    const row = firstRow<{ version: number; pauses: string }>(
      this.#storage.sql,
      "SELECT version, pauses FROM everywhere",
    );
    return row ? { version: row.version, pauses: JSON.parse(row.pauses) as Pause[] } : NOTHING;
  }
}
