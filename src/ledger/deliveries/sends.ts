// Messages that deliveries send to contacts: each has a row from before its first attempt leaves, so that a message whose
// outcome is unknown is never repeated blindly, and our own messages are recognised when HighLevel's events name them.
import type { Sends } from "../../act/contract/action-kind.ts";
import { LOOKED_BY_HAND } from "../../act/highlevel/send.ts";
import type { ActionError, AttemptOutcome } from "../../act/contract/outcome.ts";
import type { SentMessage } from "../../highlevel/sent-messages.ts";
import type { Event } from "../../model/event.ts";
import type { Action } from "../../model/rule.ts";
import { apiMessagesOf } from "../log/log.ts";
import * as optOuts from "../log/opt-outs.ts";
import { firstRow, type Sql } from "../store/ports.ts";

/** How long after an attempt with an unknown outcome to look for its message: HighLevel may still be at it before. */
const SETTLE_MS = 2 * 60_000;
/** HighLevel's ids have 20 to 40 characters. */
const MAX_ID_CHARACTERS = 1_000;

/** A time of our clock by HighLevel's, or somewhat earlier: known for sure (`null`: not), or as far as anything is. */
interface TimeThere {
  there(atMs: number): number | null;
  likelyThere(atMs: number): number;
}

interface SendRow {
  left_at: number | null;
  left_there: number | null;
  looks: number;
}

/** The sends as one delivery's attempt sees them. */
export function sendsOf(
  sql: Sql,
  { id, contactId }: { readonly id: string; readonly contactId: string },
  action: Action,
  clock: () => number,
  time: TimeThere = { there: () => null, likelyThere: (atMs) => atMs },
): Sends {
  return {
    earlier() {
      const row = rowOf(sql, id);
      if (row?.left_at == null) return null;
      const leftThereMs = row.left_there ?? time.likelyThere(row.left_at);
      return { leftAtMs: row.left_at, leftThereMs, looks: row.looks };
    },
    leaves() {
      // Fetching a token, or querying HighLevel, may have taken a while.
      if (optOuts.against(sql, contactId, action)) return false;
      const left = `INSERT INTO sends (delivery_id, rule, contact_id, at, left_at, left_there, looks)
        SELECT id, rule, contact_id, ?1, ?1, ?3, 0 FROM deliveries WHERE id = ?2 AND state = 'sending' AND cancelled_by IS NULL
        ON CONFLICT (delivery_id) DO UPDATE SET left_at = excluded.left_at, left_there = excluded.left_there, looks = 0
        RETURNING delivery_id`;
      const nowMs = clock();
      return firstRow(sql, left, nowMs, id, time.there(nowMs)) !== undefined;
    },
    looked: () => void sql.exec("UPDATE sends SET looks = looks + 1 WHERE delivery_id = ?", id),
    seen: (sinceMs): readonly SentMessage[] => apiMessagesOf(sql, contactId, sinceMs),
    isAlone: () => !isAnotherUnknown(sql, contactId, id),
    isClaimed: (messageId) => {
      const owner = senderOf(sql, messageId);
      return owner !== null && owner !== id;
    },
  };
}

/** Whether the outcome of another delivery's message to the contact is unknown. */
function isAnotherUnknown(sql: Sql, contactId: string, deliveryId: string): boolean {
  const left = "SELECT 1 FROM sends WHERE contact_id = ? AND left_at IS NOT NULL AND delivery_id <> ?";
  return firstRow(sql, left, contactId, deliveryId) !== undefined;
}

/**
 * After a clock that was ahead has been set back: what left at a time that has not come yet left now.
 * When it left by HighLevel's clock stays; if that is not known, it was not before its event happened.
 */
export function putRight(sql: Sql, nowMs: number): void {
  const happened = `(SELECT occurred_at FROM events JOIN deliveries ON events.contact_id = deliveries.contact_id AND key = event_key
    WHERE deliveries.id = delivery_id)`;
  sql.exec(
    `UPDATE sends SET left_at = ?1, left_there = min(ifnull(left_there, ifnull(${happened}, ?1)), ?1) WHERE left_at > ?1`,
    nowMs,
  );
}

/** When a delivery may be attempted at the earliest, milliseconds since 1970: later if an attempt may have been cut off. */
export function settlesAt(sql: Sql, deliveryId: string): number {
  const leftAt = rowOf(sql, deliveryId)?.left_at ?? null;
  return leftAt === null ? 0 : leftAt + SETTLE_MS;
}

/**
 * Writes down the outcome of an attempt that began at a time: one that sent nothing says nothing about the previous one.
 * It belongs in the transaction that settles the delivery.
 */
export function settled(sql: Sql, deliveryId: string, outcome: AttemptOutcome, startedAtMs: number): void {
  if (outcome.done)
    sql.exec(
      "UPDATE sends SET left_at = NULL, message_id = ?, email_message_id = ? WHERE delivery_id = ?",
      keptId(outcome.messageId),
      keptId(outcome.emailMessageId),
      deliveryId,
    );
  else if (!isStillUnknown(outcome.error))
    sql.exec("UPDATE sends SET left_at = NULL WHERE delivery_id = ? AND left_at >= ?", deliveryId, startedAtMs);
}

/** An id as it is kept: what is too long for one is none, and must not keep the attempt from being written down. */
function keptId(id: string | null | undefined): string | null {
  return id === undefined || id === null || id.length > MAX_ID_CHARACTERS ? null : id;
}

/**
 * A person retries a delivery: if it was unknown whether the message was sent, they have looked in the conversation.
 * Any other delivery is left unchanged.
 */
export function retriedByHand(sql: Sql, deliveryId: string): void {
  const last = "SELECT error FROM attempts WHERE delivery_id = ? ORDER BY n DESC LIMIT 1";
  if (firstRow<{ error: string | null }>(sql, last, deliveryId)?.error?.startsWith("HIGHLEVEL_UNKNOWN:"))
    sql.exec("UPDATE sends SET looks = ? WHERE delivery_id = ?", LOOKED_BY_HAND, deliveryId);
}

/** Whether it is still unknown if a message was sent. An attempt that was held says nothing about an earlier one. */
function isStillUnknown({ code, retry }: ActionError): boolean {
  return code === "HIGHLEVEL_END_UNKNOWN" || code === "HIGHLEVEL_UNKNOWN" || retry === "held";
}

/** The delivery that sent the message that an event is about; `null`: it is not ours, or that is not known yet. */
export function ownSender(sql: Sql, event: Event): string | null {
  return event.kind === "OutboundMessage" || event.kind === "EmailStatus" ? messageSender(sql, event) : null;
}

/** The same for an event of any kind that names a message. */
export function messageSender(sql: Sql, { payload }: Event): string | null {
  const { messageId, emailMessageId } = payload;
  const named = [messageId, emailMessageId].filter((id) => typeof id === "string" && id !== "") as string[];
  for (const id of named) {
    const sender = senderOf(sql, id);
    if (sender !== null) return sender;
  }
  return null;
}

/** The delivery that sent a message, by HighLevel's id; `null`: it was not us, or that is not known yet. */
function senderOf(sql: Sql, messageId: string): string | null {
  const sent =
    "SELECT delivery_id AS id FROM sends WHERE message_id = ?1 UNION ALL SELECT delivery_id FROM sends WHERE email_message_id = ?1 LIMIT 1";
  return firstRow<{ id: string }>(sql, sent, messageId)?.id ?? null;
}

function rowOf(sql: Sql, deliveryId: string): SendRow | undefined {
  return firstRow<SendRow>(sql, "SELECT left_at, left_there, looks FROM sends WHERE delivery_id = ?", deliveryId);
}
