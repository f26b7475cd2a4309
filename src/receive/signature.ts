import { bytesIn } from "../kit/base64.ts";
import type { HookRoute } from "../model/event-kinds.ts";
import { logError } from "../model/log-line.ts";

/** A public key that verifies webhooks, with its algorithm. */
export interface VerificationKey {
  readonly algorithm: "Ed25519" | "RSASSA-PKCS1-v1_5";
  readonly key: CryptoKey;
}

/** Signatures come in base64 under one of these headers (HighLevel's webhook integration guide). */
const ED25519_HEADER = "x-ghl-signature";
const RSA_HEADER = "x-wh-signature";

/** What HighLevel writes in place of a signature: the same as no header. */
const UNSIGNED = "N/A";

const ED25519_SPKI_BYTES = 44;
const PEM = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/g;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$|^[A-Za-z0-9+/]{2}==$/;

const imported = new Map<string, Promise<readonly VerificationKey[]>>();

/**
 * The keys in a text of PEM blocks, imported once per isolate. A block that is not an Ed25519 or RSA public key is
 * left out; the list is empty if none is usable.
 */
export function verificationKeys(pem: string): Promise<readonly VerificationKey[]> {
  const known = imported.get(pem);
  if (known) return known;
  const keys = importAll(pem);
  imported.set(pem, keys);
  return keys;
}

/**
 * Whether one of the keys signed exactly these bytes. X-GHL-Signature alone decides if it is present; X-WH-Signature
 * counts only on the events route and only if an RSA key is configured.
 */
export async function isSigned(
  body: Uint8Array<ArrayBuffer>,
  headers: Headers,
  route: HookRoute,
  keys: readonly VerificationKey[],
): Promise<boolean> {
  const ed25519 = headers.get(ED25519_HEADER);
  if (ed25519 !== null && ed25519 !== UNSIGNED) return isSignedBy(body, ed25519, keys, "Ed25519");
  const rsa = headers.get(RSA_HEADER);
  if (rsa !== null && route === "events") return isSignedBy(body, rsa, keys, "RSASSA-PKCS1-v1_5");
  return false;
}

async function isSignedBy(
  body: Uint8Array<ArrayBuffer>,
  header: string,
  keys: readonly VerificationKey[],
  algorithm: VerificationKey["algorithm"],
): Promise<boolean> {
  // A repeated header arrives joined by a comma, which base64 does not have, so it is refused here.
  const signature = strictly(header);
  if (signature === null) return false;
  for (const { key, algorithm: its } of keys) {
    if (its === algorithm && (await verifies(algorithm, key, signature, body))) return true;
  }
  return false;
}

/** Whether the signature is valid. One of the wrong length makes the runtime throw: it is not. */
async function verifies(
  algorithm: VerificationKey["algorithm"],
  key: CryptoKey,
  signature: Uint8Array<ArrayBuffer>,
  body: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  try {
    return await crypto.subtle.verify(algorithm, key, signature, body);
  } catch {
    return false;
  }
}

async function importAll(pem: string): Promise<readonly VerificationKey[]> {
  const keys: VerificationKey[] = [];
  for (const [, block] of pem.matchAll(PEM)) {
    const spki = strictly((block ?? "").replaceAll(/\s/g, ""));
    if (spki === null) continue;
    const algorithm = spki.length === ED25519_SPKI_BYTES ? "Ed25519" : "RSASSA-PKCS1-v1_5";
    const parameters = algorithm === "Ed25519" ? { name: algorithm } : { name: algorithm, hash: "SHA-256" };
    try {
      keys.push({ algorithm, key: await crypto.subtle.importKey("spki", spki, parameters, false, ["verify"]) });
    } catch {
      logError("A block in HIGHLEVEL_PUBLIC_KEYS is no Ed25519 or RSA public key", { code: "CONFIGURATION_KEYS" });
    }
  }
  return keys;
}

function strictly(text: string): Uint8Array<ArrayBuffer> | null {
  return BASE64.test(text) ? bytesIn(text) : null;
}
