// The operator's API: what came in, what was decided and why, what is on its way, and the few things to change.
import { isoOf } from "../kit/moment.ts";
import { Router, type IRequest } from "itty-router";
import { useOfKind } from "../events/kind-of.ts";
import { isLocationId } from "../events/structs.ts";
import { parseJson } from "../events/parse-json.ts";
import { seal, sealKeys, type SealKeys } from "../highlevel/seal.ts";
import { sealPrivate } from "../highlevel/sealed-token.ts";
import { explainedRequest } from "../events/explained-event.ts";
import { alertsOwner, type AlertRoute } from "../model/alert.ts";
import type { AuditNote, Operator } from "../model/audit.ts";
import type { Configuration } from "../model/configuration.ts";
import type { Delivery, DeliveryBatch } from "../model/delivery.ts";
import type { Failure } from "../model/failure.ts";
import type { ShadowPage } from "../model/published.ts";
import type { Json } from "../kit/json.ts";
import type { IgnoredKindTold } from "../model/ledger.ts";
import { logRefusal } from "../model/log-line.ts";
import { fail, succeed, type Result } from "../kit/result.ts";
import type { ChangingCalls, QuarantineCalls, ReadingCalls } from "../model/rpc.ts";
import type { Settings } from "../model/settings.ts";
import type { TokenAnswer } from "../model/token.ts";
import { isClosed, operatorOf } from "./door.ts";
import { decidedNow, explained } from "./explained.ts";
import { exported } from "./export.ts";
import { filled } from "./filled.ts";
import { healthTold } from "./health.ts";
import { giveUpImport, importPart } from "./import.ts";
import { pauseEverywhere, pauseHere, resumeEverywhere, resumeHere } from "./pauses.ts";
import { checkDraft, tryDraft } from "./playground.ts";
import type { ApiPorts, ReadPorts } from "./ports.ts";
import {
  alertUrl,
  AGENCY,
  bucketsQuery,
  contactQuery,
  confirmedId,
  DELIVERIES,
  DELIVERY_FILTER,
  deliveryBatch,
  EVENT,
  givenToken,
  HOME,
  listQuery,
  LOCATIONS,
  logQuery,
  nameIn,
  NUMBERED,
  PAGE,
  parameters,
  refused,
  sinceIn,
  taskQuery,
  QUARANTINE,
  type FormTable,
  type Given,
} from "./query.ts";
import { activate, publish, rollBack, versionIn } from "./rule-sets.ts";
import { named, withBody, type Answer, type ApiCall, type ChangeRoute, type NoteOf, type ReadRoute } from "./route.ts";
import { isServed } from "./served.ts";

const MAX_BODY_BYTES = 512 * 1024;
/** Cloudflare's point-in-time recovery can restore a Durable Object to any moment of the last 30 days. */
const RECOVERABLE_MS = 30 * 86_400_000;

