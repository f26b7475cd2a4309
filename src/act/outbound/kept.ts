// What is kept of a request: secrets by name, and no more than a bound.
import { isoOf } from "../../kit/moment.ts";
import { smsSize } from "../../highlevel/segments.ts";
import { bytesOf, firstBytes } from "../../kit/utf8.ts";
import type { MessageType } from "../../model/rule.ts";
import { messageTextOf, type MessageSize, type Outgoing, type SentRequest } from "../../model/sent-request.ts";
import { readFor, withNames, type KnownSecrets } from "./named-secrets.ts";

/** Of one request: method, URL, headers and body together, as UTF-8. */
export const MAX_KEPT_BYTES = 32_768;

/** A request as it is kept. `messageType`: of the message that it sends the contact; `null`: it sends none. */
export function keptRequest(
  { method, url, headers, body }: Outgoing,
  atMs: number,
  known: KnownSecrets,
  messageType: MessageType | null,
): SentRequest {
  const room = new Room(MAX_KEPT_BYTES - bytesOf(method), known);
  const kept = { url: room.take(url), headers: room.takeEach(headers), body: body === null ? null : room.take(body) };
  const message = messageType === null ? null : sizeOf(messageTextOf(body) ?? "", messageType);
  return { at: isoOf(atMs), method, ...kept, cutBytes: room.cutBytes, message };
}

/** What is left of a bound: each text takes of it what it needs, and what does not fit is counted. */
class Room {
  readonly #known: KnownSecrets;
  #left: number;
  cutBytes = 0;

  constructor(bytes: number, known: KnownSecrets) {
    this.#left = bytes;
    this.#known = known;
  }

  /** The beginning of a text that fits, secrets by name. */
  take(text: string): string {
    const read = readFor(this.#left, this.#known);
    const named = withNames(text.slice(0, read), this.#known);
    const kept = firstBytes(named, this.#left);
    this.#left -= bytesOf(kept);
    this.cutBytes += bytesOf(named) - bytesOf(kept) + bytesOf(text.slice(read));
    return kept;
  }

  /** The headers that fit. */
  takeEach(headers: Outgoing["headers"]): Outgoing["headers"] {
    const taken = Object.entries(headers).map(([name, value]) => [this.take(name), this.take(value)] as const);
    return Object.fromEntries(taken.filter(([name]) => name !== ""));
  }
}

function sizeOf(text: string, type: MessageType): MessageSize {
  return type === "SMS" ? smsSize(text) : { characters: Array.from(text).length, encoding: null, segments: null };
}
