// Whether a call is admitted to its operation: checks its version, scope, query and body, in this order.
import { isJsonObject, type JsonObject } from "../../kit/json.ts";
import { wrongIn } from "./form.ts";
import type { Operation } from "./published.ts";
import { mistaken, refused, type Reply, wrongForm } from "./reply.ts";
import type { Query } from "./right-call.ts";

/** The checked input of a call that is admitted. */
export interface Admitted {
  readonly query: Query;
  readonly body: JsonObject;
}

/** The input of `request` to `operation` with a token for `scopes`, or the refusal. */
export function admit(
  request: Request,
  text: string,
  operation: Operation,
  scopes?: readonly string[],
): Admitted | Reply {
  if (operation.version !== undefined && request.headers.get("version") !== operation.version) {
    return mistaken(400, `version must be ${operation.version}`);
  }
  if (operation.scope !== undefined && scopes && !scopes.includes(operation.scope)) {
    return refused(401, "The token is not authorized for this scope.");
  }
  const query = Object.fromEntries(new URL(request.url).searchParams);
  const wrong = wrongIn(operation.query ?? NO_QUERY, query);
  if (wrong.length > 0) return wrongForm(operation.refusal, wrong);
  const body = readBody(request, text, operation);
  return "status" in body ? body : { query, body: body.values };
}

const NO_QUERY = { required: [], fields: {} };

function readBody(
  request: Request,
  text: string,
  { body, contentType, refusal }: Operation,
): { values: JsonObject } | Reply {
  if (!body) return text === "" ? { values: {} } : mistaken(400, "a body should not be sent");
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== contentType) return mistaken(400, `content-type must be ${String(contentType)}`);
  const values = contentType === "application/json" ? parsed(text) : fromForm(text);
  if (!isJsonObject(values)) return mistaken(400, "the body must be a JSON object");
  const wrong = wrongIn(body, values);
  return wrong.length > 0 ? wrongForm(refusal, wrong) : { values };
}

const fromForm = (text: string): JsonObject => Object.fromEntries(new URLSearchParams(text));

/** The value of a JSON text, undefined if it is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
