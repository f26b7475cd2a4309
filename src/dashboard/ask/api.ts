// Calls to the operator's API, and what it says when it cannot.
import type { Issue } from "../../model/failure.ts";
import { token } from "./session.ts";

/** Query parameters; those without a value are left out. */
export type Parameters = Readonly<Record<string, string | number | null | undefined>>;

/** A call that failed: what the API said of it, or that it said nothing. */
export class Problem extends Error {
  /** HTTP status; 0 without an answer. */
  readonly status: number;
  readonly code: string;
  /** What to do about it. */
  readonly detail: string;
  readonly issues: readonly Issue[];

  constructor(status: number, code: string, title: string, detail = "", issues: readonly Issue[] = []) {
    super(title);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.issues = issues;
  }
}

/** What to say of anything that was thrown: what is no `Problem` is a fault of this page. */
export function problemOf(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(0, "BUG", "This page has a fault", String(error));
}

const refusedListeners = new Set<(problem: Problem) => void>();

/** Tells of every call that is answered 401, as long as the token that it was made with is still the tab's. */
export function onRefused(listener: (problem: Problem) => void): () => void {
  refusedListeners.add(listener);
  return () => void refusedListeners.delete(listener);
}

/** Asks. It throws a `Problem`, or what aborting throws. */
export function get<Answer>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<Answer> {
  return call("GET", withParameters(path, parameters), undefined, signal);
}

/** Asks with a body, or changes something. It throws a `Problem`, or what aborting throws. */
export function post<Answer>(path: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
  return call("POST", path, body, signal);
}

/** Removes. It throws a `Problem`. */
export function remove<Answer>(path: string): Promise<Answer> {
  return call("DELETE", path);
}

/** A path under `/api` for a location, its parts encoded. */
export function locationPath(locationId: string, ...parts: readonly string[]): string {
  return ["/api/locations", ...[locationId, ...parts].map(encodeURIComponent)].join("/");
}

function withParameters(path: string, parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== null && value !== undefined && value !== "") query.set(name, String(value));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

async function call<Answer>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
  const held = token();
  const headers: Record<string, string> = {
    ...(held === null ? {} : { authorization: `Bearer ${held}` }),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  const response = await fetch(path, {
    method,
    headers,
    cache: "no-store",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    throw new Problem(0, "NO_ANSWER", "The Worker does not answer", "Check that it runs and that you are online");
  });
  const answer = (await response.json().catch(() => null)) as (Answer & ProblemBody) | null;
  if (response.ok && answer !== null) return answer;
  const { status } = response;
  const title = answer?.title ?? `The Worker answered ${status}`;
  const problem = new Problem(status, answer?.code ?? "NO_JSON", title, answer?.detail, answer?.issues);
  if (status === 401 && held === token()) for (const listener of refusedListeners) listener(problem);
  throw problem;
}

/** RFC 9457, as `model/failure.ts` makes it. */
interface ProblemBody {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly issues?: readonly Issue[];
}
