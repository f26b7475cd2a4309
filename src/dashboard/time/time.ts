// Times as people read them: in the location's zone, with the viewer's own on hover.

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string | undefined, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone ?? ""} ${name}`;
  let known = formats.get(key);
  if (!known)
    formats.set(key, (known = new Intl.DateTimeFormat("en-GB", { ...options, ...(zone ? { timeZone: zone } : {}) })));
  return known;
}

const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
const HOUR = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const DAY = { weekday: "short", day: "numeric", month: "short" } as const;

/** `14:03:07` if today, else `Tue 3 Mar, 14:03:07`; with the year if it is not this one. */
export function timeInWords(at: string, zone: string, now: number): string {
  const time = Date.parse(at);
  const clock = format(zone, "clock", CLOCK).format(time);
  const day = dayOf(time, zone);
  if (day === dayOf(now, zone)) return clock;
  const isThisYear = day.slice(0, 4) === dayOf(now, zone).slice(0, 4);
  const date = format(zone, isThisYear ? "day" : "year", isThisYear ? DAY : { ...DAY, year: "numeric" }).format(time);
  return `${date}, ${clock}`;
}

/** The full time, shown on hover: in the viewer's own zone, and in UTC. */
export function timeElsewhere(at: string): string {
  const own = format(undefined, "own", { dateStyle: "full", timeStyle: "long" }).format(Date.parse(at));
  return `${own}, your time\n${at}`;
}

/** `14:03:07` in a zone, without the day. */
export function clockInWords(at: string, zone: string): string {
  return format(zone, "clock", CLOCK).format(Date.parse(at));
}

/** `14:03` in a zone. */
export function hourInWords(time: number, zone: string): string {
  return format(zone, "hour", HOUR).format(time);
}

/** `Tue 3 Mar` in a zone. */
export function dateInWords(time: number, zone: string): string {
  return format(zone, "day", DAY).format(time);
}

/** `Today`, `Yesterday` or `Tue 3 Mar`; with the year if it is not this one. */
export function dayInWords(at: string, zone: string, now: number): string {
  const day = dayOf(Date.parse(at), zone);
  const today = dayOf(now, zone);
  if (day === today) return "Today";
  if (day === dayBefore(today)) return "Yesterday";
  const isThisYear = day.slice(0, 4) === today.slice(0, 4);
  return format(zone, isThisYear ? "day" : "year", isThisYear ? DAY : { ...DAY, year: "numeric" }).format(
    Date.parse(at),
  );
}

function dayBefore(day: string): string {
  return new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
}

/** `YYYY-MM-DD` in a zone. */
export function dayOf(time: number, zone: string): string {
  const parts = format(zone, "parts", { year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(time);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}`;
}

/** `Monday 09:00 in Denver`: when something opens, by the clock of the place where it does. */
export function openingInWords(at: string, zone: string): string {
  const time = Date.parse(at);
  const weekday = format(zone, "weekday", { weekday: "long" }).format(time);
  const place = zone.includes("/") ? (zone.split("/").at(-1) ?? zone).replaceAll("_", " ") : zone;
  return `${weekday} ${hourInWords(time, zone)} in ${place}`;
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** A length of time in its two largest units: `3 d 4 h`, `12 s`, `40 ms`. */
export function lengthInWords(ms: number): string {
  if (Math.abs(ms) < 1_000) return `${Math.round(ms)} ms`;
  let rest = Math.abs(ms);
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 || parts.length > 0) parts.push(count > 0 ? `${count} ${unit}` : "");
    if (parts.length === 2) break;
  }
  return parts.filter(Boolean).join(" ");
}

/** `in 5 min`, `3 h ago`, `now`. */
export function fromNow(at: string, now: number): string {
  const ms = Date.parse(at) - now;
  if (Math.abs(ms) < 1_000) return "now";
  const [largest = ""] = lengthInWords(ms).match(/^\S+ \S+/) ?? [];
  return ms > 0 ? `in ${largest}` : `${largest} ago`;
}
