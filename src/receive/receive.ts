// Receiving: who sent it, is it bounded, is it for us, what is it; then one call to the ledger and the answer.
// The order matters: nothing whose sender is not proved changes anything.
import { locationOf } from "../events/structs.ts";
import { readEvent } from "../events/event.ts";
import { parseJson } from "../events/parse-json.ts";
import type { Configuration } from "../model/configuration.ts";
import type { Event, HookRoute } from "../model/event.ts";
import type { Failure, Issue } from "../model/failure.ts";
import { hex, sha256 } from "../kit/hash.ts";
import { isJsonObject, type Json } from "../kit/json.ts";
import { logError, logEvent, logRefusal } from "../model/log-line.ts";
import type { Held, OverBudget, Quarantined, Recorded } from "../model/ledger.ts";
import { fail, succeed, type Result } from "../kit/result.ts";
import type { Uninstall, Uninstalled, UninstalledPlace } from "../model/token.ts";
import { eventKeyFrom } from "./event-key.ts";
import { lifecycleOf, type Lifecycle } from "./lifecycle.ts";
import { provedBody, type SignedBody } from "./proof.ts";

/** What a hook answers with 202. */
export type HookAnswer =
  | { readonly status: "accepted"; readonly eventKey: string; readonly fired: readonly string[] }
  | { readonly status: "duplicate"; readonly eventKey: string }
  | { readonly status: "ignored" }
  | { readonly status: "quarantined"; readonly eventKey: string; readonly issues: readonly Issue[] };

/** Where events go. `null` for a location: the payload names none. Each call is durable once it resolves. */
export interface EventStore {
  record(event: Event): Promise<Recorded>;
  quarantine(locationId: string | null, item: Quarantined): Promise<Held>;
  countIgnored(locationId: string | null, kind: string): Promise<Held>;
  uninstall(place: UninstalledPlace, uninstall: Uninstall): Promise<Uninstalled>;
}

export interface ReceivePorts {
  readonly configuration: Configuration;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly store: EventStore;
}

const RETRY_AFTER_SECONDS = 30;
const BASE64_PREFIX = "base64:";
const NOT_JSON: readonly Issue[] = [
  { pointer: "", code: "EVENT_NOT_JSON", message: "Expected one JSON document in UTF-8" },
];

/** Receives one webhook request. */
export async function receive(
  request: Request,
  route: HookRoute,
  ports: ReceivePorts,
): Promise<Result<HookAnswer, Failure>> {
  const body = await provedBody(request, route, ports.configuration, ports.clock());
  if (body.ok) return ingest(body.value, ports);
  logRefusal(route, body.failure.code, ports.clock());
  return body;
}

/** Takes in a body whose signature was checked: now, or when it is released from the quarantine. */
export async function ingest(signed: SignedBody, ports: ReceivePorts): Promise<Result<HookAnswer, Failure>> {
  const { bytes, route } = signed;
  const { configuration, clock, store } = ports;
  const receivedAt = new Date(clock()).toISOString();
  const parsed = parseJson(bytes);
  const payload = parsed?.value ?? null;
  const locationId = locationOf(payload);
  const named = route === "gateway" ? signed.key : claimedKey(payload);
  const key = named ?? hex(await sha256(bytes));
  const allowed = isAllowed(payload, locationId, configuration);
  if (!allowed) logRefusal(route, "EVENT_NOT_ALLOWED", clock());
  if (parsed !== null && !allowed) return fail({ code: "EVENT_NOT_ALLOWED" });
  const lifecycle = parsed === null || parsed.issues.length > 0 ? null : lifecycleOf(payload, route, key);
  const read =
    parsed === null
      ? unusable(NOT_JSON)
      : parsed.issues.length > 0
        ? unusable(parsed.issues)
        : readEvent(parsed.value, { key, route, receivedAt });
  const answer = await stored({ eventKey: key, locationId }, async (): Promise<Result<HookAnswer, Failure>> => {
    if (lifecycle !== null) return lifecycleAnswer(lifecycle, key, store);
    switch (read.status) {
      case "event":
        return recordedAnswer(await store.record(read.event), key);
      case "ignored":
        return heldAnswer(await store.countIgnored(locationId, read.kind), { status: "ignored" });
      case "unusable": {
        const body = parsed?.text ?? BASE64_PREFIX + base64(bytes);
        const { issues } = read;
        const contactIds = contactsNamed(payload);
        // A gateway names its message beside the body: the same body is another message.
        const digest = hex(await sha256(bytes));
        const id = route === "gateway" ? hex(await sha256(`${key}\n${digest}`)) : digest;
        const item: Quarantined = { id, eventKey: key, receivedAt, route, issues, contactIds, body };
        // Bytes that are no JSON name nobody: they are kept only where any location is allowed at all.
        const held: Held = allowed ? await store.quarantine(locationId, item) : { status: "held" };
        return heldAnswer(held, { status: "quarantined", eventKey: key, issues });
      }
    }
  });
  if (answer.ok && allowed) {
    const kind = lifecycle?.kind ?? (read.status === "event" ? read.event.kind : null);
    const fired = answer.value.status === "accepted" ? answer.value.fired : [];
    logEvent({ eventKey: key, locationId, kind, status: answer.value.status, fired });
  }
  return answer.ok && parsed === null ? fail({ code: "REQUEST_NOT_JSON" }) : answer;
}

