// What HighLevel answers, as data.
import type { Json } from "../../kit/json.ts";

/** An answer; `mistakes` are sentences about the form of the call, which go into the stand-in's violations. */
export interface Reply {
  readonly status: number;
  readonly body: Json;
  readonly mistakes?: readonly string[];
}

/** A refusal in HighLevel's usual form. */
export function refused(status: number, message: string): Reply {
  return { status, body: { statusCode: status, message } };
}

/** A refusal for a mistake of the caller's. */
export function mistaken(status: number, message: string): Reply {
  return { ...refused(status, message), mistakes: [message] };
}

/** The refusal of a form: 422 with the list of mistakes, or 400 with one text, as published for the operation. */
export function wrongForm(status: 400 | 422, mistakes: readonly string[]): Reply {
  if (status === 400) return { ...refused(400, mistakes.join(", ")), mistakes };
  return { status, body: { statusCode: 422, message: [...mistakes], error: "Unprocessable Entity" }, mistakes };
}

/** The refusal of a token that is unknown or has expired. */
export const INVALID_TOKEN: Reply = {
  status: 401,
  body: { statusCode: 401, message: "Invalid token: access token is invalid", error: "Unauthorized" },
};
