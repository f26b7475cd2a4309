// What an agency's token is for: which of its locations have the app, and a token for each. Pure.
// Source: HighLevel's public API description (oauth) in both generations, 19 June 2026.
import { isJsonObject, jsonObjectIn, type Json } from "../kit/json.ts";
import { momentMs } from "../kit/moment.ts";
import type { ApiVersion } from "../model/configuration.ts";
import type { HighLevelRequest } from "./account.ts";
import { grantIn, type Grant } from "./tokens.ts";

/** A location in which an agency has the app installed. */
export interface InstalledLocation {
  readonly id: string;
  /** `null`: it has none. */
  readonly name: string | null;
  /** When the app was installed there, milliseconds since 1970; `null`: not said. */
  readonly installedAtMs: number | null;
}

/** A page of them, and where the next one begins; `null`: there is none. */
export interface InstalledPage {
  readonly locations: readonly InstalledLocation[];
  readonly next: string | null;
}

/** The most that v3 gives at once. */
const PAGE = 100;
const MAX_NAME_CHARACTERS = 200;

/** Asks for a page of the locations in which an agency has the app; `from` is the `next` of the page before. */
export function installedRequest(
  apiVersion: ApiVersion,
  { companyId, appId, from }: { readonly companyId: string; readonly appId: string; readonly from: string | null },
): HighLevelRequest {
  const page =
    apiVersion === "v3"
      ? { pageSize: String(PAGE), ...(from === null ? {} : { pageToken: from }) }
      : { limit: String(PAGE), skip: from ?? "0" };
  const query = new URLSearchParams({ companyId, appId, isInstalled: "true", ...page });
  return { method: "GET", path: `/oauth/installedLocations?${query.toString()}` };
}

/** Reads a page; `null`: it cannot be read. A dated one does not say whether it is the last: the next may be empty. */
export function installedIn(apiVersion: ApiVersion, body: string, from: string | null): InstalledPage | null {
  const answer = jsonObjectIn(body);
  const listed = answer?.[apiVersion === "v3" ? "items" : "locations"];
  if (!Array.isArray(listed)) return null;
  const locations = listed.flatMap(installedLocation);
  if (apiVersion !== "v3")
    return { locations, next: listed.length === 0 ? null : String(Number(from ?? 0) + listed.length) };
  const { hasNextPage, nextPageToken } = isJsonObject(answer?.["pagination"]) ? answer["pagination"] : {};
  const hasNext = hasNextPage === true && typeof nextPageToken === "string" && nextPageToken !== from;
  return { locations, next: hasNext ? nextPageToken : null };
}

function installedLocation(item: Json): InstalledLocation[] {
  if (!isJsonObject(item)) return [];
  const { _id: id, name, isInstalled, installedAt } = item;
  if (typeof id !== "string" || isInstalled === false) return [];
  const told = typeof name === "string" ? name.trim().slice(0, MAX_NAME_CHARACTERS) : "";
  return [{ id, name: told === "" ? null : told, installedAtMs: momentMs(installedAt) }];
}

/** Asks for a location's token with its agency's. */
export function locationTokenRequest(companyId: string, locationId: string): HighLevelRequest {
  return { method: "POST", path: "/oauth/locationToken", form: { companyId, locationId } };
}

/** The token of this location in an answer; `null`: there is none. */
export function locationGrantIn(body: string, companyId: string, locationId: string): Grant | null {
  const grant = grantIn(body);
  return grant?.locationId === locationId ? { ...grant, companyId } : null;
}
