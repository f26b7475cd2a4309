// HighLevel's limits on calls, per app and location: one for an interval, one for a day. Pure: what is known about them,
// and what each call and each answer adds. Numbers: HighLevel's documentation of rate limits, until answers say more.

import { notBefore } from "../kit/not-before.ts";

/** How many calls a delivery may need: for the contact, the location and earlier messages, and its own. */
const RESERVE = 4;
/** Calls are counted in this many slices of an interval, each as if all its calls had come at its end. */
const SLICES = 50;
/** Once there is no room, wait until a tenth of the limit is free, so that nothing wakes up for single calls. */
const BATCHES = 10;
/** For how many intervals to remember that others call, too, and what part of the limit they may take at once. */
const OTHERS_INTERVALS = 30;
const OTHERS_SHARE = 3;
/** What is not urgent leaves so much of an interval, and of a day, to deliveries. */
const SPARE_PART = 0.5;
const SPARE_DAY_PART = 0.1;
const DAY_MS = 86_400_000;
/** HighLevel does not say when its day ends: with nothing left, one delivery tries every hour, and at midnight UTC. */
const ASK_AGAIN_MS = 3_600_000;
const LONGEST_PAUSE_MS = 3_600_000;
const LONGEST_INTERVAL_MS = 3_600_000;
const TOO_MANY_REQUESTS = 429;

/** What an answer said about its window, and what has left since. */
interface Told {
  /** `X-RateLimit-Remaining` as it came. */
  readonly remaining: number;
  /** Calls of ours that it may not have counted: in flight then, or left since. */
  readonly uncounted: number;
  /** The last call that had left when it came. A later answer says more only if its call left after that. */
  readonly ticket: number;
  /** When it came. */
  readonly atMs: number;
  /** The window that it is about had begun by this time. */
  readonly begunByMs: number;
}

/** What is known about the limits. Plain data, stored as it is. */
export interface Limits {
  /** The version of this format. */
  readonly v: 1;
  readonly max: number;
  readonly intervalMs: number;
  readonly dailyMax: number;
  /** Calls that ended, and until when they count, oldest first. A call may have reached HighLevel when its answer came. */
  readonly ended: readonly (readonly [endedAtMs: number, calls: number])[];
  readonly inFlight: number;
  /** Calls so far. */
  readonly tickets: number;
  readonly told: Told | null;
  /** Calls by others under the same limits: when they were last noticed, and how many may come at any moment. */
  readonly others: { readonly seenAtMs: number; readonly atOnce: number };
  /** After a 429: how many in a row, the last call that had left by then, and until when nothing leaves. */
  readonly pause: { readonly strikes: number; readonly ticket: number; readonly untilMs: number };
  /** What is left of the limit for a day (UTC, days since 1970), and since when that is too little. */
  readonly day: { readonly day: number; readonly left: number; readonly exhaustedAtMs: number | null };
}

/** A call that left. */
export interface Ticket {
  readonly number: number;
}

/** The limits as HighLevel publishes them, with nothing used up. */
export const PUBLISHED_LIMITS: Limits = {
  v: 1,
  max: 100,
  intervalMs: 10_000,
  dailyMax: 200_000,
  ended: [],
  inFlight: 0,
  tickets: 0,
  told: null,
  others: { seenAtMs: 0, atOnce: 0 },
  pause: { strikes: 0, ticket: 0, untilMs: 0 },
  day: { day: 0, left: 200_000, exhaustedAtMs: null },
};

/** Whether another delivery may be begun while this many others are being sent; `spared`: calls of none that are in flight. */
export function mayBegin(limits: Limits, deliveries: number, nowMs: number, spared = 0): boolean {
  const { told } = limits;
  const inFlight = limits.inFlight - spared;
  const need = needOf(limits);
  // The calls that the other deliveries may still make, besides those already in flight.
  const reserved = Math.max(0, deliveries * need - inFlight);
  if (pausedUntil(limits, nowMs) > nowMs || freeOf(limits, nowMs) - reserved < need) return false;
  const day = dayAt(limits, nowMs);
  const isDayOver = day.left - reserved < need;
  if (isDayOver && nowMs < asksAt(day)) return false;
  // If nothing is known, one delivery goes first to find out.
  if (isDayOver || told === null || !isFresh(limits, told, nowMs)) return deliveries === 0 && inFlight === 0;
  return leftOf(limits, told, deliveries, nowMs) - reserved >= need;
}

