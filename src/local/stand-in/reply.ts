// What HighLevel answers, as data.
import type { Json } from "../../kit/json.ts";

/** An answer; `mistakes` are sentences about the caller's form, which go into the stand-in's violations. */
export interface Reply {
  readonly status: number;
  readonly body: Json;
  readonly mistakes?: readonly string[];
}

/** A refusal with HighLevel's usual body. */
export function refused(status: number, message: string): Reply {
  return { status, body: { statusCode: status, message } };
}

/** A refusal that is also a mistake of the caller. */
export function mistaken(status: number, message: string): Reply {
  return { ...refused(status, message), mistakes: [message] };
}

/** The refusal of a form: 422 with the list of what is wrong, or 400 with one text, as the operation publishes it. */
export function wrongForm(status: 400 | 422, mistakes: readonly string[]): Reply {
  if (status === 400) return { ...refused(400, mistakes.join(", ")), mistakes };
  return { status, body: { statusCode: 422, message: [...mistakes], error: "Unprocessable Entity" }, mistakes };
}

/** The refusal of a token that is not known or has expired. */
export const INVALID_TOKEN: Reply = {
  status: 401,
  body: { statusCode: 401, message: "Invalid token: access token is invalid", error: "Unauthorized" },
};
