import { problemOf, type Failure } from "./model/failure.ts";
import type { Result } from "./kit/result.ts";

/** The response to a request: the answer as JSON unless it is a response already, or the failure as problem details. */
export function respond(result: Result<unknown, Failure>, status = 200): Response {
  if (result.ok && result.value instanceof Response) return result.value;
  if (result.ok) return Response.json(result.value, { status, headers: { "cache-control": "no-store" } });
  const problem = problemOf(result.failure);
  return new Response(JSON.stringify(problem.body), {
    status: problem.status,
    headers: { "cache-control": "no-store", ...problem.headers },
  });
}
