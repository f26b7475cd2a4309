import type { DeliveryFilter } from "../model/delivery.ts";
import type { Failure, Issue } from "../model/failure.ts";
import { isJsonObject, jsonPointer, type Json } from "../model/json.ts";
import { fail, succeed, type Result } from "../model/result.ts";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z$/;

/** The query parameters that lists take. */
export interface ListQuery<State extends string> {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly state?: State | undefined;
}

/** Reads `limit`, `cursor` and `state`, or names the parameter that cannot be used. */
export function listQuery<State extends string>(
  url: URL,
  states: readonly State[] = [],
  cursorForm = /^[!-~]{1,128}$/,
): Result<ListQuery<State>, Failure> {
  const issues: Issue[] = [];
  const parameter = (name: string): string | undefined => url.searchParams.get(name) || undefined;
  const limit = Number(parameter("limit") ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    issues.push({ pointer: "/limit", code: "API_LIMIT", message: `Expected a whole number from 1 to ${MAX_LIMIT}` });
  }
  const cursor = parameter("cursor");
  if (cursor !== undefined && !cursorForm.test(cursor)) {
    issues.push({ pointer: "/cursor", code: "API_CURSOR", message: "Expected the cursor of a page before" });
  }
  const named = states.length === 0 ? undefined : parameter("state");
  const state = states.find((known) => known === named);
  if (named !== undefined && state === undefined) {
    issues.push({ pointer: "/state", code: "API_STATE", message: `Expected one of ${states.join(", ")}` });
  }
  return issues.length > 0 ? fail({ code: "REQUEST_PARAMETER", issues }) : succeed({ limit, cursor, state });
}

const FILTER_FORMS: { readonly [Name in keyof Required<DeliveryFilter>]: readonly [RegExp, string] } = {
  rule: [/^[!-~]{1,128}$/, "the name of a rule"],
  host: [/^[!-~]{1,260}$/, "a host, with its port if it has one"],
  error: [/^[A-Z_]{1,64}$/, "the code of an error, such as DESTINATION_TIMEOUT"],
  since: [ISO_TIME, "a time in ISO 8601, UTC"],
  until: [ISO_TIME, "a time in ISO 8601, UTC"],
};

/** Reads which dead deliveries to retry, or names the key that cannot be used. `{}` is all of them. */
export function deliveryFilter(value: Json): Result<DeliveryFilter, Failure> {
  if (!isJsonObject(value))
    return fail({
      code: "REQUEST_PARAMETER",
      issues: [{ pointer: "", code: "API_FILTER", message: "Expected an object" }],
    });
  const issues = Object.entries(value).flatMap(([key, given]): Issue[] => {
    const [form, expected] = Object.hasOwn(FILTER_FORMS, key) ? FILTER_FORMS[key as keyof DeliveryFilter] : [];
    const isUsable = typeof given === "string" && form?.test(given) && (form !== ISO_TIME || isTime(given));
    const message = expected ? `Expected ${expected}` : `Expected one of ${Object.keys(FILTER_FORMS).join(", ")}`;
    return isUsable ? [] : [{ pointer: jsonPointer([key]), code: "API_FILTER", message }];
  });
  return issues.length > 0 ? fail({ code: "REQUEST_PARAMETER", issues }) : succeed(value as DeliveryFilter);
}

/** From 1970 on. */
function isTime(text: string): boolean {
  return Date.parse(text) >= 0;
}
