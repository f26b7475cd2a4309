// Receiving: who sent it, is it within bounds, is it for us, what is it; then one call to the ledger, and the answer.
// The order matters: nothing changes before the sender is proved.
import { isoOf } from "../kit/moment.ts";
import { contactsNamed } from "../events/contact.ts";
import { issuesOf, readEvent, type ReadEvent, type Received } from "../events/event.ts";
import { parseJson, type ParsedJson } from "../events/parse-json.ts";
import { locationOf } from "../events/structs.ts";
import type { Configuration } from "../model/configuration.ts";
import type { HookRoute } from "../model/event-kinds.ts";
import type { Failure, Issue } from "../model/failure.ts";
import { base64, bytesIn } from "../kit/base64.ts";
import { hex, sha256 } from "../kit/hash.ts";
import { isGiven, isJsonObject, type Json } from "../kit/json.ts";
import { logError, logEvent, logRefusal, type EventLine } from "../model/log-line.ts";
import type { Counted, SetAside, OverBudget, Quarantined, Recorded } from "../model/ledger.ts";
import type { EventStore } from "../model/rpc.ts";
import { fail, succeed, type Result } from "../kit/result.ts";
import { eventKeyFrom } from "./event-key.ts";
import { lifecycleOf, type Lifecycle } from "./lifecycle.ts";
import { isKeySigned, provedBody, type SignedBody } from "./proof.ts";

/** What a hook answers with 202. */
export type HookAnswer =
  | {
      readonly status: "accepted";
      readonly eventKey: string;
      readonly fired: readonly string[];
      /** It is decided within a minute: HighLevel is asked about its contact first. Absent: it is decided. */
      readonly deciding?: true;
    }
  | { readonly status: "duplicate"; readonly eventKey: string }
  | { readonly status: "ignored" }
  | { readonly status: "quarantined"; readonly eventKey: string; readonly issues: readonly Issue[] };

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

type Read = ReadEvent | { readonly status: "lifecycle"; readonly lifecycle: Lifecycle };

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

/** Ingests a body whose signature was checked, either now or before it went into the quarantine. */
export async function ingest(signed: SignedBody, ports: ReceivePorts): Promise<Result<HookAnswer, Failure>> {
  const parsed = parseJson(signed.bytes);
  return parsed === null ? ingestBytes(signed, ports) : ingestJson(signed, parsed, ports);
}

async function ingestJson(
  signed: SignedBody,
  { value: payload, issues, text }: ParsedJson,
  ports: ReceivePorts,
): Promise<Result<HookAnswer, Failure>> {
  const { route } = signed;
  const { configuration, clock, store } = ports;
  const receivedAt = isoOf(clock());
  const locationId = locationOf(payload);
  const key = (isKeySigned(route) ? signed.key : claimedKey(payload)) ?? (await digestOf(signed));
  if (!isAllowed(payload, locationId, configuration)) {
    logRefusal(route, "EVENT_NOT_ALLOWED", clock());
    return fail({ code: "EVENT_NOT_ALLOWED" });
  }
  const read: Read = issues.length > 0 ? { status: "unusable", issues } : readJson(payload, { key, route, receivedAt });
  const answer = await stored({ eventKey: key, locationId }, async (): Promise<Result<HookAnswer, Failure>> => {
    switch (read.status) {
      case "lifecycle":
        return lifecycleAnswer(read.lifecycle, key, store);
      case "event":
        return recordedAnswer(await store.record(read.event), key);
      case "ignored":
        return asideAnswer(await store.countIgnored(locationId, read.kind), { status: "ignored" });
      case "unusable": {
        const item = { eventKey: key, receivedAt, route, issues: read.issues, contactIds: contactsNamed(payload) };
        const kept = { ...item, id: await quarantineId(signed, key), body: text };
        if (read.unjoined === undefined || locationId === null) return quarantined(locationId, kept, store);
        const joined = await store.join(locationId, kept);
        if (joined.status !== "held") return recordedAnswer(joined, key);
        return succeed({ status: "quarantined", eventKey: key, issues: read.issues });
      }
    }
  });
  if (answer.ok) {
    const kind = lineKindOf(read);
    const fired = answer.value.status === "accepted" ? answer.value.fired : [];
    const unread = read.status === "event" ? issuesOf(read.event).map(({ pointer }) => pointer) : [];
    const issues = unread.length === 0 ? {} : { issues: unread };
    logEvent({ eventKey: key, locationId, kind, status: answer.value.status, fired, ...issues });
  }
  return answer;
}

/** Reads a payload: an event of the app, or of a contact. */
function readJson(payload: Json, received: Received): Read {
  const lifecycle = lifecycleOf(payload, received.route, received.key);
  return lifecycle === null ? readEvent(payload, received) : { status: "lifecycle", lifecycle };
}

function lineKindOf(read: Read): EventLine["kind"] {
  if (read.status === "lifecycle") return read.lifecycle.kind;
  return read.status === "event" ? read.event.kind : read.status === "unusable" ? (read.unjoined ?? null) : null;
}

