// Which generation of HighLevel's API a call speaks: the one place that says which `Version` it sends and where it goes.
// Source: HighLevel's public API description in both generations, 19 June 2026. Every call that is not in `MOVED` has the
// same path in both; `v3` answers 400 to a path of before.
import type { JsonObject } from "../kit/json.ts";
import type { ApiVersion } from "../model/configuration.ts";

/** The dated `Version` of a call by the first part of its path, and of all others. */
const DATED: { readonly [part: string]: string } = { conversations: "2021-04-15" };
const DATED_OTHERWISE = "2021-07-28";

/** Calls whose path is another one in v3. */
const MOVED: { readonly [path: string]: string } = {
  "/oauth/locationToken": "/oauth/location-token",
  "/oauth/installedLocations": "/oauth/installed-locations",
};
/** The call that takes no `Version` in the dated generation. */
const TOKEN_PATH = "/oauth/token";

/** A call as a generation speaks it. */
interface Spoken {
  /** With the query that was given. */
  readonly path: string;
  /** The `Version` header; `null`: it sends none. */
  readonly version: string | null;
}

/** A call, named by its path in the dated generation, as `apiVersion` speaks it. */
export function spokenIn(apiVersion: ApiVersion, pathAndQuery: string): Spoken {
  const [path = ""] = pathAndQuery.split("?", 1);
  if (apiVersion === "v3") return { path: (MOVED[path] ?? path) + pathAndQuery.slice(path.length), version: "v3" };
  const [, part = ""] = path.split("/", 2);
  return { path: pathAndQuery, version: path === TOKEN_PATH ? null : (DATED[part] ?? DATED_OTHERWISE) };
}

/** A form's fields as a generation spells them: `client_id` is `clientId` in v3. */
export function spelledIn(apiVersion: ApiVersion, fields: { readonly [name: string]: string }): URLSearchParams {
  const names = Object.entries(fields);
  return new URLSearchParams(apiVersion === "v3" ? names.map(([name, value]) => [inCamelCase(name), value]) : names);
}

/** An answer's fields by the names of v3, whichever generation it is of. */
export function inOneSpelling(answer: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [inCamelCase(name), value]));
}

function inCamelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
