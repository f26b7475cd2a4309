// HighLevel's export of a location's messages: one page of it, asked for and read. Pure.
// Source: `GET /conversations/messages/export` in HighLevel's public API description, 19 June 2026.
import { isoOf } from "../kit/moment.ts";
import { isJsonObject, jsonObjectIn, type JsonObject } from "../kit/json.ts";
import type { HighLevelRequest } from "./account.ts";

/** The scope that it needs. */
export const EXPORT_SCOPE = "conversations/message.readonly";

/** Which messages: without a channel the export has all but e-mail. */
export const EXPORT_CHANNELS = [null, "Email"] as const;
export type ExportChannel = (typeof EXPORT_CHANNELS)[number];

/** In which order: those made since a time, oldest first; or all of them, those that changed last first. */
export type ExportOrder = "made" | "changed";

/** A page of the export. */
export interface ExportQuery {
  readonly locationId: string;
  /** Absent: those of all contacts. */
  readonly contactId?: string;
  /** In HighLevel's words, such as `Email`; `null`: all but e-mail. */
  readonly channel: string | null;
  readonly order: ExportOrder;
  /** By HighLevel's clock, milliseconds since 1970. What changed is not narrowed by it: only when it was made is known. */
  readonly sinceMs: number;
  /** That of the page before; `null`: the first page. HighLevel forgets it after some minutes. */
  readonly cursor: string | null;
  /** From 10 to 500. */
  readonly limit: number;
}

/** What a page has. */
export interface ExportPage {
  readonly messages: readonly JsonObject[];
  /** `null`: it is the last. */
  readonly cursor: string | null;
}

/** The request for a page. */
export function exportRequest(asked: ExportQuery): HighLevelRequest {
  const { locationId, contactId, channel, order, sinceMs, cursor, limit } = asked;
  const query = new URLSearchParams({
    locationId,
    ...(contactId === undefined ? {} : { contactId }),
    ...(channel === null ? {} : { channel }),
    ...(order === "made"
      ? { startDate: isoOf(sinceMs), sortBy: "createdAt", sortOrder: "asc" }
      : { sortBy: "updatedAt", sortOrder: "desc" }),
    limit: String(limit),
    ...(cursor === null ? {} : { cursor }),
  });
  return { method: "GET", path: `/conversations/messages/export?${query.toString()}` };
}

/** The page of an answer; `null`: it cannot be read. */
export function exportPageIn(answer: string): ExportPage | null {
  const told = jsonObjectIn(answer);
  const { messages, nextCursor } = told ?? {};
  if (!Array.isArray(messages)) return null;
  return {
    messages: messages.filter((message) => isJsonObject(message)),
    // After the last page there is no use in asking, whatever cursor it has.
    cursor: typeof nextCursor === "string" && nextCursor !== "" && messages.length > 0 ? nextCursor : null,
  };
}
