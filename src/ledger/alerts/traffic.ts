// In which hours something came, as bits, so that a location that falls silent is noticed. Pure: a row is written with the
// first event of an hour, and nothing with the others.
import { silenceIn } from "../../drift/silence.ts";

const HOUR_MS = 3_600_000;
/** As many hours are kept: five weeks. */
const KEPT = 840;
/** No shorter silence is told, in hours; where there are nights, a day off is none, with the night before it and after. */
const SHORTEST = 12;
const NIGHT = 6;
const A_DAY_OFF = 36;
/** After so long nothing is usual any more. */
const FORGOTTEN = 672;

/** The last hour, since 1970, and a bit for it and each hour before. */
export interface Traffic {
  readonly last: number;
  readonly bits: bigint;
}

export const NO_TRAFFIC: Traffic = { last: 0, bits: 0n };

export function hourOf(nowMs: number): number {
  return Math.floor(nowMs / HOUR_MS);
}

/** Something came in an hour. What a clock that was ahead had noted is forgotten. */
export function came({ last, bits }: Traffic, hour: number): Traffic {
  const moved = hour >= last ? bits << BigInt(Math.min(hour - last, KEPT)) : bits >> BigInt(last - hour);
  return { last: hour, bits: BigInt.asUintN(KEPT, moved | 1n) };
}

/** Whether nothing comes, and that is no accident. */
export function isSilent({ last, bits }: Traffic, hour: number): boolean {
  if (hour - last <= SHORTEST || hour - last > FORGOTTEN) return false;
  const written = bits.toString(2);
  const hours = new Set<number>();
  for (let back = 0; back < written.length; back += 1) if (written.at(-1 - back) === "1") hours.add(last - back);
  const silence = silenceIn(hours, hour);
  return silence !== null && (silence.usual < NIGHT || hour - last > A_DAY_OFF);
}

/** Whether something has come lately, so that it may fall silent. */
export function isAlive({ last }: Traffic, hour: number): boolean {
  return hour - last <= FORGOTTEN;
}

export function trafficText({ last, bits }: Traffic): string {
  return `${last} ${bits.toString(16)}`;
}

export function trafficIn(text: string): Traffic {
  const [last, bits = "0"] = text.split(" ");
  return { last: Number(last), bits: BigInt(`0x${bits}`) };
}
