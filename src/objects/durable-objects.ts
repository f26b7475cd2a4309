// The Durable Objects: thin shells that give the ledger and the directory their storage, clock, chance and network,
// and answer RPC with the method of the same name.
import { DurableObject } from "cloudflare:workers";
import { kvTasks } from "../act/task/kv-tasks.ts";
import type { SealedToken } from "../highlevel/sealed-token.ts";
import { CONFIGURATION_NAMES, configurationOf, type Variables } from "../model/configuration.ts";
import type { DeliveryFilter } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import type { DeliveryQuery, LocationQuery, LogQuery, PageQuery, Quarantined, TaskQuery } from "../model/ledger.ts";
import type { Rule, RuleSet } from "../model/rule.ts";
import type { Buckets } from "../model/statistics.ts";
import type { Uninstall } from "../model/token.ts";
import { bundledRules } from "../rules/bundled.ts";
import { LocationDirectory } from "./directory.ts";
import { LocationLedger } from "../ledger/ledger.ts";
import type { LedgerPorts, LedgerStorage } from "../ledger/store/ports.ts";

/** The bindings of wrangler.toml, beside the variables. */
export interface LedgerEnv extends Variables {
  readonly LEDGER: DurableObjectNamespace<Ledger>;
  readonly DIRECTORY: DurableObjectNamespace<Directory>;
  readonly TASKS: KVNamespace;
}

const DAY_MS = 86_400_000;
const DIRECTORY_NAME = "directory";

/** The one directory of a deployment. */
export function directoryOf(env: Pick<LedgerEnv, "DIRECTORY">): DurableObjectStub<Directory> {
  return env.DIRECTORY.getByName(DIRECTORY_NAME);
}

/** All that a ledger works with. */
export interface LedgerWorld {
  readonly storage: LedgerStorage;
  readonly ports: LedgerPorts;
}

export class Ledger extends DurableObject<LedgerEnv> {
  readonly #ledger: LocationLedger;

  /** `adapt` is for tests and benchmarks: a clock, a network or rules of their own, or an eye on the storage. */
  constructor(ctx: DurableObjectState, env: LedgerEnv, adapt: (world: LedgerWorld) => LedgerWorld = (world) => world) {
    super(ctx, env);
    const { storage, ports } = adapt({ storage: storageOf(ctx), ports: ledgerPorts(env, bundledRules) });
    this.#ledger = new LocationLedger(storage, ports);
    void ctx.blockConcurrencyWhile(() => this.#ledger.open());
  }

  override alarm() {
    return this.#ledger.alarm();
  }
  record(event: Event) {
    return this.#ledger.record(event);
  }
  quarantine(locationId: string, item: Quarantined) {
    return this.#ledger.quarantine(locationId, item);
  }
  countIgnored(locationId: string, kind: string) {
    return this.#ledger.countIgnored(locationId, kind);
  }
  quarantined(query: PageQuery) {
    return this.#ledger.quarantined(query);
  }
  findQuarantined(id: string) {
    return this.#ledger.findQuarantined(id);
  }
  release(id: string) {
    return this.#ledger.release(id);
  }
  ignored() {
    return this.#ledger.ignored();
  }
  events(query: LogQuery) {
    return this.#ledger.events(query);
  }
  explain(event: Event) {
    return this.#ledger.explain(event);
  }
  explainWith(draft: Rule, event: Event) {
    return this.#ledger.explainWith(draft, event);
  }
  tryRule(rule: Rule, limit: number) {
    return this.#ledger.tryRule(rule, limit);
  }
  event(key: string, contactId?: string) {
    return this.#ledger.event(key, contactId);
  }
  change() {
    return this.#ledger.change();
  }
  overview(buckets: Buckets) {
    return this.#ledger.overview(buckets);
  }
  rules(buckets: Buckets) {
    return this.#ledger.rules(buckets);
  }
  hosts() {
    return this.#ledger.hosts();
  }
  deliveries(query: DeliveryQuery) {
    return this.#ledger.deliveries(query);
  }
  delivery(id: string) {
    return this.#ledger.delivery(id);
  }
  deliveryCounts(filter: DeliveryFilter) {
    return this.#ledger.deliveryCounts(filter);
  }
  poke() {
    return this.#ledger.poke();
  }
  retryDead(filter: DeliveryFilter, limit?: number) {
    return this.#ledger.retryDead(filter, limit);
  }
  cancelScheduled(filter: DeliveryFilter, limit?: number) {
    return this.#ledger.cancelScheduled(filter, limit);
  }
  releaseDeliveries(filter: DeliveryFilter, limit?: number) {
    return this.#ledger.releaseDeliveries(filter, limit);
  }
  discardDeliveries(filter: DeliveryFilter, limit?: number) {
    return this.#ledger.discardDeliveries(filter, limit);
  }
  releaseDelivery(deliveryId: string) {
    return this.#ledger.releaseDelivery(deliveryId);
  }
  retry(deliveryId: string) {
    return this.#ledger.retry(deliveryId);
  }
  cancel(deliveryId: string) {
    return this.#ledger.cancel(deliveryId);
  }
  tasks(query: TaskQuery) {
    return this.#ledger.tasks(query);
  }
  completeTask(taskId: string) {
    return this.#ledger.completeTask(taskId);
  }
  eraseContact(locationId: string, contactId: string) {
    return this.#ledger.eraseContact(locationId, contactId);
  }
  token() {
    return this.#ledger.token();
  }
  storeToken(locationId: string, token: SealedToken) {
    return this.#ledger.storeToken(locationId, token);
  }
  forgetToken() {
    return this.#ledger.forgetToken();
  }
  uninstall(uninstall: Uninstall) {
    return this.#ledger.uninstall(uninstall);
  }
}

export class Directory extends DurableObject<LedgerEnv> {
  readonly #directory: LocationDirectory;

