// The Durable Objects: thin shells that give ledgers, agencies and the directory their storage, clock, randomness and
// network, and pass each call on to the method of the same name. `model/rpc.ts` says which calls there are.
import { kvTasks } from "../act/task/kv-tasks.ts";
import { InstalledAgency, type AgencyPorts } from "../agency/agency.ts";
import { LocationLedger } from "../ledger/ledger.ts";
import type { LedgerPorts, LedgerStorage } from "../ledger/store/ports.ts";
import {
  AGENCY_CALLS,
  DIRECTORY_CALLS,
  LEDGER_CALLS,
  REGISTRY_CALLS,
  type AgencyCalls,
  type DirectoryCalls,
  type LedgerCalls,
  type RegistryCalls,
} from "../model/rpc.ts";
import { CONFIGURATION_NAMES, configurationOf, isOnList, type Variables } from "../model/configuration.ts";
import type { RuleSet } from "../model/rule.ts";
import { RuleRegistry, type RegistryPorts } from "../registry/registry.ts";
import { bundledCode, bundledRules } from "../rules/bundled.ts";
import { LocationDirectory, type DirectoryPorts } from "./directory.ts";
import { endable } from "./endable.ts";
import { answeringObject, callsOf, handOn } from "./hand-on.ts";
import { divided, HUB_NAME } from "./parts.ts";
import { placed, unlessElsewhere } from "./placed.ts";

/** The bindings of wrangler.toml, and the variables. */
export interface LedgerEnv extends Variables {
  readonly LEDGER: DurableObjectNamespace<Ledger>;
  readonly DIRECTORY: DurableObjectNamespace<Directory>;
  readonly AGENCY: DurableObjectNamespace<Agency>;
  readonly REGISTRY: DurableObjectNamespace<Registry>;
  readonly TASKS: KVNamespace;
}

const DAY_MS = 86_400_000;
const NETWORK: AgencyPorts["actions"] = {
  clock: Date.now,
  fetch: (request) => fetch(request),
  timeLimit: (ms) => AbortSignal.timeout(ms),
};
const REGISTRY_NAME = "registry";

/** The directory of a deployment, all of it. */
export function directoryOf(env: Pick<LedgerEnv, "DIRECTORY">): DirectoryCalls {
  return divided((name) => callsOf<DirectoryCalls>(env.DIRECTORY, name));
}

/** The one registry of a deployment. */
export function registryOf(env: Pick<LedgerEnv, "REGISTRY">): RegistryCalls {
  return callsOf<RegistryCalls>(env.REGISTRY, REGISTRY_NAME);
}

/** Everything that a ledger works with. */
export interface LedgerWorld {
  readonly storage: LedgerStorage;
  readonly ports: LedgerPorts;
}

/** The ledger of one location. */
export class Ledger extends answeringObject<LedgerEnv, LedgerCalls>() {
  #ledger: LocationLedger;