/** Each route that reads, and its handler; `:l` is a location. Handlers here are given nothing that changes anything. */
const READING: readonly ReadRoute[] = [
  [
    "get",
    "/api/settings",
    async (_, { configuration: { timeZone, retentionDays, appHost, highlevel, reconciles }, ruleSet }) =>
      succeed({
        timeZone,
        retentionDays,
        ruleSet: ruleSet.hash,
        highlevelHost: appHost,
        keepsTokens: highlevel.tokenKeys.length > 0,
        canInstall: highlevel.clientId !== null && highlevel.clientSecret !== null,
        reconciles,
      } satisfies Settings),
  ],
  ["get", "/api/health", async (_, ports) => succeed(await healthTold(ports))],
  listed("rule-sets", NUMBERED, async (query, { registry }) => ({
    ...(await registry.versions(query)),
    ...(await registry.state()),
  })),
  [
    "get",
    "/api/rule-sets/:v",
    async ({ parameter }, { registry }) => {
      const version = versionIn(parameter("v"));
      return named("version", found(version === null ? undefined : await registry.version(version), "rule set"));
    },
  ],
  listed("locations", LOCATIONS, (query, { locations }) => locations.locations(query)),
  listed("overview", HOME, (query, { locations }) => locations.home(query)),
  listed("agencies", PAGE, (query, { agencies }) => agencies.knownAgencies(query)),
  [
    "get",
    "/api/agencies/:c",
    async ({ url, parameter }, { agencies, agency }) => {
      const query = listQuery(url, AGENCY);
      if (!query.ok) return query;
      // Asking an agency creates it: only one that is known is asked.
      const known = await agencies.knownAgency(parameter("c"));
      return found(known ? await agency(known.companyId).told(query.value) : undefined, "agency");
    },
  ],
  told("changes", async (ledger) => ({ change: await ledger.change() })),
  toldOf("overview", bucketsQuery, (ledger, buckets) => ledger.overview(buckets)),
  toldOf("rules", bucketsQuery, (ledger, buckets) => ledger.rules(buckets)),
  toldOf("events", logQuery, (ledger, query) => filled(query, (part) => ledger.events(part))),
  [
    "get",
    "/api/locations/:l/events/:key",
    async ({ url, locationId, parameter }, { ledger }) => {
      const read = parameters(url, EVENT);
      if (!read.ok) return read;
      const { contact, whatIf } = read.value;
      return found(await ledger(locationId).event(parameter("key"), contact, whatIf === "1"), "event");
    },
  ],
  toldOf("divergence", listOf(NUMBERED), async (ledger, query, { registry }) => {
    const page = await ledger.divergence(query);
    const inForce = page.shadow === null ? null : (await registry.state()).inForce;
    // A ledger may not have been told of the last change yet.
    const isSame = inForce !== null && inForce.shadow === page.shadow;
    return { ...page, shadowVersion: isSame ? inForce.shadowVersion : null } satisfies ShadowPage;
  }),
  listed("alerts", PAGE, async (query, { alerts, configuration: { alertUrl, alertSilence } }) => ({
    ...(await alerts(query)),
    isAnybodyTold: alertUrl !== null,
    silenced: [...alertSilence.kinds],
  })),
  ["post", "/api/alerts/test", (_, { testAlert }) => testAlert()],
  told("alerts", (ledger) => ledger.alerts()),
  ["post", "/api/locations/:l/alerts/test", ({ locationId }, { ledger }) => ledger(locationId).testAlert(locationId)],
  ["get", "/api/locations/:l/export", async ({ url, locationId }, ports) => exported(url, locationId, ports)],
  toldOf("deliveries", listOf(DELIVERIES), (ledger, query) => ledger.deliveries(query)),
  toldOf(
    "deliveries/counts",
    (url) => parameters(url, DELIVERY_FILTER),
    (ledger, filter) => ledger.deliveryCounts(filter),
  ),
  [
    "get",
    "/api/locations/:l/deliveries/:id",
    async ({ locationId, parameter }, { ledger }) =>
      named("delivery", found(await ledger(locationId).delivery(parameter("id")), "delivery")),
  ],
  told("pauses", async (ledger) => ({ pauses: await ledger.pauses() })),
  ["get", "/api/pauses", async (_, { everywhere }) => succeed({ pauses: (await everywhere()).pauses })],
  toldOf("audit", listOf(NUMBERED), (ledger, query) => ledger.audit(query)),
  listed("audit", NUMBERED, (query, { audit }) => audit(query)),
  told("hosts", async (ledger) => ({ hosts: await ledger.hosts() })),
  toldOf("gaps", listOf(NUMBERED), async (ledger, query) => ({
    ...(await ledger.gaps(query)),
    reconciling: await ledger.reconciling(),
  })),
  [
    "post",
    "/api/locations/:l/gaps/look",
    (call, { ledger }) =>
      withBody(call, sinceIn, async (since) => {
        const found = await ledger(call.locationId).missing(since);
        return found.ok ? found : fail({ code: "LEDGER_EXPORT", why: found.failure });
      }),
  ],
  toldOf("tasks", taskQuery, (ledger, query) => ledger.tasks(query)),
  toldOf("contacts", contactQuery, async (ledger, query) => ({ contacts: await ledger.contacts(query) })),
  [
    "get",
    "/api/locations/:l/users/:u",
    async ({ locationId, parameter }, { ledger }) =>
      named("user", found((await ledger(locationId).user(parameter("u"))) ?? undefined, "user")),
  ],
  told("contacts/:c", (ledger, { locationId, parameter }) => ledger.knownContact(locationId, parameter("c"))),
  told("token", async (ledger) => ({ token: await ledger.token() }) satisfies TokenAnswer),
  [
    "post",
    "/api/locations/:l/token/check",
    async ({ locationId }, { ledger }) => succeed(await ledger(locationId).checkToken(locationId)),
  ],
  toldOf("quarantine", listOf(QUARANTINE), (ledger, query) => ledger.quarantined(query)),
  told("ignored", ignoredTold),
  told("unknown-words", (ledger) => ledger.unknownWords()),
  told("drift", (ledger) => ledger.drift()),
  listed("quarantine", QUARANTINE, (query, { unplaced }) => unplaced.quarantined(query)),
  ["get", "/api/ignored", async (_, { unplaced }) => succeed(await ignoredTold(unplaced))],
  [
    "get",
    "/api/rules",
    async (_, { ruleSet: { hash, rules, findings, checked = [] } }) => succeed({ hash, rules, findings, checked }),
  ],
  ["post", "/api/check", (call, ports) => withBody(call, succeed, (draft) => checkDraft(draft, ports))],
  [
    "post",
    "/api/locations/:l/try",
    (call, ports) => withBody(call, succeed, (draft) => tryDraft(draft, ports.ledger(call.locationId), ports)),
  ],
  [
    "post",
    "/api/explain",
    (call, ports) =>
      withBody(
        call,
        (body) => explainedRequest(body, ports.clock()),
        async (request) => succeed(await explained(request.event, await decidedNow(request, ports))),
      ),
  ],
];

