// Whether anything has changed: a count of what was written, so that whoever looks again reads only if there is news.
import type { LedgerStorage } from "./ports.ts";

const READS = /^\s*(?:SELECT|WITH)\b/;

/** Everything that the API shows is in the tables, or changes along with them. */
export class Changes {
  #count = 0;
  /** Sets this life of the object apart from the one before, which counted too. */
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
      getAlarm: () => storage.getAlarm(),
      setAlarm: (atMs) => storage.setAlarm(atMs),
      sync: () => storage.sync(),
    };
  }

  /** Differs from what it was whenever something was written since, or the object was started anew. */
  current(nowMs: number, random: () => number): string {
    this.#life ??= `${nowMs.toString(36)}.${Math.floor(random() * 2 ** 32).toString(36)}`;
    return `${this.#life}.${this.#count.toString(36)}`;
  }
}
