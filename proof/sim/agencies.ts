// One simulated run of an agency with some sub-accounts: HighLevel's webhooks get lost, come late and twice, its API fails,
// the agency's object dies, sub-accounts come and go, and what may be served changes.
import { InstalledAgency } from "../../src/agency/agency.ts";
import { sealKeys, type SealKeys } from "../../src/highlevel/seal.ts";
import { openPair, sealGrant } from "../../src/highlevel/sealed-token.ts";
import { appIdOf } from "../../src/highlevel/tokens.ts";
import { LocationLedger } from "../../src/ledger/ledger.ts";
import { HighLevelStandIn } from "../../src/local/stand-in/stand-in.ts";
import { sqliteStorage, type SqliteStorage } from "../../src/local/sqlite-storage.ts";
import type { JsonObject } from "../../src/kit/json.ts";
import { readConfiguration } from "../../src/model/configuration.ts";
import { installAgency, joined, uninstall, type InstallObjects } from "../../src/objects/installs.ts";
import type { LocationDirectory } from "../../src/objects/directory.ts";
import { aDirectory } from "../../test/a-directory.ts";
import { lifecycleOf } from "../../src/receive/lifecycle.ts";
import { aRuleSet } from "../../test/builders.ts";
import { chance, type Chance } from "../../test/generated/chance.ts";
import type { AgencySeen, SeenLocation } from "../agencies.ts";
import { Clockwork } from "./clockwork.ts";
import { hashesTake } from "./determinism.ts";
import { Disk } from "./disk.ts";
import { APP, HIGHLEVEL_SETTINGS } from "./highlevel.ts";