/** Each route that changes something, its handler, and how the audit log calls that. */
const CHANGING: readonly ChangeRoute[] = [
  manyMoved("retry", (ledger, { filter, limit, dryRun }) => ledger.retryDead(filter, limit, dryRun)),
  manyMoved("cancel", (ledger, { filter, limit, dryRun }) => ledger.cancelScheduled(filter, limit, dryRun)),
  manyMoved("release", (ledger, { filter, limit, dryRun }) => ledger.releaseDeliveries(filter, limit, dryRun)),
  manyMoved("discard", (ledger, { filter, limit, dryRun }) => ledger.discardDeliveries(filter, limit, dryRun)),
  oneMoved("release", (ledger, id) => ledger.releaseDelivery(id)),
  oneMoved("retry", (ledger, id) => ledger.retry(id)),
  oneMoved("cancel", (ledger, id) => ledger.cancel(id)),
  ["put", "/api/locations/:l/alerts", setAlerts, "alerts.set"],
  [
    "delete",
    "/api/locations/:l/alerts",
    async ({ locationId }, { changes }, note) =>
      succeed(await changes(locationId, note({})).setAlerts(locationId, null)),
    "alerts.set",
  ],
  ["put", "/api/locations/:l/import", importPart, "import"],
  ["delete", "/api/locations/:l/import", giveUpImport, "import.give-up"],
  ["put", "/api/locations/:l/pause", (call, ports, note) => pauseHere(call, null, ports, note), "pause"],
  ["delete", "/api/locations/:l/pause", (call, ports, note) => resumeHere(call, null, ports, note), "pause.end"],
  [
    "put",
    "/api/locations/:l/rules/:rule/pause",
    (call, ports, note) => pauseHere(call, call.parameter("rule"), ports, note),
    "pause",
  ],
  [
    "delete",
    "/api/locations/:l/rules/:rule/pause",
    (call, ports, note) => resumeHere(call, call.parameter("rule"), ports, note),
    "pause.end",
  ],
  ["post", "/api/rule-sets", publish, "rules.publish"],
  ["post", "/api/rule-sets/rollback", rollBack, "rules.roll-back"],
  ["post", "/api/rule-sets/:v/activate", activate, "rules.activate"],
  ["put", "/api/rules/:rule/pause", pauseEverywhere, "pause"],
  ["delete", "/api/rules/:rule/pause", resumeEverywhere, "pause.end"],
  [
    "post",
    "/api/locations/:l/tasks/:id/complete",
    async ({ locationId, parameter }, { changes }, note) => {
      const id = parameter("id");
      return named("task", await changes(locationId, note({ task: id })).completeTask(id));
    },
    "task.complete",
  ],
  [
    "delete",
    "/api/locations/:l/contacts/:c",
    async ({ locationId, parameter }, { eraseContact, clock }, note) => {
      const erased = await eraseContact(note({}), locationId, parameter("c"));
      return succeed({ erased, ...recoverable(clock()) });
    },
    "contact.erase",
  ],
  [
    "delete",
    "/api/locations/:l",
    (call, { deleteLocation, clock }, note) => {
      const { locationId } = call;
      const confirmed = (body: Json): Result<null, Failure> => confirmedId(body, locationId);
      return withBody(call, confirmed, async () => {
        const { more, ...deleted } = await deleteLocation(note({ location: locationId }), locationId);
        return succeed({ deleted, more, ...recoverable(clock()) });
      });
    },
    "location.delete",
  ],
  [
    "put",
    "/api/locations/:l/name",
    (call, { callIt }, note) =>
      withBody(call, nameIn, async (name) => {
        const { locationId } = call;
        const isThere = await callIt(note({ location: locationId, name }), locationId, name);
        return found(isThere ? { name } : undefined, "location");
      }),
    "location.name",
  ],
  ["put", "/api/locations/:l/token", giveToken, "token.store"],
  [
    "delete",
    "/api/locations/:l/token",
    async ({ locationId }, { changes }, note) => {
      await changes(locationId, note({})).forgetToken();
      return succeed({ token: null } satisfies TokenAnswer);
    },
    "token.forget",
  ],
  [
    "post",
    "/api/locations/:l/quarantine/:id/ingest",
    (call, ports, note) => ingest(call, ports, note, call.locationId),
    "quarantine.ingest",
  ],
  ["post", "/api/quarantine/:id/ingest", (call, ports, note) => ingest(call, ports, note, null), "quarantine.ingest"],
];

