// When something that came in the same hours of the week is silent, and that is no accident. Pure.

const HOURS_A_WEEK = 168;
/** What comes regularly did so in so many hours, over so many weeks. */
const REGULAR = { hours: 20, weeks: 2 } as const;
/** What is less likely than this by chance is an alert. */
export const BY_CHANCE = 1e-7;

/** A silence. Times are hours since 1970. */
interface Silence {
  readonly last: number;
  /** The longest gap before. */
  readonly usual: number;
  readonly chance: number;
}

/**
 * The silence since the last of the hours in which something came; `null`: it says nothing. By how many weeks of an hour it
 * came is known how likely it is not to; each has one week more in which it did not. The silence is longer than twice the
 * longest gap before, so that a holiday is none.
 */
export function silenceIn(
  hours: { readonly size: number; keys(): Iterable<number>; has(hour: number): boolean },
  now: number,
): Silence | null {
  if (hours.size < REGULAR.hours) return null;
  const active = [...hours.keys()].toSorted((a, b) => a - b);
  const [first = 0, last = 0] = [active[0], active.at(-1)];
  const weeks = Math.floor((last - first) / HOURS_A_WEEK);
  const usual = Math.max(...active.slice(1).map((hour, index) => hour - (active[index] ?? hour)));
  if (weeks < REGULAR.weeks || now - last <= 2 * usual) return null;
  let chance = 1;
  for (let hour = last + 1; hour <= now - 1; hour += 1) {
    let times = 0;
    for (let week = 1; week <= weeks; week += 1) if (hours.has(hour - week * HOURS_A_WEEK)) times += 1;
    chance *= 1 - times / (weeks + 1);
  }
  return chance > BY_CHANCE ? null : { last, usual, chance };
}
