// What a deleted location's ledger does late has no effect: its storage was taken from it.
import type { LedgerStorage } from "../ledger/store/ports.ts";

/** A storage that can be taken away from whoever has it: from then on it writes nothing, and reading throws. */
export function endable(storage: LedgerStorage): { readonly storage: LedgerStorage; readonly end: () => void } {
  let isEnded = false;
  return {
    storage: {
      ...storage,
      sql: {
        exec(statement, ...values) {
          if (isEnded) throw new Error("The location was deleted");
          return storage.sql.exec(statement, ...values);
        },
      },
      setAlarm: (atMs) => (isEnded ? Promise.resolve() : storage.setAlarm(atMs)),
    },
    end: () => (isEnded = true),
  };
}
