// The operator's API: what came in, what was decided and why, what is on its way, and the few things to change.
import { Router, type IRequest } from "itty-router";
import { useOfKind } from "../events/kind-of.ts";
import { isLocationId } from "../events/structs.ts";
import { parseJson } from "../events/parse-json.ts";
import { seal, sealKeys } from "../highlevel/seal.ts";
import { sealPrivate } from "../highlevel/sealed-token.ts";
import { explainedRequest } from "../events/explained-event.ts";
import { alertsOwner, type AlertRoute } from "../model/alert.ts";
import type { AuditNote, Operator } from "../model/audit.ts";
import type { Delivery, DeliveryBatch } from "../model/delivery.ts";
import type { Failure } from "../model/failure.ts";
import type { ShadowPage } from "../model/published.ts";
import type { Json } from "../kit/json.ts";
import type { IgnoredKind, IgnoredKindTold } from "../model/ledger.ts";
import { logRefusal } from "../model/log-line.ts";
import { fail, succeed, type Result } from "../kit/result.ts";
import type { Settings } from "../model/settings.ts";
import type { TokenAnswer } from "../model/token.ts";
import { isClosed, operatorOf } from "./door.ts";
import { decidedNow, explained } from "./explained.ts";
import { exported } from "./export.ts";
import { healthTold } from "./health.ts";
import { giveUpImport, importPart } from "./import.ts";
import { pauseEverywhere, pauseHere, resumeEverywhere, resumeHere } from "./pauses.ts";
import { checkDraft, tryDraft } from "./playground.ts";
import type { ApiPorts } from "./ports.ts";
import {
  AGENCIES,
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
} from "./query.ts";
import { activate, publish, rollBack, versionIn } from "./rule-sets.ts";
import { named, type Answer, type ApiCall, type ChangeRoute, type NoteOf, type ReadRoute } from "./route.ts";
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
  [
    "get",
    "/api/rule-sets",
    async ({ url }, { registry }) =>
      asked(listQuery(url, NUMBERED), async (query) => ({
        ...(await registry.versions(query)),
        ...(await registry.state()),
      })),
  ],
  [
    "get",
    "/api/rule-sets/:v",
    async ({ parameter }, { registry }) => {
      const version = versionIn(parameter("v"));
      return named("version", found(version === null ? undefined : await registry.version(version), "rule set"));
    },
  ],
  [
    "get",
    "/api/locations",
    async ({ url }, { locations }) => asked(listQuery(url, LOCATIONS), (query) => locations.locations(query)),
  ],
  [
    "get",
    "/api/overview",
    async ({ url }, { locations }) => asked(listQuery(url, HOME), (query) => locations.home(query)),
  ],
  [
    "get",
    "/api/agencies",
    async ({ url }, { agencies }) => asked(listQuery(url, AGENCIES), (query) => agencies.knownAgencies(query)),
  ],
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
  [
    "get",
    "/api/locations/:l/changes",
    async ({ parameter }, { ledger }) => succeed({ change: await ledger(parameter("l")).change() }),
  ],
  [
    "get",
    "/api/locations/:l/overview",
    async ({ url, parameter }, { ledger, clock }) =>
      asked(bucketsQuery(url, clock()), (buckets) => ledger(parameter("l")).overview(buckets)),
  ],
  [
    "get",
    "/api/locations/:l/rules",
    async ({ url, parameter }, { ledger, clock }) =>
      asked(bucketsQuery(url, clock()), (buckets) => ledger(parameter("l")).rules(buckets)),
  ],
  [
    "get",
    "/api/locations/:l/events",
    async ({ url, parameter }, { ledger }) => asked(logQuery(url), (query) => ledger(parameter("l")).events(query)),
  ],
  [
    "get",
    "/api/locations/:l/events/:key",
    async ({ url, parameter }, { ledger }) => {
      const read = parameters(url, EVENT);
      return read.ok
        ? found(
            await ledger(parameter("l")).event(parameter("key"), read.value.contact, read.value.whatIf === "1"),
            "event",
          )
        : read;
    },
  ],
  [
    "get",
    "/api/locations/:l/divergence",
    async ({ url, parameter }, { ledger, registry }) =>
      asked(listQuery(url, NUMBERED), async (query) => {
        const page = await ledger(parameter("l")).divergence(query);
        const inForce = page.shadow === null ? null : (await registry.state()).inForce;
        // A ledger may not have been told of the last change yet.
        const isSame = inForce !== null && inForce.shadow === page.shadow;
        return { ...page, shadowVersion: isSame ? inForce.shadowVersion : null } satisfies ShadowPage;
      }),
  ],
  [
    "get",
    "/api/alerts",
    async ({ url }, { alerts, configuration: { alertUrl, alertSilence } }) =>
      asked(listQuery(url, PAGE), async (query) => ({
        ...(await alerts(query)),
        isAnybodyTold: alertUrl !== null,
        silenced: [...alertSilence.kinds],
      })),
  ],
  ["post", "/api/alerts/test", (_, { testAlert }) => testAlert()],
  [
    "get",
    "/api/locations/:l/alerts",
    async ({ parameter }, { ledger }) => succeed(await ledger(parameter("l")).alerts()),
  ],
  [
    "post",
    "/api/locations/:l/alerts/test",
    ({ parameter }, { ledger }) => ledger(parameter("l")).testAlert(parameter("l")),
  ],
  ["get", "/api/locations/:l/export", async ({ url, parameter }, ports) => exported(url, parameter("l"), ports)],
  [
    "get",
    "/api/locations/:l/deliveries",
    async ({ url, parameter }, { ledger }) =>
      asked(listQuery(url, DELIVERIES), (query) => ledger(parameter("l")).deliveries(query)),
  ],
  [
    "get",
    "/api/locations/:l/deliveries/counts",
    async ({ url, parameter }, { ledger }) =>
      asked(parameters(url, DELIVERY_FILTER), (filter) => ledger(parameter("l")).deliveryCounts(filter)),
  ],
  [
    "get",
    "/api/locations/:l/deliveries/:id",
    async ({ parameter }, { ledger }) =>
      named("delivery", found(await ledger(parameter("l")).delivery(parameter("id")), "delivery")),
  ],
  [
    "get",
    "/api/locations/:l/pauses",
    async ({ parameter }, { ledger }) => succeed({ pauses: await ledger(parameter("l")).pauses() }),
  ],
  ["get", "/api/pauses", async (_, { everywhere }) => succeed({ pauses: (await everywhere()).pauses })],
  [
    "get",
    "/api/locations/:l/audit",
    async ({ url, parameter }, { ledger }) =>
      asked(listQuery(url, NUMBERED), (query) => ledger(parameter("l")).audit(query)),
  ],
  ["get", "/api/audit", async ({ url }, { audit }) => asked(listQuery(url, NUMBERED), (query) => audit(query))],
  [
    "get",
    "/api/locations/:l/hosts",
    async ({ parameter }, { ledger }) => succeed({ hosts: await ledger(parameter("l")).hosts() }),
  ],
  [
    "get",
    "/api/locations/:l/gaps",
    async ({ url, parameter }, { ledger }) =>
      asked(listQuery(url, NUMBERED), async (query) => ({
        ...(await ledger(parameter("l")).gaps(query)),
        reconciling: await ledger(parameter("l")).reconciling(),
      })),
  ],
  [
    "post",
    "/api/locations/:l/gaps/look",
    async ({ body: read, parameter }, { ledger }) => {
      const body = await read();
      const since = body.ok ? sinceIn(body.value) : body;
      if (!since.ok) return since;
      const found = await ledger(parameter("l")).missing(since.value);
      return found.ok ? found : fail({ code: "LEDGER_EXPORT", why: found.failure });
    },
  ],
  [
    "get",
    "/api/locations/:l/tasks",
    async ({ url, parameter }, { ledger }) => asked(taskQuery(url), (query) => ledger(parameter("l")).tasks(query)),
  ],
  [
    "get",
    "/api/locations/:l/contacts",
    async ({ url, parameter }, { ledger }) =>
      asked(contactQuery(url), async (query) => ({ contacts: await ledger(parameter("l")).contacts(query) })),
  ],
  [
    "get",
    "/api/locations/:l/users/:u",
    async ({ parameter }, { ledger }) =>
      named("user", found((await ledger(parameter("l")).user(parameter("u"))) ?? undefined, "user")),
  ],
  [
    "get",
    "/api/locations/:l/contacts/:c",
    async ({ parameter }, { ledger }) => {
      const locationId = parameter("l");
      return succeed(await ledger(locationId).knownContact(locationId, parameter("c")));
    },
  ],
  [
    "get",
    "/api/locations/:l/token",
    async ({ parameter }, { ledger }) => succeed({ token: await ledger(parameter("l")).token() } satisfies TokenAnswer),
  ],
  [
    "post",
    "/api/locations/:l/token/check",
    async ({ parameter }, { ledger }) => succeed(await ledger(parameter("l")).checkToken(parameter("l"))),
  ],
  [
    "get",
    "/api/locations/:l/quarantine",
    async ({ url, parameter }, { ledger }) =>
      asked(listQuery(url, QUARANTINE), (query) => ledger(parameter("l")).quarantined(query)),
  ],
  [
    "get",
    "/api/locations/:l/ignored",
    async ({ parameter }, { ledger }) => succeed({ ignored: (await ledger(parameter("l")).ignored()).map(withUse) }),
  ],
  [
    "get",
    "/api/locations/:l/unknown-words",
    async ({ parameter }, { ledger }) => succeed(await ledger(parameter("l")).unknownWords()),
  ],
  [
    "get",
    "/api/locations/:l/drift",
    async ({ parameter }, { ledger }) => succeed(await ledger(parameter("l")).drift()),
  ],
  [
    "get",
    "/api/quarantine",
    async ({ url }, { unplaced }) => asked(listQuery(url, QUARANTINE), (query) => unplaced.quarantined(query)),
  ],
  ["get", "/api/ignored", async (_, { unplaced }) => succeed({ ignored: (await unplaced.ignored()).map(withUse) })],
  [
    "get",
    "/api/rules",
    async (_, { ruleSet: { hash, rules, findings, checked = [] } }) => succeed({ hash, rules, findings, checked }),
  ],
  [
    "post",
    "/api/check",
    async ({ body: read }, ports) => {
      const body = await read();
      return body.ok ? checkDraft(body.value, ports) : body;
    },
  ],
  [
    "post",
    "/api/locations/:l/try",
    async ({ body: read, parameter }, ports) => {
      const body = await read();
      return body.ok ? tryDraft(body.value, ports.ledger(parameter("l")), ports) : body;
    },
  ],
  [
    "post",
    "/api/explain",
    async ({ body: read }, ports) => {
      const body = await read();
      const asked = body.ok ? explainedRequest(body.value, ports.clock()) : body;
      return asked.ok ? succeed(await explained(asked.value.event, await decidedNow(asked.value, ports))) : asked;
    },
  ],
];

