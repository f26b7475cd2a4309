// The webhook action: a signed request to a URL that the rule's author wrote.
import type { OutboundHosts } from "../../model/configuration.ts";
import type { JsonObject } from "../../kit/json.ts";
import { fail, succeed, type Result } from "../../kit/result.ts";
import { WEBHOOK_METHODS, type WebhookAction } from "../../model/rule.ts";
import type { ActionContext, ActionFinding, ActionKind } from "../contract/action-kind.ts";
import { actionError, unanswered, type ActionError, type AttemptOutcome } from "../contract/outcome.ts";
import { shapeOf, templatesIn } from "../contract/shape.ts";
import { namedHeader } from "../outbound/named-secrets.ts";
import { destinationOf, hostOf, sendJson, urlFindings, type JsonRequest } from "../outbound/send.ts";
import { Budget } from "../template/budget.ts";
import { renderJson, renderText } from "../template/template.ts";
import { isHeaderValue, isSettable, refusedHeader } from "./headers.ts";
import { sign, SIGNATURE } from "./signed.ts";

const SHAPE = shapeOf<WebhookAction>({
  url: { form: "url", required: true },
  method: { form: WEBHOOK_METHODS },
  headers: { form: "headers" },
  body: { form: "json" },
  report: { form: "boolean" },
});

/** The webhook kind. */
export const webhook: ActionKind<WebhookAction> = {
  leavesTask: false,
  needsToken: false,
  shape: SHAPE,
  reports: ({ report }) => report === true,
  host: ({ url }) => hostOf(url),
  messages: () => null,
  changes: () => null,
  templates: (action) => templatesIn(SHAPE, action),
  findings,
  perform,
};

function findings({ url, headers = {} }: WebhookAction, hosts: OutboundHosts): readonly ActionFinding[] {
  const refused = Object.keys(headers).filter((name) => !isSettable(name));
  return [
    ...urlFindings("url", url, hosts),
    ...refused.map((name) => ({
      path: ["headers", name],
      code: "RULE_SHAPE" as const,
      message: refusedHeader(name),
    })),
  ];
}

async function perform(action: WebhookAction, context: ActionContext): Promise<AttemptOutcome> {
  const built = await buildRequest(action, context);
  if (!built.ok) return unanswered(built.failure);
  const { url, ...request } = built.value;
  return sendJson(url, request, secretWords(action, request.headers, context.ports), context);
}

/** What is sent in one attempt. */
interface SignedRequest extends JsonRequest {
  readonly url: URL;
}

/** The request of one attempt: the same bytes each time except for the timestamp and the signature. */
async function buildRequest(
  action: WebhookAction,
  context: ActionContext,
): Promise<Result<SignedRequest, ActionError>> {
  const { ports, roots, deliveryId } = context;
  const budget = new Budget();
  const url = destinationOf(action.url, context, budget);
  if (!url.ok) return url;
  const body = action.body === undefined ? succeed(standardBody(context)) : renderJson(action.body, roots, budget);
  if (!body.ok) return fail(actionError("ACTION_TEMPLATE", `Cannot render body: ${body.failure}`));
  const text = JSON.stringify(body.value);
  const rendered = renderHeaders(action.headers ?? {}, context, budget);
  if (!rendered.ok) return rendered;
  const { headers, named } = rendered.value;
  const signed = await sign(headers, deliveryId, text, ports);
  if (!signed.ok) return signed;
  const shown = { ...named, [SIGNATURE]: "{{ signature }}" };
  return succeed({ url: url.value, method: action.method ?? "POST", headers, named: shown, body: text });
}

function renderHeaders(
  templates: { readonly [name: string]: string },
  { roots, ports }: ActionContext,
  budget: Budget,
): Result<Pick<JsonRequest, "headers" | "named">, ActionError> {
  const headers = new Headers();
  const named: { [header: string]: string } = {};
  const naming = new Budget();
  for (const [name, template] of Object.entries(templates)) {
    if (!isSettable(name)) return fail(actionError("ACTION_TEMPLATE", refusedHeader(name)));
    const value = renderText(template, { ...roots, secret: ports.secrets }, budget);
    if (!value.ok) {
      // A secret can still be bound, so trying again is worthwhile; an absent field will not appear.
      const [, secret] = /\bsecret(?:\.|\[['"])([\w-]+)/.exec(value.failure) ?? [];
      if (secret !== undefined)
        return fail(actionError("ACTION_SECRET", `Header "${name}" needs secret ${secret}, which is not bound`));
      return fail(actionError("ACTION_TEMPLATE", `Cannot render header "${name}": ${value.failure}`));
    }
    if (!isHeaderValue(value.value))
      return fail(actionError("ACTION_TEMPLATE", `Header "${name}" came out with characters that no header can hold`));
    headers.set(name, value.value);
    const shown = namedHeader(template, value.value, { roots, known: ports, budget: naming });
    if (shown !== null) named[name.toLowerCase()] = shown;
  }
  return succeed({ headers, named });
}

/** The body of a webhook that defines none: the form of Standard Webhooks. */
function standardBody({ roots, decidedAt }: ActionContext): JsonObject {
  return {
    type: "rule.fired",
    timestamp: decidedAt,
    data: { rule: roots.rule, event: roots.event, decision: roots.decision },
  };
}

/** What must not be kept: the secrets that are bound, and the words of headers that contain one. */
function secretWords({ headers = {} }: WebhookAction, sent: Headers, { secrets }: ActionContext["ports"]): string[] {
  const names = Object.keys(headers).filter((name) => /\bsecret\b/.test(headers[name] ?? ""));
  return [...Object.values(secrets), ...names.flatMap((name) => (sent.get(name) ?? "").split(/\s+/))];
}
