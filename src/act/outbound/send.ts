// A request to a destination that the author of a rule wrote: checked by the guard, with a time limit, its answer
// interpreted. A kind that makes outgoing calls builds its request and passes it on here.
import type { OutboundHosts } from "../../model/configuration.ts";
import { fail, succeed, type Result } from "../../kit/result.ts";
import type { ActionContext, ActionFinding } from "../contract/action-kind.ts";
import { actionError, unanswered, type ActionError, type AttemptOutcome } from "../contract/outcome.ts";
import { retryAfterMs } from "../contract/retry.ts";
import type { Budget } from "../template/budget.ts";
import { renderUrl } from "../template/template.ts";
import { shortAnswer } from "./answer.ts";
import { allowedDestination, fixedOrigin, hasDotSegment, isOwnHost } from "./destination.ts";

const TIMEOUT_MS = 15_000;

/** The host and port of a URL, which no template can change; `""`: they cannot be read. */
export function hostOf(url: string): string {
  const origin = fixedOrigin(url);
  return origin === null ? "" : new URL(origin).host;
}

/** What is wrong with the URL under a key of an action. */
export function urlFindings(key: string, url: string, hosts: OutboundHosts): readonly ActionFinding[] {
  const origin = fixedOrigin(url);
  if (origin === null) {
    const message = "Write scheme, host and port of the URL out, up to the first slash; templates may follow";
    return [{ path: [key], code: "RULE_DESTINATION", message }];
  }
  const allowed = allowedDestination(origin, hosts);
  const code = isOwnHost(new URL(origin), hosts) ? "RULE_DESTINATION" : "RULE_HOST";
  return allowed.ok ? [] : [{ path: [key], code, message: allowed.failure }];
}

/** The URL as rendered for one delivery, if the guard lets it pass; rendering pays into the `budget` of the attempt. */
export function destinationOf(
  template: string,
  { roots, ports }: ActionContext,
  budget: Budget,
): Result<URL, ActionError> {
  const rendered = renderUrl(template, roots, budget);
  if (!rendered.ok) return fail(actionError("ACTION_TEMPLATE", `Cannot render url: ${rendered.failure}`));
  if (hasDotSegment(rendered.value))
    return fail(actionError("DESTINATION_REFUSED", 'The path of the URL holds a "." or ".." segment'));
  const allowed = allowedDestination(rendered.value, ports);
  if (!allowed.ok) return fail(actionError("DESTINATION_REFUSED", allowed.failure));
  if (allowed.value.origin !== fixedOrigin(template))
    return fail(actionError("DESTINATION_REFUSED", "A template changes the host of the URL"));
  return succeed(allowed.value);
}

/** A request with JSON. `named`: what stands for a header where it is shown, because of what is secret in it. */
export interface JsonRequest {
  readonly method: string;
  readonly headers: Headers;
  readonly named: { readonly [header: string]: string };
  readonly body: string;
}

/**
 * Sends JSON to a URL that `destinationOf` returned. No redirect is followed, and `secrets` are removed from the answer
 * that is kept.
 */
export async function sendJson(
  url: URL,
  { method, headers, named, body }: JsonRequest,
  secrets: readonly string[],
  { ports, leaving }: Pick<ActionContext, "ports" | "leaving">,
): Promise<AttemptOutcome> {
  headers.set("content-type", "application/json");
  if (!headers.has("user-agent")) headers.set("user-agent", "Afterbeep");
  const signal = ports.timeLimit(TIMEOUT_MS);
  const request = new Request(url, { method, headers, body, redirect: "manual", signal });
  leaving({ method, url: url.href, headers: { ...Object.fromEntries(headers), ...named }, body });
  try {
    const response = await ports.fetch(request);
    const answer = await shortAnswer(response, secrets);
    const { status } = response;
    if (response.ok) return { done: true, status, answer };
    const asked = retryAfterMs(response.headers.get("retry-after"), ports.clock());
    return { done: false, status, answer, error: statusError(status), retryAfterMs: asked };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    const seconds = TIMEOUT_MS / 1_000;
    return unanswered(
      timedOut
        ? actionError("DESTINATION_TIMEOUT", `The destination did not answer within ${seconds} s`)
        : actionError("DESTINATION_UNREACHABLE", "The connection could not be made, or broke"),
    );
  }
}

function statusError(status: number): ActionError {
  if (status >= 300 && status < 400)
    return actionError("DESTINATION_REDIRECT", "The destination redirects; write the final URL into the rule");
  if (status === 410) return actionError("DESTINATION_GONE", "The destination is gone and wants no more");
  return actionError("DESTINATION_STATUS", `The destination answered ${status}`);
}