/** Bytes that are not JSON name no location: they are kept only if any location is allowed, and refused in any case. */
async function ingestBytes(signed: SignedBody, ports: ReceivePorts): Promise<Result<HookAnswer, Failure>> {
  const { bytes, route } = signed;
  const { configuration, clock, store } = ports;
  const key = (isKeySigned(route) ? signed.key : null) ?? (await digestOf(signed));
  if (!isAllowed(null, null, configuration)) {
    logRefusal(route, "EVENT_NOT_ALLOWED", clock());
    return fail({ code: "REQUEST_NOT_JSON" });
  }
  const item = { eventKey: key, receivedAt: isoOf(clock()), route, issues: NOT_JSON, contactIds: [] };
  const body = BASE64_PREFIX + base64(bytes);
  const answer = await stored({ eventKey: key, locationId: null }, async () =>
    quarantined(null, { ...item, id: await quarantineId(signed, key), body }, store),
  );
  if (!answer.ok) return answer;
  logEvent({ eventKey: key, locationId: null, kind: null, status: answer.value.status, fired: [] });
  return fail({ code: "REQUEST_NOT_JSON" });
}

async function quarantined(
  locationId: string | null,
  item: Quarantined,
  store: EventStore,
): Promise<Result<HookAnswer, Failure>> {
  const { eventKey, issues } = item;
  return asideAnswer(await store.quarantine(locationId, item), { status: "quarantined", eventKey, issues });
}

/** The same body gets the same id, which depends on a signed key, too: with another key it is another message. */
async function quarantineId(signed: SignedBody, key: string): Promise<string> {
  const digest = await digestOf(signed);
  return isKeySigned(signed.route) ? hex(await sha256(`${key}\n${digest}`)) : digest;
}

async function digestOf({ bytes }: SignedBody): Promise<string> {
  return hex(await sha256(bytes));
}

function recordedAnswer(recorded: Recorded | Counted, eventKey: string): Result<HookAnswer, Failure> {
  switch (recorded.status) {
    case "accepted":
      return succeed({ ...recorded, eventKey });
    case "duplicate":
      return succeed({ status: "duplicate", eventKey });
    case "ignored":
      return succeed({ status: "ignored" });
    case "over-budget":
      return fail(overBudget(recorded));
    case "unavailable":
      return fail({ code: "LEDGER_UNAVAILABLE", retryAfterSeconds: recorded.retryAfterSeconds });
  }
}

/** Handles an event of the app. It fires no rules: it is done now, or it is a repeat. */
async function lifecycleAnswer(
  lifecycle: Lifecycle,
  eventKey: string,
  store: EventStore,
): Promise<Result<HookAnswer, Failure>> {
  if (lifecycle.kind === "INSTALL" && lifecycle.install !== null) await store.install(lifecycle.install);
  const isRepeated =
    lifecycle.kind === "UNINSTALL" && (await store.uninstall(lifecycle.place, lifecycle.uninstall)) === "repeated";
  return succeed(isRepeated ? { status: "duplicate", eventKey } : { status: "accepted", eventKey, fired: [] });
}

function asideAnswer(aside: SetAside, answer: HookAnswer): Result<HookAnswer, Failure> {
  return aside.status === "held" ? succeed(answer) : recordedAnswer(aside, "");
}

function overBudget({ retryAfterSeconds }: OverBudget): Failure {
  return { code: "LEDGER_OVER_BUDGET", retryAfterSeconds };
}

/** Stores something. What could not be stored is not acknowledged: HighLevel sends it again after a 429. */
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

/** Ingests an item of the quarantine again, and releases it if it was usable this time. */
export async function ingestAgain(
  item: Quarantined,
  ports: ReceivePorts,
  release: (status: string) => Promise<void>,
): Promise<Result<HookAnswer, Failure>> {
  const answer = await ingest({ bytes: bytesOf(item.body), route: item.route, key: item.eventKey }, ports);
  if (answer.ok && answer.value.status !== "quarantined") await release(answer.value.status);
  return answer;
}

function bytesOf(body: string): Uint8Array<ArrayBuffer> {
  if (!body.startsWith(BASE64_PREFIX)) return Uint8Array.from(new TextEncoder().encode(body));
  return bytesIn(body.slice(BASE64_PREFIX.length)) ?? new Uint8Array();
}

/** The signature proves the sender, not that the event is meant for this deployment: the operator's lists do. */
function isAllowed(payload: Json, locationId: string | null, { locations, appIds }: Configuration): boolean {
  const appId = isJsonObject(payload) ? payload["appId"] : undefined;
  if (appIds.size > 0 && isGiven(appId) && !(typeof appId === "string" && appIds.has(appId))) return false;
  if (locations.any) return true;
  // Without a location it can only be quarantined, and only for an operator who has named any.
  return locationId === null ? locations.names.size > 0 : locations.names.has(locationId);
}

/** `webhookId` is the same on every retry of one delivery of HighLevel's. */
function claimedKey(payload: Json): string | null {
  return isJsonObject(payload) ? eventKeyFrom(payload["webhookId"]) : null;
}
