// Changes that deliveries make in HighLevel, apart from messages: each has a row from before its first attempt leaves, for
// the breaker to count, and to recognise the events that come of it. Those carry the chain of rules that led to them.
import { ECHO_MS, echoOf, tagsIn, type Before } from "../../highlevel/echoes.ts";
import type { JsonObject } from "../../kit/json.ts";
import type { Event } from "../../model/event.ts";
import * as log from "../log/log.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";
import { readPlan } from "./deliveries.ts";
import { messageSender } from "./sends.ts";

/** The rules whose changes led to an event, the first one first, and the change that it comes of. */
export interface Chain {
  readonly rules: readonly string[];
  /** The delivery whose only event this is; `null`: there may be others. */
  readonly settles: string | null;
}

interface OpenChange {
  readonly id: string;
  readonly call: string;
  readonly body: string;
}

/** Notes what is about to leave. */
export function leave(
  sql: Sql,
  deliveryId: string,
  { body = {}, requests }: { readonly body: object | undefined; readonly requests: string | null },
  nowMs: number,
): void {
  sql.exec(
    "UPDATE changes SET body = ?, left_at = ?, echoed = 0, requests = ? WHERE delivery_id = ?",
    JSON.stringify(body),
    nowMs,
    requests,
    deliveryId,
  );
}

/** The chain of our own changes that an event belongs to; `null`: as far as is known, it comes of none. */
export function chainOf(sql: Sql, event: Event, nowMs: number): Chain | null {
  const sender = messageSender(sql, event);
  if (sender !== null) return chainAfter(sql, sender, null);
  const open = rows<OpenChange>(
    sql,
    "SELECT delivery_id AS id, call, body FROM changes WHERE contact_id = ? AND left_at > ? AND echoed = 0 ORDER BY left_at DESC",
    event.contactId,
    nowMs - ECHO_MS,
  );
  if (open.length === 0) return null;
  const before: Before = { tags: tagsBefore(sql, event) };
  // What has only one event is looked at first: a workflow may have caused anything. The last change has the longest chain.
  for (const isSingle of [true, false])
    for (const { id, call, body } of open) {
      const echo = echoOf(call);
      if (echo?.isSingle === isSingle && echo.isOf(event, JSON.parse(body) as JsonObject, before))
        return chainAfter(sql, id, isSingle ? id : null);
    }
  return null;
}

/** An event was recorded that settles a change: it has no other. */
export function settle(sql: Sql, deliveryId: string): void {
  sql.exec("UPDATE changes SET echoed = 1 WHERE delivery_id = ?", deliveryId);
}

function chainAfter(sql: Sql, deliveryId: string, settles: string | null): Chain | null {
  const row = firstRow<{ rule: string; plan: string }>(
    sql,
    "SELECT rule, plan FROM deliveries WHERE id = ?",
    deliveryId,
  );
  return row ? { rules: [...(readPlan(row.plan)?.chain ?? []), row.rule], settles } : null;
}

/** Only an event of tags is compared with them. */
function tagsBefore(sql: Sql, { contactId, kind }: Event): readonly string[] | null {
  const last = kind === "ContactTagUpdate" ? log.lastOfKind(sql, contactId, kind) : undefined;
  return last ? tagsIn(last.payload["tags"]) : null;
}