const START = Date.parse("2026-03-04T06:00:00Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const BUSY_MS = 2 * HOUR;
/** A list of the next hour makes up for whatever was lost, and a failure may have put that off for a quarter of one. */
const PEACE_MS = 3 * HOUR;
const COMPANY = "agency-1";
const USED_MS = 10 * MINUTE;
const LATENCY_MS = 40;

/** A run; a seed decides what is lost and when. */
export async function simulateAgency(seed: number): Promise<AgencySeen> {
  hashesTake(null);
  return new AgencyRun(seed).seen();
}

/** Nothing is paused in these runs, so nobody is told. */
const never = (): Promise<void> => new Promise(() => undefined);

class AgencyRun {
  readonly #chance: Chance;
  readonly #clockwork: Clockwork;
  readonly #standIn: HighLevelStandIn;
  readonly #disk: Disk;
  readonly #directory: LocationDirectory;
  /** The state of each ledger's token before all were used. */
  readonly #heldAs = new Map<string, string | null>();
  readonly #ledgers = new Map<string, { readonly ledger: LocationLedger; readonly storage: SqliteStorage }>();
  readonly #ids: readonly string[];
  readonly #admitted = new Set<string>();
  readonly #everAdmitted = new Set<string>();
  /** What HighLevel posted last of a location or the agency, and whether that arrived. */
  readonly #lastPosted = new Map<string, { readonly isGone: boolean; hasArrived: boolean }>();
  #instance: { readonly agency: InstalledAgency; isGone: boolean } | null = null;
  #ringsAt: number | null = null;
  #stops = 0;
  #isOff = 0;
  #loses = 0;
  #events = 0;
  #keys: SealKeys | null = null;

  constructor(seed: number) {
    this.#chance = chance(seed);
    this.#clockwork = new Clockwork(START, this.#chance);
    const clock = (): number => this.#clockwork.now;
    const limits = { perInterval: this.#chance.pick([10, 20, 100]) };
    const tokensExpireInS = this.#chance.pick([1_800, 86_399]);
    this.#standIn = new HighLevelStandIn({ clock, app: APP, limits, tokensExpireInS });
    this.#standIn.tokens.hasRefresh = this.#chance.happens(0.5);
    this.#disk = new Disk(this.#clockwork, () => this.#crash());
    this.#directory = aDirectory(clock, { timer: never });
    this.#ids = Array.from({ length: 3 + this.#chance.below(8) }, (_, index) => `sub-${index}`);
    for (const id of this.#ids) {
      this.#standIn.addLocation({ id, name: `Name of ${id}`, companyId: COMPANY });
      if (this.#chance.happens(0.8)) this.#admit(id);
    }
  }

  async seen(): Promise<AgencySeen> {
    const keys = await sealKeys(HIGHLEVEL_SETTINGS.tokenKeys);
    if (!keys.ok) throw new Error(keys.failure);
    this.#keys = keys.value;
    this.#plan();
    await this.#clockwork.run(START + BUSY_MS + PEACE_MS, () => this.#watchAlarm());
    const told = this.#disk.rows("SELECT state FROM tokens")[0]?.["state"];
    const wanting = this.#disk.rows("SELECT COUNT(*) AS n FROM locations WHERE state = 'wanting'")[0]?.["n"];
    return {
      locations: await Promise.all(this.#ids.map((id) => this.#seenOf(id))),
      isInstalled: this.#isInstalled,
      isToldGone: this.#isToldGone(COMPANY),
      tokenState: typeof told === "string" ? told : null,
      wanting: told === "active" ? Number(wanting ?? 0) : 0,
      stops: this.#stops,
      tooMany: this.#standIn.tooMany,
      mistakes: this.#standIn.violations,
    };
  }

  #isInstalled = false;

  async #seenOf(id: string): Promise<SeenLocation> {
    const location = this.#standIn.state.locations.get(id);
    const kept = this.#ledgers.get(id)?.storage.sql.exec("SELECT state, sealed FROM tokens").toArray()[0];
    const sealed = kept?.["sealed"];
    const opened = typeof sealed === "string" && this.#keys !== null ? await openPair(this.#keys, sealed, id) : null;
    const access = opened?.ok ? (opened.value.accessToken ?? "") : "";
    return {
      id,
      isInstalled: location?.installedAt !== undefined,
      isAdmitted: this.#admitted.has(id),
      wasAdmitted: this.#everAdmitted.has(id),
      isToldGone: this.#isToldGone(id) || this.#isToldGone(COMPANY),
      tokenState: kept === undefined ? null : String(kept["state"]),
      heldAs: this.#heldAs.get(id) ?? null,
      tokenOf: this.#ownerOf(access),
      name: location?.name ?? "",
      knownName: this.#directory.locations({ limit: 50 }).locations.find((one) => one.locationId === id)?.name ?? null,
    };
  }

  /** Whose token it is, also of one that has expired: it can be refreshed. */
  #ownerOf(access: string): string | null {
    return access === "" ? null : (this.#standIn.tokens.grantOf(access, 0)?.locationId ?? null);
  }

  #isToldGone(what: string): boolean {
    const last = this.#lastPosted.get(what);
    return last !== undefined && last.isGone && last.hasArrived;
  }

  #plan(): void {
    const { chance } = this.#clockwork;
    this.#loses = chance.pick([0, 0.2, 0.5]);
    const at = (run: () => void): void => this.#clockwork.after(chance.below(BUSY_MS), run);
    const some = (most: number, run: () => void): void => {
      for (let turns = chance.below(most); turns > 0; turns--) at(run);
    };
    this.#clockwork.after(1 + chance.below(MINUTE), () => this.#click());
    for (const id of this.#ids) if (chance.happens(0.4)) at(() => this.#join(id));
    some(3, () => this.#click());
    some(2, () => this.#leave());
    some(6, () => this.#leaveIn(chance.pick(this.#ids)));
    some(6, () => this.#join(chance.pick(this.#ids)));
    some(4, () => this.#deploy());
    some(6, () => (chance.happens(0.4) ? this.#crash() : (this.#disk.crashAfterWrites = chance.below(12))));
    some(3, () => {
      this.#isOff = chance.pick([0.3, 1]);
      this.#clockwork.after(chance.below(HOUR / 2), () => (this.#isOff = 0));
    });
    some(2, () => {
      const location = this.#standIn.state.locations.get(chance.pick(this.#ids));
      if (location) location.name = `${location.name} renamed`;
    });
    for (let turn = 1; turn * 5 * MINUTE < BUSY_MS + PEACE_MS; turn++)
      this.#clockwork.after(turn * 5 * MINUTE, () => void this.#call((agency) => agency.poke()).catch(() => undefined));
    this.#clockwork.after(BUSY_MS + PEACE_MS - USED_MS, () => void this.#useAll());
    this.#clockwork.after(BUSY_MS, () => {
      this.#isOff = 0;
      this.#disk.crashAfterWrites = Infinity;
    });
  }

  /** Each ledger calls HighLevel: a token that is good no more is found to be, and another asked for. */
  async #useAll(): Promise<void> {
    for (const [id, { ledger }] of this.#ledgers) this.#heldAs.set(id, ledger.token()?.state ?? null);
    for (const { ledger } of this.#ledgers.values()) await ledger.missing(this.#clockwork.now - HOUR);
  }

  /** An admin of the agency installs the app, in the sub-accounts that there are. */
  #click(): void {
    const { chance, now } = this.#clockwork;
    this.#isInstalled = true;
    this.#lastPosted.delete(COMPANY);
    for (const id of this.#ids) {
      const location = this.#standIn.state.locations.get(id);
      if (location?.installedAt === undefined && chance.happens(0.7)) this.#join(id);
    }
    const code = this.#standIn.authorizeAgency(COMPANY);
    const form = { client_id: APP.clientId, client_secret: APP.clientSecret, grant_type: "authorization_code", code };
    const { body } = this.#standIn.tokens.exchange(form, now) as { body: { [name: string]: unknown } };
    const grant = {
      accessToken: String(body["access_token"]),
      refreshToken: String(body["refresh_token"]),
      expiresInMs: Number(body["expires_in"]) * SECOND,
      scopes: String(body["scope"]).split(" "),
      locationId: null,
      companyId: COMPANY,
    };
    const store = async (): Promise<void> => {
      if (this.#keys === null) return;
      await installAgency(this.#objects, COMPANY, await sealGrant(this.#keys, grant, appIdOf(APP.clientId), now));
    };
    // A page that fails is loaded again, unless the agency has left meanwhile.
    const tries = (): void =>
      void store().catch(() => this.#clockwork.after(5 * SECOND, () => this.#isInstalled && tries()));
    tries();
  }

  #join(id: string): void {
    if (this.#isInstalled) this.#post(id, this.#standIn.installIn(id), false);
  }

  #leaveIn(id: string): void {
    if (this.#standIn.state.locations.get(id)?.installedAt !== undefined)
      this.#post(id, this.#standIn.uninstallIn(id), true);
  }

  #leave(): void {
    if (!this.#isInstalled) return;
    this.#isInstalled = false;
    for (const id of this.#ids) this.#lastPosted.delete(id);
    this.#post(COMPANY, this.#standIn.uninstallAgency(COMPANY), true);
  }

  /** HighLevel posts what happened: lost, late or twice, or again after a failure. */
  #post(what: string, payload: JsonObject, isGone: boolean): void {
    const { chance } = this.#clockwork;
    const posted = { isGone, hasArrived: false };
    this.#lastPosted.set(what, posted);
    const lifecycle = lifecycleOf(payload, "events", `event-${(this.#events += 1)}`);
    if (lifecycle === null) throw new Error("HighLevel's own event is not read");
    if (chance.next() < this.#loses) return;
    const deliver = (): void => {
      const done =
        lifecycle.kind === "INSTALL"
          ? joined(this.#objects, lifecycle.install ?? { locationId: "", companyId: null, appId: "", atMs: null })
          : uninstall(this.#objects, lifecycle.place, lifecycle.uninstall);
      done.then(
        () => (posted.hasArrived = true),
        () => this.#clockwork.after(10 * MINUTE, deliver),
      );
    };
    for (let times = chance.happens(0.3) ? 2 : 1; times > 0; times--)
      this.#clockwork.after(chance.below(chance.pick([200, 5 * SECOND, 5 * MINUTE])), deliver);
  }

  /** Another version, which may serve other locations. */
  #deploy(): void {
    const { chance } = this.#clockwork;
    const id = chance.pick(this.#ids);
    if (this.#admitted.has(id)) this.#admitted.delete(id);
    else this.#admit(id);
    this.#crash();
  }

  #admit(id: string): void {
    this.#admitted.add(id);
    this.#everAdmitted.add(id);
  }

  get #objects(): InstallObjects {
    const directory = this.#directory;
    const reach = <Value>(work: () => Value | Promise<Value>): Promise<Value> =>
      this.#clockwork.sleep(this.#clockwork.chance.below(LATENCY_MS)).then(work);
    return {
      directory: {
        installed: (...given) => reach(() => directory.installed(...given)),
        uninstalled: (...given) => reach(() => directory.uninstalled(...given)),
        agency: (...given) => reach(() => directory.agency(...given)),
        agencies: (...given) => reach(() => directory.agencies(...given)),
        ofCompany: (...given) => reach(() => directory.ofCompany(...given)),
        companyOf: (...given) => reach(() => directory.companyOf(...given)),
      },
      ledger: (id) => ({
        storeToken: async (...given) => (await this.#ledger(id)).storeToken(...given),
        uninstall: async (given) => (await this.#ledger(id)).uninstall(given),
        token: async () => (await this.#ledger(id)).token(),
      }),
      agency: () => ({
        install: (...given) => this.#call((agency) => agency.install(...given)),
        joined: (given) => this.#call((agency) => agency.joined(given)),
        look: () => this.#call((agency) => agency.look()),
        left: (...given) => this.#call((agency) => agency.left(...given)),
        uninstall: (given) => this.#call((agency) => agency.uninstall(given)),
        poke: () => this.#call((agency) => agency.poke()),
      }),
    };
  }

  async #ledger(id: string): Promise<LocationLedger> {
    await this.#clockwork.sleep(this.#clockwork.chance.below(LATENCY_MS));
    const known = this.#ledgers.get(id);
    if (known) return known.ledger;
    const storage = sqliteStorage();
    const clock = (): number => this.#clockwork.now;
    const ledger = new LocationLedger(storage, {
      ruleSet: aRuleSet(),
      retentionDays: 30,
      maxBytes: Infinity,
      timeZone: "UTC",
      eventsPerSecond: 1_000_000,
      requestsPerSecond: 500,
      reconciles: () => true,
      random: () => 0,
      timer: (ms) => this.#clockwork.sleep(ms),
      announce: async (...given) => this.#directory.announce(...given),
      highlevel: HIGHLEVEL_SETTINGS,
      agencyToken: (_, locationId) => this.#call((agency) => agency.tokenFor(locationId)),
      actions: {
        clock,
        fetch: (request) => this.#fetch(request),
        timeLimit: () => new AbortController().signal,
        tasks: { put: () => Promise.resolve(), delete: () => Promise.resolve() },
        secrets: {},
        webhookSecret: "",
        outboundAllowedHosts: new Set(),
        ownHosts: new Set(),
      },
    });
    await ledger.open();
    const now = this.#ledgers.get(id);
    if (now) return now.ledger;
    this.#ledgers.set(id, { ledger, storage });
    return ledger;
  }

  async #fetch(request: Request): Promise<Response> {
    const { chance } = this.#clockwork;
    await this.#clockwork.sleep(chance.below(LATENCY_MS));
    if (chance.next() < this.#isOff) {
      if (chance.happens(0.5)) throw new TypeError("The connection was reset");
      return new Response(null, { status: 503 });
    }
    const answer = await this.#standIn.answer(request);
    await this.#clockwork.sleep(chance.below(chance.happens(0.1) ? 5 * SECOND : LATENCY_MS));
    return answer;
  }

  async #call<Value>(method: (agency: InstalledAgency) => Value | Promise<Value>): Promise<Value> {
    await this.#clockwork.sleep(this.#clockwork.chance.below(LATENCY_MS));
    const instance = (this.#instance ??= this.#start());
    const value = await method(instance.agency);
    await this.#disk.confirmed();
    if (instance.isGone) throw new Error("The object died");
    return value;
  }

  #start(): { readonly agency: InstalledAgency; isGone: boolean } {
    const instance = { isGone: false } as { agency: InstalledAgency; isGone: boolean };
    const isGone = (): boolean => instance.isGone;
    const alive = async <Value>(work: () => Promise<Value>): Promise<Value> => {
      await this.#disk.confirmed();
      const value = isGone() ? await new Promise<never>(() => undefined) : await work();
      return isGone() ? new Promise<never>(() => undefined) : value;
    };
    const directory = this.#directory;
    instance.agency = new InstalledAgency(this.#disk.storage(isGone), {
      highlevel: HIGHLEVEL_SETTINGS,
      admitted: readConfiguration({ ALLOWED_LOCATIONS: [...this.#admitted].join() }).locations,
      actions: {
        clock: () => this.#clockwork.now,
        fetch: (request) => alive(() => this.#fetch(request)),
        timeLimit: () => new AbortController().signal,
      },
      ledger: (id) => ({
        token: () => alive(async () => (await this.#ledger(id)).token()),
        offerToken: (...given) => alive(async () => (await this.#ledger(id)).offerToken(...given)),
      }),
      directory: {
        installed: (...given) => alive(async () => directory.installed(...given)),
        named: (...given) => alive(async () => directory.named(...given)),
      },
    });
    return instance;
  }

  #crash(): void {
    if (!this.#instance) return;
    this.#instance.isGone = true;
    this.#instance = null;
    this.#stops += 1;
    this.#disk.die();
    this.#ringsAt = null;
  }

  /** Between two steps: the alarm that is set will ring, again if the object dies over it. */
  #watchAlarm(): void {
    const alarm = this.#disk.alarm();
    if (!alarm || this.#ringsAt === alarm.number) return;
    this.#ringsAt = alarm.number;
    const dueInMs = Math.max(0, alarm.at - this.#clockwork.now);
    this.#clockwork.after(dueInMs + this.#clockwork.chance.below(LATENCY_MS), () => this.#ring(alarm.number));
  }

  #ring(number: number): void {
    const alarm = this.#disk.alarm();
    if (alarm?.number !== number || this.#disk.ringing !== null) return;
    this.#disk.ringing = number;
    const rang = (): void => {
      this.#disk.ringing = null;
      this.#disk.dropAlarm(number);
    };
    this.#call((agency) => agency.alarm()).then(rang, () => (this.#ringsAt = null));
  }
}
