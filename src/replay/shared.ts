// What two replays of one log have in common: what is asked of the past, the keys of events, and what an event says by itself,
// which is read once for both.
import { asPast } from "../match/history.ts";
import type { Moment } from "../match/facts.ts";
import { statedBy } from "../match/stated.ts";
import { isWish } from "../match/wishes.ts";
import type { Event } from "../model/event.ts";
import type { RecordedEvent } from "../model/history.ts";
import type { RuleSet } from "../model/rule.ts";
import { saidBy, type Said } from "./ahead.ts";
import { askedBy, type Asked } from "./asked.ts";
import { digests } from "./digests.ts";
import type { LogStart } from "./items.ts";
import { packedTexts, type PackedTexts } from "./packed-texts.ts";
import type { StatedHere } from "./seen.ts";

/** What an event says, whatever was before it. */
export interface ReadEvent {
  readonly occurredAtMs: number;
  /** `null`: it states nothing that another could repeat. */
  readonly stated: StatedHere | null;
  readonly isWish: boolean;
  /** For one that happened before it and comes later; `null`: nothing that such a one asks for. */
  readonly said: Said | null;
  /** As later ones see it, of a chain. */
  past(chain: string | null): RecordedEvent;
}

export interface Shared {
  readonly sets: ReadonlySet<RuleSet>;
  readonly asked: Asked;
  readonly keys: PackedTexts;
  /** Reads an event; the one that was read last is not read again. */
  read(event: Event, moment: Moment): ReadEvent | Promise<ReadEvent>;
}

/** `others`: rules that decide, besides those of the log. */
export function sharedBy({ ruleSets }: LogStart, others: readonly RuleSet[] = []): Shared {
  const sets = new Set([...ruleSets.values(), ...others]);
  const asked = askedBy(sets);
  const [subjects, states] = [digests(), digests()];
  const statedHere = async (event: Event): Promise<StatedHere | null> => {
    const stated = await statedBy(event);
    if (stated === null) return null;
    const { subject, state } = stated;
    return {
      subject: subjects.numberOf(`${event.contactId} ${subject}`),
      state: state === null ? 0 : states.numberOf(state),
    };
  };
  let last: { readonly event: Event; readonly read: ReadEvent } | null = null;
  return {
    sets,
    asked,
    keys: packedTexts(),
    read(event, moment) {
      if (last?.event === event) return last.read;
      return readEvent(event, asked, moment, statedHere).then((read) => {
        last = { event, read };
        return read;
      });
    },
  };
}

async function readEvent(
  event: Event,
  asked: Asked,
  moment: Moment,
  statedHere: (event: Event) => Promise<StatedHere | null>,
): Promise<ReadEvent> {
  const isAsked = asked.ahead.has(event.kind);
  const isOne = isWish(event);
  let past: RecordedEvent | null = null;
  return {
    occurredAtMs: Date.parse(event.occurredAt),
    stated: await statedHere(event),
    isWish: isOne,
    said: isAsked ? await saidBy(event, isOne, asked.triggers, moment) : null,
    past(chain) {
      if (past === null || past.chain !== chain) past = asPast(event, [], moment.nowMs, { chain });
      return past;
    },
  };
}