/** When a delivery may be begun, as far as is known, if nothing is being sent: now, or later. */
export function mayBeginAt(limits: Limits, nowMs: number): number {
  const { told } = limits;
  const need = needOf(limits);
  const day = dayAt(limits, nowMs);
  const isUsedUp = told !== null && isFresh(limits, told, nowMs) && leftOf(limits, told, 0, nowMs) < need;
  return Math.max(
    nowMs,
    pausedUntil(limits, nowMs),
    isUsedUp ? told.begunByMs + limits.intervalMs : 0,
    day.left < need ? asksAt(day) : 0,
    freeAt(limits, nowMs),
  );
}

/** Whether a call of a delivery that has begun may leave: not within a pause, and never beyond the limit. */
export function mayLeave(limits: Limits, nowMs: number): boolean {
  const day = dayAt(limits, nowMs);
  return pausedUntil(limits, nowMs) <= nowMs && freeOf(limits, nowMs) > 0 && (day.left > 0 || nowMs >= asksAt(day));
}

/**
 * Whether a call may leave that no delivery waits for: at most half of what may be called is used, by whomever, and a tenth
 * of the day's is left, so that none has to wait for it.
 */
export function hasRoomToSpare(limits: Limits, nowMs: number): boolean {
  const { max, told, inFlight, dailyMax } = limits;
  const spare = Math.min(max, Math.max(Math.ceil(max * SPARE_PART), needOf(limits) + 1));
  if (pausedUntil(limits, nowMs) > nowMs || freeOf(limits, nowMs) < spare) return false;
  if (dayAt(limits, nowMs).left < dailyMax * SPARE_DAY_PART) return false;
  return told === null || !isFresh(limits, told, nowMs) ? inFlight === 0 : leftOf(limits, told, 1, nowMs) >= spare;
}

/** The limits as they are now: after a clock that was ahead has been set back, nothing holds for longer than it would. */
export function asOf(limits: Limits, nowMs: number): Limits {
  const { pause, day, others, told } = limits;
  const untilMs = pausedUntil(limits, nowMs);
  const exhaustedAtMs = day.exhaustedAtMs === null ? null : notBefore(day.exhaustedAtMs, 0, nowMs);
  const seenAtMs = notBefore(others.seenAtMs, 0, nowMs);
  const isTold = told === null || told.atMs <= nowMs;
  const latestMs = nowMs + sliceMs(limits);
  const isEnded = limits.ended.every(([endedAtMs]) => endedAtMs <= latestMs);
  const isTimely = untilMs === pause.untilMs && exhaustedAtMs === day.exhaustedAtMs && seenAtMs === others.seenAtMs;
  if (isTimely && isTold && isEnded) return limits;
  return {
    ...limits,
    ended: limits.ended.map(([endedAtMs, calls]) => [notBefore(endedAtMs, 0, latestMs), calls] as const),
    pause: { ...pause, untilMs },
    day: { ...day, exhaustedAtMs },
    others: { ...others, seenAtMs },
    told: isTold ? told : null,
  };
}

/** How many calls may leave at once, and how often, if they are spread over an interval. */
export function turnsOf({ max, intervalMs }: Limits): { readonly calls: number; readonly everyMs: number } {
  return { calls: Math.max(1, Math.floor(max / BATCHES)), everyMs: Math.ceil(intervalMs / Math.min(max, BATCHES)) };
}

/** The limits after a call has left, and its ticket. */
export function leaving(limits: Limits, nowMs: number): [Limits, Ticket] {
  const { told } = limits;
  const number = limits.tickets + 1;
  const day = dayAt(limits, nowMs);
  const after: Limits = {
    ...limits,
    tickets: number,
    inFlight: limits.inFlight + 1,
    told: told && { ...told, uncounted: told.uncounted + 1 },
    day: exhausted({ ...day, left: day.left - 1 }, needOf(limits), nowMs),
  };
  return [after, { number }];
}

/** The limits after a call has ended without an answer. */
export function unanswered(limits: Limits, nowMs: number): Limits {
  return withEnded({ ...limits, inFlight: limits.inFlight - 1 }, 1, nowMs);
}

