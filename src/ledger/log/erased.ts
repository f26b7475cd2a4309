// Which contacts were erased, and when: what HighLevel's export has of them from before that is not taken in again. Only a
// digest of their ids is kept, for as long as the export is looked back through.
import { hex, sha256 } from "../../kit/hash.ts";
import { firstRow, type Sql } from "../store/ports.ts";

/** By what a contact is known here. */
export async function digestOf(contactId: string): Promise<string> {
  return hex(await sha256(contactId));
}

/** Notes that a contact was erased. */
export function note(sql: Sql, digest: string, nowMs: number): void {
  sql.exec("INSERT OR REPLACE INTO erased (contact, at) VALUES (?, ?)", digest, nowMs);
}

/** Whether a contact was erased since a time. */
export function isSince(sql: Sql, digest: string, atMs: number): boolean {
  return firstRow(sql, "SELECT 1 FROM erased WHERE contact = ? AND at >= ?", digest, atMs) !== undefined;
}