/** All of them. */
export const ROUTES: readonly (ReadRoute | ChangeRoute)[] = [...READING, ...CHANGING];

const router = Router<IRequest, [ApiPorts, Operator]>();
for (const route of ROUTES) {
  const [method, path] = route;
  router[method](path, async (request: IRequest, ports: ApiPorts, by: Operator) => {
    const parameters = decoded(request.params);
    if (!parameters.ok) return parameters;
    const parameter = (name: string): string => parameters.value[name] ?? "";
    const locationId = parameter("l");
    // Asking a ledger creates it: only an id that can be a location's, and that is served, is asked.
    if (path.includes(":l") && !(isLocationId(locationId) && (await isServed(locationId, ports))))
      return fail({ code: "REQUEST_NOT_FOUND" });
    const body: ApiCall["body"] = (maxBytes) => jsonBody(request, maxBytes);
    const call: ApiCall = { url: new URL(request.url), locationId, parameter, body };
    if (route[3] === undefined) return route[2](call, ports);
    const [, , change, action] = route;
    return change(call, ports, (about, contactId) => ({
      by,
      action,
      about,
      ...(contactId === undefined ? {} : { contactId }),
    }));
  });
}

/** Answers a request under `/api`, from the operator alone. */
export async function answerApi(request: Request, ports: ApiPorts): Promise<Answer> {
  const by = isClosed(ports) ? null : await operatorOf(request, ports);
  if (by === null) {
    const code = isClosed(ports) ? "API_CLOSED" : "API_TOKEN";
    logRefusal("api", code, ports.clock());
    return fail({ code });
  }
  const answer = (await router.fetch(request, ports, by)) as Answer | undefined;
  return answer ?? fail(noRoute(request));
}

