// What a replay has seen of all messages and contacts, for the duplicates among what is still to come: which rules have fired
// for a message in a state, and what was stated last.
import { digests } from "./digests.ts";
import type { PackedTexts } from "./packed-texts.ts";

/** What an event states, by numbers: of what, and what of it. */
export interface StatedHere {
  readonly subject: number;
  /** 0: it equals nothing. */
  readonly state: number;
}

export interface Seen {
  /** Whether a rule has fired for a message in a state. */
  hasFired(contact: number, messageKey: string, rule: string): boolean;
  noteFired(contact: number, messageKey: string, rule: string): void;
  /** The key of the event that stated the same of the same last; `null`: what is stated is news. */
  repeated(stated: StatedHere): string | null;
  noteStated(stated: StatedHere, eventKey: string): void;
}

/** Contacts go by their number. `keys`: where the keys of events are kept. */
export function newSeen(keys: PackedTexts): Seen {
  const fired = digests();
  /** By the number of a subject: the number of its last state, and that of its event's key. */
  let last = new Uint32Array(2 * 1_024);
  const firingOf = (contact: number, messageKey: string, rule: string): string => `${contact} ${messageKey} ${rule}`;
  return {
    hasFired: (contact, messageKey, rule) => fired.has(firingOf(contact, messageKey, rule)),
    noteFired: (contact, messageKey, rule) => void fired.numberOf(firingOf(contact, messageKey, rule)),
    repeated({ subject, state }) {
      return state !== 0 && last[2 * subject] === state ? keys.at(last[2 * subject + 1] ?? 0) : null;
    },
    noteStated({ subject, state }, eventKey) {
      if (2 * subject + 1 >= last.length) {
        const more = new Uint32Array(Math.max(last.length * 2, 2 * subject + 2));
        more.set(last);
        last = more;
      }
      last[2 * subject] = state;
      last[2 * subject + 1] = keys.add(eventKey);
    },
  };
}
