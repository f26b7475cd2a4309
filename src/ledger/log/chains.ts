// Which messages of a contact are retries of others. Only these have rows: the chain of any other is its own id.
import type { ChainLink } from "../../match/chain.ts";
import { firstRow, type Sql } from "../store/ports.ts";

/** The chain that is noted of a message; `null`: none. */
export function chainOf(sql: Sql, contactId: string, messageId: string): string | null {
  const noted = "SELECT chain FROM chains WHERE contact_id = ? AND message_id = ?";
  return firstRow<{ chain: string }>(sql, noted, contactId, messageId)?.chain ?? null;
}

/** Notes where a message belongs, also for the events that are in the log. It belongs in the transaction that records. */
export function note(sql: Sql, contactId: string, { chain, noted, joined }: ChainLink, atMs: number): void {
  if (joined !== null) {
    sql.exec("UPDATE chains SET chain = ? WHERE contact_id = ? AND chain = ?", chain, contactId, joined);
    sql.exec(
      "UPDATE events SET chain = ?1, message_key = json_set(message_key, '$[1]', ?1) WHERE contact_id = ?2 AND chain = ?3",
      chain,
      contactId,
      joined,
    );
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

/** Forgets a contact. */
export function forget(sql: Sql, contactId: string): void {
  sql.exec("DELETE FROM chains WHERE contact_id = ?", contactId);
}

/** Forgets what was noted before a time. */
export function forgetBefore(sql: Sql, beforeMs: number): void {
  sql.exec("DELETE FROM chains WHERE at < ?", beforeMs);
}
