// What left, as it left: with each attempt its request. What must not be repeated blindly is written down before it leaves,
// with the row that says so, and stays there until an attempt tells of it: a crash in between leaves a record, too.
import type { SentRequest } from "../../model/sent-request.ts";
import { firstBytes, bytesOf } from "../../kit/utf8.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";

/** Tables with a row for each delivery that is written before something leaves. */
type Marks = "sends" | "changes";

/** All requests of one delivery may hold so many bytes of body, each body counted once. */
export const MAX_BODY_BYTES = 131_072;
/** How many requests of which no attempt tells keep their bodies: the last ones. */
const WHOLE_UNSETTLED = 4;

/** A request as it is stored: its body, or the number of the attempt that has the same one. */
type StoredRequest = SentRequest & { readonly bodyOf?: number };

/** The text that an attempt keeps of its request, if the delivery already has some attempts. */
export function storedText(sql: Sql, deliveryId: string, request: SentRequest, attempts: number): string {
  const { body } = request;
  if (body === null || attempts === 0) return JSON.stringify(request);
  const same = `SELECT n FROM attempts WHERE delivery_id = ? AND json_extract(request, '$.body') = ? LIMIT 1`;
  const known = firstRow<{ n: number }>(sql, same, deliveryId, body);
  if (known) return JSON.stringify({ ...request, body: null, bodyOf: known.n } satisfies StoredRequest);
  const sum = `SELECT TOTAL(LENGTH(CAST(json_extract(request, '$.body') AS BLOB))) AS bytes FROM attempts WHERE delivery_id = ?`;
  const used = firstRow<{ bytes: number }>(sql, sum, deliveryId)?.bytes ?? 0;
  return JSON.stringify(withBody(request, MAX_BODY_BYTES - used));
}

/** The requests that a delivery's attempts keep, in the order of the attempts. */
export function readRequests(
  stored: readonly { readonly n: number; readonly request: string | null }[],
): readonly (SentRequest | null)[] {
  const bodies = new Map<number, string | null>();
  return stored.map(({ n, request }) => {
    if (request === null) return null;
    const { bodyOf, ...read } = JSON.parse(request) as StoredRequest;
    const whole = bodyOf === undefined ? read : { ...read, body: bodies.get(bodyOf) ?? null };
    bodies.set(n, whole.body);
    return whole;
  });
}

/** A request with no more than so many bytes of its body. */
export function withBody(request: SentRequest, bytes: number): SentRequest {
  const { body, cutBytes } = request;
  if (body === null || bytes === Infinity) return request;
  const kept = firstBytes(body, Math.max(0, bytes));
  return kept === body ? request : { ...request, body: kept, cutBytes: cutBytes + bytesOf(body) - bytesOf(kept) };
}

/** What left of which no attempt of the delivery tells: it is on its way, or its attempt was cut off. Oldest first. */
export function unsettled(sql: Sql, deliveryId: string): readonly SentRequest[] {
  const marked = (["sends", "changes"] as const).flatMap((table) => markedIn(sql, table, deliveryId));
  if (marked.length === 0) return [];
  const stored = "SELECT n, request FROM attempts WHERE delivery_id = ? ORDER BY n";
  const told = readRequests(rows<{ n: number; request: string | null }>(sql, stored, deliveryId));
  const texts = new Set(told.map((request) => JSON.stringify(request)));
  return marked.filter((request) => !texts.has(JSON.stringify(request)));
}

/**
 * What a mark keeps once another request leaves. `before`: what left in the same attempt, in vain; the request takes its
 * place.
 */
export function withLeaving(
  sql: Sql,
  deliveryId: string,
  request: SentRequest | null,
  before: SentRequest | null = null,
): string | null {
  const earlier = unsettled(sql, deliveryId).filter((one) => JSON.stringify(one) !== JSON.stringify(before));
  const all = request === null ? earlier : [...earlier, request];
  const from = all.length - WHOLE_UNSETTLED;
  const kept = all.map((one, index) => (index < from ? withBody(one, 0) : one));
  return kept.length === 0 ? null : JSON.stringify(kept);
}

function markedIn(sql: Sql, table: Marks, deliveryId: string): readonly SentRequest[] {
  const marked = `SELECT requests FROM ${table} WHERE delivery_id = ? AND requests IS NOT NULL`;
  const text = firstRow<{ requests: string }>(sql, marked, deliveryId)?.requests;
  return text === undefined ? [] : (JSON.parse(text) as SentRequest[]);
}
