const OFFSET = /^[+-](?:0\d|1[0-4]):[0-5]\d$/;

/** Three letters that the runtime reads as a place of its own choice: BST as Dhaka, IST as Kolkata. Temporal refuses them. */
const AMBIGUOUS =
  /^(?:ACT|AET|AGT|ART|AST|BET|BST|CAT|CNT|CST|CTT|EAT|ECT|IET|IST|JST|MIT|NET|NST|PLT|PNT|PRT|PST|SST|VST)$/i;
const NAME = /^[A-Za-z][\w+/-]*$/;
/** As far as any zone is from UTC, minutes. */
const MOST_MINUTES = 14 * 60;

/** What a time zone looks like, for messages. */
export const TIME_ZONE_FORM = 'a time zone such as "America/New_York", or an offset such as "+05:30"';

/** Whether this is an IANA name that the runtime knows, or an offset in the form `+05:30`, which no summer moves. */
export function isTimeZone(name: string): boolean {
  if (!OFFSET.test(name) && (!NAME.test(name) || AMBIGUOUS.test(name))) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name }).format(0);
    return true;
  } catch {
    return false;
  }
}

/** Whether this is a zone as the filter `date` takes it: its name, an offset, or whole minutes west of UTC. */
export function isZoneOrMinutes(zone: unknown): boolean {
  if (typeof zone === "string") return isTimeZone(zone);
  return Number.isInteger(zone) && Math.abs(Number(zone)) <= MOST_MINUTES;
}
