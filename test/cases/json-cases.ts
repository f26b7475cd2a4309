// Documents and texts for the edge of JSON, and what is made of them. A case is a line of a table, so that these run in Node as in workerd.
import type { Json } from "../../src/kit/json.ts";
import accepted from "./json/accepted.json" with { type: "json" };
import refused from "./json/refused.json" with { type: "json" };
import unspecified from "./json/undefined.json" with { type: "json" };
import naughty from "./texts/naughty.json" with { type: "json" };

/** One document: as text, as parts that are repeated, or as bytes in hex. */
interface Document {
  readonly title: string;
  readonly text?: string;
  readonly parts?: readonly (readonly [text: string, times: number])[];
  readonly hex?: string;
  readonly value?: Json;
}

/** `says`: it is a value, it is nothing that can be read, or the code of what makes it unusable. */
export interface JsonCase extends Document {
  readonly category: "accepted" | "refused" | "undefined";
  readonly says: string;
}

/** What every reader of JSON has to take, what none may, and what RFC 8259 leaves to the reader. */
export const JSON_CASES: readonly JsonCase[] = [
  ...(accepted as unknown as Document[]).map(
    (document) => ({ ...document, category: "accepted", says: "value" }) as const,
  ),
  ...(refused as unknown as Document[]).map(
    (document) => ({ ...document, category: "refused", says: "nothing" }) as const,
  ),
  ...(unspecified as unknown as (Document & { says: string })[]).map(
    (document) => ({ ...document, category: "undefined" }) as const,
  ),
];

/** The bytes of a document. */
export function bytesOf({ text = "", parts, hex }: Omit<Document, "title">): Uint8Array<ArrayBuffer> {
  if (hex !== undefined) return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  const whole = parts === undefined ? text : parts.map(([part, times]) => part.repeat(times)).join("");
  return Uint8Array.from(new TextEncoder().encode(whole));
}

/** Documents as the fields `x0`, `x1` … at the end of another, which has the fields given. */
export function within(
  fields: { readonly [key: string]: Json },
  ...documents: readonly Omit<Document, "title">[]
): Uint8Array<ArrayBuffer> {
  const utf8 = new TextEncoder();
  const parts = documents.flatMap((document, index) => [utf8.encode(`,"x${index}":`), bytesOf(document)]);
  const all = [utf8.encode(JSON.stringify(fields).slice(0, -1)), ...parts, utf8.encode("}")];
  const whole = new Uint8Array(all.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of all) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Texts that go wrong somewhere. */
export const NAUGHTY_TEXTS: readonly { readonly title: string; readonly text: string }[] = (
  naughty as readonly { title: string; text: string; times?: number }[]
).map(({ title, text, times = 1 }) => ({ title, text: text.repeat(times) }));
