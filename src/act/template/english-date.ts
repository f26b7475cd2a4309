// A date as English writes it, such as "March 4, 2026 12:00 PM". A calendar judges it, which no parser of the runtime does.
import { isoMoment } from "../../kit/moment.ts";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAY = "(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?,?\\s+)?";
const MONTH =
  "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";
const DAY = "(\\d{1,2})(?:st|nd|rd|th)?";
const TIME = "(?:(?:,|\\s+at)?\\s+(\\d{1,2}):(\\d{2})(?::(\\d{2}))?\\s*(am|pm)?";
const ZONE = "(?:\\s*(?:(?:gmt|utc)?([+-]\\d{2}:?\\d{2})|(gmt|utc|z|[ecmp][sd]t)))?(?:\\s*\\([^)]*\\))?)?";
const MONTH_FIRST = new RegExp(`^${WEEKDAY}${MONTH}\\s+${DAY},?\\s+(\\d{4})${TIME}${ZONE}$`, "i");
const DAY_FIRST = new RegExp(`^${WEEKDAY}${DAY}[\\s-]+${MONTH},?[\\s-]+(\\d{4})${TIME}${ZONE}$`, "i");
/** Hours from UTC of the zones that e-mail knows by letters (RFC 5322, 4.3). */
const HOURS: { readonly [zone: string]: number } = { est: 5, edt: 4, cst: 6, cdt: 5, mst: 7, mdt: 6, pst: 8, pdt: 7 };

/** Milliseconds since 1970, in UTC where no zone is named; `null`: it is none, or no calendar has it. */
export function englishDateMs(text: string): number | null {
  const words = text.trim();
  const monthFirst = MONTH_FIRST.exec(words);
  const [, one = "", other = "", year = "", hour = "0", minute = "00", second = "00", half, offset = "", letters = ""] =
    monthFirst ?? DAY_FIRST.exec(words) ?? [];
  const [month, day] = monthFirst ? [one, other] : [other, one];
  const at = MONTHS.indexOf(month.slice(0, 3).toLowerCase()) + 1;
  const hours = half === undefined ? Number(hour) : hourOfDay(Number(hour), half.toLowerCase());
  const west = HOURS[letters.toLowerCase()];
  const zone = offset || (west === undefined ? "Z" : `-0${west}:00`);
  const digits = (number: number | string): string => String(number).padStart(2, "0");
  return isoMoment(`${year}-${digits(at)}-${digits(day)}T${digits(hours)}:${minute}:${second}${zone}`)?.atMs ?? null;
}

/** From a clock of twelve hours; what it does not have is no hour at all. */
function hourOfDay(hour: number, half: string): number {
  if (hour < 1 || hour > 12) return 99;
  return (hour % 12) + (half === "pm" ? 12 : 0);
}
