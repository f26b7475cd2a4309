// One simulated run of a few locations whose rules are published: sets are activated, tried in the shadow and as canaries,
// and rolled back, while ledgers die, the registry cannot be reached, and other code is deployed that refuses some of them.
import { isInShare } from "../../src/kit/share.ts";
import type { Activation, ChangeKind, InForce } from "../../src/model/published.ts";
import type { LogRecord } from "../../src/ledger/log/log.ts";
import { RuleRegistry, type RegistryPorts } from "../../src/registry/registry.ts";
import { sqliteStorage, type SqliteStorage } from "../../src/local/sqlite-storage.ts";
import { chance, type Chance } from "../../test/generated/chance.ts";
import { aRule, aRuleSet, aText } from "../../test/builders.ts";
import { ruleOf, type Published, type PublishedDecision } from "../published.ts";
import { Clockwork } from "./clockwork.ts";
import { hashesTake } from "./determinism.ts";
import { read } from "./location.ts";
import { SimulatedObject } from "./object.ts";

const START = Date.parse("2026-03-04T06:00:00Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const BUSY_MS = 90 * MINUTE;
/** After the busy time no event comes for as long as it takes until all know. */
const SETTLED_MS = 10 * MINUTE;
const LATENCY_MS = 40;
const SLOW_MS = 20_000;
/** One call in so many is carried out again, so much later: whoever called has given it up and told the next change since. */
const AGAIN_EVERY = 4;
const AGAIN_MS = 90_000;
const LOCATIONS = ["north", "south", "west"];
const CONTACTS = Array.from({ length: 6 }, (_, index) => `contact-${index}`);
const SETS = 5;
/** The templates of sets that later code refuses name what only the code before it knew. */
const REFUSED_FROM = 4;

export async function simulatePublished(seed: number): Promise<Published> {
  hashesTake(null);
  return new PublishedRun(seed).seen();
}

class PublishedRun {
  readonly #chance: Chance;
  readonly #clockwork: Clockwork;
  readonly #objects = new Map<string, SimulatedObject>();
  readonly #storage: SqliteStorage = sqliteStorage();
  #registry!: RuleRegistry;
  #isAway = false;
  #code = 1;
  #ringsAt: number | null = null;
  readonly #changes: Published["changes"][number][] = [];
  readonly #told: Published["told"][number][] = [];
  readonly #sets = new Map<string, number>();
  readonly #refused = new Set<string>();
  readonly #sent = new Map<string, { sent: number; answered: number }>();
  #peace = 0;
  #events = 0;
  #tells = 0;

  constructor(seed: number) {
    this.#chance = chance(seed);
    this.#clockwork = new Clockwork(START, this.#chance);
    for (const locationId of LOCATIONS) {
      const object = new SimulatedObject(this.#clockwork, { ...aRuleSet(), hash: "bundle" });
      object.published = (isGone) => this.#reach(isGone);
      this.#objects.set(locationId, object);
    }
  }

  async seen(): Promise<Published> {
    await this.#deploy();
    for (let set = 1; set <= SETS; set += 1) await this.#publish(set);
    this.#planEvents();
    this.#planChanges();
    this.#planFaults();
    this.#clockwork.after(BUSY_MS, () => this.#makePeace());
    this.#clockwork.after(BUSY_MS + SETTLED_MS, () => this.#settled());
    await this.#clockwork.run(START + BUSY_MS + 3 * SETTLED_MS, () => {
      for (const object of this.#objects.values()) object.watchAlarm();
      this.#noteChanges();
      this.#watchAlarm();
    });
    const last = this.#changes.at(-1)?.inForce.change ?? 0;
    // As it stands on their disks, whatever the registry believes.
    const marks = this.#rows<{ value: string }>("SELECT value FROM marks WHERE name = 'rules'");
    return {
      decisions: LOCATIONS.flatMap((locationId) => this.#decisions(locationId)),
      changes: this.#changes,
      told: this.#told,
      sets: this.#sets,
      deliveries: this.#rows("SELECT event_key AS eventKey, rule FROM deliveries"),
      divergence: this.#rows("SELECT event_key AS eventKey, rule, how, rule_set AS ruleSet FROM divergence"),
      refused: this.#refused,
      peace: this.#peace,
      locations: marks.length,
      known: marks.filter(({ value }) => (JSON.parse(value) as InForce).change === last).length,
      share: isInShare,
    };
  }

  #object(locationId: string): SimulatedObject {
    const object = this.#objects.get(locationId);
    if (!object) throw new Error("No such location");
    return object;
  }

  #rows<Row>(statement: string): (Row & { readonly locationId: string })[] {
    return LOCATIONS.flatMap((locationId) =>
      this.#object(locationId)
        .disk.rows(statement)
        .map((row) => ({ ...(row as Row), locationId })),
    );
  }

  #decisions(locationId: string): PublishedDecision[] {
    return this.#object(locationId)
      .disk.rows("SELECT record FROM events WHERE record IS NOT NULL ORDER BY seq")
      .flatMap((row) => {
        const { event, decision } = JSON.parse(String(row["record"])) as LogRecord;
        const sent = this.#sent.get(event.key);
        if (!sent || decision.repeats !== undefined) return [];
        const { key, contactId } = event;
        const { ruleSet, fired } = decision;
        return [{ key, locationId, contactId, ruleSet, fired, atMs: Date.parse(decision.decidedAt), ...sent }];
      });
  }

  /** The registry, as a new instance of the code that is deployed. */
  async #deploy(): Promise<void> {
    const code = this.#code;
    const ports: RegistryPorts = {
      clock: () => this.#clockwork.wall(),
      rulesFrom: "published",
      bundled: "bundle",
      code: `code-${code}`,
      // What differs between two versions of the code: the later one knows of a host that is Afterbeep's own.
      admission: {
        retentionDays: 30,
        outboundAllowedHosts: new Set(),
        ownHosts: new Set(code > 1 ? ["refused.example.com"] : []),
      },
      timeZone: "UTC",
      tell: (locationId, inForce) => this.#tell(locationId, inForce),
    };
    this.#registry = new RuleRegistry(this.#storage, ports);
    await this.#registry.open();
  }

  async #publish(set: number): Promise<void> {
    const isRefused = set >= REFUSED_FROM;
    const { name, ...file } = aRule({
      name: ruleOf(set),
      on: ["OutboundMessage"],
      breaker: { perMinute: 1_000, perContactDay: 1_000 },
      actions: isRefused ? [aText(), { type: "webhook", url: "https://refused.example.com/hook" }] : [aText()],
    });
    const files = { rules: [{ file: `${name}.json`, text: JSON.stringify(file) }], conditions: [] };
    const published = await this.#registry.publish({ files, note: "", author: null, over: set - 1, replay: null });
    if (!published.ok) throw new Error(JSON.stringify(published.failure));
    this.#sets.set(published.value.ruleSet, set);
    if (isRefused) this.#refused.add(published.value.ruleSet);
  }

  /** What a ledger reaches of the registry: nothing while it is away, and sometimes the answer is lost. */
  #reach(isGone: () => boolean): NonNullable<ReturnType<NonNullable<SimulatedObject["published"]>>> {
    const call = async <Value>(ask: () => Value | Promise<Value>): Promise<Value> => {
      await this.#clockwork.sleep(this.#chance.below(LATENCY_MS));
      if (this.#isAway || isGone()) throw new Error("The registry is away");
      const value = await ask();
      await this.#clockwork.sleep(this.#latency());
      if (isGone()) return new Promise(() => undefined);
      if (this.#isAway) throw new Error("The answer did not arrive");
      return value;
    };
    return {
      from: "published",
      inForce: (id) =>
        call(async () => {
          const inForce = await this.#registry.inForce(id);
          this.#told.push({ locationId: id, change: inForce.change, order: this.#clockwork.order() });
          return inForce;
        }),
      rules: (ruleSet, id) => call(() => this.#registry.rules(ruleSet, id)),
      halt: (change, id, why) => call(() => this.#registry.halt(change, id, why)),
    };
  }

  #latency(): number {
    return this.#chance.below(this.#chance.pick([LATENCY_MS, LATENCY_MS, LATENCY_MS, SLOW_MS]));
  }

  async #tell(locationId: string, inForce: InForce): Promise<void> {
    await this.#clockwork.sleep(this.#latency());
    if (this.#isAway) throw new Error("The ledger cannot be reached");
    const put = (): Promise<void> => this.#object(locationId).call((ledger) => ledger.putInForce(locationId, inForce));
    if ((this.#tells += 1) % AGAIN_EVERY === 0)
      this.#clockwork.after(AGAIN_MS, () => void put().catch(() => undefined));
    await put();
    this.#told.push({ locationId, change: inForce.change, order: this.#clockwork.order() });
  }

  #noteChanges(): void {
    const rows = this.#storage.sql.exec(
      "SELECT what, in_force FROM changes WHERE change > ? ORDER BY change",
      this.#changes.length,
    );
    for (const { what, in_force: text } of rows.toArray())
      this.#changes.push({
        inForce: JSON.parse(String(text)) as InForce,
        order: this.#clockwork.order(),
        what: what as ChangeKind,
      });
  }

  #watchAlarm(): void {
    const at = this.#storage.alarmAt;
    if (at === null || at === this.#ringsAt) return;
    this.#ringsAt = at;
    this.#clockwork.after(Math.max(1, at - this.#clockwork.wall()), () => {
      if (this.#storage.alarmAt !== at) return;
      this.#storage.alarmAt = this.#ringsAt = null;
      void this.#registry.alarm().catch(() => undefined);
    });
  }

  #planEvents(): void {
    for (let count = 20 + this.#chance.below(30); count > 0; count -= 1)
      this.#clockwork.after(this.#chance.below(BUSY_MS), () => this.#send());
  }

  #send(): void {
    const [locationId, contactId] = [this.#chance.pick(LOCATIONS), this.#chance.pick(CONTACTS)];
    const key = `event-${(this.#events += 1)}`;
    const payload = {
      type: "OutboundMessage",
      locationId,
      contactId,
      messageType: "SMS",
      status: "delivered",
      messageId: key,
    };
    this.#sent.set(key, { sent: this.#clockwork.order(), answered: Infinity });
    const event = read(key, payload, this.#clockwork.now);
    const post = (): void => {
      this.#object(locationId)
        .call((ledger) => ledger.record(event))
        .then(({ status }) => {
          if (status === "unavailable" || status === "over-budget") throw new Error("Later");
          this.#noteChanges();
          const sent = this.#sent.get(key);
          if (sent) sent.answered = this.#clockwork.order();
        })
        .catch(() => this.#clockwork.after(SECOND + this.#chance.below(MINUTE), post));
    };
    post();
  }

  #planChanges(): void {
    for (let count = 3 + this.#chance.below(8); count > 0; count -= 1) {
      const atMs = this.#chance.below(BUSY_MS);
      // Some come together.
      for (let together = this.#chance.pick([1, 1, 1, 3]); together > 0; together -= 1)
        this.#clockwork.after(atMs + this.#chance.below(SLOW_MS), () => void this.#change());
    }
  }

  async #change(): Promise<void> {
    const { chance: by } = this.#clockwork;
    const request = { by: null, reason: "", after: null };
    if (by.happens(0.2)) return void (await this.#registry.rollBack(request));
    const canary = {
      for: "canary",
      locations: by.happens(0.5) ? [by.pick(LOCATIONS)] : [],
      share: by.pick([0.3, 0.6, 1]),
      messagesPerHour: by.pick([null, 1, 3]),
    } as const;
    const activation = by.pick<Activation>([{ for: "all" }, { for: "shadow" }, { for: "nobody" }, canary, canary]);
    await this.#registry.activate(1 + by.below(SETS), activation, request);
  }

  #planFaults(): void {
    const at = (run: () => void): void => this.#clockwork.after(this.#chance.below(BUSY_MS), run);
    for (let crashes = this.#chance.below(8); crashes > 0; crashes -= 1)
      at(() => {
        const { disk } = this.#object(this.#chance.pick(LOCATIONS));
        disk.crashAfterWrites = this.#chance.below(8);
      });
    for (let turns = this.#chance.below(3); turns > 0; turns -= 1)
      at(() => {
        this.#isAway = true;
        this.#clockwork.after(this.#chance.below(5 * MINUTE), () => (this.#isAway = false));
      });
    if (this.#chance.happens(0.5)) at(() => void this.#deploy());
    if (this.#chance.happens(0.5))
      at(() => {
        this.#code = 2;
        void this.#deploy();
      });
  }

  #makePeace(): void {
    this.#isAway = false;
    for (const object of this.#objects.values()) object.disk.crashAfterWrites = Infinity;
    // Whoever looks at the rules has the registry look at the sets: so does each event of a location that never asked.
    void this.#registry.state();
  }

  /** By now all know, whatever happened: what comes from now on is decided by what is in force. */
  #settled(): void {
    this.#noteChanges();
    this.#peace = this.#code > 1 ? this.#clockwork.order() : Infinity;
    for (let count = 6; count > 0; count -= 1) this.#clockwork.after(this.#chance.below(MINUTE), () => this.#send());
  }
}
