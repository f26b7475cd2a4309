// The promises of published rule sets, checked on what a run of locations saw that were told of changes, or not.
import { NOTHING_PUBLISHED, type ChangeKind, type InForce } from "../src/model/published.ts";

/** The rule that each set has, by which it is known who decided; that of the bundle has none. */
export const ruleOf = (set: number): string => `of-set-${set}`;

/** One decision, as it is in the log of a location. */
export interface PublishedDecision {
  readonly key: string;
  readonly locationId: string;
  readonly contactId: string;
  /** Hash of the set that decided. */
  readonly ruleSet: string;
  readonly fired: readonly string[];
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** When it was sent for the first time, and when it was acknowledged, as places in the order of all that was observed. */
  readonly sent: number;
  readonly answered: number;
}

/** What a run saw. */
export interface Published {
  readonly decisions: readonly PublishedDecision[];
  /** Every change of the registry, in order, and when it was made. */
  readonly changes: readonly { readonly inForce: InForce; readonly order: number; readonly what: ChangeKind }[];
  /** When a location was known to know of a change. */
  readonly told: readonly { readonly locationId: string; readonly change: number; readonly order: number }[];
  /** The number of each published set, by its hash. */
  readonly sets: ReadonlyMap<string, number>;
  /** The rules of deliveries in each location. */
  readonly deliveries: readonly { readonly locationId: string; readonly eventKey: string; readonly rule: string }[];
  readonly divergence: readonly {
    readonly locationId: string;
    readonly eventKey: string;
    readonly rule: string;
    readonly how: string;
    readonly ruleSet: string;
  }[];
  /** Sets that the code in force at the end does not admit. */
  readonly refused: ReadonlySet<string>;
  /** From when on all is well: the last deploy of other code has looked at every set. */
  readonly peace: number;
  /** How many locations there are, and how many know of the last change at the end. */
  readonly locations: number;
  readonly known: number;
  readonly share: (contactId: string, share: number) => boolean;
}

const HOUR_MS = 3_600_000;

/** What a run violates, in words. */
export function violationsOfPublished(seen: Published): string[] {
  return [
    ...named("an event is decided by one set that is in force, which its decision names", inForce(seen)),
    ...named("nothing leaves from the shadow", fromTheShadow(seen)),
    ...named("a set that the code does not admit is never in force", admitted(seen)),
    ...named("a canary sends no more than it was said to", canaries(seen)),
    ...named("a canary that halted itself comes back by nobody but who begins it once more", halted(seen)),
    ...named("every location knows of every change in the end", known(seen)),
    ...named("what differs in the shadow is told, and nothing else", divergence(seen)),
  ];
}

function named(property: string, found: Iterable<string>): string[] {
  return [...found].map((what) => `${property}: ${what}`);
}

/**
 * The states that a location may have decided by: from the last that it was known to know, or of which it has to ask if it
 * knew of none, up to the last that there was.
 */
function statesFor(
  { changes, told }: Published,
  { locationId, sent, answered }: PublishedDecision,
): readonly InForce[] {
  const known = told.filter((one) => one.locationId === locationId && one.order < sent).map(({ change }) => change);
  const asked = changes.filter(({ order }) => order < sent).map(({ inForce }) => inForce.change);
  const from = Math.max(0, ...(known.length > 0 ? known : asked));
  const possible = changes.filter(({ inForce, order }) => inForce.change >= from && order < answered);
  return [...(from === 0 ? [NOTHING_PUBLISHED] : []), ...possible.map(({ inForce }) => inForce)];
}

function* inForce(seen: Published): Generator<string> {
  for (const decision of seen.decisions) {
    const { key, ruleSet, fired, contactId, locationId } = decision;
    const may = statesFor(seen, decision).flatMap(({ live, canary }) => {
      const isIn =
        canary !== null &&
        (canary.locations.length === 0 || canary.locations.includes(locationId)) &&
        seen.share(contactId, canary.share);
      // One that was halted here does not decide any more.
      return isIn ? [canary.ruleSet, live ?? "bundle"] : [live ?? "bundle"];
    });
    if (!may.includes(ruleSet)) yield `${key} of ${locationId} was decided by ${setName(seen, ruleSet)}`;
    const set = seen.sets.get(ruleSet);
    const expected = set === undefined ? [] : [ruleOf(set)];
    if (JSON.stringify(fired) !== JSON.stringify(expected))
      yield `${key} names ${setName(seen, ruleSet)}, and fired ${JSON.stringify(fired)}`;
  }
}

