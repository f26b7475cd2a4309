// What an agency's token is for: which of its locations have the app, and a token for each of them.
import type { JsonObject } from "../../kit/json.ts";
import { text } from "./form.ts";
import { mistaken, refused, type Reply } from "./reply.ts";
import { NO_ACCESS, type RightCall } from "./right-call.ts";
import type { Location } from "./state.ts";

const MOST = 100;
const USUAL = 20;

/** A page of an agency's locations, those without the app too unless only the others are asked for. */
export function installedLocations({ query, state, companyId, isV3 }: RightCall): Reply {
  if (query["companyId"] !== companyId) return NO_ACCESS;
  const [sizeName, fromName] = isV3 ? ["pageSize", "pageToken"] : ["limit", "skip"];
  const size = wholeNumber(query[sizeName], USUAL);
  const from = wholeNumber(isV3 ? query[fromName]?.replace(/^page-/, "") : query[fromName], 0);
  if (size === null || size < 1 || size > MOST)
    return mistaken(isV3 ? 400 : 422, `${sizeName} must be from 1 to ${MOST}`);
  if (from === null) return mistaken(isV3 ? 400 : 422, `${fromName} is not known`);
  const isAsked = ({ installedAt, id }: Location): boolean =>
    (query["isInstalled"] === undefined || (query["isInstalled"] === "true") === (installedAt !== undefined)) &&
    (query["locationId"] ?? id) === id;
  const all = [...state.locations.values()].filter((one) => one.companyId === companyId && isAsked(one));
  const locations = all.slice(from, from + size).map(told);
  const hasNextPage = from + size < all.length;
  const pagination = {
    totalRecords: all.length,
    hasNextPage,
    hasPrevPage: from > 0,
    ...(hasNextPage ? { nextPageToken: `page-${from + size}` } : {}),
    currentPageSize: locations.length,
  };
  const future = { installToFutureLocations: true };
  return {
    status: 200,
    body: isV3 ? { items: locations, pagination, ...future } : { locations, count: all.length, ...future },
  };
}

function told({ id, name, address = "1 Example Street", installedAt }: Location): JsonObject {
  return { _id: id, name, address, isInstalled: installedAt !== undefined, ...(installedAt ? { installedAt } : {}) };
}

/** A token for a location of the agency in which the app is installed. */
export function locationToken({ body, state, companyId, tokens, nowMs }: RightCall): Reply {
  const location = state.locations.get(text(body, "locationId"));
  if (body["companyId"] !== companyId || location?.companyId !== companyId) return NO_ACCESS;
  if (location.installedAt === undefined) return refused(400, "The app is not installed in this location");
  return { status: 201, body: tokens.forLocation(location.id, companyId, nowMs) };
}

function wholeNumber(given: string | undefined, usual: number): number | null {
  if (given === undefined) return usual;
  return /^\d{1,6}$/.test(given) ? Number(given) : null;
}
