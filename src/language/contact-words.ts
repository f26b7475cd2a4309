// Which kinds of event name their contact elsewhere than most, in words: for the schema and for findings.
import { EVENT_KINDS, KINDS, type EventKind } from "../model/event-kinds.ts";

/** A place in the payload, and the kinds that name their contact there. */
interface ContactPlace {
  /** With a dot before each key inside an object. */
  readonly path: string;
  readonly kinds: readonly EventKind[];
  /** The subject and the verb of a sentence about them: `contact events send`. */
  readonly who: string;
}

const USUAL = "contactId";

/** The places other than `contactId`, each with its kinds. */
export const OTHER_CONTACT_PLACES: readonly ContactPlace[] = [
  ...new Set(EVENT_KINDS.map((kind) => KINDS[kind].contact)),
].flatMap((path): ContactPlace[] => {
  const kinds = EVENT_KINDS.filter((kind) => KINDS[kind].contact === path);
  return path === USUAL ? [] : [{ path, kinds, who: sendersInWords(kinds) }];
});

/** What names the senders of some kinds: the word with which all of them begin, or their names. */
export function sendersInWords(kinds: readonly string[]): string {
  if (kinds.length === 1) return `${kinds.join()} sends`;
  const [family, ...others] = new Set(kinds.map((kind) => /^[A-Z][a-z]+/.exec(kind)?.[0] ?? kind));
  return family !== undefined && others.length === 0
    ? `${family.toLowerCase()} events send`
    : `${kinds.slice(0, -1).join(", ")} and ${kinds.at(-1)} send`;
}
