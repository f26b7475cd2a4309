// A request's body as its operation wants it.
import { isJsonObject, type JsonObject } from "../../model/json.ts";
import { wrongIn } from "./form.ts";
import type { Operation } from "./published.ts";
import { mistaken, type Reply, wrongForm } from "./reply.ts";

/** The values in a body of the published form, or the refusal of it. */
export function readBody(
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
