// Notes about contacts, on which a rule looks at the contact's tags: HighLevel is asked first. The contacts are others than
// those of the rest of the run, so that nobody asks about them for another reason; one is erased only with what it was sent.
import type { NotedContacts } from "../history.ts";
import { aNote, newTags, VIP } from "../rules.ts";
import type { Clockwork } from "./clockwork.ts";
import type { Surroundings } from "./follow-ups.ts";
import type { SimulatedHighLevel } from "./highlevel.ts";
import { LOCATION } from "./location.ts";
import type { SimulatedObject } from "./object.ts";

const VIPS = ["vip-0", "vip-1", "vip-2"];
const OTHERS = ["other-0", "other-1"];
/** HighLevel does not know it. */
const UNKNOWN = "nobody";
const CONTACTS = [...VIPS, ...OTHERS, UNKNOWN];
const MOST_NOTES = 14;

export class SimulatedNotes {
  readonly #clockwork: Clockwork;
  readonly #object: SimulatedObject;
  readonly #highlevel: SimulatedHighLevel;
  readonly #around: Surroundings;
  /** Each note that was decided, with its decision. */
  readonly #decided = new Map<string, string>();
  readonly #changed = new Set<string>();
  #waiting: readonly string[] = [];
  #longestMs = 0;
  #sent = 0;
  #hasOpened = false;

  constructor(clockwork: Clockwork, object: SimulatedObject, highlevel: SimulatedHighLevel, around: Surroundings) {
    this.#clockwork = clockwork;
    this.#object = object;
    this.#highlevel = highlevel;
    this.#around = around;
    highlevel.addContacts(VIPS, [VIP.tag]);
    highlevel.addContacts(OTHERS);
  }

  /** Notes come alone or in bursts; from time to time the tags change, but for the one that the rule looks for. */
  plan(): void {
    const { chance } = this.#clockwork;
    for (let count = 2 + chance.below(MOST_NOTES); count > 0; count--)
      this.#around.at(() => {
        const contactId = chance.pick(CONTACTS);
        this.#write(contactId, chance.pick([1, 1, 1, 2, 4]));
      });
    for (let count = chance.below(4); count > 0; count--) this.#around.at(() => this.#tag());
  }

  /** So many notes about one of the contacts. */
  oneOf(burst: number): void {
    this.#write(this.#clockwork.chance.pick(CONTACTS), burst);
  }

  #write(contactId: string, burst: number): void {
    for (let left = burst; left > 0; left--) this.#note(contactId);
  }

  #note(contactId: string): void {
    const { now } = this.#clockwork;
    const key = `note-${++this.#sent}`;
    this.#around.senders.send(key, contactId, aNote({ key, locationId: LOCATION, contactId, atMs: now }), now);
  }

  #tag(): void {
    const { chance, now } = this.#clockwork;
    const contact = this.#highlevel.standIn.state.contacts.get(chance.pick([...VIPS, ...OTHERS]));
    if (!contact) return;
    const key = `tags-${++this.#sent}`;
    contact.tags = [...contact.tags.filter((tag) => tag === VIP.tag), key];
    const about = { key, locationId: LOCATION, contactId: contact.id, atMs: now };
    this.#around.senders.send(key, contact.id, newTags(about, contact.tags), now);
  }

  look(): void {
    if (this.#sent === 0 || !this.#isOpen()) return;
    const notes = "SELECT key, deciding, received_at AS at, record FROM events WHERE kind = 'NoteCreate'";
    const waiting: string[] = [];
    for (const { key, deciding, at, record } of this.#object.disk.rows(notes)) {
      // For want of room the ledger has forgotten it.
      if (typeof record !== "string") continue;
      const [name, text] = [String(key), record];
      if (deciding !== null) {
        waiting.push(name);
        this.#longestMs = Math.max(this.#longestMs, this.#clockwork.wall() - Number(at));
      }
      if (!this.#object.disk.isConfirmed) continue;
      const before = this.#decided.get(name);
      if (before !== undefined && before !== text) this.#changed.add(name);
      if (deciding === null) this.#decided.set(name, text);
    }
    this.#waiting = waiting;
  }

  /** Whether the ledger has opened: until then its tables may be those of an earlier version. */
  #isOpen(): boolean {
    const column = "SELECT 1 FROM pragma_table_info('events') WHERE name = 'deciding'";
    return (this.#hasOpened ||= this.#object.disk.rows(column).length > 0);
  }

  /** What was observed. */
  seen(): NotedContacts {
    this.look();
    const asked = this.#highlevel.asked.filter(({ contactId }) => CONTACTS.includes(contactId));
    return {
      vip: VIPS,
      others: OTHERS,
      asked,
      longestMs: this.#longestMs,
      waiting: this.#waiting,
      changed: [...this.#changed],
    };
  }
}
