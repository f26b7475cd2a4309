// A call of HighLevel's API as it goes out: the one place that says so, for what is sent and for what is shown of it.
import type { Outgoing } from "../model/sent-request.ts";
import type { HighLevelRequest } from "./account.ts";

/** Stands in what is shown for the token that is sent. */
const NAMED_TOKEN = "{{ token }}";

/** A call with its token; without one, as it is shown. `api`: the base URL, without a slash at its end. */
export function outgoing(
  api: string,
  { method, path, version, body }: HighLevelRequest,
  token: string = NAMED_TOKEN,
): Outgoing {
  return {
    method,
    url: `${api}${path}`,
    headers: {
      accept: "application/json",
      authorization: `Bearer ${token}`,
      version,
      "user-agent": "Afterbeep",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  };
}
