import { isJsonObject, jsonObjectIn, type Json, type JsonObject } from "../../kit/json.ts";
import type { AttemptOutcome } from "./outcome.ts";

/** What a gateway may say about a message; HighLevel accepts the same words. */
const STATUSES: ReadonlySet<Json | undefined> = new Set(["delivered", "failed", "pending", "read"]);
const ERROR_KEYS = ["code", "type", "message"] as const;

/**
 * What the last attempt of a delivery says about its message, as `status` and `error` of a `GatewayStatus`. The answer
 * decides; if it says nothing usable, the gateway has accepted the message and is working on it: `pending`.
 */
export function reportOf(outcome: AttemptOutcome): JsonObject {
  if (!outcome.done)
    return { status: "failed", error: { code: outcome.error.code, type: "gateway", message: outcome.error.message } };
  const answer = jsonObjectIn(outcome.answer ?? "");
  const status = answer?.["status"];
  if (!answer || status === undefined || !STATUSES.has(status)) return { status: "pending" };
  const error = errorOf(answer["error"]);
  return { status, ...(error ? { error } : {}) };
}

/** The texts of an error; a code may be a number. `null`: there are none. */
function errorOf(told: Json | undefined): JsonObject | null {
  if (!isJsonObject(told)) return null;
  const texts = ERROR_KEYS.flatMap((key): [string, string][] => {
    const value = told[key];
    return typeof value === "string" || typeof value === "number" ? [[key, String(value)]] : [];
  });
  return texts.length === 0 ? null : Object.fromEntries(texts);
}
