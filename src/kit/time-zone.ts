const OFFSET = /^[+-](?:0\d|1[0-4]):[0-5]\d$/;

/** What a time zone looks like, for messages. */
export const TIME_ZONE_FORM = 'a time zone such as "America/New_York", or an offset such as "+05:30"';

/** Whether this is an IANA name that the runtime knows, or an offset in the form `+05:30`, which no summer moves. */
export function isTimeZone(name: string): boolean {
  if (/^[+-]/.test(name) && !OFFSET.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name }).format(0);
    return true;
  } catch {
    return false;
  }
}
