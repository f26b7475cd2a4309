// Telling every ledger what is in force: each that has asked once is told of each change, and told again until it answers.
import { logError } from "../model/log-line.ts";
import type { InForce } from "../model/published.ts";
import { firstRow, rows, type LedgerStorage, type Sql } from "../ledger/store/ports.ts";

/** One alarm may make a thousand calls. */
const TOLD_AT_ONCE = 600;
const TOLD_TOGETHER = 40;
const AGAIN_MS = 5_000;

/** Tells the ledger of a location; it resolves once the ledger has it on disk. */
export type Tell = (locationId: string, inForce: InForce) => Promise<void>;

export class Telling {
  readonly #storage: Pick<LedgerStorage, "sql" | "setAlarm">;
  readonly #tell: Tell;
  readonly #clock: () => number;

  constructor(storage: Pick<LedgerStorage, "sql" | "setAlarm">, clock: () => number, tell: Tell) {
    this.#storage = storage;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Notes that a location asked, and is told of what is in force with the answer. */
  asked(locationId: string, change: number): void {
    const { sql } = this.#storage;
    const known = firstRow<{ change: number }>(sql, "SELECT change FROM locations WHERE location_id = ?", locationId);
    if (known?.change !== change)
      sql.exec("INSERT OR REPLACE INTO locations (location_id, change) VALUES (?, ?)", locationId, change);
  }

  /** Tells all that do not know of a change, soon. */
  begin(): Promise<void> {
    return this.#storage.setAlarm(this.#clock());
  }

  /** Tells those that do not know of a change yet; the alarm rings again for those that are left. */
  async run(inForce: InForce): Promise<void> {
    const { sql } = this.#storage;
    const waiting = untold(sql, inForce.change, TOLD_AT_ONCE + 1);
    const now = waiting.slice(0, TOLD_AT_ONCE);
    let isAnyLeft = waiting.length > now.length;
    let hasFailed = false;
    for (let from = 0; from < now.length; from += TOLD_TOGETHER) {
      const together = now.slice(from, from + TOLD_TOGETHER);
      const answers = await Promise.allSettled(together.map((id) => this.#tell(id, inForce)));
      for (const [index, answer] of answers.entries()) {
        const locationId = together[index] ?? "";
        if (answer.status === "fulfilled")
          sql.exec(
            "UPDATE locations SET change = ?1 WHERE location_id = ?2 AND change < ?1",
            inForce.change,
            locationId,
          );
        else
          logError("A ledger was not told which rules are in force, it is told again", { locationId }, answer.reason);
        hasFailed ||= answer.status === "rejected";
      }
    }
    isAnyLeft ||= hasFailed;
    if (isAnyLeft) await this.#storage.setAlarm(this.#clock() + (hasFailed ? AGAIN_MS : 0));
  }
}

/** How many locations there are, and how many know of a change. */
export function counted(sql: Sql, change: number): { readonly locations: number; readonly told: number } {
  const found = "SELECT COUNT(*) AS locations, COUNT(*) FILTER (WHERE change >= ?) AS told FROM locations";
  return firstRow<{ locations: number; told: number }>(sql, found, change) ?? { locations: 0, told: 0 };
}

/** Those that are behind the longest come first, so that one that does not answer keeps nobody waiting. */
function untold(sql: Sql, change: number, limit: number): readonly string[] {
  const found = "SELECT location_id AS id FROM locations WHERE change < ? ORDER BY change DESC, location_id LIMIT ?";
  return rows<{ id: string }>(sql, found, change, limit).map(({ id }) => id);
}
