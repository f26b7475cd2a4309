// Finds out whether a message was sent, by looking through the contact's messages in HighLevel or in the log.
import { momentMs } from "../kit/moment.ts";
import { emailIdsIn } from "../model/message-ids.ts";
import type { HighLevelRequest } from "./account.ts";
import { exportPageIn, exportRequest } from "./export.ts";

/** An outbound message to a contact that was sent through the API. */
export interface SentMessage {
  readonly id: string;
  /** The other id of an e-mail, as far as it is told. */
  readonly emailMessageId?: string | undefined;
  /** Its text, as HighLevel returns it. */
  readonly text: string;
}

/** What is looked for, and how to ask HighLevel for it. */
export interface SearchedMessage {
  /** The texts to recognise it by, normalised; empty if there is nothing to recognise it by. */
  readonly words: readonly string[];
  /** The question, and how to read its answer: `null` if it cannot be read. */
  question(
    locationId: string,
    contactId: string,
  ): { readonly request: HighLevelRequest; readonly read: (body: string) => readonly SentMessage[] | null };
}

/** Whether it is there: `perhaps` if something was sent that may be it. */
export type Found =
  | { readonly found: "yes"; readonly message: SentMessage }
  | { readonly found: "no" }
  | { readonly found: "perhaps" };

/** How far off HighLevel's clock may be from what its answers said of it. */
const CLOCK_SKEW_MS = 120_000;
const PAGE = 100;
const MIN_TOLD_CHARACTERS = 20;
/** The export's channel for each message type; without one, the export has everything but e-mail. */
const CHANNELS: { readonly [messageType: string]: string } = {
  SMS: "SMS",
  Email: "Email",
  WhatsApp: "WhatsApp",
  IG: "Instagram",
  FB: "Facebook",
};

/** What to look for after an attempt to send this body at `leftAtMs` by HighLevel's clock. */
export function lookFor(body: object, leftAtMs: number): SearchedMessage {
  const { type, message, html } = body as { readonly [key: string]: unknown };
  const words = [message, html].filter((text) => typeof text === "string").map(plain);
  return {
    words: words.filter((text) => text !== ""),
    question: (locationId, contactId) => {
      const channel = (typeof type === "string" ? CHANNELS[type] : undefined) ?? null;
      const sinceMs = leftAtMs - CLOCK_SKEW_MS;
      // Oldest first: if a text was sent twice, the first one is taken and the other left for whoever looks next.
      const asked = { locationId, contactId, channel, order: "made", sinceMs, cursor: null, limit: PAGE } as const;
      return { request: exportRequest(asked), read: (answer) => messagesIn(answer, sinceMs) };
    },
  };
}

/** Looks for a message among those that no other delivery has claimed, oldest first. */
export function findSent(
  { words }: SearchedMessage,
  messages: readonly SentMessage[],
  isClaimed: (messageId: string) => boolean,
): Found {
  const open = messages.filter(({ id }) => !isClaimed(id));
  const message = open.find(({ text }) => words.some((wanted) => says(plain(text), wanted)));
  if (message) return { found: "yes", message };
  // HighLevel may have changed the text beyond recognition, and a picture has no text.
  return { found: open.length === 0 ? "no" : "perhaps" };
}

/** HighLevel adds to texts, such as opt-out instructions or a signature. A short text could be part of any other. */
function says(text: string, wanted: string): boolean {
  return text === wanted || (wanted.length >= MIN_TOLD_CHARACTERS && text.includes(wanted));
}

function messagesIn(answer: string, sinceMs: number): readonly SentMessage[] | null {
  return (
    exportPageIn(answer)?.messages.flatMap((item) => {
      const { id, body, direction, source, dateAdded } = item;
      const isOurs = direction === "outbound" && (source === undefined || source === "api");
      const isSince = (momentMs(dateAdded) ?? sinceMs) >= sinceMs;
      if (typeof id !== "string" || !isOurs || !isSince) return [];
      const emailIds = emailIdsIn(item["meta"]);
      const emailMessageId = emailIds.length === 1 ? emailIds[0] : undefined;
      return [{ id, emailMessageId, text: typeof body === "string" ? body : "" }];
    }) ?? null
  );
}

/** A text without markup, extra spacing and capitals, so that HighLevel's version of it is recognised. */
function plain(text: unknown): string {
  return String(text)
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/&nbsp;/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim()
    .toLowerCase();
}