function filtered(note: NoteOf, { contact, ...filter }: DeliveryBatch["filter"]): AuditNote {
  const given = Object.entries(filter).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return note({ filter: Object.fromEntries(given) }, contact);
}

async function ingest(
  { parameter }: ApiCall,
  ports: ApiPorts,
  note: NoteOf,
  locationId: string | null,
): Promise<Answer> {
  const id = parameter("id");
  const reader = locationId === null ? ports.unplaced : ports.ledger(locationId);
  const item = await reader.findQuarantined(id);
  return item === undefined
    ? fail({ code: "LEDGER_NOT_FOUND", what: "quarantined event" })
    : ports.ingest(note({ quarantined: id }), item, locationId);
}

/** Stores the token of a private integration. It is sealed here, so that nothing behind this function sees it. */
function giveToken(call: ApiCall, { changes, configuration }: ApiPorts, note: NoteOf): Promise<Answer> {
  const { locationId } = call;
  return withBody(call, givenToken, (token) =>
    withKeys(configuration, async (keys) => {
      const sealed = await sealPrivate(keys, token, locationId);
      const stored = await changes(locationId, note({})).storeToken(locationId, sealed);
      return succeed({ token: stored } satisfies TokenAnswer);
    }),
  );
}

/** Says where a location's alerts go. The URL is sealed here: it may hold a secret, and is never shown again. */
function setAlerts(call: ApiCall, { changes, configuration, refusedUrl }: ApiPorts, note: NoteOf): Promise<Answer> {
  const { locationId } = call;
  const set = async (route: AlertRoute): Promise<Answer> =>
    succeed(await changes(locationId, note({})).setAlerts(locationId, route));
  return withBody(call, alertUrl, async (url) => {
    if (url === null) return set("off");
    const refusal = refusedUrl(url);
    if (refusal !== null) return refused("/url", "API_URL", refusal);
    return withKeys(configuration, async (keys) => set({ sealed: await seal(keys, url, alertsOwner(locationId)) }));
  });
}

/** Seals something, if this deployment has what it seals with. */
async function withKeys({ highlevel }: Configuration, sealing: (keys: SealKeys) => Promise<Answer>): Promise<Answer> {
  const keys = await sealKeys(highlevel.tokenKeys);
  return keys.ok ? sealing(keys.value) : fail({ code: "CONFIGURATION_TOKEN_KEY", what: keys.failure });
}

/** Until when Cloudflare can bring back what is deleted now. */
function recoverable(nowMs: number): { readonly recoverableUntil: string } {
  return { recoverableUntil: isoOf(nowMs + RECOVERABLE_MS) };
}

/** The kinds that are not known, and how rules could look at each. */
async function ignoredTold(from: Pick<QuarantineCalls, "ignored">): Promise<{ readonly ignored: IgnoredKindTold[] }> {
  const ignored = await from.ignored();
  return { ignored: ignored.map((one) => ({ ...one, use: useOfKind(one.kind) })) };
}

/** Loads an answer for a query, if the query could be read. */
async function asked<Query, Told>(
  query: Result<Query, Failure>,
  load: (query: Query) => Promise<Told>,
): Promise<Result<Told, Failure>> {
  return query.ok ? succeed(await load(query.value)) : query;
}

function listOf<Forms extends FormTable>(
  forms: Forms,
): (url: URL) => Result<Given<Forms> & { readonly limit: number }, Failure> {
  return (url) => listQuery(url, forms);
}

