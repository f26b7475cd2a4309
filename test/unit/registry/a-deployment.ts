// A registry and the ledgers of some locations, on Node's SQLite, with one clock. A ledger or the registry can be stopped,
// made new on its disk, or kept from reaching the other.
import type { Failure } from "../../../src/model/failure.ts";
import type { Result } from "../../../src/kit/result.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { Activation, RulesChange, RulesFrom } from "../../../src/model/published.ts";
import type { Rule, RuleSet } from "../../../src/model/rule.ts";
import { RuleRegistry } from "../../../src/registry/registry.ts";
import { sqliteStorage, type SqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { aRuleSet, anEvent } from "../../builders.ts";
import { aLedger } from "../ledger/a-ledger.ts";

interface Place {
  readonly storage: SqliteStorage;
  ledger: LocationLedger;
}

const SECOND_MS = 1_000;

export class ADeployment {
  now = Date.parse("2026-03-04T12:00:00Z");
  from: RulesFrom = "published";
  code = "code-1";
  /** The set of the bundle, as ledgers that start from now on have it. */
  bundled: RuleSet = aRuleSet();
  retentionDays = 30;
  /** Locations whose ledger does not answer. */
  readonly away = new Set<string>();
  isRegistryAway = false;
  /** How often ledgers asked the registry for anything. */
  asked = 0;
  readonly registryStorage = sqliteStorage();
  registry!: RuleRegistry;
  readonly #places = new Map<string, Place>();
  #events = 0;

  static async with(from: RulesFrom = "published"): Promise<ADeployment> {
    const made = new ADeployment();
    made.from = from;
    await made.deployRegistry();
    return made;
  }

  /** The registry as a new instance, perhaps of other code. */
  async deployRegistry(): Promise<void> {
    this.registry = new RuleRegistry(this.registryStorage, {
      clock: () => this.now,
      rulesFrom: this.from,
      bundled: this.bundled.hash,
      code: this.code,
      admission: { retentionDays: this.retentionDays, outboundAllowedHosts: new Set(), ownHosts: new Set() },
      timeZone: "UTC",
      tell: async (locationId, inForce) => {
        if (this.away.has(locationId)) throw new Error("The ledger is away");
        const place = this.#places.get(locationId);
        if (place) await place.ledger.putInForce(locationId, inForce);
      },
    });
    await this.registry.open();
  }

  /** The ledger of a location, made when it is first asked for. */
  async ledger(locationId: string): Promise<LocationLedger> {
    const known = this.#places.get(locationId);
    return known ? known.ledger : this.restart(locationId);
  }

  /** A new instance of a ledger on the disk of the one before. */
  async restart(locationId: string): Promise<LocationLedger> {
    const storage = this.#places.get(locationId)?.storage ?? sqliteStorage();
    const reach = async <Value>(call: () => Value): Promise<Awaited<Value>> => {
      this.asked += 1;
      if (this.isRegistryAway) throw new Error("The registry is away");
      return await call();
    };
    const ledger = await aLedger({
      storage,
      clock: () => this.now,
      ruleSet: this.bundled,
      published: {
        from: this.from,
        inForce: (id) => reach(() => this.registry.inForce(id)),
        rules: (ruleSet, id) => reach(() => this.registry.rules(ruleSet, id)),
        halt: (change, id, why) => reach(() => this.registry.halt(change, id, why)),
      },
    });
    this.#places.set(locationId, { storage, ledger });
    return ledger;
  }

  storage(locationId: string): SqliteStorage {
    const place = this.#places.get(locationId);
    if (!place) throw new Error("No such location");
    return place.storage;
  }

  /** Publishes rules as the next version, whose number it returns. */
  async publish(...rules: Rule[]): Promise<number> {
    const { versions } = this.registry.versions({ limit: 1 });
    const published = await this.registry.publish({
      files: filesOf(rules),
      note: "",
      author: "ana",
      over: versions[0]?.version ?? 0,
      replay: null,
    });
    if (!published.ok) throw new Error(JSON.stringify(published.failure));
    return published.value.version;
  }

  /** Puts a version in force, and lets every ledger know that can be reached. */
  async activate(version: number, activation: Activation): Promise<Result<RulesChange, Failure>> {
    const done = await this.registry.activate(version, activation, { by: "ana", reason: "", after: null });
    await this.tellAll();
    return done;
  }

  async rollBack(): Promise<Result<RulesChange, Failure>> {
    const done = await this.registry.rollBack({ by: "ana", reason: "", after: null });
    await this.tellAll();
    return done;
  }

  /** Rings the registry's alarm, as often as it is set for now. */
  async tellAll(): Promise<void> {
    for (let rings = 0; rings < 50; rings += 1) {
      const at = this.registryStorage.alarmAt;
      if (at === null || at > this.now) return;
      this.registryStorage.alarmAt = null;
      await this.registry.alarm();
    }
  }

  /** What an outbound message of a contact came to: the rules that fired, and the set that decided; `null`: it was refused. */
  async event(
    locationId: string,
    contactId: string,
    fields = {},
  ): Promise<{ fired: readonly string[]; ruleSet: string } | null> {
    this.now += SECOND_MS;
    const key = `event-${(this.#events += 1)}`;
    const messageId = `message-${this.#events}`;
    const ledger = await this.ledger(locationId);
    const recorded = await ledger.record({ ...anEvent({ locationId, contactId, messageId, ...fields }, key) });
    if (recorded.status !== "accepted") return null;
    const story = await ledger.event(key, contactId);
    return { fired: story?.decision.fired ?? [], ruleSet: story?.decision.ruleSet ?? "" };
  }
}

/** Rules as the files that they would come from. */
function filesOf(rules: readonly Rule[]): {
  readonly rules: readonly { readonly file: string; readonly text: string }[];
  readonly conditions: readonly never[];
} {
  return {
    rules: rules.map(({ name, ...rest }) => ({ file: `${name}.json`, text: JSON.stringify(rest) })),
    conditions: [],
  };
}
