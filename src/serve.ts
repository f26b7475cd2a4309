// Which room answers which request, and which ports the rooms get, for a set of rules in force. No logic.
import { Router, type IRequest } from "itty-router";
import { answerApi } from "./api/api.ts";
import { refusedUrl, testAlert } from "./objects/alerts.ts";
import { agencyOf, changesOf, installObjects, isBusy, keptAt, ledgerOf } from "./objects/client.ts";
import { deleteLocation } from "./objects/delete-location.ts";
import { eraseContact } from "./objects/erase-contact.ts";
import { eventStore, releaseQuarantined } from "./objects/event-store.ts";
import { install, installAgency } from "./objects/installs.ts";
import { healthOf } from "./objects/health.ts";
import { placed, UnknownJurisdiction } from "./objects/placed.ts";
import { pokeAgencies, wakeDirectory } from "./objects/watchdog.ts";
import { callLocation, ruleChanges } from "./objects/change-rules.ts";
import { liveRules } from "./objects/live-rules.ts";
import { directoryOf, registryOf, type LedgerEnv } from "./objects/durable-objects.ts";
import { configurationOf } from "./model/configuration.ts";
import { HOOK_PATHS, HOOK_ROUTES, type HookRoute } from "./model/event-kinds.ts";
import { logError } from "./model/log-line.ts";
import { finishInstall, startInstall, type OAuthPorts } from "./receive/oauth.ts";
import { ingestAgain, receive, type ReceivePorts } from "./receive/receive.ts";
import { respond } from "./respond.ts";
import type { RuleSet } from "./model/rule.ts";

/** The Worker's handlers with a set of rules in force. */
export function workerWith(ruleSet: RuleSet) {
  const router = Router<IRequest, [LedgerEnv]>();
  for (const route of HOOK_ROUTES) router.all(HOOK_PATHS[route], hook(route));
  router
    .get("/oauth/start", (request, env) => startInstall(request, oauthPorts(env)))
    .get("/oauth/callback", (request, env) => finishInstall(request, oauthPorts(env)))
    .get("/healthz", () => Response.json({ status: "ok", ruleSet: ruleSet.hash }))
    .all("/api/*", async (request, env) =>
      respond(await answerApi(request as unknown as Request, await apiPorts(env, ruleSet))),
    )
    .all("*", () => respond({ ok: false, failure: { code: "REQUEST_NOT_FOUND" } }));

  return {
    async fetch(request, env) {
      try {
        return (await router.fetch(request, env)) as Response;
      } catch (error) {
        if (error instanceof UnknownJurisdiction)
          return respond({ ok: false, failure: { code: "CONFIGURATION_PLACE" } });
        logError("A request failed", {}, error);
        if (isBusy(error)) return respond({ ok: false, failure: { code: "LEDGER_UNAVAILABLE", retryAfterSeconds: 5 } });
        return respond({ ok: false, failure: { code: "BUG" } });
      }
    },
    async scheduled(_, bound) {
      const env = placed(bound);
      const done = await Promise.allSettled([directoryOf(env).watchdog(true), wakeDirectory(env), pokeAgencies(env)]);
      for (const one of done) if (one.status === "rejected") logError("The watchdog failed", {}, one.reason);
    },
  } satisfies ExportedHandler<LedgerEnv>;
}

function hook(route: HookRoute): (request: IRequest, env: LedgerEnv) => Promise<Response> {
  return async (request, env) => respond(await receive(request, route, receivePorts(env)), 202);
}

function receivePorts(bound: LedgerEnv): ReceivePorts {
  const env = placed(bound);
  return { configuration: configurationOf(env), clock: Date.now, store: eventStore(env) };
}

function oauthPorts(bound: LedgerEnv): OAuthPorts {
  const env = placed(bound);
  return {
    configuration: configurationOf(env),
    clock: Date.now,
    fetch: (outgoing) => fetch(outgoing),
    timeLimit: (ms) => AbortSignal.timeout(ms),
    install: (locationId, token) => install(installObjects(env), locationId, token),
    installAgency: (companyId, token) => installAgency(installObjects(env), companyId, token),
  };
}

async function apiPorts(bound: LedgerEnv, bundled: RuleSet): Promise<Parameters<typeof answerApi>[1]> {
  const env = placed(bound);
  const live = await liveRules(env, bundled, Date.now());
  return {
    configuration: configurationOf(env),
    ruleSet: live,
    health: () => healthOf(env),
    clock: Date.now,
    fetch: (outgoing) => fetch(outgoing),
    ledger: (locationId) => ledgerOf(env, locationId),
    changes: (locationId, note) => changesOf(env, locationId, note),
    unplaced: directoryOf(env),
    registry: registryOf(env),
    locations: directoryOf(env),
    alerts: (query) => directoryOf(env).alerts(query),
    testAlert: () => testAlert(env),
    refusedUrl: (url) => refusedUrl(env, url),
    agencies: directoryOf(env),
    agency: (companyId) => agencyOf(env, companyId),
    everywhere: () => directoryOf(env).everywhere(),
    audit: (query) => directoryOf(env).audit(query),
    rules: (note) => ruleChanges(env, note),
    isRule: async (rule) =>
      [live, bundled].some(({ rules }) => rules.some(({ name }) => name === rule)) ||
      (await registryOf(env).hasRule(rule)),
    pauseEverywhere: (note, rule, pause) => directoryOf(env).pauseEverywhere(note, rule, pause),
    ingest: (note, item, locationId) =>
      ingestAgain(item, receivePorts(env), (status) => releaseQuarantined(env, locationId, item.id, { note, status })),
    deleteLocation: (note, locationId) => deleteLocation(keptAt(env), note, locationId),
    callIt: (note, locationId, name) => callLocation(env, note, locationId, name),
    eraseContact: (note, locationId, contactId) => eraseContact(env, note, locationId, contactId),
  };
}
