// Which messages of a contact are retries of others. Only these have rows: the chain of any other is its own id.
import type { ChainLink } from "../../match/chain.ts";
import { kindsWhere } from "../../model/event-kinds.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";
import { eventsOf } from "./past.ts";

const MESSAGES = kindsWhere(({ states }) => states?.of === "message");

/** The chain that is noted of a message; `null`: none. */
export function chainOf(sql: Sql, contactId: string, messageId: string): string | null {
  const noted = "SELECT chain FROM chains WHERE contact_id = ? AND message_id = ?";
  return firstRow<{ chain: string }>(sql, noted, contactId, messageId)?.chain ?? null;
}

/** Notes where a message belongs, also for the events that are in the log. It belongs in the transaction that records. */
export function note(sql: Sql, contactId: string, { chain, noted, joined }: ChainLink, atMs: number): void {
  if (joined !== null) {
    sql.exec("UPDATE chains SET chain = ? WHERE contact_id = ? AND chain = ?", chain, contactId, joined);
    for (const kind of MESSAGES) {
      // A message key begins with its kind and its chain.
      const begins = JSON.stringify([kind, joined]).slice(0, -1);
      const keys = `SELECT key FROM ${eventsOf(sql, contactId, "events_long_messages")} AND message_key > ?2 AND message_key < ?3`;
      const found = rows<{ key: string }>(sql, keys, contactId, `${begins},`, `${begins}-`);
      const moved =
        "UPDATE events SET chain = ?1, message_key = json_set(message_key, '$[1]', ?1) WHERE contact_id = ?2 AND key = ?3";
      for (const { key } of found) sql.exec(moved, chain, contactId, key);
    }
  }
  for (const messageId of noted)
    sql.exec(
      "INSERT OR REPLACE INTO chains (contact_id, message_id, chain, at) VALUES (?, ?, ?, ?)",
      contactId,
      messageId,
      chain,
      atMs,
    );
}
