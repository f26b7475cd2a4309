// One simulated run of a location that is deleted while it is busy: events come, tasks and webhooks wait and are under way,
// its agency offers it tokens, KV, the directory and the registry refuse for a while, and the object dies at any write.
import { deleteLocation, type KeptAt } from "../../src/objects/delete-location.ts";
import { RuleRegistry } from "../../src/registry/registry.ts";
import { sqliteStorage, type SqliteStorage } from "../../src/local/sqlite-storage.ts";
import type { AuditNote } from "../../src/model/audit.ts";
import { aDirectory } from "../../test/a-directory.ts";
import { aRule, aRuleSet, aTask, aWebhook } from "../../test/builders.ts";
import { chance, type Chance } from "../../test/generated/chance.ts";
import type { Deleting, Kept } from "../deleting.ts";
import { Clockwork } from "./clockwork.ts";
import { hashesTake } from "./determinism.ts";
import { LOCATION, read } from "./location.ts";
import { CHARACTERS } from "./network.ts";
import { SimulatedObject } from "./object.ts";

const START = Date.parse("2026-03-04T06:00:00Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const BUSY_MS = HOUR;
/** What a rule lets wait leaves within this. */
const PEACE_MS = 5 * HOUR;
const WATCHDOG_MS = 15 * MINUTE;
const LATENCY_MS = 30;
const COMPANY = "agency-1";
const CALM = "calm.example.com";
const BROKEN = "broken.example.com";
const RECEIVER = "alerts.example.com";
const NOTE: AuditNote = {
  action: "location.delete",
  by: { through: "token", name: "ada" },
  about: { location: LOCATION },
};
/** What has something of the location beside its ledger. */
type Beside = "directory" | "registry" | "agency" | "tasks";

/** Each webhook names its contact in its path. */
const to = (host: string): string => `https://${host}/{{ event.contactId }}`;
const RULES = aRuleSet(
  aRule({ name: "task", actions: [aTask({ title: "Call {{ event.contactId }}" })] }),
  aRule({ name: "now", actions: [aWebhook({ url: to(CALM) })] }),
  aRule({ name: "waits", actions: [aWebhook({ url: to(CALM), after: "2h" })] }),
  aRule({ name: "dies", actions: [aWebhook({ url: to(BROKEN) })] }),
);

/** A run; a seed decides what breaks, and when the location is deleted. */
export async function simulateDeleting(seed: number): Promise<Deleting> {
  hashesTake(null);
  return new DeletingRun(seed).seen();
}

class DeletingRun {
  readonly #chance: Chance;
  readonly #clockwork: Clockwork;
  readonly #object: SimulatedObject;
  readonly #directoryRows = sqliteStorage();
  readonly #registryRows = sqliteStorage();
  readonly #directory;
  readonly #registry: RuleRegistry;
  readonly #events: Deleting["events"][number][] = [];
  /** The chance that one of them refuses a call. */
  readonly #refuses = { directory: 0, registry: 0, agency: 0, tasks: 0 };
  /** When the last call arrived: calls of one object arrive in the order in which they left. */
  readonly #arrivedAt = new Map<string, number>();
  /** Whether the agency counts it as having left. */
  #isLeft = false;
  #begunAnew: { readonly order: number; readonly at: number } | null = null;
  #confirmed: Deleting["confirmed"] = null;

  constructor(seed: number) {
    this.#chance = chance(seed);
    this.#clockwork = new Clockwork(START, this.#chance);
    const clock = (): number => this.#clockwork.now;
    this.#directory = aDirectory(clock, {}, this.#directoryRows);
    this.#registry = new RuleRegistry(this.#registryRows, {
      clock,
      rulesFrom: "deploy",
      bundled: RULES.hash,
      code: "code",
      admission: { retentionDays: 30, outboundAllowedHosts: new Set(), ownHosts: new Set() },
      timeZone: "UTC",
      tell: () => Promise.resolve(),
    });
    this.#object = new SimulatedObject(this.#clockwork, RULES);
    this.#object.onStartOver = () => (this.#begunAnew = { order: this.#clockwork.order(), at: this.#clockwork.now });
    this.#object.network.directory = (locationId, name) =>
      this.#asked("directory", () => this.#directory.announce(locationId, name));
    this.#object.published = (isGone) => ({
      from: "deploy",
      inForce: (locationId) =>
        this.#left(isGone, () => this.#asked("registry", () => this.#registry.inForce(locationId))),
      rules: async () => [],
      halt: async () => undefined,
    });
    this.#object.alerts = {
      url: `https://${RECEIVER}/`,
      silence: { kinds: new Set(), awake: null },
      tell: (locationId, told) => this.#asked("directory", async () => this.#directory.alerted(locationId, told)),
    };
  }

  async seen(): Promise<Deleting> {
    await this.#registry.open();
    await this.#directory.installed(LOCATION, COMPANY);
    this.#plan();
    await this.#clockwork.run(START + BUSY_MS + PEACE_MS, () => this.#object.watchAlarm());
    return {
      events: this.#events,
      begunAnew: this.#begunAnew,
      confirmed: this.#confirmed,
      atEnd: this.#kept(),
      calls: this.#object.network.calls.map(({ order, about, host, id }) => ({ order, about, host, id })),
      isNewsRecorded: (contactId) =>
        this.#object.disk.rows("SELECT 1 FROM events WHERE contact_id = ?", contactId).length > 0,
    };
  }

  #plan(): void {
    const { chance } = this.#clockwork;
    const { network, disk } = this.#object;
    const deletedMs = 10 * MINUTE + chance.below(BUSY_MS - 20 * MINUTE);
    const at = (run: () => void): void => this.#clockwork.after(chance.below(BUSY_MS), run);
    /** Within seconds of when the location is deleted. */
    const then = (run: () => void): void =>
      this.#clockwork.after(Math.max(0, deletedMs - SECOND + chance.below(chance.pick([2 * SECOND, MINUTE]))), run);
    for (let events = 4 + chance.below(10); events > 0; events--) at(() => this.#event());
    for (let events = chance.below(12); events > 0; events--) then(() => this.#event());
    network.characters.set(BROKEN, chance.pick(["410", "hangs", "500"]));
    for (let changes = chance.below(4); changes > 0; changes--)
      at(() => network.characters.set(chance.pick([BROKEN, RECEIVER, CALM]), chance.pick(CHARACTERS)));
    at(() => this.#offer());
    for (let offers = chance.below(4); offers > 0; offers--) then(() => this.#offer());
    if (chance.happens(0.5))
      for (let crashes = 1 + chance.below(5); crashes > 0; crashes--)
        then(() => (chance.happens(0.3) ? this.#object.crash() : (disk.crashAfterWrites = chance.below(20))));
    for (const what of ["directory", "registry", "agency", "tasks"] as const) {
      if (chance.happens(0.6)) continue;
      then(() => (this.#refuses[what] = chance.next()));
      this.#clockwork.after(deletedMs + chance.below(20 * MINUTE), () => (this.#refuses[what] = 0));
    }
    if (chance.happens(0.4)) {
      then(() => (network.kvRefuses = chance.next()));
      this.#clockwork.after(deletedMs + chance.below(20 * MINUTE), () => (network.kvRefuses = 0));
    }
    this.#clockwork.after(deletedMs, () => void this.#delete());
    this.#clockwork.after(BUSY_MS + HOUR, () => {
      Object.assign(this.#refuses, { directory: 0, registry: 0, agency: 0, tasks: 0 });
      network.kvRefuses = 0;
      disk.crashAfterWrites = Infinity;
      for (const host of [BROKEN, RECEIVER, CALM]) network.characters.set(host, "prompt");
    });
    for (let turn = 1; turn * WATCHDOG_MS < BUSY_MS + PEACE_MS; turn++)
      this.#clockwork.after(turn * WATCHDOG_MS, () => {
        if (this.#directory.isKnown(LOCATION)) void this.#object.call((ledger) => ledger.poke()).catch(() => null);
        this.#offer();
      });
  }

  /** An operator deletes the location, and again until the answer is that nothing is left. */
  async #delete(): Promise<void> {
    const { kv } = this.#object.network;
    const tasks = {
      list: ({ prefix }: { readonly prefix: string }) => ({
        keys: [...kv.keys()].filter((name) => name.startsWith(prefix)).map((name) => ({ name })),
      }),
      delete: (key: string) => void kv.delete(key),
    };
    const kept: KeptAt = {
      directory: this.#reached("directory", this.#directory),
      registry: this.#reached("registry", this.#registry),
      agency: () => this.#reached("agency", { deleted: () => void (this.#isLeft = true) }),
      tasks: this.#reached("tasks", tasks),
      ledger: () => ({
        remove: (locationId, ...how) => this.#object.call((ledger) => ledger.remove(locationId, ...how)),
      }),
    };
    try {
      const { more } = await deleteLocation(kept, NOTE, LOCATION);
      if (more) this.#clockwork.after(SECOND, () => void this.#delete());
      else this.#confirmed = { order: this.#clockwork.order(), kept: this.#kept() };
    } catch {
      this.#clockwork.after(this.#chance.below(MINUTE), () => void this.#delete());
    }
  }

  /** Something happens at a contact of its own, and is sent until it is taken. */
  #event(): void {
    const number = this.#events.length + 1;
    const contactId = `contact-${String(number).padStart(3, "0")}-`;
    const event = { contactId, triedOrder: 0, takenOrder: null as number | null };
    this.#events.push(event);
    const tries = async (): Promise<void> => {
      const payload = {
        type: "OutboundMessage", locationId: LOCATION, contactId, messageType: "SMS", status: "delivered",
        messageId: contactId, dateAdded: new Date(START).toISOString(),
      }; // prettier-ignore
      try {
        const triedOrder = this.#clockwork.order();
        const made = read(`event-${number}`, payload, this.#clockwork.now);
        const { status } = await this.#object.call((ledger) => ledger.record(made));
        if (status !== "accepted" && status !== "duplicate") throw new Error("Not taken");
        Object.assign(event, { triedOrder, takenOrder: this.#clockwork.order() });
      } catch {
        this.#clockwork.after(this.#chance.below(2 * MINUTE), () => void tries());
      }
    };
    void tries();
  }

  /** Its agency offers it a token, until it counts it as having left. */
  #offer(): void {
    if (this.#isLeft) return;
    const token = {
      source: "agency", sealed: `v1.${this.#clockwork.now}`, expiresAtMs: null, companyId: COMPANY, appId: "app", scopes: [],
    } as const; // prettier-ignore
    void this.#object.call((ledger) => ledger.offerToken(LOCATION, token, this.#clockwork.now)).catch(() => null);
  }

  /** Calls of what is beside the ledger: they take a while, and may be refused. */
  #reached<Calls extends object>(what: Beside, calls: object): Calls {
    return new Proxy(calls as Calls, {
      get:
        (_, name) =>
        (...args: unknown[]) =>
          this.#asked(what, async () =>
            Reflect.apply(calls[name as never] as (...args: unknown[]) => unknown, calls, args),
          ),
    });
  }

  async #asked<Value>(what: Beside, call: () => Promise<Value>): Promise<Value> {
    const { chance, now } = this.#clockwork;
    const at = Math.max(now + chance.below(LATENCY_MS), this.#arrivedAt.get(what) ?? 0);
    this.#arrivedAt.set(what, at);
    await this.#clockwork.sleep(at - now);
    if (chance.next() < this.#refuses[what]) throw new Error(`The ${what} does not answer`);
    const value = await call();
    await this.#clockwork.sleep(chance.below(LATENCY_MS));
    return value;
  }

  /** Nothing leaves an object until what it wrote is on disk. */
  async #left<Value>(isGone: () => boolean, call: () => Promise<Value>): Promise<Value> {
    await this.#object.disk.confirmed();
    return isGone() ? new Promise(() => undefined) : call();
  }

  /** All that is kept of the location anywhere, as text. */
  #kept(): Kept {
    const { disk, network } = this.#object;
    const tables = disk
      .rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('alarm', 'migrations')")
      .map(({ name }) => String(name));
    const own = (rows: SqliteStorage, table: string): string[] =>
      rows.sql
        .exec(`SELECT * FROM ${table} WHERE location_id = ?`, LOCATION)
        .toArray()
        .map((row) => `${table}: ${JSON.stringify(row)}`);
    return {
      ledger: tables.flatMap((name) =>
        disk.rows(`SELECT * FROM "${name}"`).map((row) => `${name}: ${JSON.stringify(row)}`),
      ),
      tasks: [...network.kv].map(([key, value]) => `${key}: ${value}`),
      directory: own(this.#directoryRows, "locations"),
      alerts: own(this.#directoryRows, "alerts"),
      registry: own(this.#registryRows, "locations"),
      hasAlarm: disk.alarm() !== undefined,
    };
  }
}
