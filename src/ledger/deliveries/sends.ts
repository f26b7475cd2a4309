// Messages that deliveries send to contacts: each has one row from before its first attempt leaves, so that one whose
// end is not known is never repeated blindly, and our own messages are recognised when HighLevel tells of them.
import type { Sends } from "../../act/contract/action-kind.ts";
import { LOOKED_BY_HAND } from "../../act/highlevel/send.ts";
import type { ActionError, AttemptOutcome } from "../../act/contract/outcome.ts";
import type { SentMessage } from "../../highlevel/sent-messages.ts";
import type { Event } from "../../model/event.ts";
import type { Action } from "../../model/rule.ts";
import { apiMessagesOf } from "../log/log.ts";
import * as optOuts from "../log/opt-outs.ts";
import { firstRow, type Sql } from "../store/ports.ts";

/** An attempt whose end is not known is not asked about before this: HighLevel may still be at it. */
const SETTLE_MS = 2 * 60_000;

interface SendRow {
  left_at: number | null;
  looks: number;
}

/** The sends as one delivery's attempt sees them. */
export function sendsOf(
  sql: Sql,
  { id, contactId }: { readonly id: string; readonly contactId: string },
  action: Action,
  clock: () => number,
): Sends {
  return {
    earlier() {
      const row = rowOf(sql, id);
      return row?.left_at == null ? null : { leftAtMs: row.left_at, looks: row.looks };
    },
    leaves() {
      // A token, or what HighLevel was asked, may have taken a while.
      if (optOuts.against(sql, contactId, action)) return false;
      const left = `INSERT INTO sends (delivery_id, rule, contact_id, at, left_at, looks)
        SELECT id, rule, contact_id, ?1, ?1, 0 FROM deliveries WHERE id = ?2 AND state = 'sending' AND cancelled_by IS NULL
        ON CONFLICT (delivery_id) DO UPDATE SET left_at = excluded.left_at, looks = 0 RETURNING delivery_id`;
      return firstRow(sql, left, clock(), id) !== undefined;
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

/** Whether the end of another delivery's message to a contact is not known. */
function isAnotherUnknown(sql: Sql, contactId: string, deliveryId: string): boolean {
  const left = "SELECT 1 FROM sends WHERE contact_id = ? AND left_at IS NOT NULL AND delivery_id <> ?";
  return firstRow(sql, left, contactId, deliveryId) !== undefined;
}

/** From when on a delivery may be attempted, milliseconds since 1970: later where an attempt may have been cut off. */
export function settlesAt(sql: Sql, deliveryId: string): number {
  const leftAt = rowOf(sql, deliveryId)?.left_at ?? null;
  return leftAt === null ? 0 : leftAt + SETTLE_MS;
}

/**
 * Writes down what came of an attempt that began at a time: one that let nothing leave says nothing of the one before.
 * It belongs into the transaction that settles the delivery.
 */
export function settled(sql: Sql, deliveryId: string, outcome: AttemptOutcome, startedAtMs: number): void {
  if (outcome.done)
    sql.exec(
      "UPDATE sends SET left_at = NULL, message_id = ?, email_message_id = ? WHERE delivery_id = ?",
      outcome.messageId ?? null,
      outcome.emailMessageId ?? null,
      deliveryId,
    );
  else if (!isStillUnknown(outcome.error))
    sql.exec("UPDATE sends SET left_at = NULL WHERE delivery_id = ? AND left_at >= ?", deliveryId, startedAtMs);
}

/**
 * A person has looked in the conversation, and has it sent again: where nobody could say whether it was sent, they have.
 * Of any other delivery nothing is changed.
 */
export function retriedByHand(sql: Sql, deliveryId: string): void {
  const last = "SELECT error FROM attempts WHERE delivery_id = ? ORDER BY n DESC LIMIT 1";
  if (firstRow<{ error: string | null }>(sql, last, deliveryId)?.error?.startsWith("HIGHLEVEL_UNKNOWN:"))
    sql.exec("UPDATE sends SET looks = ? WHERE delivery_id = ?", LOOKED_BY_HAND, deliveryId);
}

/** An attempt that was held before it left says nothing of one that left before it. */
function isStillUnknown({ code, retry }: ActionError): boolean {
  return code === "HIGHLEVEL_END_UNKNOWN" || code === "HIGHLEVEL_UNKNOWN" || retry === "held";
}

/** The delivery that sent the message that an event is about; `null`: it is not our own, or that is not known yet. */
export function ownSender(sql: Sql, { kind, payload }: Event): string | null {
  if (kind !== "OutboundMessage") return null;
  const { messageId, emailMessageId } = payload;
  const named = [messageId, emailMessageId].filter((id) => typeof id === "string" && id !== "") as string[];
  for (const id of named) {
    const sender = senderOf(sql, id);
    if (sender !== null) return sender;
  }
  return null;
}

/** The delivery that sent a message of HighLevel's, or `null`: it was not us, or it is not known yet. */
function senderOf(sql: Sql, messageId: string): string | null {
  const sent =
    "SELECT delivery_id AS id FROM sends WHERE message_id = ?1 UNION ALL SELECT delivery_id FROM sends WHERE email_message_id = ?1 LIMIT 1";
  return firstRow<{ id: string }>(sql, sent, messageId)?.id ?? null;
}

function rowOf(sql: Sql, deliveryId: string): SendRow | undefined {
  return firstRow<SendRow>(sql, "SELECT left_at, looks FROM sends WHERE delivery_id = ?", deliveryId);
}