/** A list of the deployment. */
function listed<Forms extends FormTable>(
  path: string,
  forms: Forms,
  load: (query: Given<Forms> & { readonly limit: number }, ports: ReadPorts) => Promise<unknown>,
): ReadRoute {
  return ["get", `/api/${path}`, async ({ url }, ports) => asked(listQuery(url, forms), (query) => load(query, ports))];
}

/** What the ledger of a location tells. */
function told(path: string, load: (ledger: ReadingCalls, call: ApiCall) => Promise<unknown>): ReadRoute {
  return [
    "get",
    `/api/locations/:l/${path}`,
    async (call, { ledger }) => succeed(await load(ledger(call.locationId), call)),
  ];
}

/** The same for a query. */
function toldOf<Query>(
  path: string,
  read: (url: URL, nowMs: number) => Result<Query, Failure>,
  load: (ledger: ReadingCalls, query: Query, ports: ReadPorts) => Promise<unknown>,
): ReadRoute {
  return [
    "get",
    `/api/locations/:l/${path}`,
    async ({ url, locationId }, ports) =>
      asked(read(url, ports.clock()), (query) => load(ports.ledger(locationId), query, ports)),
  ];
}

/** Moves the deliveries of a location that a filter selects. */
function manyMoved(
  how: "retry" | "cancel" | "release" | "discard",
  move: (ledger: ChangingCalls, batch: DeliveryBatch) => Promise<unknown>,
): ChangeRoute {
  return [
    "post",
    `/api/locations/:l/deliveries/${how}`,
    (call, { changes }, note) =>
      withBody(call, deliveryBatch, async (batch) =>
        succeed(await move(changes(call.locationId, filtered(note, batch.filter)), batch)),
      ),
    `deliveries.${how}`,
  ];
}

/** Moves a delivery. */
function oneMoved(
  how: "retry" | "cancel" | "release",
  move: (ledger: ChangingCalls, id: string) => Promise<Result<Delivery, Failure>>,
): ChangeRoute {
  return [
    "post",
    `/api/locations/:l/deliveries/:id/${how}`,
    async ({ locationId, parameter }, { changes }, note) => {
      const id = parameter("id");
      return named("delivery", await move(changes(locationId, note({ delivery: id })), id));
    },
    `delivery.${how}`,
  ];
}

function found<Value>(
  value: Value | undefined,
  what: "event" | "delivery" | "rule set" | "agency" | "user" | "location",
): Result<Value, Failure> {
  return value === undefined ? fail({ code: "LEDGER_NOT_FOUND", what }) : succeed(value);
}

function decoded(params: { readonly [name: string]: string }): Result<{ readonly [name: string]: string }, Failure> {
  try {
    return succeed(
      Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)])),
    );
  } catch {
    return fail({ code: "REQUEST_NOT_FOUND" });
  }
}

/** The body of a call as JSON, within the bounds of the hooks' bodies unless it says otherwise; an event in it lies one level deeper. */
async function jsonBody(
  request: Pick<Request, "arrayBuffer">,
  maxBytes = MAX_BODY_BYTES,
): Promise<Result<Json, Failure>> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > maxBytes) return fail({ code: "REQUEST_TOO_LARGE", maxBytes });
  const parsed = parseJson(bytes);
  if (parsed === null) return fail({ code: "REQUEST_NOT_JSON" });
  return parsed.issues.length > 0 ? fail({ code: "EVENT_UNUSABLE", issues: parsed.issues }) : succeed(parsed.value);
}

/** Why no route answered: there is none, or it takes a different method. */
function noRoute(request: Request): Failure {
  const { pathname } = new URL(request.url);
  const allow = router.routes.filter(([, path]) => path.test(pathname)).map(([method]) => method);
  return allow.length === 0
    ? { code: "REQUEST_NOT_FOUND" }
    : { code: "REQUEST_METHOD", allow: [...new Set(allow)].join(", ") };
}