/** Each route that changes something, its handler, and how the audit log calls that. */
const CHANGING: readonly ChangeRoute[] = [
  [
    "post",
    "/api/locations/:l/deliveries/retry",
    async (call, { changes }, note) =>
      asked(await batchIn(call), ({ filter, limit, dryRun }) =>
        changes(call.parameter("l"), filtered(note, filter)).retryDead(filter, limit, dryRun),
      ),
    "deliveries.retry",
  ],
  [
    "post",
    "/api/locations/:l/deliveries/cancel",
    async (call, { changes }, note) =>
      asked(await batchIn(call), ({ filter, limit, dryRun }) =>
        changes(call.parameter("l"), filtered(note, filter)).cancelScheduled(filter, limit, dryRun),
      ),
    "deliveries.cancel",
  ],
  [
    "post",
    "/api/locations/:l/deliveries/release",
    async (call, { changes }, note) =>
      asked(await batchIn(call), ({ filter, limit, dryRun }) =>
        changes(call.parameter("l"), filtered(note, filter)).releaseDeliveries(filter, limit, dryRun),
      ),
    "deliveries.release",
  ],
  [
    "post",
    "/api/locations/:l/deliveries/discard",
    async (call, { changes }, note) =>
      asked(await batchIn(call), ({ filter, limit, dryRun }) =>
        changes(call.parameter("l"), filtered(note, filter)).discardDeliveries(filter, limit, dryRun),
      ),
    "deliveries.discard",
  ],
  [
    "post",
    "/api/locations/:l/deliveries/:id/release",
    (call, { changes }, note) =>
      oneMoved(call, (id) => changes(call.parameter("l"), note({ delivery: id })).releaseDelivery(id)),
    "delivery.release",
  ],
  [
    "post",
    "/api/locations/:l/deliveries/:id/retry",
    (call, { changes }, note) => oneMoved(call, (id) => changes(call.parameter("l"), note({ delivery: id })).retry(id)),
    "delivery.retry",
  ],
  [
    "post",
    "/api/locations/:l/deliveries/:id/cancel",
    (call, { changes }, note) =>
      oneMoved(call, (id) => changes(call.parameter("l"), note({ delivery: id })).cancel(id)),
    "delivery.cancel",
  ],
  ["put", "/api/locations/:l/alerts", setAlerts, "alerts.set"],
  [
    "delete",
    "/api/locations/:l/alerts",
    async ({ parameter }, { changes }, note) =>
      succeed(await changes(parameter("l"), note({})).setAlerts(parameter("l"), null)),
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
    async ({ parameter }, { changes }, note) => {
      const id = parameter("id");
      return named("task", await changes(parameter("l"), note({ task: id })).completeTask(id));
    },
    "task.complete",
  ],
  [
    "delete",
    "/api/locations/:l/contacts/:c",
    async ({ parameter }, { eraseContact, clock }, note) => {
      const erased = await eraseContact(note({}), parameter("l"), parameter("c"));
      return succeed({ erased, recoverableUntil: new Date(clock() + RECOVERABLE_MS).toISOString() });
    },
    "contact.erase",
  ],
  [
    "put",
    "/api/locations/:l/name",
    async ({ body: read, parameter }, { callIt }, note) => {
      const body = await read();
      const name = body.ok ? nameIn(body.value) : body;
      if (!name.ok) return name;
      const about = { location: parameter("l"), name: name.value };
      return found(
        (await callIt(note(about), parameter("l"), name.value)) ? { name: name.value } : undefined,
        "location",
      );
    },
    "location.name",
  ],
  [
    "delete",
    "/api/locations/:l",
    async ({ body: read, parameter }, { deleteLocation, clock }, note) => {
      const locationId = parameter("l");
      const body = await read();
      const confirmed = body.ok ? confirmedId(body.value, locationId) : body;
      if (!confirmed.ok) return confirmed;
      const { more, ...deleted } = await deleteLocation(note({ location: locationId }), locationId);
      return succeed({ deleted, more, recoverableUntil: new Date(clock() + RECOVERABLE_MS).toISOString() });
    },
    "location.delete",
  ],
  ["put", "/api/locations/:l/token", giveToken, "token.store"],
  [
    "delete",
    "/api/locations/:l/token",
    async ({ parameter }, { changes }, note) => {
      await changes(parameter("l"), note({})).forgetToken();
      return succeed({ token: null } satisfies TokenAnswer);
    },
    "token.forget",
  ],
  [
    "post",
    "/api/locations/:l/quarantine/:id/ingest",
    (call, ports, note) => ingest(call, ports, note, call.parameter("l")),
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
    // Asking a ledger creates it: only an id that can be a location's, and that is served, is asked.
    if (path.includes(":l") && !(isLocationId(parameter("l")) && (await isServed(parameter("l"), ports))))
      return fail({ code: "REQUEST_NOT_FOUND" });
    const body: ApiCall["body"] = (maxBytes) => jsonBody(request, maxBytes);
    const call: ApiCall = { url: new URL(request.url), parameter, body };
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

async function oneMoved(
  { parameter }: ApiCall,
  move: (id: string) => Promise<Result<Delivery, Failure>>,
): Promise<Answer> {
  return named("delivery", await move(parameter("id")));
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
async function giveToken({ body: read, parameter }: ApiCall, ports: ApiPorts, note: NoteOf): Promise<Answer> {
  const body = await read();
  const token = body.ok ? givenToken(body.value) : body;
  if (!token.ok) return token;
  const keys = await sealKeys(ports.configuration.highlevel.tokenKeys);
  if (!keys.ok) return fail({ code: "CONFIGURATION_TOKEN_KEY", what: keys.failure });
  const locationId = parameter("l");
  const sealed = await sealPrivate(keys.value, token.value, locationId);
  return succeed({
    token: await ports.changes(locationId, note({})).storeToken(locationId, sealed),
  } satisfies TokenAnswer);
}

/** Says where a location's alerts go. The URL is sealed here: it may hold a secret, and is never shown again. */
async function setAlerts({ body: read, parameter }: ApiCall, ports: ApiPorts, note: NoteOf): Promise<Answer> {
  const body = await read();
  const url = body.ok ? alertUrl(body.value) : body;
  if (!url.ok) return url;
  const locationId = parameter("l");
  const set = async (route: AlertRoute): Promise<Answer> =>
    succeed(await ports.changes(locationId, note({})).setAlerts(locationId, route));
  if (url.value === null) return set("off");
  const refusal = ports.refusedUrl(url.value);
  if (refusal !== null) return refused("/url", "API_URL", refusal);
  const keys = await sealKeys(ports.configuration.highlevel.tokenKeys);
  if (!keys.ok) return fail({ code: "CONFIGURATION_TOKEN_KEY", what: keys.failure });
  return set({ sealed: await seal(keys.value, url.value, alertsOwner(locationId)) });
}

/** A kind that is not known, and how rules could look at it. */
function withUse(ignored: IgnoredKind): IgnoredKindTold {
  return { ...ignored, use: useOfKind(ignored.kind) };
}

/** Loads an answer for a query, if the query could be read. */
async function asked<Query, Told>(
  query: Result<Query, Failure>,
  load: (query: Query) => Promise<Told>,
): Promise<Result<Told, Failure>> {
  return query.ok ? succeed(await load(query.value)) : query;
}

async function batchIn({ body: read }: ApiCall): Promise<Result<DeliveryBatch, Failure>> {
  const body = await read();
  return body.ok ? deliveryBatch(body.value) : body;
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
