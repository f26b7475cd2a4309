// The promises about messages of which HighLevel sends no webhook, checked on what was seen of a location that is looked
// through while webhooks are lost, late and doubled.
import type { Outcome } from "../src/model/event.ts";

/** A message as HighLevel has it at the end. Times are milliseconds since 1970. */
export interface MadeMessage {
  readonly id: string;
  readonly madeAt: number;
  /** What became of it, and since when. */
  readonly outcome: Outcome;
  readonly sinceMs: number;
  /** Since when the export shows it as it is. */
  readonly shownMs: number;
  /** When its first webhook was taken; `null`: none was. */
  readonly heardAt: number | null;
}

/** An event of a message, as in the log. */
export interface LoggedMessage {
  readonly key: string;
  readonly messageId: string;
  readonly outcome: string;
  readonly isFound: boolean;
  readonly repeats: boolean;
  readonly occurredAt: number;
  readonly decidedAt: number;
  readonly fired: readonly string[];
}

/** What was seen. */
export interface Missed {
  readonly messages: readonly MadeMessage[];
  readonly events: readonly LoggedMessage[];
  /** How many of them the gaps count. */
  readonly inGaps: number;
  /** A look is under way that takes something in. */
  readonly isUnderWay: boolean;
  /** Nothing kept looks from being made. */
  readonly isCalm: boolean;
  /** When the process died. */
  readonly stops: number;
  readonly tooMany: { readonly total: number; readonly twoInARow: boolean };
  readonly mistakes: readonly string[];
}

const MINUTE_MS = 60_000;
/** An hour until the next look, and what that takes: five minutes for a webhook that may be under way, and as long again. */
const WITHIN_MS = 75 * MINUTE_MS;
/** A webhook that comes so soon is never overtaken. */
const SOON_MS = 4 * MINUTE_MS;
/** The rules of the run: what is overdue at once, what wants it late, and what waits for so long. */
export const WAITS_MS = 120 * MINUTE_MS;

/** Every promise by its name. */
export const MISSED: { readonly [name: string]: (seen: Missed) => Iterable<string> } = {
  "what the export has is in the log within the hour": inTheLog,
  "a message is in the log once in each state": once,
  "nothing that is overdue is done, but where the rule wants it": notOverdue,
  "what is still ahead is done": ahead,
  "a webhook that is under way is not overtaken": notOvertaken,
  "gaps count what was found": (seen) => {
    const found = seen.events.filter(({ isFound }) => isFound).length;
    return found === seen.inGaps ? [] : [`${found} were found, and gaps count ${seen.inGaps}`];
  },
  "a look comes to its end": ({ isUnderWay }) => (isUnderWay ? ["a look is under way"] : []),
  "looks keep to HighLevel's limits": function* ({ tooMany, stops }) {
    if (tooMany.twoInARow) yield "HighLevel said 429 twice in a row";
    if (tooMany.total > stops) yield `HighLevel said 429 ${tooMany.total} times, after ${stops} stops`;
  },
  "every question is as HighLevel publishes it": ({ mistakes }) => mistakes,
};

/** What a run violates: the promise, and what was observed. */
export function violationsIn(seen: Missed): string[] {
  return Object.entries(MISSED).flatMap(([name, holds]) => [...holds(seen)].map((found) => `${name}: ${found}`));
}

function* inTheLog({ messages, events, isCalm }: Missed): Generator<string> {
  const byMessage = Map.groupBy(events, ({ messageId }) => messageId);
  for (const { id, outcome, shownMs } of messages) {
    const told = (byMessage.get(id) ?? []).filter((event) => event.outcome === outcome);
    const [first] = told.toSorted((a, b) => a.decidedAt - b.decidedAt);
    if (!first) yield `${id} is ${outcome}, and the log does not say so`;
    else if (isCalm && first.decidedAt > shownMs + WITHIN_MS)
      yield `${id} was ${outcome} ${Math.round((first.decidedAt - shownMs) / MINUTE_MS)} minutes before the log said so`;
  }
}

function* once({ events }: Missed): Generator<string> {
  const states = Map.groupBy(events, ({ messageId, outcome }) => `${messageId} as ${outcome}`);
  for (const [state, told] of states)
    if (told.some(({ isFound }) => isFound) && told.length > 1) yield `${state} is there ${told.length} times`;
}

function* notOverdue({ events }: Missed): Generator<string> {
  for (const { key, isFound, occurredAt, decidedAt, fired } of events) {
    if (!isFound) continue;
    if (fired.includes("now")) yield `${key} was found ${decidedAt - occurredAt} ms late, and fired what was overdue`;
    if (fired.includes("waits") && occurredAt + WAITS_MS <= decidedAt) yield `${key} fired what was overdue for long`;
  }
}

function* ahead({ events }: Missed): Generator<string> {
  const firstOf = new Map<string, LoggedMessage>();
  for (const event of events.toSorted((a, b) => a.decidedAt - b.decidedAt))
    if (!firstOf.has(event.messageId)) firstOf.set(event.messageId, event);
  for (const { key, isFound, occurredAt, decidedAt, fired, repeats } of firstOf.values()) {
    if (repeats) continue;
    if (isFound && !fired.includes("late")) yield `${key} did not fire what wants it late`;
    if (isFound && occurredAt + WAITS_MS > decidedAt && !fired.includes("waits"))
      yield `${key} did not fire what is ahead`;
  }
}

function* notOvertaken({ messages, events }: Missed): Generator<string> {
  const heard = new Map(
    messages.map(({ id, madeAt, heardAt }) => [id, heardAt === null ? Infinity : heardAt - madeAt]),
  );
  const first = new Set<string>();
  for (const { key, messageId, isFound } of events.toSorted((a, b) => a.decidedAt - b.decidedAt)) {
    if (!first.has(messageId) && isFound && (heard.get(messageId) ?? Infinity) < SOON_MS)
      yield `${key} was taken in before its webhook, which came after ${heard.get(messageId)} ms`;
    first.add(messageId);
  }
}
