// What became of an e-mail: HighLevel names no contact, so each status is joined to its e-mail before it is an event of that
// contact. One that comes before its e-mail, or of which none is known, is kept in the quarantine, and joined when it comes.
import { parseJson } from "../../events/parse-json.ts";
import { readEvent } from "../../events/event.ts";
import { completed } from "../../events/untyped.ts";
import { isJsonObject, type JsonObject } from "../../kit/json.ts";
import type { Event } from "../../model/event.ts";
import type { Issue } from "../../model/failure.ts";
import type { Quarantined, Recorded, SetAside } from "../../model/ledger.ts";
import { logError } from "../../model/log-line.ts";
import * as emails from "../log/emails.ts";
import * as quarantine from "../log/quarantine.ts";
import type { LedgerStorage } from "../store/ports.ts";

/** The parts of a ledger that this uses. */
interface Parts {
  /** Records an event when its turn comes. */
  readonly take: (event: Event) => Promise<Recorded>;
  /** Records an event at once, in the turn of the one before it. */
  readonly record: (event: Event) => Promise<Recorded>;
  readonly setAside: (locationId: string, keep: () => void) => SetAside;
}

const NOT_JOINED: readonly Issue[] = [
  {
    pointer: "/contactId",
    code: "EVENT_UNJOINED",
    message:
      "HighLevel names no contact, and the log has no e-mail with this message id, nor one to this recipient before; it is taken in when that e-mail comes",
  },
];

export class EmailStatuses {
  readonly #storage: LedgerStorage;
  readonly #clock: () => number;
  readonly #parts: Parts;

  constructor(storage: LedgerStorage, clock: () => number, parts: Parts) {
    this.#storage = storage;
    this.#clock = clock;
    this.#parts = parts;
  }

  /** Records a status as an event of the contact of its e-mail, or keeps it if that is not known. */
  async join(locationId: string, item: Quarantined): Promise<Recorded | SetAside> {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => emails.begin(sql, this.#clock()));
    const status = statusIn(item);
    const event = this.#joined(item, status);
    if (event) return this.#parts.take(event);
    return this.#parts.setAside(locationId, () => {
      quarantine.keep(sql, { ...item, issues: NOT_JOINED });
      emails.wait(sql, status, item.id);
    });
  }

  /** Records what waited for an e-mail that has just been recorded. */
  async recordWaiting(email: Event): Promise<void> {
    const { sql } = this.#storage;
    for (const id of emails.waitingFor(sql, email)) {
      const item = quarantine.find(sql, id);
      const status = item ? statusIn(item) : {};
      const event = item && this.#joined(item, status);
      if (!event) continue;
      try {
        await this.#parts.record(event);
        this.#storage.transactionSync(() => {
          quarantine.release(sql, id);
          emails.waited(sql, status, id);
        });
      } catch (error) {
        logError(
          "What became of an e-mail could not be recorded, it stays in the quarantine",
          { eventKey: event.key },
          error,
        );
      }
    }
  }

  #joined({ eventKey, route, receivedAt }: Quarantined, status: JsonObject): Event | null {
    const email = emails.emailOf(this.#storage.sql, status);
    if (email === null) return null;
    const read = readEvent(
      { messageId: email.messageId, ...status, contactId: email.contactId },
      { key: eventKey, route, receivedAt },
    );
    return read.status === "event" ? read.event : null;
  }
}

function statusIn({ body }: Quarantined): JsonObject {
  const value = parseJson(new TextEncoder().encode(body))?.value;
  return isJsonObject(value) ? completed(value) : {};
}
