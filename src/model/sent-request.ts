// A request as it leaves, for people to read: rendered, with names in the place of what is secret in it.
import { amount } from "../kit/amount.ts";
import { jsonObjectIn, type Json } from "../kit/json.ts";

/** What is about to leave: each secret, token and signature in it is there by name. */
export interface Outgoing {
  readonly method: string;
  /** What a task writes to KV goes to `kv:` and its key. */
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | null;
}

/** A request that left, or that would: as much of it as is kept. */
export interface SentRequest extends Outgoing {
  /** ISO 8601, UTC: when it left; of one that would, when it was decided. */
  readonly at: string;
  /** How many bytes of it are not kept: 0, it is whole. */
  readonly cutBytes: number;
  /** The size of the message that it sends a contact; null: it sends none. */
  readonly message: MessageSize | null;
}

/** In what an SMS is sent: GSM 7-bit, or UCS-2 if it has a character that the former lacks. */
export type SmsEncoding = "GSM-7" | "UCS-2";

/** How long a message is. Only an SMS has an encoding and segments. */
export interface MessageSize {
  readonly characters: number;
  readonly encoding: SmsEncoding | null;
  readonly segments: number | null;
}

/** The body as JSON, if it is JSON and was kept whole; else as text. */
export function bodyIn({ body }: Outgoing): Json {
  try {
    return body === null ? null : (JSON.parse(body) as Json);
  } catch {
    return body;
  }
}

/** The text that a message to a contact is; null: it is no message, has no text, or its body was cut. */
export function messageTextIn({ message, body }: SentRequest): string | null {
  return message === null ? null : messageTextOf(body);
}

/** The text in the body of a message. */
export function messageTextOf(body: string | null): string | null {
  const fields = body === null ? null : jsonObjectIn(body);
  const text = fields?.["message"] ?? fields?.["html"];
  return typeof text === "string" ? text : null;
}

/** In a few lines for people: where it goes, and what it says. */
export function requestLines(request: SentRequest): string[] {
  const { method, url, message, body, cutBytes } = request;
  const text = messageTextIn(request);
  const said = text ?? body;
  return [
    `${method} ${url}`,
    ...(message === null ? [] : [sizeInWords(message)]),
    ...(said === null || said === "" ? [] : said.split("\n")),
    ...(cutBytes === 0 ? [] : [cutInWords(cutBytes)]),
  ];
}

/** How much of a request is not kept. */
export function cutInWords(cutBytes: number): string {
  return `… cut here: ${amount(cutBytes, "byte")} more ${cutBytes === 1 ? "was" : "were"} not kept`;
}

/** For people: `132 characters, GSM-7, 1 segment`. */
export function sizeInWords({ characters, encoding, segments }: MessageSize): string {
  const parts = [
    amount(characters, "character"),
    ...(encoding === null ? [] : [encoding]),
    ...(segments === null ? [] : [amount(segments, "segment")]),
  ];
  return parts.join(", ");
}