/** The limits after a call was answered. */
export function answered(
  limits: Limits,
  { number }: Ticket,
  { status, headers }: { readonly status: number; readonly headers: Headers },
  nowMs: number,
): Limits {
  const learned = withHeaders(unanswered(limits, nowMs), number, headers, nowMs);
  const isAfterPause = number > learned.pause.ticket;
  if (status !== TOO_MANY_REQUESTS)
    return isAfterPause ? { ...learned, pause: { ...learned.pause, strikes: 0 } } : learned;
  // If the day's limit is used up, that explains the 429: it calls for no pause.
  if (learned.day.exhaustedAtMs !== null) return learned;
  const strikes = learned.pause.strikes + (isAfterPause ? 1 : 0);
  const untilMs = nowMs + pauseMs(strikes, learned.intervalMs);
  const ticket = isAfterPause ? learned.tickets : learned.pause.ticket;
  return {
    ...learned,
    told: null,
    pause: { strikes, ticket, untilMs: Math.max(pausedUntil(learned, nowMs), untilMs) },
  };
}

/** After a restart: calls that this many deliveries may have made count as made now, because nobody knows. */
export function resumed(limits: Limits, deliveries: number, nowMs: number): Limits {
  const calls = deliveries * needOf(limits);
  const day = dayAt(limits, nowMs);
  const cut: Limits = {
    ...limits,
    inFlight: 0,
    told: limits.told && { ...limits.told, uncounted: limits.told.uncounted + calls },
    day: { ...day, left: day.left - calls },
  };
  return calls === 0 ? cut : withEnded(cut, calls, nowMs);
}

function withHeaders(limits: Limits, ticket: number, headers: Headers, nowMs: number): Limits {
  // If this were less than a delivery needs, none would ever end.
  const max = Math.max(RESERVE, numberIn(headers, "x-ratelimit-max") || limits.max);
  const intervalMs = Math.min(
    LONGEST_INTERVAL_MS,
    numberIn(headers, "x-ratelimit-interval-milliseconds") || limits.intervalMs,
  );
  const dailyMax = numberIn(headers, "x-ratelimit-limit-daily") || limits.dailyMax;
  const learned = { ...limits, max, intervalMs, dailyMax };
  const remaining = numberIn(headers, "x-ratelimit-remaining");
  const left = numberIn(headers, "x-ratelimit-daily-remaining");
  const day = dayAt(learned, nowMs);
  return {
    ...learned,
    ...(remaining === null ? {} : believed(learned, ticket, remaining, nowMs)),
    day: exhausted(left === null ? day : { ...day, left: left - learned.inFlight }, needOf(learned), nowMs),
  };
}

/** What an answer says about its window, and about calls by others. */
function believed(limits: Limits, ticket: number, remaining: number, nowMs: number): Pick<Limits, "told" | "others"> {
  const { told, inFlight, tickets } = limits;
  const others = othersIn(limits, remaining, nowMs);
  const fresh = { remaining, uncounted: inFlight, ticket: tickets, atMs: nowMs };
  if (told === null || !isFresh(limits, told, nowMs) || (ticket > told.ticket && remaining >= told.remaining))
    return { others, told: { ...fresh, begunByMs: begunBy({ ...limits, others }, remaining, nowMs) } };
  // If two calls were under way together, it is unknown which was counted first: the lower number is believed.
  const isOvertaken = ticket <= told.ticket && remaining - inFlight >= told.remaining - told.uncounted;
  if (isOvertaken) return { others, told };
  return { others, told: { ...fresh, begunByMs: others.seenAtMs === nowMs ? nowMs : told.begunByMs } };
}

/** Calls by others, as far as an answer shows any. */
function othersIn(limits: Limits, remaining: number, nowMs: number): Limits["others"] {
  const { told, max } = limits;
  const isSameWindow = told !== null && isFresh(limits, told, nowMs) && remaining < told.remaining;
  const more = isSameWindow ? told.remaining - remaining - told.uncounted : freeOf(limits, nowMs) - remaining;
  if (more <= 0) return limits.others;
  const atLeast = othersAt(limits, nowMs)?.atOnce ?? Math.ceil(max / OTHERS_SHARE);
  return { seenAtMs: nowMs, atOnce: Math.max(more, atLeast) };
}

/** Calls by others, if they were noticed recently. */
function othersAt({ others, intervalMs }: Limits, nowMs: number): Limits["others"] | null {
  return others.seenAtMs + OTHERS_INTERVALS * intervalMs > nowMs ? others : null;
}

/**
 * When the window of an answer had begun at the latest: with the first of our calls that it counts. If others call, too,
 * it is unknown which calls it counts: then when the answer came.
 */
function begunBy(limits: Limits, remaining: number, nowMs: number): number {
  if (othersAt(limits, nowMs)) return nowMs;
  let counted = limits.inFlight;
  for (const [endedAtMs, calls] of limits.ended.toReversed()) {
    counted += calls;
    if (counted >= limits.max - remaining) return Math.min(nowMs, endedAtMs);
  }
  return nowMs;
}

