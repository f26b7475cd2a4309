import { dateInWords, hourInWords } from "../time/time.ts";

const MIDNIGHT = "00:00";
/** A date is as wide as so many ticks where the chart is narrow. */
const NEAR = 2;

/** Hours for the ticks of a chart, in seconds since 1970: the date below midnight, and below the first unless midnight is near. */
export function ticksInWords(ticks: readonly number[], zone: string): string[] {
  const hours = ticks.map((seconds) => hourInWords(seconds * 1_000, zone));
  return hours.map((hour, index) => {
    const isDated = hour === MIDNIGHT || (index === 0 && !hours.slice(1, 1 + NEAR).includes(MIDNIGHT));
    return isDated ? `${hour}\n${dateInWords((ticks[index] ?? 0) * 1_000, zone)}` : hour;
  });
}
