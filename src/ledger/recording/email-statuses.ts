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
import type { Intake } from "./intake.ts";

/** The parts of a ledger that this uses. */
interface Parts {
  readonly intake: Intake;
  /** Records an event that came, in its turn. */
  readonly record: (event: Event) => Promise<Recorded>;
  /** Records an event at once, in the turn of the one before it. */
  readonly recordBehind: (event: Event) => Promise<Recorded>;
  /** Commits what is set aside. */
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
  /** Whether the location ever heard what became of an e-mail. */
  #isOn = false;
  /** Whether something may have to be looked at again: an instance before may have died over it. */
  #mayBeReady = false;
  /** Settles when that was done; `null`: nobody waits for its turn. */
  #waking: Promise<void> | null = null;

  constructor(storage: LedgerStorage, clock: () => number, parts: Parts) {
    this.#storage = storage;
    this.#clock = clock;
    this.#parts = parts;
  }

  /** Takes over the marks that were read at the start. */
  know(marks: ReadonlyMap<string, string>): void {
    this.#isOn = this.#mayBeReady = marks.has("emails");
  }

  /** Records a status as an event of the contact of its e-mail, or keeps it if that is not known. */
  async join(locationId: string, item: Quarantined): Promise<Recorded | SetAside> {
    const { intake } = this.#parts;
    return intake.refusal() ?? intake.inTurn(() => this.#join(locationId, item));
  }

  async #join(locationId: string, item: Quarantined): Promise<Recorded | SetAside> {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => emails.begin(sql, this.#clock()));
    this.#isOn = true;
    const status = statusIn(item);
    const event = this.#joined(item, status);
    if (event) return this.#parts.record(event);
    return this.#parts.setAside(locationId, () => {
      quarantine.keep(sql, { ...item, issues: NOT_JOINED });
      emails.wait(sql, status, item.id);
    });
  }

  /** An e-mail was recorded, or HighLevel has answered one of ours. */
  came(): void {
    this.#mayBeReady ||= this.#isOn;
  }

  /** Records what waited for e-mails that are known by now, when its turn comes. Never rejects. */
  async wake(): Promise<void> {
    if (this.#mayBeReady)
      this.#waking ??= this.#parts.intake.inTurn(() => this.recordReady()).finally(() => (this.#waking = null));
    await this.#waking;
  }

  /** The same, in the turn of an event that was recorded. */
  async recordReady(): Promise<void> {
    if (!this.#mayBeReady) return;
    const { sql } = this.#storage;
    this.#mayBeReady = false;
    try {
      for (let ids = emails.ready(sql); ids.length > 0; ids = emails.ready(sql))
        for (const id of ids) await this.#lookAgain(id);
    } catch (error) {
      this.#mayBeReady = true;
      logError("What became of an e-mail could not be recorded, it stays in the quarantine", {}, error);
    }
  }

  async #lookAgain(id: string): Promise<void> {
    const { sql } = this.#storage;
    const item = quarantine.find(sql, id);
    const status = item ? statusIn(item) : {};
    const event = item && this.#joined(item, status);
    if (!event) return emails.looked(sql, id);
    await this.#parts.recordBehind(event);
    this.#storage.transactionSync(() => {
      quarantine.release(sql, id);
      emails.waited(sql, status, id);
    });
  }

  #joined({ eventKey, route, receivedAt }: Quarantined, status: JsonObject): Event | null {
    const { sql } = this.#storage;
    const email = emails.emailOf(sql, status);
    if (email === null) return null;
    const about = email.messageId === null ? {} : { messageId: email.messageId };
    const read = readEvent({ ...about, ...status, contactId: email.contactId }, { key: eventKey, route, receivedAt });
    if (read.status !== "event") return null;
    this.#storage.transactionSync(() => emails.noteJoined(sql, status, email, this.#clock()));
    return read.event;
  }
}

function statusIn({ body }: Quarantined): JsonObject {
  const value = parseJson(new TextEncoder().encode(body))?.value;
  return isJsonObject(value) ? completed(value) : {};
}
