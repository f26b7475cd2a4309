// Who sent a request: its body is read within bounds first, then its sender is verified as its route requires.
import type { Configuration } from "../model/configuration.ts";
import type { HookRoute } from "../model/event-kinds.ts";
import type { Failure } from "../model/failure.ts";
import { fail, succeed, type Result } from "../kit/result.ts";
import { webhookKeys } from "../kit/standard-webhooks.ts";
import { readBody } from "./body.ts";
import { eventKeyFrom } from "./event-key.ts";
import { isSignedByGateway } from "./gateway-signature.ts";
import { isSigned, verificationKeys } from "./signature.ts";

/** A signed body whose content has not been looked at yet. */
export interface SignedBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly route: HookRoute;
  /** The event key that was signed along with the body; `null` or absent: the body names it, or its hash is the key. */
  readonly key?: string | null;
}

/** A request whose body has been read. */
interface Claim {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Headers;
  readonly route: HookRoute;
  readonly nowMs: number;
}

type Proof = (claim: Claim, configuration: Configuration) => Promise<Result<SignedBody, Failure>>;

/** How the senders of a route prove who they are. */
interface RouteProof {
  readonly prove: Proof;
  /** The key of an event is signed beside the body; otherwise the body names it. */
  readonly isKeySigned: boolean;
}

const HIGHLEVELS: RouteProof = { prove: ofHighLevel, isKeySigned: false };
const PROOFS: { readonly [R in HookRoute]: RouteProof } = {
  events: HIGHLEVELS,
  provider: HIGHLEVELS,
  gateway: { prove: ofGateway, isKeySigned: true },
};

/** Whether the key of a route's events is signed beside the body, so that nothing in the body can be the key. */
export function isKeySigned(route: HookRoute): boolean {
  return PROOFS[route].isKeySigned;
}

/** Prefix of the keys of a gateway's events, so that none equals one of HighLevel's. */
const GATEWAY_KEY_PREFIX = "gateway-";

/** The body of a request whose sender has proved who it is. */
export async function provedBody(
  request: Request,
  route: HookRoute,
  configuration: Configuration,
  nowMs: number,
): Promise<Result<SignedBody, Failure>> {
  if (request.method !== "POST") return fail({ code: "REQUEST_METHOD", allow: "POST" });
  if (!isPlainJson(request.headers)) return fail({ code: "REQUEST_MEDIA_TYPE" });
  const body = await readBody(request);
  if (!body.ok) return body;
  return PROOFS[route].prove({ bytes: body.value, headers: request.headers, route, nowMs }, configuration);
}

async function ofHighLevel(
  { bytes, headers, route }: Claim,
  { publicKeys }: Configuration,
): Promise<Result<SignedBody, Failure>> {
  const keys = await verificationKeys(publicKeys);
  if (keys.length === 0) return fail({ code: "CONFIGURATION_KEYS" });
  if (!(await isSigned(bytes, headers, route, keys))) return fail({ code: "EVENT_SIGNATURE" });
  return succeed({ bytes, route });
}

async function ofGateway(
  { bytes, headers, route, nowMs }: Claim,
  { gatewaySecret }: Configuration,
): Promise<Result<SignedBody, Failure>> {
  const keys = webhookKeys(gatewaySecret ?? "") ?? [];
  if (keys.length === 0) return fail({ code: "HOOK_CLOSED" });
  if (!(await isSignedByGateway(bytes, headers, keys, nowMs))) return fail({ code: "EVENT_SIGNATURE" });
  return succeed({ bytes, route, key: eventKeyFrom(GATEWAY_KEY_PREFIX + (headers.get("webhook-id") ?? "")) });
}

function isPlainJson(headers: Headers): boolean {
  const [mediaType] = (headers.get("content-type") ?? "").split(";");
  const encoding = (headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  return mediaType?.trim().toLowerCase() === "application/json" && encoding === "identity";
}
