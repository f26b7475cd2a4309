import { fail, succeed, type Result } from "../../kit/result.ts";
import { SECRET_FORM, webhookKeys, webhookSignature } from "../../kit/standard-webhooks.ts";

/**
 * The `webhook-signature` of Standard Webhooks 1.0: `v1,<base64 HMAC-SHA256>` over `id.timestamp.body`. Several
 * secrets, separated by spaces or commas, give as many signatures, so that a secret can be rotated.
 */
export async function signWebhook(
  secrets: string,
  id: string,
  timestampSeconds: number,
  body: string,
): Promise<Result<string, string>> {
  const keys = webhookKeys(secrets);
  if (keys === null) return fail(`WEBHOOK_SECRET is not ${SECRET_FORM}`);
  const signatures = await Promise.all(keys.map((key) => webhookSignature(key, id, timestampSeconds, body)));
  return signatures.length === 0 ? fail("WEBHOOK_SECRET is not set") : succeed(signatures.join(" "));
}
