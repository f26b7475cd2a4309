// Sends signed events to a running Worker, and queries what became of them.
import { HOOK_PATHS, type HookRoute } from "../model/event-kinds.ts";
import type { EventStory } from "../model/ledger.ts";
import type { JsonObject } from "../kit/json.ts";
import { gatewayHeaders, signBody } from "./sign.ts";

/** A running Worker and what is needed to talk to it. */
export interface Target {
  readonly url: string;
  readonly privateKey: string;
  readonly adminToken: string | undefined;
  /** Needed only for events of a gateway. */
  readonly gatewaySecret?: string | undefined;
}

/** What a hook answered. */
export interface Sent {
  readonly httpStatus: number;
  readonly answer: {
    readonly status?: string | number;
    readonly eventKey?: string;
    readonly fired?: readonly string[];
    readonly title?: string;
    readonly detail?: string;
    readonly issues?: readonly { pointer: string; message: string }[];
  };
}

/** An event with its decision and deliveries, as the API returns them. */
export type EventOutcome = Pick<EventStory, "event" | "decision" | "deliveries">;

/** How a sender proves itself to each hook: its headers. */
const PROOFS: {
  readonly [R in HookRoute]: (body: string, target: Target) => Promise<{ readonly [name: string]: string }>;
} = {
  events: ofHighLevel,
  provider: ofHighLevel,
  gateway: (body, { gatewaySecret = "" }) => gatewayHeaders(body, gatewaySecret, Date.now()),
};

async function ofHighLevel(body: string, { privateKey }: Target): Promise<{ readonly [name: string]: string }> {
  return { "x-ghl-signature": await signBody(body, privateKey) };
}

/** Signs a payload and posts it, as HighLevel or a gateway does. */
export async function sendEvent(target: Target, route: HookRoute, payload: JsonObject): Promise<Sent> {
  const body = JSON.stringify(payload);
  const headers = { "content-type": "application/json", ...(await PROOFS[route](body, target)) };
  const response = await fetch(new URL(HOOK_PATHS[route], target.url), { method: "POST", headers, body });
  return { httpStatus: response.status, answer: (await response.json()) as Sent["answer"] };
}

/** What became of an event, or `null` if the API does not say. */
export async function storyOf(
  target: Target,
  locationId: string,
  eventKey: string,
  isWhatIf = false,
): Promise<EventOutcome | null> {
  const asked = isWhatIf ? "?whatIf=1" : "";
  const path = `/api/locations/${encodeURIComponent(locationId)}/events/${encodeURIComponent(eventKey)}${asked}`;
  const response = await fetch(new URL(path, target.url), {
    headers: { authorization: `Bearer ${target.adminToken ?? ""}` },
  });
  return response.ok ? ((await response.json()) as EventOutcome) : null;
}
