// Whether anything has changed: a count of writes, so that whoever looks again reads only if there is news.
import type { LedgerStorage } from "./ports.ts";

const READS = /^\s*(?:SELECT|WITH)\b/;

/** Counts writes. That is enough: everything that the API shows is in the tables, or changes along with them. */
export class Changes {
  #count = 0;
  /** Tells this life of the object from the previous one, which had its own count. */
  #life: string | null = null;

  /** The same storage; what is written through it is counted. */
  watch(storage: LedgerStorage): LedgerStorage {
    return {
      sql: {
        exec: (statement, ...values) => {
          if (!READS.test(statement)) this.#count += 1;
          return storage.sql.exec(statement, ...values);
        },
      },
      transactionSync: (work) => storage.transactionSync(work),
      sizeBytes: () => storage.sizeBytes(),
      getAlarm: () => storage.getAlarm(),
      setAlarm: (atMs) => storage.setAlarm(atMs),
      sync: () => storage.sync(),
    };
  }

  /** A different value whenever something was written, or the object was restarted, since the last call. */
  current(nowMs: number, random: () => number): string {
    this.#life ??= `${nowMs.toString(36)}.${Math.floor(random() * 2 ** 32).toString(36)}`;
    return `${this.#life}.${this.#count.toString(36)}`;
  }
}
