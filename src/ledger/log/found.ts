// What the log has of a message that HighLevel's export has, too. A message and what became of it are one, whatever tells of
// them: the export, or a webhook that comes before or after.
import { EXPORTED_KEYS, exportedKeyOf, isBefore, outcomeIn } from "../../events/exported.ts";
import { channelOf } from "../../events/derive.ts";
import type { Event, Outcome } from "../../model/event.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";
import { isRecorded } from "./log.ts";
import { eventsOf } from "./past.ts";

/** How the log stands with a message of the export; times are milliseconds since 1970. */
export type Standing =
  /** No event of it. */
  | { readonly is: "unknown" }
  /** An event says as much of it, or more, since then. */
  | { readonly is: "known"; readonly sinceMs: number }
  /** There are events of it, the last from then, and none says this. */
  | { readonly is: "changed"; readonly lastMs: number };

/** How the log stands with a message, by what its event would be; `ids`: all that name it. */
export function standingOf(sql: Sql, event: Event, ids: readonly string[]): Standing {
  const outcome = outcomeIn(event);
  const subjects = ids.map((id) => JSON.stringify([event.kind, id]));
  const places = subjects.map((_, index) => `?${index + 2}`).join(", ");
  const known = `SELECT outcome, received_at AS atMs FROM ${eventsOf(sql, event.contactId, "events_long_subjects")}
    AND subject IN (${places}) ORDER BY seq`;
  const told = rows<{ outcome: Outcome | null; atMs: number }>(sql, known, event.contactId, ...subjects);
  const last = told.at(-1);
  if (!last) return { is: "unknown" };
  const isSaid = (one: (typeof told)[number]): boolean =>
    isWritten(event) || one.outcome === outcome || (one.outcome !== null && isBefore(outcome, one.outcome));
  const said = told.find(isSaid);
  return said ? { is: "known", sinceMs: said.atMs } : { is: "changed", lastMs: last.atMs };
}

/** Whether the message of an event was recorded in this state, from the export or, for what was found there, by any event. */
export function isTwin(sql: Sql, event: Event): boolean {
  const { emailMessageId } = event.payload;
  if (event.origin === "reconciled") return standingOf(sql, event, idsOf(event)).is === "known";
  const key = exportedKeyOf(event);
  if (key !== null) return isRecorded(sql, event.contactId, key);
  return typeof emailMessageId === "string" && isFoundEmail(sql, event, emailMessageId);
}

/** The ids by which an event names its message. */
export function idsOf({ payload: { messageId, emailMessageId } }: Event): readonly string[] {
  return [messageId, emailMessageId].filter((id) => typeof id === "string" && id !== "") as string[];
}

/** Some e-mails come without the id that the export has. */
function isFoundEmail(sql: Sql, event: Event, emailMessageId: string): boolean {
  const found = `SELECT 1 FROM events WHERE contact_id = ? AND key GLOB '${EXPORTED_KEYS}*' AND kind = ? AND outcome = ?
    AND json_extract(record, '$.event.payload.emailMessageId') = ?`;
  return firstRow(sql, found, event.contactId, event.kind, outcomeIn(event), emailMessageId) !== undefined;
}

/** What a contact wrote stays what it was: that somebody has read it is no news of it. */
function isWritten({ kind, payload }: Event): boolean {
  const channel = channelOf(kind, payload);
  return kind === "InboundMessage" && channel !== "call" && channel !== "voicemail";
}
