// Converts between a time and what is typed into a field, in the location's zone.

const FIELD = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;
const forms = new Map<string, Intl.DateTimeFormat>();

/** The value of a `datetime-local` field for a time: `2026-03-03T14:05` in the zone; empty for an invalid time. */
export function toField(at: string, zone: string): string {
  const time = Date.parse(at);
  return Number.isNaN(time) ? "" : new Date(time + offsetMs(time, zone)).toISOString().slice(0, 16);
}

/** The time that such a field means, ISO 8601 in UTC; `null` if invalid. A skipped time moves past the gap. */
export function fromField(text: string, zone: string): string | null {
  const local = FIELD.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  if (Number.isNaN(local)) return null;
  const near = local - offsetMs(local, zone);
  const nearer = local - offsetMs(near, zone);
  // If the clocks skip this time, neither candidate shows as it: the later one lies as far after the skip.
  const found = [nearer, near].find((time) => time + offsetMs(time, zone) === local) ?? Math.max(nearer, near);
  return new Date(found).toISOString();
}

/** `HH:MM` at a time in a zone. */
export function clockIn(at: string, zone: string): string {
  return toField(at, zone).slice(11);
}

/** How far the zone is ahead of UTC at that time, to the minute. */
function offsetMs(time: number, zone: string): number {
  let form = forms.get(zone);
  if (!form) {
    const options = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
    form = new Intl.DateTimeFormat("en-GB", { ...options, hourCycle: "h23", timeZone: zone });
    forms.set(zone, form);
  }
  const parts = new Map(form.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const local = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
  return local - Math.floor(time / 60_000) * 60_000;
}
