import { describe, expect, it } from "vitest";
import { smsSize } from "../../../src/highlevel/segments.ts";

const x = (count: number): string => "x".repeat(count);
const CASES: readonly (readonly [
  title: string,
  text: string,
  characters: number,
  encoding: "GSM-7" | "UCS-2",
  segments: number,
])[] = [
  ["nothing", "", 0, "GSM-7", 0],
  ["a short text", "Hi Grace, sorry we missed you", 29, "GSM-7", 1],
  ["what the alphabet has besides ASCII", "@£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà\r\n", 42, "GSM-7", 1],
  ["160 septets", x(160), 160, "GSM-7", 1],
  ["161 septets", x(161), 161, "GSM-7", 2],
  ["two full segments", x(306), 306, "GSM-7", 2],
  ["one septet more", x(307), 307, "GSM-7", 3],
  ["a euro takes two septets", `${x(158)}€`, 159, "GSM-7", 1],
  ["and is one too much", `${x(159)}€`, 160, "GSM-7", 2],
  ["each of the extension", "^{}\\[~]|€\f", 10, "GSM-7", 1],
  ["80 of the extension", "€".repeat(80), 80, "GSM-7", 1],
  ["81 of the extension", "€".repeat(81), 81, "GSM-7", 2],
  ["an escape is not parted from its character", `${x(152)}€${x(151)}`, 304, "GSM-7", 2],
  ["so that a segment may be one septet short", `${x(152)}€${x(152)}`, 305, "GSM-7", 3],
  ["a backtick is not in the alphabet", "a`b", 3, "UCS-2", 1],
  ["nor is ç, though Ç is", "français", 8, "UCS-2", 1],
  ["nor a typographic apostrophe", "we’ll call", 10, "UCS-2", 1],
  ["70 units", `ё${x(69)}`, 70, "UCS-2", 1],
  ["71 units", `ё${x(70)}`, 71, "UCS-2", 2],
  ["two full segments of 67", `ё${x(133)}`, 134, "UCS-2", 2],
  ["one unit more", `ё${x(134)}`, 135, "UCS-2", 3],
  ["an emoji takes two units", `${x(68)}😀`, 69, "UCS-2", 1],
  ["and is one too much", `${x(69)}😀`, 70, "UCS-2", 2],
  ["an emoji is not split", `${x(66)}😀${x(65)}`, 132, "UCS-2", 2],
  ["so that a segment may be one unit short", `${x(66)}😀${x(66)}`, 133, "UCS-2", 3],
  ["a family is five code points", "👨‍👩‍👧", 5, "UCS-2", 1],
];

describe("the size of a text message", () => {
  it.each(CASES)("%s", (_, text, characters, encoding, segments) => {
    expect(smsSize(text)).toEqual({ characters, encoding, segments });
  });
});
