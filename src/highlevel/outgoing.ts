// A call of HighLevel's API as it goes out: the one place that says so, for what is sent and for what is shown of it.
import type { HighLevelSettings } from "../model/configuration.ts";
import type { Outgoing } from "../model/sent-request.ts";
import type { HighLevelRequest } from "./account.ts";
import { spokenIn } from "./versions.ts";

/** Stands in what is shown for the token that is sent. */
const NAMED_TOKEN = "{{ token }}";

/** A call with its token; without one, as it is shown. `api`: the base URL, without a slash at its end. */
export function outgoing(
  { api, apiVersion }: Pick<HighLevelSettings, "api" | "apiVersion">,
  { method, path: asked, body, form }: HighLevelRequest,
  token: string = NAMED_TOKEN,
): Outgoing {
  const { path, version } = spokenIn(apiVersion, asked);
  return {
    method,
    url: `${api}${path}`,
    headers: {
      accept: "application/json",
      authorization: `Bearer ${token}`,
      ...(version === null ? {} : { version }),
      "user-agent": "Afterbeep",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
    },
    body:
      form === undefined ? (body === undefined ? null : JSON.stringify(body)) : new URLSearchParams(form).toString(),
  };
}
