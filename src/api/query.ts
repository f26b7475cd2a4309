import type { Failure, Issue } from "../model/failure.ts";
import { fail, succeed, type Result } from "../model/result.ts";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

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
