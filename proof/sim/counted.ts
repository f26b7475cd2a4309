// What counts for breakers, as it looks from beside the ledger: when each message was counted, and how long the others
// had been by the ledger's clock. The table cannot say that at the end: its times are rewritten when the clock is set back.
import type { LetThrough } from "../history.ts";
import type { Clockwork } from "./clockwork.ts";
import type { Disk } from "./disk.ts";

/** What is looked at of a simulated object. */
interface WatchedObject {
  readonly disk: Pick<Disk, "rows" | "isConfirmed">;
  readonly stoppedAt: readonly number[];
}

interface Row {
  readonly id: string;
  readonly rule: string;
  readonly contactId: string;
  /** As the table says, milliseconds since 1970. */
  readonly at: number;
}

interface Known extends Row {
  /** What the ledger's clock has said at the earliest since it was counted: it counts from no earlier. */
  readonly sinceMs: number;
}

export class CountedMessages {
  readonly #clockwork: Pick<Clockwork, "wall">;
  readonly #object: WatchedObject;
  readonly #seen: LetThrough[] = [];
  #known: ReadonlyMap<string, Known> = new Map();
  /** How many of those seen are on disk: the others may be lost in a crash. */
  #kept = 0;
  #stops = 0;
  #hasTable = false;

  constructor(clockwork: Pick<Clockwork, "wall">, object: WatchedObject) {
    this.#clockwork = clockwork;
    this.#object = object;
  }

  /** Looks at the table, between two steps. */
  look(): void {
    const nowMs = this.#clockwork.wall();
    const before = this.#known;
    const rows = this.#rows();
    this.#known = new Map(rows.map((row) => [row.id, sinceThen(row, before.get(row.id), nowMs)]));
    this.#forgetLost();
    for (const row of rows) {
      const known = before.get(row.id);
      // A time that had not come yet was put right, and the message not counted again.
      const isCounted = row.at === nowMs && row.at !== known?.at && !(known && known.at > nowMs);
      if (isCounted) this.#seen.push(this.#letThrough(row, nowMs));
    }
    if (this.#object.disk.isConfirmed) this.#kept = this.#seen.length;
  }

  /** What was observed. */
  seen(): readonly LetThrough[] {
    return this.#seen;
  }

  #rows(): readonly Row[] {
    const { disk } = this.#object;
    if (!this.#hasTable) {
      const isThere = disk.rows("SELECT 1 FROM sqlite_master WHERE name = 'sends'").length > 0;
      if (!isThere) return [];
      this.#hasTable = disk.isConfirmed;
    }
    return disk.rows("SELECT delivery_id, rule, contact_id, at FROM sends ORDER BY at, delivery_id").map((row) => ({
      id: String(row["delivery_id"]),
      rule: String(row["rule"]),
      contactId: String(row["contact_id"]),
      at: Number(row["at"]),
    }));
  }

  /** What a crash took back did not leave: nothing does before it is on disk. */
  #forgetLost(): void {
    const stops = this.#object.stoppedAt.length;
    if (stops === this.#stops) return;
    this.#stops = stops;
    const isThere = ({ deliveryId, at }: LetThrough): boolean => this.#known.get(deliveryId)?.at === at;
    this.#seen.push(...this.#seen.splice(this.#kept).filter(isThere));
  }

  #letThrough({ id, rule, contactId, at }: Row, nowMs: number): LetThrough {
    const others = [...this.#known.values()].filter((other) => other.rule === rule && other.id !== id);
    return {
      deliveryId: id,
      rule,
      at,
      contactId,
      before: others.map((other) => ({
        deliveryId: other.id,
        contactId: other.contactId,
        agoMs: nowMs - other.sinceMs,
      })),
    };
  }
}

function sinceThen(row: Row, known: Known | undefined, nowMs: number): Known {
  const isCountedAgain = known !== undefined && row.at > known.at;
  const sinceMs = known && !isCountedAgain ? Math.min(known.sinceMs, row.at) : row.at;
  return { ...row, sinceMs: Math.min(sinceMs, nowMs) };
}