  static {
    handOn(this.prototype, LEDGER_CALLS, (object) => object.#ledger);
  }

  /** `adapt` is for tests and benchmarks, which use their own clock, network or rules, or observe the storage. */
  constructor(ctx: DurableObjectState, env: LedgerEnv, adapt: (world: LedgerWorld) => LedgerWorld = (world) => world) {
    super(ctx, (env = placed(env)));
    const begun = (): LocationLedger => {
      const own = endable(storageOf(ctx));
      const startOver = async (): Promise<void> => {
        own.end();
        await ctx.blockConcurrencyWhile(async () => {
          await ctx.storage.deleteAlarm();
          await ctx.storage.deleteAll();
          this.#ledger = begun();
          await this.#ledger.open();
        });
      };
      const { storage, ports } = adapt({
        storage: own.storage,
        ports: { ...ledgerPorts(env, bundledRules), startOver },
      });
      return new LocationLedger(storage, ports);
    };
    this.#ledger = begun();
    void ctx.blockConcurrencyWhile(() => this.#ledger.open());
  }

  override alarm() {
    return unlessElsewhere(this.ctx, this.env, () => this.#ledger.alarm());
  }
}

/** What an agency works with. */
export interface AgencyWorld {
  readonly storage: LedgerStorage;
  readonly ports: AgencyPorts;
}

/** An agency that has the app installed for its locations. */
export class Agency extends answeringObject<LedgerEnv, AgencyCalls>() {
  readonly #agency: InstalledAgency;

  static {
    handOn(this.prototype, AGENCY_CALLS, (object) => object.#agency);
  }

  /** `adapt` is for tests, as that of a ledger. */
  constructor(ctx: DurableObjectState, env: LedgerEnv, adapt: (world: AgencyWorld) => AgencyWorld = (world) => world) {
    super(ctx, (env = placed(env)));
    const { storage, ports } = adapt({ storage: storageOf(ctx), ports: agencyPorts(env) });
    this.#agency = new InstalledAgency(storage, ports);
    void ctx.blockConcurrencyWhile(() => this.#agency.open());
  }

  override alarm() {
    return unlessElsewhere(this.ctx, this.env, () => this.#agency.alarm());
  }
}

/** What an object of the directory works with. */
export interface DirectoryWorld {
  readonly storage: LedgerStorage;
  readonly ports: DirectoryPorts;
}

/** The directory of a deployment, or a part of it. */
export class Directory extends answeringObject<LedgerEnv, DirectoryCalls>() {
  readonly #directory: LocationDirectory;

  static {
    handOn(this.prototype, DIRECTORY_CALLS, (object) => object.#directory);
  }

  /** `adapt` is for tests, as that of a ledger. */
  constructor(
    ctx: DurableObjectState,
    env: LedgerEnv,
    adapt: (world: DirectoryWorld) => DirectoryWorld = (world) => world,
  ) {
    super(ctx, (env = placed(env)));
    const isHub = ctx.id.equals(env.DIRECTORY.idFromName(HUB_NAME));
    const { storage, ports } = adapt({ storage: storageOf(ctx), ports: directoryPorts(env, isHub) });
    this.#directory = new LocationDirectory(storage, ports, configurationOf(env).retentionDays * DAY_MS);
  }

  override alarm() {
    return unlessElsewhere(this.ctx, this.env, () => this.#directory.alarm());
  }
}

/** What the registry works with. */
export interface RegistryWorld {
  readonly storage: LedgerStorage;
  readonly ports: RegistryPorts;
}

/** The registry of a deployment's published rule sets. */
export class Registry extends answeringObject<LedgerEnv, RegistryCalls>() {
  readonly #registry: RuleRegistry;

  static {
    handOn(this.prototype, REGISTRY_CALLS, (object) => object.#registry);
  }

  /** `adapt` is for tests, as that of a ledger. */
  constructor(
    ctx: DurableObjectState,
    env: LedgerEnv,
    adapt: (world: RegistryWorld) => RegistryWorld = (world) => world,
  ) {
    super(ctx, (env = placed(env)));
    const { storage, ports } = adapt({ storage: storageOf(ctx), ports: registryPorts(env) });
    this.#registry = new RuleRegistry(storage, ports);
    void ctx.blockConcurrencyWhile(() => this.#registry.open());
  }

  override alarm() {
    return unlessElsewhere(this.ctx, this.env, () => this.#registry.alarm());
  }
}

function registryPorts(env: LedgerEnv): RegistryPorts {
  const { rulesFrom, timeZone, retentionDays, outboundAllowedHosts, ownHosts } = configurationOf(env);
  return {
    clock: Date.now,
    rulesFrom,
    bundled: bundledRules.hash,
    code: bundledCode,
    admission: { retentionDays, outboundAllowedHosts, ownHosts },
    timeZone,
    tell: (locationId, inForce) => callsOf<LedgerCalls>(env.LEDGER, locationId).putInForce(locationId, inForce),
  };
}

function directoryPorts(env: LedgerEnv, isHub: boolean): DirectoryPorts {
  const object = (name: string): DirectoryCalls => callsOf<DirectoryCalls>(env.DIRECTORY, name);
  const ledger = (locationId: string): LedgerCalls => callsOf<LedgerCalls>(env.LEDGER, locationId);
  return {
    clock: Date.now,
    timer: (ms) => scheduler.wait(ms),
    tell: (locationId, everywhere) => ledger(locationId).learnPauses(everywhere),
    poke: (locationId, ...how) => ledger(locationId).poke(...how),
    object,
    ...(isHub ? { part: (name, everywhere) => object(name).learn(everywhere) } : {}),
  };
}

function agencyPorts(env: LedgerEnv): AgencyPorts {
  const { highlevel, locations } = configurationOf(env);
  return {
    highlevel,
    admitted: locations,
    actions: NETWORK,
    ledger: (locationId) => callsOf<LedgerCalls>(env.LEDGER, locationId),
    directory: directoryOf(env),
  };
}

function ledgerPorts(env: LedgerEnv, ruleSet: RuleSet): LedgerPorts {
  const {
    retentionDays,
    ledgerMaxBytes,
    timeZone,
    eventsPerSecond,
    requestsPerSecond,
    reconciles,
    locations,
    rulesFrom,
    alertUrl,
    alertSilence,
    highlevel,
  } = configurationOf(env);
  return {
    ruleSet,
    retentionDays,
    maxBytes: ledgerMaxBytes,
    timeZone,
    eventsPerSecond,
    requestsPerSecond,
    // What may not send is not asked for what it did not send.
    reconciles: (locationId) => reconciles && isOnList(locations, locationId),
    highlevel,
    random: Math.random,
    timer: (ms) => scheduler.wait(ms),
    pausedEverywhere: async () => directoryOf(env).everywhere(),
    announce: async (locationId, name) => directoryOf(env).announce(locationId, name),
    alerts: {
      url: alertUrl,
      silence: alertSilence,
      tell: async (locationId, alerts) => directoryOf(env).alerted(locationId, alerts),
    },
    published: {
      from: rulesFrom,
      inForce: (locationId) => registryOf(env).inForce(locationId),
      rules: (ruleSet, locationId) => registryOf(env).rules(ruleSet, locationId),
      halt: (change, locationId, why) => registryOf(env).halt(change, locationId, why),
    },
    agencyToken: (companyId, locationId) => callsOf<AgencyCalls>(env.AGENCY, companyId).tokenFor(locationId),
    actions: outsideOf(env),
  };
}

/** The outside world, as actions and alerts see it. */
export function outsideOf(env: LedgerEnv): LedgerPorts["actions"] {
  const { webhookSecret, outboundAllowedHosts, ownHosts } = configurationOf(env);
  return {
    ...NETWORK,
    tasks: kvTasks(env.TASKS),
    secrets: secretsOf(env),
    webhookSecret,
    outboundAllowedHosts,
    ownHosts,
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
    sizeBytes: () => storage.sql.databaseSize,
    getAlarm: () => storage.getAlarm(),
    setAlarm: (atMs) => storage.setAlarm(atMs),
    sync: () => storage.sync(),
  };
}
