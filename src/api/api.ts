// The operator's API: what came in, what was decided and why, what is on its way, and the few things to change.
import { Router, type IRequest } from "itty-router";
import { useOfKind } from "../events/kind-of.ts";
import { isLocationId } from "../events/structs.ts";
import { parseJson } from "../events/parse-json.ts";
import { sealKeys } from "../highlevel/seal.ts";
import { sealPrivate } from "../highlevel/sealed-token.ts";
import { explainedRequest } from "../events/explained-event.ts";
import type { QuarantineCalls } from "../model/rpc.ts";
import type { DeliveryBatch } from "../model/delivery.ts";
import type { Failure } from "../model/failure.ts";
import type { Json } from "../kit/json.ts";
import type { IgnoredKind, IgnoredKindTold } from "../model/ledger.ts";
import { logRefusal } from "../model/log-line.ts";
import { fail, succeed, type Result } from "../kit/result.ts";
import type { Settings } from "../model/settings.ts";
import type { TokenAnswer } from "../model/token.ts";
import { hasAccess, isClosed } from "./door.ts";
import { decidedNow, explained } from "./explained.ts";
import { exported } from "./export.ts";
import { checkDraft, tryDraft } from "./playground.ts";
import type { ApiPorts } from "./ports.ts";
import {
  AGENCIES,
  AGENCY,
  bucketsQuery,
  DELIVERIES,
  DELIVERY_FILTER,
  deliveryBatch,
  EVENT,
  GAPS,
  givenToken,
  listQuery,
  LOCATIONS,
  logQuery,
  parameters,
  sinceIn,
  taskQuery,
  QUARANTINE,
} from "./query.ts";
import { isServed } from "./served.ts";

type Answer = Result<unknown, Failure>;
type Handler = (call: ApiCall, ports: ApiPorts) => Promise<Answer>;

/** One authorised request, its path parameters decoded. */
interface ApiCall {
  readonly request: Request;
  readonly url: URL;
  readonly parameter: (name: string) => string;
}

const MAX_BODY_BYTES = 512 * 1024;
/** Cloudflare's point-in-time recovery can restore a Durable Object to any moment of the last 30 days. */
const RECOVERABLE_MS = 30 * 86_400_000;

type Method = "get" | "post" | "put" | "delete";

/** Each route and its handler; `:l` is a location. */
export const ROUTES: readonly (readonly [method: Method, path: string, handler: Handler])[] = [
  [
    "get",
    "/api/settings",
    async (_, { configuration: { timeZone, retentionDays }, ruleSet }) =>
      succeed({ timeZone, retentionDays, ruleSet: ruleSet.hash } satisfies Settings),
  ],
  ["get", "/api/locations", async ({ url }, { locations }) => asked(listQuery(url, LOCATIONS), locations)],
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
      return read.ok ? found(await ledger(parameter("l")).event(parameter("key"), read.value.contact), "event") : read;
    },
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
    "post",
    "/api/locations/:l/deliveries/retry",
    async ({ request, parameter }, { ledger }) =>
      asked(await batchIn(request), ({ filter, limit, dryRun }) =>
        ledger(parameter("l")).retryDead(filter, limit, dryRun),
      ),
  ],
  [
    "post",
    "/api/locations/:l/deliveries/cancel",
    async ({ request, parameter }, { ledger }) =>
      asked(await batchIn(request), ({ filter, limit, dryRun }) =>
        ledger(parameter("l")).cancelScheduled(filter, limit, dryRun),
      ),
  ],
  [
    "post",
    "/api/locations/:l/deliveries/release",
    async ({ request, parameter }, { ledger }) =>
      asked(await batchIn(request), ({ filter, limit, dryRun }) =>
        ledger(parameter("l")).releaseDeliveries(filter, limit, dryRun),
      ),
  ],
  [
    "post",
    "/api/locations/:l/deliveries/discard",
    async ({ request, parameter }, { ledger }) =>
      asked(await batchIn(request), ({ filter, limit, dryRun }) =>
        ledger(parameter("l")).discardDeliveries(filter, limit, dryRun),
      ),
  ],
  [
    "post",
    "/api/locations/:l/deliveries/:id/release",
    async ({ parameter }, { ledger }) =>
      named("delivery", await ledger(parameter("l")).releaseDelivery(parameter("id"))),
  ],
  [
    "post",
    "/api/locations/:l/deliveries/:id/retry",
    async ({ parameter }, { ledger }) => named("delivery", await ledger(parameter("l")).retry(parameter("id"))),
  ],
  [
    "post",
    "/api/locations/:l/deliveries/:id/cancel",
    async ({ parameter }, { ledger }) => named("delivery", await ledger(parameter("l")).cancel(parameter("id"))),
  ],
  [
    "get",
    "/api/locations/:l/hosts",
    async ({ parameter }, { ledger }) => succeed({ hosts: await ledger(parameter("l")).hosts() }),
  ],
  [
    "get",
    "/api/locations/:l/gaps",
    async ({ url, parameter }, { ledger }) =>
      asked(listQuery(url, GAPS), async (query) => ({
        ...(await ledger(parameter("l")).gaps(query)),
        reconciling: await ledger(parameter("l")).reconciling(),
      })),
  ],
  [
    "post",
    "/api/locations/:l/gaps/look",
    async ({ request, parameter }, { ledger }) => {
      const body = await jsonBody(request);
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
    "post",
    "/api/locations/:l/tasks/:id/complete",
    async ({ parameter }, { ledger }) => named("task", await ledger(parameter("l")).completeTask(parameter("id"))),
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
    "delete",
    "/api/locations/:l/contacts/:c",
    async ({ parameter }, { eraseContact, clock }) => {
      const erased = await eraseContact(parameter("l"), parameter("c"));
      return succeed({ erased, recoverableUntil: new Date(clock() + RECOVERABLE_MS).toISOString() });
    },
  ],
  [
    "get",
    "/api/locations/:l/token",
    async ({ parameter }, { ledger }) => succeed({ token: await ledger(parameter("l")).token() } satisfies TokenAnswer),
  ],
  ["put", "/api/locations/:l/token", giveToken],
  [
    "delete",
    "/api/locations/:l/token",
    async ({ parameter }, { ledger }) => {
      await ledger(parameter("l")).forgetToken();
      return succeed({ token: null } satisfies TokenAnswer);
    },
  ],
  [
    "get",
    "/api/locations/:l/quarantine",
    async ({ url, parameter }, { ledger }) =>
      asked(listQuery(url, QUARANTINE), (query) => ledger(parameter("l")).quarantined(query)),
  ],
  [
    "post",
    "/api/locations/:l/quarantine/:id/ingest",
    (call, ports) => ingest(call, ports, ports.ledger(call.parameter("l")), call.parameter("l")),
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
    "/api/quarantine",
    async ({ url }, { unplaced }) => asked(listQuery(url, QUARANTINE), (query) => unplaced.quarantined(query)),
  ],
  ["post", "/api/quarantine/:id/ingest", (call, ports) => ingest(call, ports, ports.unplaced, null)],
  ["get", "/api/ignored", async (_, { unplaced }) => succeed({ ignored: (await unplaced.ignored()).map(withUse) })],
  [
    "get",
    "/api/rules",
    async (_, { ruleSet: { hash, rules, findings, checked = [] } }) => succeed({ hash, rules, findings, checked }),
  ],
  [
    "post",
    "/api/check",
    async ({ request }, ports) => {
      const body = await jsonBody(request);
      return body.ok ? checkDraft(body.value, ports) : body;
    },
  ],
  [
    "post",
    "/api/locations/:l/try",
    async ({ request, parameter }, ports) => {
      const body = await jsonBody(request);
      return body.ok ? tryDraft(body.value, ports.ledger(parameter("l")), ports) : body;
    },
  ],
  [
    "post",
    "/api/explain",
    async ({ request }, ports) => {
      const body = await jsonBody(request);
      const asked = body.ok ? explainedRequest(body.value, ports.clock()) : body;
      return asked.ok ? succeed(await explained(asked.value.event, await decidedNow(asked.value, ports))) : asked;
    },
  ],
];