function* fromTheShadow({ decisions, deliveries }: Published): Generator<string> {
  const fired = new Map(decisions.map(({ locationId, key, fired }) => [`${locationId} ${key}`, fired]));
  for (const { locationId, eventKey, rule } of deliveries)
    if (!fired.get(`${locationId} ${eventKey}`)?.includes(rule))
      yield `${eventKey} has a delivery of ${rule}, which did not fire`;
}

function* admitted(seen: Published): Generator<string> {
  for (const { key, ruleSet, sent } of seen.decisions)
    if (sent > seen.peace && seen.refused.has(ruleSet))
      yield `${key} was decided by ${setName(seen, ruleSet)}, which is refused`;
}

function* canaries(seen: Published): Generator<string> {
  for (const { inForce } of seen.changes) {
    const { canary, live } = inForce;
    if (canary === null || canary.messagesPerHour === null || canary.ruleSet === live) continue;
    // Of several canaries with one set, none may send more than the most that one of them was said to.
    const most = Math.max(
      ...seen.changes.flatMap(({ inForce: { canary: other } }) =>
        other?.ruleSet === canary.ruleSet ? [other.messagesPerHour ?? Infinity] : [],
      ),
    );
    const begun = seen.changes.filter(({ inForce: one }) => one.canary?.ruleSet === canary.ruleSet).length;
    const isEverLive = seen.changes.some(({ inForce: one }) => one.live === canary.ruleSet);
    if (isEverLive) continue;
    for (const [locationId, own] of Map.groupBy(seen.decisions, (one) => one.locationId)) {
      const times = own.filter(({ ruleSet }) => ruleSet === canary.ruleSet).map(({ atMs }) => atMs);
      for (const at of times) {
        const within = times.filter((other) => other > at - HOUR_MS && other <= at).length;
        if (within > most * begun) yield `${within} messages within an hour in ${locationId}, and ${most} were allowed`;
      }
    }
  }
}

function* halted({ changes }: Published): Generator<string> {
  for (const [index, { what }] of changes.entries()) {
    const set = changes[index - 1]?.inForce.canary?.ruleSet;
    if (what !== "halt" || set === undefined) continue;
    for (const { inForce, what: after } of changes.slice(index + 1)) {
      if (inForce.canary?.ruleSet !== set) continue;
      if (after !== "activate") yield `change ${inForce.change}, a ${after}, brings back that of change ${index}`;
      break;
    }
  }
}

function* known({ locations, known: count }: Published): Generator<string> {
  if (count < locations) yield `${locations - count} of ${locations} do not`;
}

function* divergence(seen: Published): Generator<string> {
  const byEvent = new Map(seen.decisions.map((one) => [`${one.locationId} ${one.key}`, one]));
  for (const { locationId, eventKey, rule, how, ruleSet } of seen.divergence) {
    const decision = byEvent.get(`${locationId} ${eventKey}`);
    if (!decision) {
      yield `${eventKey} of ${locationId} differs and is not in the log`;
      continue;
    }
    const shadows = statesFor(seen, decision).map(({ shadow }) => shadow);
    if (!shadows.includes(ruleSet))
      yield `${eventKey} differs in ${setName(seen, ruleSet)}, which was not in the shadow`;
    if ((how === "more") === decision.fired.includes(rule)) yield `${eventKey} is told to differ in ${rule}: ${how}`;
  }
  const told = new Set(seen.divergence.map(({ locationId, eventKey }) => `${locationId} ${eventKey}`));
  for (const decision of seen.decisions) {
    const sure = statesFor(seen, decision);
    // A set that decides anyway is in no shadow.
    const differs = sure.every(({ shadow, live }) => shadow !== null && shadow !== live && shadow !== decision.ruleSet);
    // Where it could have been one state or another, the shadow may have been the one or the other, too.
    const one = new Set(sure.map(({ shadow }) => shadow)).size === 1;
    if (differs && one && !told.has(`${decision.locationId} ${decision.key}`))
      yield `${decision.key} of ${decision.locationId} differs in the shadow, and nothing tells`;
  }
}

function setName({ sets }: Published, hash: string): string {
  const set = sets.get(hash);
  return set === undefined ? "the bundle" : `set ${set}`;
}
