import { fail, succeed, type Result } from "../model/result.ts";

const PREFIX = "whsec_";
const MIN_SECRET_BYTES = 16;

/**
 * The `webhook-signature` of Standard Webhooks 1.0: `v1,<base64 HMAC-SHA256>` over `id.timestamp.body`. Several
 * secrets, parted by spaces or commas, give as many signatures, so that a secret can be rotated.
 */
export async function signWebhook(
  secrets: string,
  id: string,
  timestampSeconds: number,
  body: string,
): Promise<Result<string, string>> {
  const signatures: string[] = [];
  for (const secret of secrets.split(/[\s,]+/).filter((part) => part !== "")) {
    const bytes = secretBytes(secret);
    if (bytes === null) return fail("WEBHOOK_SECRET is not whsec_ and base64 of at least 16 bytes");
    const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const signature = await crypto.subtle.sign(
      "HMAC",
      key,
      new TextEncoder().encode(`${id}.${timestampSeconds}.${body}`),
    );
    signatures.push(`v1,${btoa(String.fromCharCode(...new Uint8Array(signature)))}`);
  }
  return signatures.length === 0 ? fail("WEBHOOK_SECRET is not set") : succeed(signatures.join(" "));
}

function secretBytes(secret: string): Uint8Array<ArrayBuffer> | null {
  try {
    const bytes = Uint8Array.from(atob(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret), (c) =>
      c.charCodeAt(0),
    );
    return bytes.length >= MIN_SECRET_BYTES ? bytes : null;
  } catch {
    return null;
  }
}
