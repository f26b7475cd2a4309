// Calls to the operator's API, and the problems that it answers with.
import type { Issue } from "../../model/failure.ts";
import { token } from "./session.ts";

/** A question that is not answered by then is given up: what asks again and again would wait for it for good. */
const PATIENCE_MS = 60_000;

/** Query parameters; those without a value are left out. */
export type Parameters = Readonly<Record<string, string | number | null | undefined>>;

/** A call that failed: what the API said about it, or that there was no answer. */
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

/** Anything thrown, as a `Problem`: whatever is not one already is a bug in this page. */
export function problemOf(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(0, "BUG", "This page has a fault", String(error));
}

const refusedListeners = new Set<(problem: Problem) => void>();

/** Calls `listener` for every call answered with 401 whose token is still the tab's. Returns what stops it. */
export function onRefused(listener: (problem: Problem) => void): () => void {
  refusedListeners.add(listener);
  return () => void refusedListeners.delete(listener);
}

/** GET. Throws a `Problem`, also where no answer comes within a minute, or the abort error of the caller's signal. */
export function get<Answer>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<Answer> {
  return call("GET", withParameters(path, parameters), undefined, signal, AbortSignal.timeout(PATIENCE_MS));
}

/** POST: a question with a body, or a change. Throws a `Problem`, or the abort error. */
export function post<Answer>(path: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
  return call("POST", path, body, signal);
}

/** PUT: states how something is to be. Throws a `Problem`. */
export function put<Answer>(path: string, body: unknown): Promise<Answer> {
  return call("PUT", path, body);
}

/** DELETE. Throws a `Problem`. */
export function remove<Answer>(path: string, body?: unknown): Promise<Answer> {
  return call("DELETE", path, body);
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

async function call<Answer>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  late?: AbortSignal,
): Promise<Answer> {
  const used = token();
  const headers: Record<string, string> = {
    ...(used === null ? {} : { authorization: `Bearer ${used}` }),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  const unanswered = (error: unknown): never => {
    if (signal?.aborted === true) throw error;
    throw new Problem(0, "NO_ANSWER", "The Worker does not answer", "Check that it runs and that you are online");
  };
  const ends = AbortSignal.any([signal, late].filter((one) => one !== undefined));
  const response = await fetch(path, {
    method,
    headers,
    cache: "no-store",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: ends,
  }).catch(unanswered);
  // What was given up meanwhile is no answer, whatever its status.
  const unread = (error: unknown): null => (ends.aborted ? unanswered(error) : null);
  const answer = (await response.json().catch(unread)) as (Answer & ProblemBody) | null;
  if (response.ok && answer !== null) return answer;
  const { status } = response;
  const title = answer?.title ?? `The Worker answered ${status}`;
  const problem = new Problem(status, answer?.code ?? "NO_JSON", title, answer?.detail, answer?.issues);
  if (status === 401 && used === token()) for (const listener of refusedListeners) listener(problem);
  throw problem;
}

/** Problem details (RFC 9457), as `model/failure.ts` makes them. */
interface ProblemBody {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly issues?: readonly Issue[];
}
