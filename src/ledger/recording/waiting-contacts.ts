// The contacts with events that are not decided yet, in memory: so that whoever records asks no table. The tables are read
// when a ledger starts in which there are some, and after a transaction that failed.
import * as undecided from "../log/undecided.ts";
import type { Sql } from "../store/ports.ts";

/** What is known about a contact whose first event waits. Times are milliseconds since 1970. */
export interface WaitingContact {
  /** Its first event is decided by then. */
  deadlineMs: number;
  /** It is not looked at before. */
  untilMs: number;
  /** How often HighLevel gave no answer. */
  tries: number;
  /** Why HighLevel was asked in vain: what waits is decided without. `null`: it was not. */
  failure: string | null;
}

export class WaitingContacts {
  readonly #sql: Sql;
  /** `null`: the tables have to be read. */
  #contacts: Map<string, WaitingContact> | null = null;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** A ledger has started in which all events are decided. */
  know(): void {
    this.#contacts = new Map();
  }

  /** Reads the tables again. */
  forget(): void {
    this.#contacts = null;
  }

  has(contactId: string): boolean {
    return this.#all().has(contactId);
  }

  /** An event of a contact waits: behind others, if there are any. */
  add(contactId: string, deadlineMs: number): void {
    if (!this.#all().has(contactId)) this.#all().set(contactId, waitingUntil(deadlineMs));
  }

  /** Nothing of a contact waits any more. */
  delete(contactId: string): void {
    this.#all().delete(contactId);
  }

  /** All of them, in the order of their first events. */
  entries(): Iterable<[contactId: string, contact: WaitingContact]> {
    return this.#all();
  }

  get size(): number {
    return this.#all().size;
  }

  #all(): Map<string, WaitingContact> {
    return (this.#contacts ??= new Map(
      undecided.contacts(this.#sql).map(({ contactId, deadlineMs }) => [contactId, waitingUntil(deadlineMs)]),
    ));
  }
}

function waitingUntil(deadlineMs: number): WaitingContact {
  return { deadlineMs, untilMs: 0, tries: 0, failure: null };
}
