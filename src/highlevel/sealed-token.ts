// A location's token as stored: the secret part sealed, and beside it what a person may see.
import { fail, succeed, type Result } from "../kit/result.ts";
import { isJsonObject } from "../kit/json.ts";
import type { SealedToken } from "../model/token.ts";
import { open, seal, type SealKeys } from "./seal.ts";
import type { Grant } from "./tokens.ts";

/** The part that is sealed. */
interface TokenPair {
  readonly accessToken: string;
  /** `null`: it is not refreshed, as a private integration's. */
  readonly refreshToken: string | null;
}

/** The token of a private integration, sealed for a location. */
export async function sealPrivate(keys: SealKeys, accessToken: string, locationId: string): Promise<SealedToken> {
  const sealed = await sealPair(keys, { accessToken, refreshToken: null }, locationId);
  return { source: "private", sealed, expiresAtMs: null, companyId: null, appId: null, scopes: [] };
}

/** What an agency's token is sealed for: no id of a location has a colon, and the two may otherwise be the same. */
export const agencyOwner = (companyId: string): string => `company:${companyId}`;

/** What HighLevel granted an app, sealed for its location or its agency. */
export async function sealGrant(keys: SealKeys, grant: Grant, appId: string, nowMs: number): Promise<SealedToken> {
  const { accessToken, refreshToken, expiresInMs, scopes, locationId, companyId } = grant;
  const sealed = await sealPair(keys, { accessToken, refreshToken }, locationId ?? agencyOwner(companyId ?? ""));
  return { source: "oauth", sealed, expiresAtMs: nowMs + expiresInMs, companyId, appId, scopes };
}

/** Opens what was sealed; fails if none of the keys opens it for this owner. */
export async function openPair(keys: SealKeys, sealed: string, owner: string): Promise<Result<TokenPair, null>> {
  const text = await open(keys, sealed, owner);
  if (text === null) return fail(null);
  const pair: unknown = JSON.parse(text);
  const { accessToken, refreshToken } = isJsonObject(pair) ? pair : {};
  if (typeof accessToken !== "string") return fail(null);
  return succeed({ accessToken, refreshToken: typeof refreshToken === "string" ? refreshToken : null });
}

function sealPair(keys: SealKeys, pair: TokenPair, owner: string): Promise<string> {
  return seal(keys, JSON.stringify(pair), owner);
}
