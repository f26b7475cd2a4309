import { webhookSignature } from "../kit/standard-webhooks.ts";

/** How far the time of a message may be from ours: what Standard Webhooks 1.0 and its libraries allow. */
const TOLERANCE_MS = 5 * 60_000;
const SECONDS = /^\d{1,12}$/;
const MAX_ID_CHARACTERS = 1_000;

/**
 * Whether one of the keys signed exactly these bytes under this id, within five minutes of now, as Standard Webhooks
 * 1.0 has it: `webhook-id`, `webhook-timestamp`, and in `webhook-signature` one or more signatures parted by spaces.
 */
export async function isSignedByGateway(
  body: Uint8Array<ArrayBuffer>,
  headers: Headers,
  keys: readonly Uint8Array<ArrayBuffer>[],
  nowMs: number,
): Promise<boolean> {
  const id = headers.get("webhook-id") ?? "";
  const timestamp = headers.get("webhook-timestamp") ?? "";
  const given = (headers.get("webhook-signature") ?? "").split(" ");
  if (id === "" || id.length > MAX_ID_CHARACTERS || !SECONDS.test(timestamp)) return false;
  const seconds = Number(timestamp);
  if (Math.abs(nowMs - seconds * 1_000) > TOLERANCE_MS) return false;
  let isOneOfThem = false;
  for (const key of keys) {
    // Once for each key, however many signatures somebody sends.
    const expected = await webhookSignature(key, id, seconds, body);
    for (const signature of given) isOneOfThem = isSame(signature, expected) || isOneOfThem;
  }
  return isOneOfThem;
}

/** Compares texts in a time that tells only whether they are of one length, which everybody knows. */
function isSame(given: string, expected: string): boolean {
  if (given.length !== expected.length) return false;
  let difference = 0;
  for (let index = 0; index < expected.length; index++)
    difference |= given.charCodeAt(index) ^ expected.charCodeAt(index);
  return difference === 0;
}
