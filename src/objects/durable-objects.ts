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
  type AgencyCalls,
  type DirectoryCalls,
  type LedgerCalls,
} from "../model/rpc.ts";
import { CONFIGURATION_NAMES, configurationOf, type Variables } from "../model/configuration.ts";
import type { RuleSet } from "../model/rule.ts";
import { bundledRules } from "../rules/bundled.ts";
import { LocationDirectory } from "./directory.ts";
import { answeringObject, callsOf, handOn } from "./hand-on.ts";

/** The bindings of wrangler.toml, and the variables. */
export interface LedgerEnv extends Variables {
  readonly LEDGER: DurableObjectNamespace<Ledger>;
  readonly DIRECTORY: DurableObjectNamespace<Directory>;
  readonly AGENCY: DurableObjectNamespace<Agency>;
  readonly TASKS: KVNamespace;
}

const DAY_MS = 86_400_000;
const NETWORK: AgencyPorts["actions"] = {
  clock: Date.now,
  fetch: (request) => fetch(request),
  timeLimit: (ms) => AbortSignal.timeout(ms),
};
const DIRECTORY_NAME = "directory";

/** The one directory of a deployment. */
export function directoryOf(env: Pick<LedgerEnv, "DIRECTORY">): DurableObjectStub<Directory> {
  return env.DIRECTORY.getByName(DIRECTORY_NAME);
}

/** Everything that a ledger works with. */
export interface LedgerWorld {
  readonly storage: LedgerStorage;
  readonly ports: LedgerPorts;
}

/** The ledger of one location. */
export class Ledger extends answeringObject<LedgerEnv, LedgerCalls>() {
  readonly #ledger: LocationLedger;

  static {
    handOn(this.prototype, LEDGER_CALLS, (object) => object.#ledger);
  }

  /** `adapt` is for tests and benchmarks, which use their own clock, network or rules, or observe the storage. */
  constructor(ctx: DurableObjectState, env: LedgerEnv, adapt: (world: LedgerWorld) => LedgerWorld = (world) => world) {
    super(ctx, env);
    const { storage, ports } = adapt({ storage: storageOf(ctx), ports: ledgerPorts(env, bundledRules) });
    this.#ledger = new LocationLedger(storage, ports);
    void ctx.blockConcurrencyWhile(() => this.#ledger.open());
  }

  override alarm() {
    return this.#ledger.alarm();
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
    super(ctx, env);
    const { storage, ports } = adapt({ storage: storageOf(ctx), ports: agencyPorts(env) });
    this.#agency = new InstalledAgency(storage, ports);
    void ctx.blockConcurrencyWhile(() => this.#agency.open());
  }

  override alarm() {
    return this.#agency.alarm();
  }
}

/** The directory of a deployment. */
export class Directory extends answeringObject<LedgerEnv, DirectoryCalls>() {
  readonly #directory: LocationDirectory;

  static {
    handOn(this.prototype, DIRECTORY_CALLS, (object) => object.#directory);
  }

  constructor(ctx: DurableObjectState, env: LedgerEnv) {
    super(ctx, env);
    const { retentionDays } = configurationOf(env);
    this.#directory = new LocationDirectory(storageOf(ctx), Date.now, retentionDays * DAY_MS);
  }
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
  const { retentionDays, ledgerMaxBytes, timeZone, eventsPerSecond, requestsPerSecond, reconciles, ...outgoing } =
    configurationOf(env);
  const { webhookSecret, outboundAllowedHosts, ownHosts, highlevel } = outgoing;
  return {
    ruleSet,
    retentionDays,
    maxBytes: ledgerMaxBytes,
    timeZone,
    eventsPerSecond,
    requestsPerSecond,
    reconciles,
    highlevel,
    random: Math.random,
    timer: (ms) => scheduler.wait(ms),
    announce: async (locationId, name) => directoryOf(env).announce(locationId, name),
    agencyToken: (companyId, locationId) => callsOf<AgencyCalls>(env.AGENCY, companyId).tokenFor(locationId),
    actions: {
      ...NETWORK,
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
    sizeBytes: () => storage.sql.databaseSize,
    getAlarm: () => storage.getAlarm(),
    setAlarm: (atMs) => storage.setAlarm(atMs),
    sync: () => storage.sync(),
  };
}
