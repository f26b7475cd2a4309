// When the last webhooks of a location came, by which its silence is measured.
import { EXPORTED_KEYS } from "../../events/exported.ts";
import type { Event } from "../../model/event.ts";
import { rows, type LedgerStorage } from "../store/ports.ts";
import { LOOKED_AT } from "./silence.ts";

const LAST = `SELECT received_at AS atMs FROM events WHERE key NOT GLOB '${EXPORTED_KEYS}*' ORDER BY seq DESC LIMIT ${LOOKED_AT}`;

/** The last of them; times are milliseconds since 1970. */
export class Arrivals {
  readonly #storage: Pick<LedgerStorage, "sql">;
  /** Oldest first; `null`: not read yet. */
  #times: number[] | null = null;

  constructor(storage: Pick<LedgerStorage, "sql">) {
    this.#storage = storage;
  }

  /** An event came: by a webhook, unless it was found. */
  note({ origin }: Event, nowMs: number): void {
    if (this.#times === null || origin !== undefined) return;
    this.#times.push(nowMs);
    if (this.#times.length > LOOKED_AT) this.#times.shift();
  }

  /** Oldest first. Read once: of a location of which much comes the object stays in memory, of others there is little to read. */
  last(): readonly number[] {
    return (this.#times ??= rows<{ atMs: number }>(this.#storage.sql, LAST)
      .map(({ atMs }) => atMs)
      .toSorted((a, b) => a - b));
  }
}
