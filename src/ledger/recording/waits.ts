// What cancels waits, as one event sees it. Thousands may wait for the same contact, mostly with the same triggers: these
// are known by their hash, read from one of their deliveries, and asked once for each event.
import { cancelledBy, kindsThatPull } from "../../match/cancel.ts";
import type { Moment } from "../../match/facts.ts";
import { hex, sha256 } from "../../kit/hash.ts";
import type { CancelledBy } from "../../model/delivery.ts";
import type { Event } from "../../model/event.ts";
import type { Known } from "../../model/known.ts";
import type { CancelTrigger } from "../../model/rule.ts";
import * as deliveries from "../deliveries/deliveries.ts";
import * as log from "../log/log.ts";
import { settledKnownOf } from "../reading/known.ts";
import type { Sql } from "../store/ports.ts";

type Triggers = readonly CancelTrigger[];

/** Triggers that are kept in memory, by their hash. */
const MAX_KNOWN = 2_000;
const known = new Map<string, Triggers>();
const hashes = new WeakMap<Triggers, string>();

/** In place of the hash, of what no event cancels but one on which the rule fires again. */
export const RESTART_ONLY = "";

/** A wait that an event ends, with the reason. */
export interface EndedWait {
  readonly id: string;
  readonly by: CancelledBy;
}

/** The hash that triggers are known by. */
export async function hashOf(triggers: Triggers): Promise<string> {
  let hash = hashes.get(triggers);
  if (hash === undefined) {
    hash = hex((await sha256(JSON.stringify(triggers))).subarray(0, 16));
    hashes.set(triggers, hash);
  }
  return hash;
}

/** The contact's waiting deliveries that an event ends, each with the reason. */
export async function endedBy(sql: Sql, event: Event, moment: Moment): Promise<readonly EndedWait[]> {
  const ended: EndedWait[] = [];
  const reasons = new Map<Triggers, CancelledBy | null>();
  const known = knownOnce(sql, event);
  for (const { id, cancelOn } of deliveries.cancellable(sql, event.contactId, Date.parse(event.occurredAt))) {
    if (cancelOn === RESTART_ONLY) continue;
    const triggers = cancelOn === null ? deliveries.triggersOf(sql, id) : triggersBy(sql, cancelOn, id);
    let by = reasons.get(triggers);
    if (by === undefined) reasons.set(triggers, (by = await cancelledBy(event, triggers, moment, known)));
    if (by) ended.push({ id, by });
  }
  return ended;
}

/** What is known beside an event, read when a trigger first looks at it: HighLevel is not asked. */
function knownOnce(sql: Sql, event: Event): () => Known {
  let known: Known | null = null;
  return () => (known ??= settledKnownOf(sql, event, null));
}

function triggersBy(sql: Sql, hash: string, id: string): Triggers {
  const kept = known.get(hash);
  if (kept) return kept;
  const triggers = deliveries.triggersOf(sql, id);
  // A plan of a newer version cannot be read: another delivery's may be.
  if (triggers.length === 0) return triggers;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(hash, triggers);
  return triggers;
}

/** What was recorded ahead of an event, although it happened later: each kind is read once, whatever asks. */
export class Ahead {
  readonly #sql: Sql;
  readonly #event: Event;
  readonly #moment: Moment;
  readonly #byKinds = new Map<string, readonly Event[]>();
  readonly #reasons = new Map<Triggers, Promise<CancelledBy | null>>();
  readonly #known: () => Known;

  constructor(sql: Sql, event: Event, moment: Moment) {
    this.#sql = sql;
    this.#event = event;
    this.#moment = moment;
    this.#known = knownOnce(sql, event);
  }

  /** The first event that sets off one of the triggers; `null`: none does. */
  cancels(triggers: Triggers): Promise<CancelledBy | null> {
    let reason = this.#reasons.get(triggers);
    if (!reason) this.#reasons.set(triggers, (reason = this.#first(triggers)));
    return reason;
  }

  async #first(triggers: Triggers): Promise<CancelledBy | null> {
    for (const later of this.#events(triggers)) {
      const by = await cancelledBy(later, triggers, this.#moment, this.#known);
      if (by) return by;
    }
    return null;
  }

  #events(triggers: Triggers): readonly Event[] {
    const kinds = kindsThatPull(triggers);
    const name = kinds.toSorted().join();
    let events = this.#byKinds.get(name);
    if (!events) {
      const { contactId, occurredAt, key } = this.#event;
      const ahead = log.recordedAhead(this.#sql, contactId, Date.parse(occurredAt), kinds);
      // One that had to wait to be decided is in the log itself.
      this.#byKinds.set(name, (events = ahead.filter((other) => other.key !== key)));
    }
    return events;
  }
}
