// What both sides of Standard Webhooks 1.0 need: the keys that a secret holds, and the signature of one message.
import { base64, bytesIn } from "./base64.ts";

const PREFIX = "whsec_";
const MIN_SECRET_BYTES = 16;

/** What a secret has to look like, for messages. */
export const SECRET_FORM = "whsec_ and base64 of at least 16 bytes";

/** The keys of secrets that are separated by spaces or commas; `null` if one of them does not have `SECRET_FORM`. */
export function webhookKeys(secrets: string): readonly Uint8Array<ArrayBuffer>[] | null {
  const keys: Uint8Array<ArrayBuffer>[] = [];
  for (const secret of secrets.split(/[\s,]+/).filter((part) => part !== "")) {
    const key = keyOf(secret);
    if (key === null) return null;
    keys.push(key);
  }
  return keys;
}

/** One signature of a `webhook-signature`: `v1,<base64 HMAC-SHA256>` over `id.timestamp.body`. */
export async function webhookSignature(
  key: Uint8Array<ArrayBuffer>,
  id: string,
  timestampSeconds: number,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<string> {
  const hmac = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const head = new TextEncoder().encode(`${id}.${timestampSeconds}.`);
  const rest = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const message = new Uint8Array(head.length + rest.length);
  message.set(head);
  message.set(rest, head.length);
  const signature = await crypto.subtle.sign("HMAC", hmac, message);
  return `v1,${base64(new Uint8Array(signature))}`;
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> | null {
  const bytes = bytesIn(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);
  return bytes && bytes.length >= MIN_SECRET_BYTES ? bytes : null;
}
