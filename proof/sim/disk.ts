// A simulated disk under a real SQLite: what is written between two awaits is one turn, turns are confirmed some time
// later, and a crash loses the open turn and, by chance, those not yet confirmed.
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { LedgerStorage } from "../../src/ledger/store/ports.ts";
import { ROW_BYTES, USED_BYTES } from "../../src/local/sqlite-storage.ts";
import type { Clockwork } from "./clockwork.ts";

const WRITES = /^\s*(?:INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|REPLACE)/i;
const SEVERAL = /;\s*\S/;

/** How the disk behaves at present. */
export interface DiskFaults {
  /** The chance that a write is refused, 0…1. */
  refuses: number;
  /** The longest that a confirmation may take, milliseconds. */
  slowMs: number;
}

/** The object that is writing is gone. */
class ObjectGone extends Error {
  override name = "ObjectGone";
}

export class Disk {
  readonly faults: DiskFaults = { refuses: 0, slowMs: 20 };
  /** This many more writes succeed before a crash. */
  crashAfterWrites = Infinity;
  readonly #database = new DatabaseSync(":memory:", { limits: { length: ROW_BYTES } });
  readonly #statements = new Map<string, StatementSync>();
  readonly #clockwork: Clockwork;
  readonly #crash: () => void;
  /** How often an alarm was set: each gets its own number. */
  #alarms = 0;
  #isTurnOpen = false;
  #isDirty = false;
  #isConfirming = false;
  #waiting: (() => void)[] = [];
  /** The number of the alarm that is ringing: one set meanwhile has a different number. */
  ringing: number | null = null;

  /** `crash`: kills the object that is writing. */
  constructor(clockwork: Clockwork, crash: () => void) {
    this.#clockwork = clockwork;
    this.#crash = crash;
    this.#database.exec("CREATE TABLE alarm (one INTEGER PRIMARY KEY, number INTEGER, at INTEGER)");
  }

  /** The storage of one instance of the object; it refuses everything once `isGone`. */
  storage(isGone: () => boolean): LedgerStorage {
    const write = (): void => {
      this.#openTurn();
      if (--this.crashAfterWrites < 0) {
        this.crashAfterWrites = Infinity;
        this.#crash();
        throw new ObjectGone();
      }
      if (this.#clockwork.chance.next() < this.faults.refuses) throw new Error("database or disk is full");
    };
    const alive = (): void => {
      if (isGone()) throw new ObjectGone();
    };
    return {
      sql: {
        exec: (statement, ...values) => {
          alive();
          if (WRITES.test(statement)) write();
          const found = this.rows(statement, ...(values as SQLInputValue[]));
          return { toArray: () => found, [Symbol.iterator]: () => found[Symbol.iterator]() };
        },
      },
      transactionSync: (work) => {
        alive();
        this.#openTurn();
        this.#database.exec("SAVEPOINT work");
        try {
          const value = work();
          this.#database.exec("RELEASE work");
          return value;
        } catch (error) {
          if (!isGone()) this.#database.exec("ROLLBACK TO work; RELEASE work");
          throw error;
        }
      },
      sizeBytes: () => Number(this.rows(USED_BYTES)[0]?.["n"]),
      getAlarm: async () => {
        alive();
        const alarm = this.alarm();
        return alarm && alarm.number !== this.ringing ? alarm.at : null;
      },
      setAlarm: async (at) => {
        alive();
        try {
          write();
        } catch {
          // Nobody awaits it: the failure shows when the object's output gate breaks.
          queueMicrotask(() => isGone() || this.#crash());
          return;
        }
        this.#alarms += 1;
        this.rows("INSERT OR REPLACE INTO alarm (one, number, at) VALUES (1, ?, ?)", this.#alarms, Math.ceil(at));
      },
      sync: async () => {
        alive();
        await this.confirmed();
      },
    };
  }

  /** The current alarm, as the object sees it. */
  alarm(): { readonly number: number; readonly at: number } | undefined {
    return this.rows("SELECT number, at FROM alarm")[0] as { number: number; at: number } | undefined;
  }

  /** Forgets everything at once, as `deleteAlarm` and `deleteAll` do together: a crash leaves all of it, or nothing. */
  wipe(isGone: () => boolean): void {
    this.storage(isGone).transactionSync(() => {
      const names = this.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alarm' AND name NOT GLOB 'sqlite_*'",
      );
      this.storage(isGone).sql.exec("DELETE FROM alarm");
      for (const { name } of names) this.rows(`DROP TABLE "${String(name)}"`);
    });
  }

  /** Removes an alarm that has rung, or that is lost. */
  dropAlarm(number: number): void {
    this.#openTurn();
    this.rows("DELETE FROM alarm WHERE number = ?", number);
  }

  /** Whether everything written so far is on disk: what is not may be lost with the object, and nobody has been told of it. */
  get isConfirmed(): boolean {
    return !this.#isDirty && !this.#isTurnOpen;
  }

  /** Resolves once everything written so far is on disk; never, if the object dies first. */
  confirmed(): Promise<void> {
    return this.isConfirmed ? Promise.resolve() : new Promise((done) => this.#waiting.push(done));
  }

  /** A power failure: nothing that waits for a confirmation will ever get one. */
  die(): void {
    if (this.#isTurnOpen) this.#database.exec("ROLLBACK TO turn; RELEASE turn");
    if (this.#isTurnOpen || this.#isDirty)
      this.#database.exec(this.#clockwork.chance.happens(0.5) ? "COMMIT" : "ROLLBACK");
    this.#isTurnOpen = this.#isDirty = false;
    this.#waiting = [];
    this.ringing = null;
  }

  /** Adds what the next version would add to the tables: the current version has to cope with it. */
  addColumn(): void {
    const columns = new Set(this.rows("SELECT name FROM pragma_table_info('events')").map(({ name }) => name));
    if (columns.has("seq") && !columns.has("later")) this.#database.exec("ALTER TABLE events ADD COLUMN later TEXT");
  }

  /** All rows that a statement finds, unaffected by faults. */
  rows(statement: string, ...values: SQLInputValue[]): { [column: string]: unknown }[] {
    if (SEVERAL.test(statement)) {
      this.#database.exec(statement);
      return [];
    }
    let prepared = this.#statements.get(statement);
    if (!prepared) this.#statements.set(statement, (prepared = this.#database.prepare(statement)));
    return prepared.all(...values);
  }

  #openTurn(): void {
    if (this.#isTurnOpen) return;
    if (!this.#isDirty) this.#database.exec("BEGIN");
    this.#database.exec("SAVEPOINT turn");
    this.#isTurnOpen = true;
    queueMicrotask(() => this.#closeTurn());
  }

  #closeTurn(): void {
    if (!this.#isTurnOpen) return;
    this.#database.exec("RELEASE turn");
    this.#isTurnOpen = false;
    this.#isDirty = true;
    if (this.#isConfirming) return;
    this.#isConfirming = true;
    this.#clockwork.after(this.#clockwork.chance.below(this.faults.slowMs), () => this.#confirm());
  }

  #confirm(): void {
    this.#isConfirming = false;
    if (!this.#isDirty) return;
    if (this.#clockwork.chance.next() < this.faults.refuses / 4) return this.#crash();
    this.#database.exec("COMMIT");
    this.#isDirty = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const done of waiting) done();
  }
}
