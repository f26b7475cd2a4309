// A request that is signed as Standard Webhooks 1.0 has it, to a URL that is no template.
import { fail, succeed, type Result } from "../../kit/result.ts";
import type { ActionPorts } from "../contract/action-kind.ts";
import { actionError, unanswered, type ActionError, type AttemptOutcome } from "../contract/outcome.ts";
import { allowedDestination } from "../outbound/destination.ts";
import { sendJson } from "../outbound/send.ts";
import { signWebhook } from "./sign.ts";

export const SIGNATURE = "webhook-signature";

/** Puts id, time and signature of a body among headers. */
export async function sign(
  headers: Headers,
  id: string,
  body: string,
  { clock, webhookSecret }: Pick<ActionPorts, "clock" | "webhookSecret">,
): Promise<Result<void, ActionError>> {
  const timestamp = Math.floor(clock() / 1_000);
  const signature = await signWebhook(webhookSecret ?? "", id, timestamp, body);
  if (!signature.ok) return fail(actionError("ACTION_SECRET", signature.failure));
  headers.set("webhook-id", id);
  headers.set("webhook-timestamp", String(timestamp));
  headers.set(SIGNATURE, signature.value);
  return succeed(undefined);
}

/** Posts JSON, if the guard lets the URL pass; unsigned where there is no secret to sign with. */
export async function sendSigned(url: string, id: string, body: string, ports: ActionPorts): Promise<AttemptOutcome> {
  const allowed = allowedDestination(url, ports);
  if (!allowed.ok) return unanswered(actionError("DESTINATION_REFUSED", allowed.failure));
  const headers = new Headers({ "webhook-id": id });
  const signed = ports.webhookSecret === null ? succeed(undefined) : await sign(headers, id, body, ports);
  if (!signed.ok) return unanswered(signed.failure);
  const request = { method: "POST", headers, named: {}, body };
  return sendJson(allowed.value, request, [], { ports, leaving: () => undefined });
}
