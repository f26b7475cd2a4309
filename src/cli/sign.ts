// Signs events the way HighLevel does, with the development key.
import { fail, succeed, type Result } from "../model/result.ts";

/** `X-GHL-Signature` for a body: base64 Ed25519 over its bytes. */
export async function signBody(body: string, privateKeyPem: string): Promise<string> {
  const der = Buffer.from(privateKeyPem.replaceAll(/-----[^-]+-----/g, "").replaceAll(/\\n|\s/g, ""), "base64");
  const key = await crypto.subtle.importKey("pkcs8", der, "Ed25519", false, ["sign"]);
  return Buffer.from(await crypto.subtle.sign("Ed25519", key, Buffer.from(body))).toString("base64");
}

/** The development key of `.dev.vars`, or what to do when there is none. */
export function developmentKey(variables: { readonly [name: string]: string }): Result<string, string> {
  const key = variables["DEV_PRIVATE_KEY"];
  return key
    ? succeed(key)
    : fail(
        "There is no DEV_PRIVATE_KEY in .dev.vars: delete the file and run `npm run dev`, which makes one with a key",
      );
}