  constructor(ctx: DurableObjectState, env: LedgerEnv) {
    super(ctx, env);
    const { retentionDays } = configurationOf(env);
    this.#directory = new LocationDirectory(storageOf(ctx), Date.now, retentionDays * DAY_MS);
  }

  announce(locationId: string) {
    return this.#directory.announce(locationId);
  }
  toPoke(count: number) {
    return this.#directory.toPoke(count);
  }
  installed(locationId: string, companyId: string | null) {
    return this.#directory.installed(locationId, companyId);
  }
  ofCompany(companyId: string, limit: number) {
    return this.#directory.ofCompany(companyId, limit);
  }
  uninstalled(locationId: string) {
    return this.#directory.uninstalled(locationId);
  }
  closed(locationIds: readonly string[]) {
    return this.#directory.closed(locationIds);
  }
  locations(query: LocationQuery) {
    return this.#directory.locations(query);
  }
  quarantine(item: Quarantined) {
    return this.#directory.quarantine(item);
  }
  quarantined(query: PageQuery) {
    return this.#directory.quarantined(query);
  }
  findQuarantined(id: string) {
    return this.#directory.findQuarantined(id);
  }
  release(id: string) {
    return this.#directory.release(id);
  }
  eraseContact(contactId: string) {
    return this.#directory.eraseContact(contactId);
  }
  countIgnored(kind: string) {
    return this.#directory.countIgnored(kind);
  }
  ignored() {
    return this.#directory.ignored();
  }
}

function ledgerPorts(env: LedgerEnv, ruleSet: RuleSet): LedgerPorts {
  const { retentionDays, timeZone, eventsPerSecond, requestsPerSecond, ...outgoing } = configurationOf(env);
  const { webhookSecret, outboundAllowedHosts, ownHosts, highlevel } = outgoing;
  return {
    ruleSet,
    retentionDays,
    timeZone,
    eventsPerSecond,
    requestsPerSecond,
    highlevel,
    random: Math.random,
    timer: (ms) => scheduler.wait(ms),
    announce: async (locationId) => directoryOf(env).announce(locationId),
    actions: {
      clock: Date.now,
      fetch: (request) => fetch(request),
      timeLimit: (ms) => AbortSignal.timeout(ms),
      tasks: kvTasks(env.TASKS),
      secrets: secretsOf(env),
      webhookSecret,
      outboundAllowedHosts,
      ownHosts,
    },
  };
}

/** The strings among the bindings that are not Afterbeep's own: what `secret.NAME` in a header can read. */
function secretsOf(env: LedgerEnv): { readonly [name: string]: string } {
  const own = Object.entries(env).filter(
    ([name, value]) => typeof value === "string" && !CONFIGURATION_NAMES.has(name),
  );
  return Object.fromEntries<string>(own);
}

function storageOf({ storage }: DurableObjectState): LedgerStorage {
  return {
    sql: storage.sql,
    transactionSync: (work) => storage.transactionSync(work),
    getAlarm: () => storage.getAlarm(),
    setAlarm: (atMs) => storage.setAlarm(atMs),
    sync: () => storage.sync(),
  };
}
