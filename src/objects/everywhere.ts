// Pauses of rules in every location: kept in the directory, which tells its parts, each of which tells its ledgers, for as
// long as that takes. A ledger keeps what it was told, so that no event and no delivery asks for it.
import type { Everywhere, EverywhereAnswer, Pause } from "../model/pause.ts";
import { firstRow, type LedgerStorage } from "../ledger/store/ports.ts";
import { Ledgers, type TellingPorts } from "../registry/telling.ts";

/** How long the answer to a pause waits for the ledgers, and how soon those that did not answer are told again. */
const ANSWER_WITHIN_MS = 5_000;
const PART_WITHIN_MS = 4_000;
const AGAIN_MS = 1_000;

/** How many there are, and how many know. */
export type ToldCount = Pick<EverywhereAnswer, "locations" | "told">;

/** What tells the ledgers. */
export interface EverywherePorts extends Pick<TellingPorts<Everywhere>, "clock" | "tell"> {
  readonly timer: (ms: number) => Promise<void>;
  /** Tells a part, by name; absent: this is one, which tells ledgers. */
  readonly part?: ((name: string, everywhere: Everywhere) => Promise<ToldCount>) | undefined;
}

type Storage = Pick<LedgerStorage, "sql" | "transactionSync" | "setAlarm">;

const NOTHING: Everywhere = { version: 0, pauses: [] };

export class PausedEverywhere {
  readonly #storage: Storage;
  readonly #ports: EverywherePorts;
  readonly #ledgers: Ledgers<Everywhere>;
  /** What parts have answered. */
  readonly #counts = new Map<string, ToldCount>();

  constructor(storage: Storage, ports: EverywherePorts) {
    this.#storage = storage;
    this.#ports = ports;
    const { part } = ports;
    this.#ledgers = new Ledgers(storage, {
      clock: ports.clock,
      tell: part ? (name, told) => this.#tellPart(part, name, told) : ports.tell,
      table: part && "parts",
      column: "told",
      current: () => {
        const told = this.#kept();
        return { version: told.version, told };
      },
      failed: "A ledger is told again what is paused",
      againMs: AGAIN_MS,
    });
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
      this.#keep({ version: Math.max(version, this.#kept().version) + 1, pauses: next });
    this.#counts.clear();
    await this.#tell(ANSWER_WITHIN_MS);
    if (!this.#ports.part) return { pause, ...this.#ledgers.counted() };
    const sum = (of: keyof ToldCount): number => [...this.#counts.values()].reduce((all, one) => all + one[of], 0);
    // What a part that does not answer has is listed here, too.
    const listed = firstRow<{ n: number }>(sql, "SELECT COUNT(*) AS n FROM locations")?.n ?? 0;
    return { pause, locations: Math.max(listed, sum("locations")), told: sum("told") };
  }

  /** A part takes over what is paused, and tells its ledgers: most of them before it answers. */
  async learn(everywhere: Everywhere): Promise<ToldCount> {
    if (everywhere.version > this.#kept().version) this.#keep(everywhere);
    await this.#tell(PART_WITHIN_MS);
    return this.#ledgers.counted();
  }

  /** Whether somebody has to be told. */
  isAnyUntold(): boolean {
    return this.#ledgers.isAnyUntold();
  }

  async #tell(withinMs: number): Promise<void> {
    void this.#ledgers.begin();
    await Promise.race([this.run(), this.#ports.timer(withinMs)]);
  }

  async #tellPart(part: NonNullable<EverywherePorts["part"]>, name: string, told: Everywhere): Promise<void> {
    const count = await part(name, told);
    // What knows of a pause before says nothing of this one.
    if (told.version === this.#kept().version) this.#counts.set(name, count);
  }

  #keep({ version, pauses }: Everywhere): void {
    const kept = "INSERT OR REPLACE INTO everywhere (id, version, pauses) VALUES (1, ?, ?)";
    this.#storage.sql.exec(kept, version, JSON.stringify(pauses));
  }

  /** A location has come: it asks itself once, and is told all the same, since something may have changed meanwhile. */
  joined(locationId: string): void {
    const untold = "SELECT 1 FROM locations, everywhere WHERE location_id = ? AND told < version";
    if (firstRow(this.#storage.sql, untold, locationId)) void this.#ledgers.begin(AGAIN_MS);
  }

  /** Tells those that do not know yet; those that did not answer are told again with the next alarm. Never rejects. */
  run(): Promise<void> {
    return this.#ledgers.run();
  }

  #kept(): Everywhere {
    const row = firstRow<{ version: number; pauses: string }>(
      this.#storage.sql,
      "SELECT version, pauses FROM everywhere",
    );
    return row ? { version: row.version, pauses: JSON.parse(row.pauses) as Pause[] } : NOTHING;
  }
}
