// What contacts do not want, from the events that say so (match/wishes.ts): kept in its own table, so that it outlives
// the log's retention.
import { kindOf } from "../../act/kinds.ts";
import { switchesFor } from "../../highlevel/contact.ts";
import { isWish, objectionTo, wishesAfter, type KeptOptOut } from "../../match/wishes.ts";
import type { Event } from "../../model/event.ts";
import { MAX_AHEAD } from "../../model/history.ts";
import type { OptOut } from "../../model/opt-out.ts";
import { MESSAGE_TYPES, type Action } from "../../model/rule.ts";
import { recordedAhead } from "./log.ts";
import { rows, type Sql } from "../store/ports.ts";

/** Notes what an event says about its contact's wishes. It belongs in the transaction that records the event. */
export function note(sql: Sql, event: Event): void {
  if (!isWish(event)) return;
  const before = of(sql, event.contactId);
  const now = after(sql, before, event);
  if (JSON.stringify(now) === JSON.stringify(before)) return;
  forget(sql, event.contactId);
  for (const { channel, why, since, eventKey, lastAt, lastKey } of now)
    sql.exec(
      "INSERT INTO opt_outs (contact_id, channel, why, since, event_key, last_at, last_key) VALUES (?, ?, ?, ?, ?, ?, ?)",
      event.contactId,
      channel,
      why,
      Date.parse(since),
      eventKey,
      Date.parse(lastAt),
      lastKey,
    );
}

/** Why a contact does not want what an action would send them; `null`: no objection is known, or it sends no message. */
export function against(sql: Sql, contactId: string, action: Action): OptOut | null {
  const type = kindOf(action).messages(action);
  return type === null ? null : objectionTo(of(sql, contactId), type);
}

/** Of a row of `deliveries`: its contact does not want its message. It says of many what `against` says of one. */
export const IS_UNWANTED = `EXISTS (SELECT 1 FROM opt_outs WHERE opt_outs.contact_id = deliveries.contact_id
  AND CASE WHEN json_valid(deliveries.plan) AND json_extract(deliveries.plan, '$.action.call') = 'send-message'
    THEN CASE json_extract(deliveries.plan, '$.action.messageType') ${ownSwitches()} ELSE opt_outs.channel = 'all' END END)`;

/** Whether an opt-out is of one of the switches of a message type. */
function ownSwitches(): string {
  return MESSAGE_TYPES.map((type) => {
    const own = switchesFor(type).map((one) => `'${one}'`);
    return `WHEN '${type}' THEN opt_outs.channel IN (${own.join(", ")})`;
  }).join(" ");
}

/** What `against` will say once an event is recorded. */
export function againstAfter(sql: Sql, event: Event, action: Action): OptOut | null {
  const type = kindOf(action).messages(action);
  if (type === null) return null;
  const kept = of(sql, event.contactId);
  return objectionTo(isWish(event) ? after(sql, kept, event) : kept, type);
}

/** Forgets a contact. */
function forget(sql: Sql, contactId: string): void {
  sql.exec("DELETE FROM opt_outs WHERE contact_id = ?", contactId);
}

function of(sql: Sql, contactId: string): readonly KeptOptOut[] {
  // A version before wrote none of the last.
  const kept = `SELECT channel, why, since, event_key AS eventKey, ifnull(last_at, since) AS lastAt,
    ifnull(last_key, event_key) AS lastKey FROM opt_outs WHERE contact_id = ? ORDER BY channel, why`;
  return rows<OptOutRow>(sql, kept, contactId).map((row) => ({
    ...row,
    since: new Date(row.since).toISOString(),
    lastAt: new Date(row.lastAt).toISOString(),
  }));
}

type OptOutRow = Omit<KeptOptOut, "since" | "lastAt"> & { readonly since: number; readonly lastAt: number };

function after(sql: Sql, before: readonly KeptOptOut[], event: Event): readonly KeptOptOut[] {
  const ahead = (afterMs: number, kinds: Parameters<typeof recordedAhead>[3]): readonly Event[] =>
    recordedAhead(sql, event.contactId, afterMs, kinds);
  return wishesAfter(before, event, ahead, MAX_AHEAD);
}
