// Signs events the way HighLevel does, with the development key, and the way a message gateway does.
import { fail, succeed, type Result } from "../kit/result.ts";
import { SECRET_FORM, webhookKeys, webhookSignature } from "../kit/standard-webhooks.ts";

/** `X-GHL-Signature` for a body: base64 Ed25519 over its bytes. */
export async function signBody(body: string, privateKeyPem: string): Promise<string> {
  const der = Buffer.from(privateKeyPem.replaceAll(/-----[^-]+-----/g, "").replaceAll(/\\n|\s/g, ""), "base64");
  const key = await crypto.subtle.importKey("pkcs8", der, "Ed25519", false, ["sign"]);
  return Buffer.from(await crypto.subtle.sign("Ed25519", key, Buffer.from(body))).toString("base64");
}

/** The development key of `.dev.vars`, or what to do if there is none. */
export function developmentKey(variables: { readonly [name: string]: string }): Result<string, string> {
  const key = variables["DEV_PRIVATE_KEY"];
  return key
    ? succeed(key)
    : fail(
        "There is no DEV_PRIVATE_KEY in .dev.vars: delete the file and run `npm run dev`, which makes one with a key",
      );
}

/** The headers with which a gateway signs a body (Standard Webhooks 1.0), under its own id. */
export async function gatewayHeaders(
  body: string,
  secret: string,
  nowMs: number,
): Promise<{ readonly [name: string]: string }> {
  const id = `msg_${crypto.randomUUID()}`;
  const seconds = Math.floor(nowMs / 1_000);
  const keys = webhookKeys(secret) ?? [];
  const signatures = await Promise.all(keys.map((key) => webhookSignature(key, id, seconds, body)));
  return { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": signatures.join(" ") };
}

/** The secret of gateways in `.dev.vars`, or what to do if there is no usable one. */
export function gatewaySecret(variables: { readonly [name: string]: string }): Result<string, string> {
  const secret = variables["GATEWAY_SECRET"] ?? "";
  const keys = webhookKeys(secret);
  if (keys !== null && keys.length > 0) return succeed(secret);
  const what =
    keys === null ? `GATEWAY_SECRET in .dev.vars is not ${SECRET_FORM}` : "There is no GATEWAY_SECRET in .dev.vars";
  return fail(
    `${what}: write GATEWAY_SECRET="whsec_…" with what \`openssl rand -base64 32\` prints, or delete the file; then run \`npm run dev\` anew`,
  );
}
