import { webhookSignature } from "../kit/standard-webhooks.ts";

/** How far a message's timestamp may be from our time: what Standard Webhooks 1.0 and its libraries allow. */
const TOLERANCE_MS = 5 * 60_000;
const SECONDS = /^\d{1,12}$/;
const MAX_ID_CHARACTERS = 1_000;

/**
 * Whether one of the keys signed exactly these bytes under this id, within five minutes of now, as Standard Webhooks
 * 1.0 defines it: `webhook-id`, `webhook-timestamp`, and in `webhook-signature` signatures separated by spaces.
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
    // Once per key, however many signatures are sent.
    const expected = await webhookSignature(key, id, seconds, body);
    for (const signature of given) isOneOfThem = isSame(signature, expected) || isOneOfThem;
  }
  return isOneOfThem;
}

/** Compares texts in a time that reveals only whether their lengths are equal, and the length is no secret. */
function isSame(given: string, expected: string): boolean {
  if (given.length !== expected.length) return false;
  let difference = 0;
  for (let index = 0; index < expected.length; index++)
    difference |= given.charCodeAt(index) ^ expected.charCodeAt(index);
  return difference === 0;
}