/**
 * What is left of the window according to an answer. The share that others may take at any moment is used by only one
 * delivery at a time, so that at most one 429 comes of it; and not at all once a tenth of an interval has passed, or for
 * a while after a 429.
 */
function leftOf(limits: Limits, { remaining, uncounted, atMs }: Told, deliveries: number, nowMs: number): number {
  const isOld = nowMs - atMs > limits.intervalMs / BATCHES;
  const { untilMs } = limits.pause;
  const wasRefused = untilMs > 0 && nowMs < untilMs + OTHERS_INTERVALS * limits.intervalMs;
  const atRisk = deliveries > 0 || isOld || wasRefused ? (othersAt(limits, nowMs)?.atOnce ?? 0) : 0;
  return remaining - uncounted - atRisk;
}

function isFresh({ intervalMs }: Limits, { begunByMs }: Told, nowMs: number): boolean {
  return counts(begunByMs, intervalMs, nowMs);
}

/** Whether a time is within an interval of now. A time far in the future means that the clock was set back since. */
function counts(atMs: number, intervalMs: number, nowMs: number): boolean {
  return atMs + intervalMs > nowMs && atMs <= nowMs + intervalMs;
}

/** The end of a pause; a clock that was set back since does not make it longer. */
function pausedUntil({ pause, intervalMs }: Limits, nowMs: number): number {
  return notBefore(pause.untilMs, pauseMs(pause.strikes, intervalMs), nowMs);
}

/** An interval, twice as long with each 429 in a row, up to an hour. */
function pauseMs(strikes: number, intervalMs: number): number {
  return Math.min(LONGEST_PAUSE_MS, intervalMs * 2 ** Math.min(20, Math.max(0, strikes - 1)));
}

function needOf({ max }: Limits): number {
  return Math.min(RESERVE, max);
}

/** How many calls fit into the interval that ends now, besides those in flight. */
function freeOf({ max, intervalMs, ended, inFlight }: Limits, nowMs: number): number {
  let used = inFlight;
  for (const [endedAtMs, calls] of ended) if (counts(endedAtMs, intervalMs, nowMs)) used += calls;
  return max - used;
}

/** When as many calls are free as a delivery needs; if too few are now, as many as make waking up worthwhile. */
function freeAt(limits: Limits, nowMs: number): number {
  let free = freeOf({ ...limits, inFlight: 0 }, nowMs);
  if (free >= needOf(limits)) return nowMs;
  const wanted = Math.max(needOf(limits), Math.ceil(limits.max / BATCHES));
  for (const [endedAtMs, calls] of limits.ended) {
    if (!counts(endedAtMs, limits.intervalMs, nowMs)) continue;
    free += calls;
    if (free >= wanted) return endedAtMs + limits.intervalMs;
  }
  return nowMs + limits.intervalMs;
}

function sliceMs({ intervalMs }: Limits): number {
  return Math.max(1, Math.floor(intervalMs / SLICES));
}

/** Counts calls that ended now; those that no longer count are left out. */
function withEnded(limits: Limits, calls: number, nowMs: number): Limits {
  const { intervalMs } = limits;
  const slice = sliceMs(limits);
  const atMs = Math.ceil(nowMs / slice) * slice;
  const counting = limits.ended.filter(([endedAtMs]) => endedAtMs + intervalMs > nowMs && endedAtMs < atMs);
  const same = limits.ended.reduce(
    (sum, [endedAtMs, more]) => (endedAtMs >= atMs && counts(endedAtMs, intervalMs, nowMs) ? sum + more : sum),
    calls,
  );
  return { ...limits, ended: [...counting, [atMs, same]] };
}

/** The state of the present day: a new day has everything left, until an answer says otherwise. */
function dayAt({ day, dailyMax }: Limits, nowMs: number): Limits["day"] {
  const today = Math.floor(nowMs / DAY_MS);
  return day.day === today ? day : { day: today, left: dailyMax, exhaustedAtMs: null };
}

function exhausted(day: Limits["day"], need: number, nowMs: number): Limits["day"] {
  return { ...day, exhaustedAtMs: day.left < need ? nowMs : null };
}

/** When to try whether HighLevel's day is over. */
function asksAt({ day, exhaustedAtMs }: Limits["day"]): number {
  return Math.min((exhaustedAtMs ?? 0) + ASK_AGAIN_MS, (day + 1) * DAY_MS);
}

/** A header that is a whole number, or `null`. */
function numberIn(headers: Headers, name: string): number | null {
  const text = headers.get(name);
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}
