import type { Configuration } from "../model/configuration.ts";
import { hex, sha256 } from "../kit/hash.ts";

const BEARER = /^Bearer +([!-~]+) *$/i;
const MAIN = "ADMIN_TOKEN";

/**
 * The name of the token that a request carries; `null`: it carries none of them. The token is hashed and compared with
 * every one, whichever matches, so that neither timing nor length tells anything.
 */
export async function tokenNameOf(
  headers: Headers,
  { adminToken, adminTokenHashes }: Pick<Configuration, "adminToken" | "adminTokenHashes">,
): Promise<string | null> {
  const [, token] = BEARER.exec(headers.get("authorization") ?? "") ?? [];
  // If no token were hashed as an empty text, it would open wherever the hash of the empty text is configured.
  if (token === undefined) return null;
  const given = await digestOf(token);
  const known = adminTokenHashes.map(({ name, hash }) => ({ name: name ?? unnamed(hash), digest: utf8(hash) }));
  if (adminToken !== null) known.push({ name: MAIN, digest: await digestOf(adminToken) });
  let found: string | null = null;
  for (const { name, digest } of known) if (crypto.subtle.timingSafeEqual(given, digest)) found = name;
  return found;
}

/** A token without a name is told from others by how its hash begins. */
function unnamed(hash: string): string {
  return `token ${hash.slice(0, 8)}`;
}

/** A SHA-256 as the bytes of its 64 hex digits. */
async function digestOf(text: string): Promise<Uint8Array> {
  return utf8(hex(await sha256(text)));
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
