// From a message in HighLevel's export to the event that its webhook would have been, and what is the same of both: the
// message and what became of it. Pure.
import type { Json, JsonObject } from "../kit/json.ts";
import { MAX_EVENT_BYTES, type Event, type Outcome } from "../model/event.ts";
import { isExported, type EventKind } from "../model/event-kinds.ts";
import { decimalOf } from "../kit/decimal.ts";
import { isJsonObject } from "../kit/json.ts";
import { isoOf, momentMs } from "../kit/moment.ts";
import { bytesOf } from "../kit/utf8.ts";
import { emailIdsIn, MESSAGE_ID } from "../model/message-ids.ts";
import { channelOf, outcomeOf } from "./derive.ts";
import { readEvent } from "./event.ts";
import { parseJson } from "./parse-json.ts";

/** A message as HighLevel's export has it. */
export interface ExportedMessage {
  /** What its webhook would have been. */
  readonly event: Event;
  /** Its ids: events of it may name any. */
  readonly ids: readonly string[];
  /** When it was made, and when it changed last if that is told, milliseconds since 1970. */
  readonly madeAtMs: number;
  readonly changedAtMs: number | null;
}

const KIND_OF: { readonly [direction: string]: EventKind } = { outbound: "OutboundMessage", inbound: "InboundMessage" };
/** Fields that have the same name and form in a webhook. */
const ALIKE = [
  "contactId",
  "conversationId",
  "direction",
  "status",
  "source",
  "userId",
  "body",
  "subject",
  "contentType",
  "attachments",
  "from",
  "to",
  "conversationProviderId",
  "chatWidgetId",
  "originalMessageId",
  "error",
];
/** What the rest of an event needs at most, beside a body that has to be cut. */
const BESIDE_BODY_BYTES = 64 * 1024;

/** Reads one of the export's messages; `null`: it is no message, or cannot be used. */
export function exportedMessage(item: JsonObject, locationId: string, receivedAt: string): ExportedMessage | null {
  const { id, messageType, direction, dateAdded, dateUpdated, meta } = item;
  const kind = KIND_OF[typeof direction === "string" ? direction.toLowerCase() : ""];
  const madeAtMs = momentMs(dateAdded);
  if (typeof id !== "string" || !MESSAGE_ID.test(id) || kind === undefined || madeAtMs === null) return null;
  if (typeof messageType !== "string") return null;
  const emailIds = emailIdsIn(meta);
  const payload = bounded({
    type: kind,
    locationId,
    messageId: id,
    ...Object.fromEntries(ALIKE.flatMap((name) => (item[name] == null ? [] : [[name, item[name]] as const]))),
    messageType,
    messageTypeString: messageType,
    ...(typeof item["type"] === "number" ? { messageTypeId: item["type"] } : {}),
    ...(emailIds.length === 1 ? { emailMessageId: emailIds[0] ?? "" } : {}),
    ...ofCall(meta),
    dateAdded: isoOf(madeAtMs),
  });
  const parsed = parseJson(new TextEncoder().encode(JSON.stringify(payload)));
  if (parsed === null || parsed.issues.length > 0) return null;
  const read = readEvent(parsed.value, { key: "", route: "events", receivedAt });
  // The export has activities as well: nobody wrote or called.
  if (read.status !== "event" || channelOf(kind, read.event.payload) === "activity") return null;
  const key = keyOf(id, outcomeIn(read.event));
  const changedAtMs = momentMs(dateUpdated);
  return { event: { ...read.event, key, origin: "reconciled" }, ids: [id, ...emailIds], madeAtMs, changedAtMs };
}

/** What became of the message of an event. */
export function outcomeIn({ kind, payload }: Event): Outcome {
  return outcomeOf(channelOf(kind, payload), payload);
}

/** The key under which the message of an event would be found in the export, as it is now; `null`: it would not be. */
export function exportedKeyOf(event: Event): string | null {
  const { messageId } = event.payload;
  const isNamed = isExported(event.kind) && typeof messageId === "string" && MESSAGE_ID.test(messageId);
  return isNamed ? keyOf(messageId, outcomeIn(event)) : null;
}

/** One for a message and what became of it, whatever tells of it. */
function keyOf(messageId: string, outcome: Outcome): string {
  return `${EXPORTED_KEYS}${messageId}-${outcome}`;
}
/** How the keys of what was found begin. */
export const EXPORTED_KEYS = "export-";

/** How far a message has come: what the export says of one that has come farther is old. */
const STEPS: { readonly [O in Outcome]: number } = {
  unknown: 0,
  pending: 1,
  sent: 2,
  delivered: 3,
  failed: 3,
  bounced: 3,
  answered: 3,
  voicemail: 3,
  "no-answer": 3,
  busy: 3,
  canceled: 3,
  read: 4,
  opened: 4,
  clicked: 5,
  "opted-out": 6,
  complained: 6,
  unsubscribed: 6,
};

/** Whether what became of a message comes before something that is known of it: the export may lag behind. */
export function isBefore(outcome: Outcome, known: Outcome): boolean {
  return STEPS[outcome] < STEPS[known];
}

/** A call's end and length, in either form that was seen. */
function ofCall(meta: Json | undefined): JsonObject {
  if (!isJsonObject(meta)) return {};
  const call = isJsonObject(meta["call"]) ? meta["call"] : {};
  const status = meta["callStatus"] ?? call["status"];
  const duration = decimalOf(meta["callDuration"] ?? call["duration"] ?? null);
  return {
    ...(typeof status === "string" ? { callStatus: status } : {}),
    ...(duration === null ? {} : { callDuration: duration }),
  };
}

/** A payload no larger than a webhook's: HighLevel cuts those, and says so in the same way. */
function bounded(payload: JsonObject): JsonObject {
  const { body } = payload;
  if (typeof body !== "string" || bytesOf(body) <= MAX_EVENT_BYTES - BESIDE_BODY_BYTES) return payload;
  // A character takes at most three bytes.
  return { ...payload, body: body.slice(0, (MAX_EVENT_BYTES - BESIDE_BODY_BYTES) / 3), payloadTooLarge: true };
}
