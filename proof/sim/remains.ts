// What a full ledger keeps, as it looks from beside it: whatever waits, with the event that it is about.
import type { Confirmed } from "../history.ts";
import type { SimulatedObject } from "./object.ts";

const OPEN: ReadonlySet<unknown> = new Set(["scheduled", "sending", "held"]);

export class Remains {
  readonly #object: SimulatedObject;
  readonly #confirmed: readonly Confirmed[];
  readonly #forgotten = new Set<string>();
  /** The deliveries that wait, and their contacts. */
  #waiting: readonly { readonly id: string; readonly contactId: string }[] = [];
  /** Those that have been on disk: what a crash takes back was never there. */
  readonly #kept = new Set<string>();

  /** `confirmed`: what an operator did so far, and does later. */
  constructor(object: SimulatedObject, confirmed: readonly Confirmed[]) {
    this.#object = object;
    this.#confirmed = confirmed;
  }

  /** Looks at the tables, between two steps. */
  look(): void {
    const { disk } = this.#object;
    if (disk.rows("SELECT 1 FROM sqlite_master WHERE name IN ('deliveries', 'events')").length < 2) return;
    const rows = disk.rows(
      `SELECT id, deliveries.contact_id, deliveries.state, json_extract(record, '$.dropped') AS dropped FROM deliveries
       LEFT JOIN events ON events.contact_id = deliveries.contact_id AND key = event_key`,
    );
    const ids = new Set(rows.map(({ id }) => id));
    for (const { id, contactId } of this.#waiting)
      if (!ids.has(id) && this.#kept.has(id) && !this.#did("erase asked", contactId))
        this.#forgotten.add(`${id} waited, and is forgotten`);
    const open = rows.filter(({ state }) => OPEN.has(state));
    for (const { id, dropped } of open)
      // Retried by hand it waits again, whatever was forgotten before.
      if (dropped !== null && !this.#did("retried", id)) this.#forgotten.add(`${String(id)} waits without its event`);
    this.#waiting = open.map((row) => ({ id: String(row["id"]), contactId: String(row["contact_id"]) }));
    if (disk.isConfirmed) for (const { id } of this.#waiting) this.#kept.add(id);
  }

  /** What was forgotten, in words. */
  get forgotten(): readonly string[] {
    return [...this.#forgotten];
  }

  #did(what: Confirmed["what"], id: unknown): boolean {
    return this.#confirmed.some((one) => one.what === what && one.id === id);
  }
}