const router = Router<IRequest, [ApiPorts]>();
for (const [method, path, handler] of ROUTES) {
  router[method](path, async (request: IRequest, ports: ApiPorts) => {
    const parameters = decoded(request.params);
    if (!parameters.ok) return parameters;
    const parameter = (name: string): string => parameters.value[name] ?? "";
    // Asking a ledger creates it: only an id that can be a location's, and that is served, is asked.
    if (path.includes(":l") && !(isLocationId(parameter("l")) && (await isServed(parameter("l"), ports))))
      return fail({ code: "REQUEST_NOT_FOUND" });
    return handler({ request: request, url: new URL(request.url), parameter }, ports);
  });
}

/** Answers a request under `/api`, from the operator alone. */
export async function answerApi(request: Request, ports: ApiPorts): Promise<Answer> {
  const code = isClosed(ports) ? "API_CLOSED" : (await hasAccess(request, ports)) ? null : "API_TOKEN";
  if (code !== null) {
    logRefusal("api", code, ports.clock());
    return fail({ code });
  }
  const answer = (await router.fetch(request, ports)) as Answer | undefined;
  return answer ?? fail(noRoute(request));
}

async function ingest(
  { parameter }: ApiCall,
  ports: ApiPorts,
  reader: QuarantineCalls,
  locationId: string | null,
): Promise<Answer> {
  const item = await reader.findQuarantined(parameter("id"));
  return item === undefined
    ? fail({ code: "LEDGER_NOT_FOUND", what: "quarantined event" })
    : ports.ingest(item, locationId);
}

/** Stores the token of a private integration. It is sealed here, so that nothing behind this function sees it. */
async function giveToken({ request, parameter }: ApiCall, ports: ApiPorts): Promise<Answer> {
  const body = await jsonBody(request);
  const token = body.ok ? givenToken(body.value) : body;
  if (!token.ok) return token;
  const keys = await sealKeys(ports.configuration.highlevel.tokenKeys);
  if (!keys.ok) return fail({ code: "CONFIGURATION_TOKEN_KEY", what: keys.failure });
  const locationId = parameter("l");
  const sealed = await sealPrivate(keys.value, token.value, locationId);
  return succeed({ token: await ports.ledger(locationId).storeToken(locationId, sealed) } satisfies TokenAnswer);
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

async function batchIn(request: Request): Promise<Result<DeliveryBatch, Failure>> {
  const body = await jsonBody(request);
  return body.ok ? deliveryBatch(body.value) : body;
}

function found<Value>(value: Value | undefined, what: "event" | "delivery" | "agency"): Result<Value, Failure> {
  return value === undefined ? fail({ code: "LEDGER_NOT_FOUND", what }) : succeed(value);
}

function named<Value>(name: string, result: Result<Value, Failure>): Answer {
  return result.ok ? succeed({ [name]: result.value }) : result;
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

/** The body of a call as JSON, within the bounds of the hooks' bodies; an event in it lies one level deeper. */
async function jsonBody(request: Request): Promise<Result<Json, Failure>> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > MAX_BODY_BYTES) return fail({ code: "REQUEST_TOO_LARGE", maxBytes: MAX_BODY_BYTES });
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