function recordedAnswer(recorded: Recorded, eventKey: string): Result<HookAnswer, Failure> {
  switch (recorded.status) {
    case "accepted":
      return succeed({ status: "accepted", eventKey, fired: recorded.fired });
    case "duplicate":
      return succeed({ status: "duplicate", eventKey });
    case "over-budget":
      return fail(overBudget(recorded));
  }
}

/** An event of the app fires nothing: it is done, or was before. */
async function lifecycleAnswer(
  lifecycle: Lifecycle,
  eventKey: string,
  store: EventStore,
): Promise<Result<HookAnswer, Failure>> {
  const isRepeated =
    lifecycle.kind === "UNINSTALL" && (await store.uninstall(lifecycle.place, lifecycle.uninstall)) === "repeated";
  return succeed(isRepeated ? { status: "duplicate", eventKey } : { status: "accepted", eventKey, fired: [] });
}

function heldAnswer(held: Held, answer: HookAnswer): Result<HookAnswer, Failure> {
  return held.status === "held" ? succeed(answer) : fail(overBudget(held));
}

function overBudget({ retryAfterSeconds }: OverBudget): Failure {
  return { code: "LEDGER_OVER_BUDGET", retryAfterSeconds };
}

/** What could not be stored is not acknowledged: HighLevel sends it again after a 429. */
async function stored<Value>(
  about: { eventKey: string; locationId: string | null },
  store: () => Promise<Result<Value, Failure>>,
): Promise<Result<Value, Failure>> {
  try {
    return await store();
  } catch (error) {
    logError("The ledger did not take an event", about, error);
    return fail({ code: "LEDGER_UNAVAILABLE", retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
}

/** Takes in once more what the quarantine holds, and has it released if it was usable this time. */
export async function ingestAgain(
  item: Quarantined,
  ports: ReceivePorts,
  release: () => Promise<void>,
): Promise<Result<HookAnswer, Failure>> {
  const answer = await ingest({ bytes: bytesOf(item.body), route: item.route, key: item.eventKey }, ports);
  if (answer.ok && answer.value.status !== "quarantined") await release();
  return answer;
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function bytesOf(body: string): Uint8Array<ArrayBuffer> {
  if (!body.startsWith(BASE64_PREFIX)) return Uint8Array.from(new TextEncoder().encode(body));
  return Uint8Array.from(atob(body.slice(BASE64_PREFIX.length)), (character) => character.charCodeAt(0));
}

function unusable(issues: readonly Issue[]): { readonly status: "unusable"; readonly issues: readonly Issue[] } {
  return { status: "unusable", issues };
}

/** The signature proves the sender, not that the event is meant for this deployment: the operator's lists do. */
function isAllowed(payload: Json, locationId: string | null, { locations, appIds }: Configuration): boolean {
  const appId = isJsonObject(payload) ? payload["appId"] : undefined;
  const namesApp = appId !== undefined && appId !== null && appId !== "";
  if (appIds.size > 0 && namesApp && !(typeof appId === "string" && appIds.has(appId))) return false;
  if (locations.any) return true;
  // Without a location it can only be quarantined, and only for an operator who has named any.
  return locationId === null ? locations.names.size > 0 : locations.names.has(locationId);
}

/** `webhookId` is the same on every retry of one delivery of HighLevel's. */
function claimedKey(payload: Json): string | null {
  return isJsonObject(payload) ? eventKeyFrom(payload["webhookId"]) : null;
}

/** Every id that may be a contact's, in whichever form, so that erasing the contact finds what is held. */
function contactsNamed(payload: Json): readonly string[] {
  if (!isJsonObject(payload)) return [];
  const named = [payload["contactId"], payload["id"]].filter((id) => typeof id === "string" || typeof id === "number");
  return [...new Set(named.map(String))].filter((id) => id !== "");
}
