// What a text costs as an SMS: its encoding and how many segments it is sent in. A text whose characters are all in the
// GSM 7-bit alphabet is sent in that, any other in UCS-2. Source: 3GPP TS 23.038 (6.2.1) and TS 23.040 (9.2.3.24.1).
import type { MessageSize, SmsEncoding } from "../model/sent-request.ts";

/** The default alphabet; each takes one septet. */
const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/** The extension table; each takes two: an escape and its code. */
const EXTENSION = "\f^{}\\[~]|€";

/** How many units one segment holds if it is the only one, and if there are several: those begin with a header. */
const CAPACITY: { readonly [E in SmsEncoding]: { readonly only: number; readonly each: number } } = {
  "GSM-7": { only: 160, each: 153 },
  "UCS-2": { only: 70, each: 67 },
};

/** The size of a text as an SMS. Characters are code points: an emoji of one counts as one. */
export function smsSize(text: string): MessageSize {
  const characters = Array.from(text);
  const septets = characters.map((character) =>
    BASIC.includes(character) ? 1 : EXTENSION.includes(character) ? 2 : 0,
  );
  const encoding = septets.includes(0) ? "UCS-2" : "GSM-7";
  const units = encoding === "GSM-7" ? septets : characters.map(({ length }) => length);
  return { characters: characters.length, encoding, segments: segmentsOf(units, CAPACITY[encoding]) };
}

/** How many segments units take: what takes two is never split between them. */
function segmentsOf(
  units: readonly number[],
  { only, each }: { readonly only: number; readonly each: number },
): number {
  const all = units.reduce((sum, unit) => sum + unit, 0);
  if (all <= only) return all === 0 ? 0 : 1;
  let [segments, filled] = [1, 0];
  for (const unit of units) {
    filled += unit;
    if (filled <= each) continue;
    segments += 1;
    filled = unit;
  }
  return segments;
}
