// Clocks of time zones: what the clock of a zone shows at a moment, and when it shows a time. The zones' offsets are the
// runtime's; the arithmetic on both sides of a clock change is here, and its test holds it to Temporal in every zone.

const DAY_MS = 86_400_000;
const UTC = "UTC";
/** A contact's zone may be any: so many are kept ready. */
const MOST_KEPT = 100;
const formats = new Map<string, Intl.DateTimeFormat>();
const OFFSET = /GMT(?:([+\-−])(\d\d):(\d\d)(?::(\d\d))?)?$/;

/**
 * What a clock shows, as the milliseconds since 1970 at which a clock of UTC shows the same. It is no moment: it occurs
 * twice where the clock is set back, and not at all where it is set forward.
 */
export type LocalTime = number;

/** How far a zone's clock is ahead of UTC at a moment, milliseconds. The zone is an IANA name or an offset such as `+05:30`. */
export function offsetAt(atMs: number, timeZone: string): number {
  if (timeZone === UTC) return 0;
  const [, sign, hours = 0, minutes = 0, seconds = 0] = OFFSET.exec(formatOf(timeZone).format(atMs)) ?? [];
  const size = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
  return sign === undefined || sign === "+" ? size : -size;
}

/** What a zone's clock shows at a moment. */
export function localTimeAt(atMs: number, timeZone: string): LocalTime {
  return atMs + offsetAt(atMs, timeZone);
}

/** When a zone's clock shows a time: the first of two; of a time that it skips, as much later as it skips. */
export function momentOf(local: LocalTime, timeZone: string): number {
  const { before, after } = offsetsAround(local, timeZone);
  const shown = [local - before, local - after].filter((atMs) => localTimeAt(atMs, timeZone) === local);
  return shown.length === 0 ? local - before : Math.min(...shown);
}

/** The same, but of a time that the clock skips the moment at which it does. */
export function momentOrChange(local: LocalTime, timeZone: string): number {
  const atMs = momentOf(local, timeZone);
  if (localTimeAt(atMs, timeZone) === local) return atMs;
  let [still, changed] = [atMs - DAY_MS, atMs];
  const offset = offsetAt(changed, timeZone);
  while (changed - still > 1) {
    const middle = Math.floor((still + changed) / 2);
    if (offsetAt(middle, timeZone) === offset) changed = middle;
    else still = middle;
  }
  return changed;
}

/** The offsets on both sides of a clock change near a time; no zone has two within two days. */
function offsetsAround(local: LocalTime, timeZone: string): { readonly before: number; readonly after: number } {
  return { before: offsetAt(local - DAY_MS, timeZone), after: offsetAt(local + DAY_MS, timeZone) };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    if (formats.size >= MOST_KEPT) formats.clear();
    formats.set(timeZone, (format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" })));
  }
  return format;
}
