// Removing a location: its tasks leave KV a part at a time, and then everything else at once. While it is under way nothing
// is recorded and nothing leaves; an object that starts meanwhile goes on from there.
import type { Removed } from "../model/ledger.ts";
import { setMark } from "./store/marks.ts";
import { rows, type LedgerPorts, type LedgerStorage } from "./store/ports.ts";

/** One invocation may make a thousand calls. */
const TASKS_AT_ONCE = 900;
const TOGETHER = 50;

export class Removing {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  #isOn = false;

  constructor(storage: LedgerStorage, ports: LedgerPorts) {
    this.#storage = storage;
    this.#ports = ports;
  }

  know(text: string | undefined): void {
    this.#isOn = text !== undefined;
  }

  /** Whether it has begun: it does not end but by being done. */
  isOn(): boolean {
    return this.#isOn;
  }

  begin(): void {
    setMark(this.#storage.sql, "removing", "");
    this.#isOn = true;
  }

  /** Removes a part of the tasks from KV. Rejects if KV refuses one: then the same part is the next again. */
  async step(locationId: string): Promise<Removed> {
    const { sql } = this.#storage;
    const found = "SELECT id FROM tasks UNION SELECT task_id FROM task_writes LIMIT ?";
    const ids = rows<{ id: string }>(sql, found, TASKS_AT_ONCE).map(({ id }) => id);
    for (let from = 0; from < ids.length; from += TOGETHER) {
      const together = ids.slice(from, from + TOGETHER);
      await Promise.all(together.map((id) => this.#ports.actions.tasks.delete(locationId, id)));
      for (const id of together) {
        sql.exec("DELETE FROM tasks WHERE id = ?", id);
        sql.exec("DELETE FROM task_writes WHERE task_id = ?", id);
      }
    }
    return { tasks: ids.length, more: ids.length === TASKS_AT_ONCE };
  }
}
