// The webhook action: a signed request to a URL that the rule's author wrote.
import { any, boolean, enums, literal, optional, record, string } from "superstruct";
import type { OutboundHosts } from "../../model/configuration.ts";
import type { Json, JsonObject } from "../../kit/json.ts";
import { fail, succeed, type Result } from "../../kit/result.ts";
import type { WebhookAction } from "../../model/rule.ts";
import type { AnyStruct } from "../../kit/strict-object.ts";
import type { ActionContext, ActionFinding, ActionKind, ActionTemplate } from "../contract/action-kind.ts";
import { keptAnswer } from "./answer.ts";
import { allowedDestination, fixedOrigin, hasDotSegment, isOwnHost } from "./destination.ts";
import { isHeaderValue, isSettable, refusedHeader } from "./headers.ts";
import { actionError, unanswered, type ActionError, type AttemptOutcome } from "../contract/outcome.ts";
import { retryAfterMs } from "../contract/retry.ts";
import { signWebhook } from "./sign.ts";
import { HEADER_ROOTS, renderJson, renderText, renderUrl, TEMPLATE_ROOTS } from "../template/template.ts";

const TIMEOUT_MS = 15_000;

const KEYS: { readonly [key: string]: AnyStruct } = {
  type: literal("webhook"),
  url: string(),
  method: optional(enums(["POST", "PUT", "PATCH"])),
  headers: optional(record(string(), string())),
  body: optional(any()),
  report: optional(boolean()),
};

/** The webhook kind. */
export const webhook: ActionKind<WebhookAction> = {
  leavesTask: false,
  reports: ({ report }) => report === true,
  keysOf: () => KEYS,
  host,
  messages: () => null,
  templates,
  findings,
  perform,
};

/** The host and port of the URL, which no template can change. */
function host({ url }: WebhookAction): string {
  const origin = fixedOrigin(url);
  return origin === null ? "" : new URL(origin).host;
}

function* templates({ url, headers = {}, body = null }: WebhookAction): Generator<ActionTemplate> {
  yield { path: ["url"], text: url, roots: TEMPLATE_ROOTS };
  for (const [name, text] of Object.entries(headers)) yield { path: ["headers", name], text, roots: HEADER_ROOTS };
  for (const { path, text } of textsIn(body, ["body"])) yield { path, text, roots: TEMPLATE_ROOTS };
}

function* findingsOf(action: WebhookAction, hosts: OutboundHosts): Generator<ActionFinding> {
  const origin = fixedOrigin(action.url);
  if (origin === null) {
    const message = "Write scheme, host and port of the URL out, up to the first slash; templates may follow";
    yield { path: ["url"], code: "RULE_DESTINATION", message };
  } else {
    const allowed = allowedDestination(origin, hosts);
    const code = isOwnHost(new URL(origin), hosts) ? "RULE_DESTINATION" : "RULE_HOST";
    if (!allowed.ok) yield { path: ["url"], code, message: allowed.failure };
  }
  for (const name of Object.keys(action.headers ?? {})) {
    if (!isSettable(name)) yield { path: ["headers", name], code: "RULE_SHAPE", message: refusedHeader(name) };
  }
}

function findings(action: WebhookAction, hosts: OutboundHosts): readonly ActionFinding[] {
  return [...findingsOf(action, hosts)];
}

async function perform(action: WebhookAction, context: ActionContext): Promise<AttemptOutcome> {
  const built = await buildRequest(action, context);
  if (!built.ok) return unanswered(built.failure);
  return send(built.value, secretWords(action, built.value, context.ports), context);
}

