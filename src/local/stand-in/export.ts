// The export of a location's messages, as published: filters, two orders, pages by a cursor that belongs to its question and
// is forgotten after some minutes. What is shown may lag behind.
import type { JsonObject } from "../../kit/json.ts";
import { channelOf, contentType, EMAIL } from "./messages.ts";
import { mistaken, type Reply } from "./reply.ts";
import { NO_ACCESS, type Query, type RightCall } from "./right-call.ts";
import type { Message } from "./state.ts";

/** The cursor names a point in time that HighLevel keeps open for some minutes. */
const KEPT_MS = 5 * 60_000;
const ACTIVITY_NUMBER = 28;

/** A page of the location's messages. */
export function exported(call: RightCall): Reply {
  const { query } = call;
  if (query["locationId"] !== call.locationId) return NO_ACCESS;
  const limit = Number(query["limit"] ?? 100);
  if (!Number.isInteger(limit) || limit < 10 || limit > 500) return mistaken(400, "limit must be from 10 to 500");
  const begun = query["cursor"] === undefined ? begin(call) : goOn(call, query["cursor"]);
  if ("status" in begun) return begun;
  const { walk, found, from } = begun;
  const messages = found.slice(from, from + limit);
  const isMore = from + limit < found.length;
  const nextCursor = isMore ? { nextCursor: cursorOf(walk, from + limit) } : {};
  return { status: 200, body: { messages, total: found.length, ...nextCursor } };
}

interface Place {
  readonly walk: string;
  readonly found: readonly JsonObject[];
  readonly from: number;
}

function begin(call: RightCall): Place {
  const { walks } = call.state.export;
  for (const [name, { begunMs }] of walks) if (begunMs + KEPT_MS < call.nowMs) walks.delete(name);
  const walk = call.newId("walk");
  const found = matching(call);
  walks.set(walk, { question: questionOf(call.query), found, begunMs: call.nowMs });
  return { walk, found, from: 0 };
}

function goOn(call: RightCall, cursor: string): Place | Reply {
  const [, walk = "", from = ""] = /^([\w-]+):(\d+)$/.exec(textOf(cursor)) ?? [];
  if (walk === "") return mistaken(400, "cursor is not known");
  const kept = call.state.export.walks.get(walk);
  // A question that is asked too late is no mistake of its form.
  if (!kept || kept.begunMs + KEPT_MS < call.nowMs)
    return { status: 400, body: { statusCode: 400, message: "cursor has expired" } };
  if (kept.question !== questionOf(call.query)) return mistaken(400, "cursor belongs to another query");
  return { walk, found: kept.found, from: Number(from) };
}

/** The same filters and order; how many are wanted may change. */
function questionOf(query: Query): string {
  const { cursor: _, limit: __, ...asked } = query;
  return JSON.stringify(Object.entries(asked).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function cursorOf(walk: string, from: number): string {
  return btoa(`${walk}:${from}`);
}

function textOf(cursor: string): string {
  try {
    return atob(cursor);
  } catch {
    return "";
  }
}

/** What a question finds, newest first by default; without a channel, all but e-mail. */
function matching({ query, state, nowMs }: RightCall): JsonObject[] {
  const { lagMs, comparesDates } = state.export;
  const { startDate, endDate, channel } = query;
  const sortedBy = query["sortBy"] === "updatedAt" ? updatedAt : madeAt;
  const seenMs = nowMs - lagMs;
  const shown = [...state.messages.values()].flatMap((message) => asOf(message, seenMs));
  const compared = comparesDates === "made" ? madeAt : sortedBy;
  const found = shown.filter(
    (one) =>
      one.locationId === query["locationId"] &&
      (query["contactId"] ?? one.contactId) === one.contactId &&
      (query["conversationId"] ?? one.conversationId) === one.conversationId &&
      (channel === undefined ? one.type !== EMAIL : exportedChannel(one) === channel) &&
      (startDate === undefined || compared(one) >= Date.parse(startDate)) &&
      (endDate === undefined || compared(one) <= Date.parse(endDate)),
  );
  const order = query["sortOrder"] === "asc" ? 1 : -1;
  return found
    .toSorted((a, b) => order * (sortedBy(a) - sortedBy(b) || (a.id < b.id ? -1 : 1)))
    .map((message) => exportedMessage(message));
}

const madeAt = ({ dateAdded }: Message): number => Date.parse(dateAdded);
const updatedAt = ({ dateUpdated }: Message): number => Date.parse(dateUpdated);

/** A message as it was at a time; nothing, if it was not there. */
function asOf(message: Message, atMs: number): Message[] {
  if (madeAt(message) > atMs) return [];
  const states = message.states ?? [];
  const index = states.findIndex(({ untilMs }) => untilMs > atMs);
  const then = states[index];
  if (!then) return [message];
  const sinceMs = states[index - 1]?.untilMs ?? madeAt(message);
  return [{ ...message, status: then.status, dateUpdated: new Date(sinceMs).toISOString() }];
}

function exportedChannel({ type, activity }: Message): string | undefined {
  return activity === undefined ? channelOf(type).exported : undefined;
}

function exportedMessage(message: Message): JsonObject {
  const channel = message.activity === undefined ? channelOf(message.type) : null;
  const { id, locationId, contactId, conversationId, dateAdded, body, direction, status, source } = message;
  return {
    id,
    type: channel?.typeNumber ?? ACTIVITY_NUMBER,
    messageType: channel?.typeString ?? message.activity ?? "",
    locationId,
    contactId,
    conversationId,
    dateAdded,
    body,
    direction,
    status,
    contentType: contentType(message),
    attachments: [...message.attachments],
    source,
    ...(message.conversationProviderId === undefined ? {} : { conversationProviderId: message.conversationProviderId }),
    ...metaOf(message),
  };
}

function metaOf({ call, emailMessageId }: Message): JsonObject {
  if (call) return { meta: { callDuration: String(call.durationS), callStatus: call.status } };
  return emailMessageId === undefined ? {} : { meta: { email: { messageIds: [emailMessageId] } } };
}
