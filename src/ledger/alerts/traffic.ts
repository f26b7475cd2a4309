// In which hours something came, as bits, so that a location that falls silent is noticed. Pure: a row is written with the
// first event of an hour, and nothing with the others.
import { silenceIn } from "../../drift/silence.ts";

const HOUR_MS = 3_600_000;
/** As many hours are kept: five weeks. */
const KEPT = 840;
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
  if (hour - last > FORGOTTEN) return false;
  const hours = new Set<number>();
  for (let back = 0; back < KEPT; back += 1) if ((bits >> BigInt(back)) & 1n) hours.add(last - back);
  return silenceIn(hours, hour) !== null;
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