/** The request of one attempt: the same bytes each time but for the timestamp and its signature. */
async function buildRequest(action: WebhookAction, context: ActionContext): Promise<Result<Request, ActionError>> {
  const { ports, roots, deliveryId } = context;
  const url = destination(action.url, context);
  if (!url.ok) return url;
  const body = action.body === undefined ? succeed(standardBody(context)) : renderJson(action.body, roots);
  if (!body.ok) return fail(actionError("ACTION_TEMPLATE", `Cannot render body: ${body.failure}`));
  const text = JSON.stringify(body.value);
  const headers = renderHeaders(action.headers ?? {}, context);
  if (!headers.ok) return headers;
  const timestamp = Math.floor(ports.clock() / 1_000);
  const signature = await signWebhook(ports.webhookSecret ?? "", deliveryId, timestamp, text);
  if (!signature.ok) return fail(actionError("ACTION_SECRET", signature.failure));
  headers.value.set("content-type", "application/json");
  headers.value.set("webhook-id", deliveryId);
  headers.value.set("webhook-timestamp", String(timestamp));
  headers.value.set("webhook-signature", signature.value);
  if (!headers.value.has("user-agent")) headers.value.set("user-agent", "Afterbeep");
  return succeed(
    new Request(url.value, {
      method: action.method ?? "POST",
      headers: headers.value,
      body: text,
      redirect: "manual",
      signal: ports.timeLimit(TIMEOUT_MS),
    }),
  );
}

function destination(template: string, { roots, ports }: ActionContext): Result<URL, ActionError> {
  const rendered = renderUrl(template, roots);
  if (!rendered.ok) return fail(actionError("ACTION_TEMPLATE", `Cannot render url: ${rendered.failure}`));
  if (hasDotSegment(rendered.value))
    return fail(actionError("DESTINATION_REFUSED", 'The path of the URL holds a "." or ".." segment'));
  const allowed = allowedDestination(rendered.value, ports);
  if (!allowed.ok) return fail(actionError("DESTINATION_REFUSED", allowed.failure));
  if (allowed.value.origin !== fixedOrigin(template))
    return fail(actionError("DESTINATION_REFUSED", "A template changes the host of the URL"));
  return succeed(allowed.value);
}

function renderHeaders(
  templates: { readonly [name: string]: string },
  { roots, ports }: ActionContext,
): Result<Headers, ActionError> {
  const headers = new Headers();
  for (const [name, template] of Object.entries(templates)) {
    if (!isSettable(name)) return fail(actionError("ACTION_TEMPLATE", refusedHeader(name)));
    const value = renderText(template, { ...roots, secret: ports.secrets });
    if (!value.ok) {
      // A secret can still be bound, so it is worth trying again; a field will not come.
      const [, secret] = /\bsecret(?:\.|\[['"])([\w-]+)/.exec(value.failure) ?? [];
      if (secret !== undefined)
        return fail(actionError("ACTION_SECRET", `Header "${name}" needs secret ${secret}, which is not bound`));
      return fail(actionError("ACTION_TEMPLATE", `Cannot render header "${name}": ${value.failure}`));
    }
    if (!isHeaderValue(value.value))
      return fail(actionError("ACTION_TEMPLATE", `Header "${name}" came out with characters that no header can hold`));
    headers.set(name, value.value);
  }
  return succeed(headers);
}

/** The body of a webhook that writes none: Standard Webhooks' form. */
function standardBody({ roots, decidedAt }: ActionContext): JsonObject {
  return {
    type: "rule.fired",
    timestamp: decidedAt,
    data: { rule: roots.rule, event: roots.event, decision: roots.decision },
  };
}

/** What must not be kept: the secrets that are bound, and the words of headers that were made from one. */
function secretWords({ headers = {} }: WebhookAction, request: Request, { secrets }: ActionContext["ports"]): string[] {
  const names = Object.keys(headers).filter((name) => /\bsecret\b/.test(headers[name] ?? ""));
  return [...Object.values(secrets), ...names.flatMap((name) => (request.headers.get(name) ?? "").split(/\s+/))];
}

async function send(request: Request, secrets: readonly string[], { ports }: ActionContext): Promise<AttemptOutcome> {
  try {
    const response = await ports.fetch(request);
    const answer = await keptAnswer(response, secrets);
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

function* textsIn(
  value: Json,
  path: readonly (string | number)[],
): Generator<{ path: readonly (string | number)[]; text: string }> {
  if (typeof value === "string") yield { path, text: value };
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* textsIn(item, [...path, index]);
  else if (typeof value === "object" && value !== null)
    for (const [key, item] of Object.entries(value)) yield* textsIn(item, [...path, key]);
}
