// An agency with real ledgers and a real directory, on Node's SQLite, and a HighLevel that breaks down.
import { describe, expect, it, vi } from "vitest";
import { InstalledAgency } from "../../../src/agency/agency.ts";
import { progress } from "../../../src/agency/progress.ts";
import { sealKeys } from "../../../src/highlevel/seal.ts";
import { sealGrant } from "../../../src/highlevel/sealed-token.ts";
import { appIdOf, askForToken, codeForm } from "../../../src/highlevel/tokens.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { FaultKind } from "../../../src/local/stand-in/faults.ts";
import { HighLevelStandIn, type Settings } from "../../../src/local/stand-in/stand-in.ts";
import { sqliteStorage, type SqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { readConfiguration, type ApiVersion, type HighLevelSettings } from "../../../src/model/configuration.ts";
import type { AgencyQuery } from "../../../src/model/agency.ts";
import type { LocationDirectory } from "../../../src/objects/directory.ts";
import { aDirectory } from "../../a-directory.ts";
import { TEST_APP, TEST_TOKEN_KEY } from "../../keys.ts";
import { aLedger } from "../ledger/a-ledger.ts";

const COMPANY = "agency-1";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FORTY = Array.from({ length: 40 }, (_, index) => `sub-${String(index + 1).padStart(2, "0")}`);
const APP_ID = appIdOf(TEST_APP.clientId);

class World {
  now = Date.parse("2026-03-04T12:00:00Z");
  admitted = "*";
  highlevel: HighLevelSettings;
  readonly highLevel: HighLevelStandIn;
  readonly storage: SqliteStorage = sqliteStorage();
  readonly directory: LocationDirectory;
  readonly ledgers = new Map<string, LocationLedger>();
  /** Called for each token that a ledger is offered. */
  onOffer: () => void = () => undefined;
  agency: InstalledAgency;
  /** The most calls of HighLevel that were open at once. */
  mostOpen = 0;
  #open = 0;

  constructor(settings: Partial<Settings> = {}, apiVersion: ApiVersion = "dated") {
    this.highlevel = { api: "https://highlevel.example.com", apiVersion, ...TEST_APP, tokenKeys: [TEST_TOKEN_KEY] };
    this.highLevel = new HighLevelStandIn({ clock: () => this.now, app: TEST_APP, ...settings });
    this.directory = aDirectory(() => this.now);
    this.agency = this.restarted();
  }

  readonly #actions = {
    clock: () => this.now,
    timeLimit: () => new AbortController().signal,
    fetch: async (request: Request): Promise<Response> => {
      this.mostOpen = Math.max(this.mostOpen, ++this.#open);
      try {
        return await this.highLevel.answer(request);
      } finally {
        this.#open -= 1;
      }
    },
  };

  /** As after an eviction or a crash: what is not stored is gone. */
  restarted(): InstalledAgency {
    const { directory } = this;
    this.agency = new InstalledAgency(this.storage, {
      highlevel: this.highlevel,
      admitted: readConfiguration({ ALLOWED_LOCATIONS: this.admitted }).locations,
      actions: this.#actions,
      ledger: (locationId) => ({
        token: async () => (await this.ledger(locationId)).token(),
        offerToken: async (...offered) => {
          const isTaken = (await this.ledger(locationId)).offerToken(...offered);
          this.onOffer();
          return isTaken;
        },
      }),
      directory: {
        installed: (...told) => Promise.resolve(directory.installed(...told)),
        named: (...told) => Promise.resolve(directory.named(...told)),
      },
    });
    return this.agency;
  }

  async ledger(locationId: string): Promise<LocationLedger> {
    const known = this.ledgers.get(locationId);
    if (known) return known;
    const { highlevel } = this;
    const ledger = await aLedger({ highlevel, clock: () => this.now, fetch: this.#actions.fetch });
    this.ledgers.set(locationId, ledger);
    return ledger;
  }

  make(ids: readonly string[]): void {
    for (const id of ids) {
      this.highLevel.addLocation({ id, name: `Name of ${id}`, companyId: COMPANY });
      this.highLevel.installIn(id);
    }
  }

  async click(scopes?: readonly string[]): Promise<void> {
    const form = codeForm(TEST_APP, this.highLevel.authorizeAgency(COMPANY, scopes), "https://worker.example.com/back");
    const ports = {
      fetch: (request: Request) => this.highLevel.answer(request),
      signal: new AbortController().signal,
    };
    const answer = await askForToken(this.highlevel, form, ports);
    const keys = await sealKeys([TEST_TOKEN_KEY]);
    if (answer.kind !== "granted" || !keys.ok) throw new Error(answer.kind);
    this.agency.install(COMPANY, await sealGrant(keys.value, answer.grant, APP_ID, this.now));
  }

  /** Rings the alarm when it is set for, each time in a new object, until everything is done; how often it rang. */
  async settle(most = 100): Promise<number> {
    const until = this.now + DAY_MS;
    let rang = 0;
    for (; rang < most && this.storage.alarmAt !== null && this.storage.alarmAt < until; rang++) {
      this.now = Math.max(this.now, this.storage.alarmAt);
      await this.restarted().alarm();
      const isListed = progress(this.storage.sql, this.now).listAtMs > this.now;
      if (isListed && this.states("wanting").length === 0) return rang + 1;
    }
    return rang;
  }

  states(state: string): string[] {
    const found = this.storage.sql.exec("SELECT location_id AS id FROM locations WHERE state = ?", state).toArray();
    return found.map(({ id }) => String(id));
  }

  active(): string[] {
    const found = [...this.ledgers].filter(([, ledger]) => ledger.token()?.state === "active");
    return found.map(([id]) => id).toSorted();
  }

  asked(path: string): number {
    return this.highLevel.requests.filter((call) => call.path === path).length;
  }
}

async function anInstalled(ids: readonly string[], apiVersion?: ApiVersion): Promise<World> {
  const world = new World({}, apiVersion);
  world.make(ids);
  await world.click();
  await world.settle();
  return world;
}

describe("forty tokens", () => {
  it("are given by one alarm, at most six calls of HighLevel's at once", async () => {
    const world = await anInstalled(FORTY);
    expect(world.active()).toEqual(FORTY);
    expect(world.mostOpen).toBeLessThanOrEqual(6);
    expect(world.highLevel.violations).toEqual([]);
    expect(world.directory.locations({ limit: 50 }).locations.map(({ name }) => name)).toEqual(
      FORTY.map((id) => `Name of ${id}`),
    );
  });

  it.each<[string, FaultKind]>([
    ["429", 429],
    ["500", 500],
    ["503", 503],
    ["408", 408],
    ["a broken connection", "refuse-connection"],
  ])(
    "are given all the same where every third call ends with %s, though the object starts anew each time",
    async (_, kind) => {
      const world = new World();
      let calls = 0;
      world.highLevel.faults.push({
        match: ({ path }) => path !== "/oauth/token" && ++calls % 3 === 0,
        kind,
        times: 500,
      });
      world.make(FORTY);
      await world.click();
      await world.settle();
      expect(world.active()).toEqual(FORTY);
      expect(world.highLevel.violations).toEqual([]);
    },
  );

  it("cost few calls while HighLevel is down for six hours, and come within minutes of its end", async () => {
    const world = new World();
    world.make(FORTY);
    await world.click();
    const down = { match: () => world.now < Date.parse("2026-03-04T18:00:00Z"), kind: 503 as const, times: Infinity };
    world.highLevel.faults.push(down);
    await world.settle();
    expect(world.active()).toEqual(FORTY);
    expect(world.highLevel.requests.filter(({ status }) => status === 503).length).toBeLessThan(40);
    expect(world.now).toBeLessThan(Date.parse("2026-03-04T18:16:00Z"));
  });

  it("of an agency of 150 stay within HighLevel's limits", async () => {
    const many = Array.from({ length: 150 }, (_, index) => `sub-${index + 1000}`);
    const world = await anInstalled(many);
    expect(world.active()).toEqual(many);
    expect(world.highLevel.tooMany.total).toBe(0);
    expect(world.highLevel.violations).toEqual([]);
  });

  it("wait for their hour where HighLevel gives none to one of them, and the others do not", async () => {
    const world = new World();
    world.make(FORTY);
    const refusing = ({ body }: { body: unknown }) => String(body).includes("sub-07");
    world.highLevel.faults.push({ match: refusing, kind: 400, times: 1 });
    await world.click();
    await world.settle();
    expect(world.states("refused")).toEqual(["sub-07"]);
    expect(world.active()).toHaveLength(39);
    world.now += HOUR_MS;
    await world.settle();
    expect(world.active()).toEqual(FORTY);
  });

  it("are given only where ALLOWED_LOCATIONS admits them, and within the hour once it does", async () => {
    const world = new World();
    world.admitted = "sub-01,sub-40";
    world.restarted();
    world.make(FORTY);
    await world.click();
    await world.settle();
    expect(world.active()).toEqual(["sub-01", "sub-40"]);
    world.admitted = "*";
    world.now += HOUR_MS;
    await world.settle();
    expect(world.active()).toEqual(FORTY);
  });

  it("cannot be listed without the scope: nothing is given, and HighLevel is asked once an hour", async () => {
    const world = new World();
    world.make(FORTY);
    await world.click(["oauth.write"]);
    await world.settle();
    const before = world.highLevel.requests.length;
    for (let hours = 0; hours < 6; hours++) {
      world.now += HOUR_MS;
      await world.settle();
    }
    expect(world.active()).toEqual([]);
    expect(world.highLevel.requests.length - before).toBeLessThanOrEqual(12);
  });
});

describe("in v3", () => {
  it("an agency's installation is the same: its list in pages, its tokens, and their refreshes", async () => {
    const many = Array.from({ length: 150 }, (_, index) => `sub-${index + 1000}`);
    const world = await anInstalled(many, "v3");
    expect(world.active()).toEqual(many);
    expect([world.asked("/oauth/installed-locations"), world.asked("/oauth/location-token")]).toEqual([2, 150]);
    expect([world.asked("/oauth/installedLocations"), world.asked("/oauth/locationToken")]).toEqual([0, 0]);
    world.now += 2 * DAY_MS;
    expect(await world.agency.tokenFor("sub-1000")).toMatchObject({ ok: true });
    expect(world.asked("/oauth/token")).toBe(2);
    expect(world.highLevel.requests.every(({ version }) => version === "v3")).toBe(true);
    expect(world.highLevel.violations).toEqual([]);
  });

  it("may be switched to, and back, with the tokens that there are", async () => {
    const world = await anInstalled(FORTY.slice(0, 3));
    for (const apiVersion of ["v3", "dated"] as const) {
      world.highlevel = { ...world.highlevel, apiVersion };
      world.now += 2 * DAY_MS;
      world.make([`made-in-${apiVersion}`]);
      await world.settle();
      expect(world.active()).toContain(`made-in-${apiVersion}`);
    }
    expect(world.highLevel.violations).toEqual([]);
  });
});

describe("a quiet agency", () => {
  it("costs two calls an hour, and no location's row", async () => {
    const world = await anInstalled(FORTY);
    const rows = () => world.storage.sql.exec("SELECT * FROM locations").toArray();
    const [before, calls] = [rows(), world.highLevel.requests.length];
    for (let hours = 0; hours < 10; hours++) {
      world.now += HOUR_MS;
      await world.settle(1);
    }
    expect(rows()).toEqual(before);
    expect(world.highLevel.requests.length - calls).toBe(20);
  });

  it("tells the directory the name of a location with a token of its own, and a new one of it", async () => {
    const world = new World();
    world.make(["sub-01"]);
    await world.directory.announce("sub-01");
    const token = {
      source: "private" as const,
      sealed: "v1.x",
      expiresAtMs: null,
      companyId: null,
      appId: null,
      scopes: [],
    };
    (await world.ledger("sub-01")).storeToken("sub-01", token);
    await world.click();
    await world.settle();
    const nameNow = () => world.directory.locations({ limit: 5 }).locations.map(({ name }) => name);
    expect([world.states("own"), nameNow()]).toEqual([["sub-01"], ["Name of sub-01"]]);
    const location = world.highLevel.state.locations.get("sub-01");
    if (location) location.name = "Renamed";
    world.now += HOUR_MS;
    await world.settle(1);
    expect(nameNow()).toEqual(["Renamed"]);
  });

  it("tells the directory of a new name", async () => {
    const world = await anInstalled(FORTY.slice(0, 2));
    const location = world.highLevel.state.locations.get("sub-01");
    if (location) location.name = "Renamed";
    world.now += HOUR_MS;
    await world.settle(1);
    expect(world.directory.locations({ limit: 5 }).locations.map(({ name }) => name)).toEqual([
      "Renamed",
      "Name of sub-02",
    ]);
  });

  it("whose token HighLevel takes no longer says so in the log, and asks no more until it installs the app again", async () => {
    const world = await anInstalled(FORTY.slice(0, 2));
    world.highLevel.tokens.revokeCompany(COMPANY);
    const told = vi.spyOn(console, "error").mockImplementation(() => undefined);
    world.now += HOUR_MS;
    world.storage.alarmAt = null;
    await world.restarted().alarm();
    expect(told.mock.calls.flat().join()).toMatch(/has to install the app again.*agency-1/);
    expect(world.storage.alarmAt).toBeNull();
    await world.click();
    await world.settle();
    expect(world.states("given")).toEqual(FORTY.slice(0, 2));
    told.mockRestore();
  });

  it("rings no alarm once the app is uninstalled", async () => {
    const world = await anInstalled(FORTY.slice(0, 2));
    world.agency.uninstall({ eventKey: "gone", appId: APP_ID, atMs: null });
    const before = world.highLevel.requests.length;
    world.now += HOUR_MS;
    world.storage.alarmAt = null;
    await world.restarted().alarm();
    expect([world.highLevel.requests.length - before, world.storage.alarmAt]).toEqual([0, null]);
  });
});

describe("how an agency stands", () => {
  const told = (world: World, query: Partial<AgencyQuery> = {}) => world.agency.told({ limit: 50, ...query });
  const whys = (world: World) =>
    told(world, { state: "refused" }).locations.map(({ locationId, why }) => [locationId, why]);

  it("is told with the state of each location and its name, a page at a time", async () => {
    const world = new World();
    world.admitted = "sub-01,sub-02,sub-03";
    world.restarted();
    world.make(FORTY);
    await world.click();
    await world.settle();
    const { companyId, token, listedAt, waitsUntil, failure, counts } = told(world);
    expect({ companyId, state: token?.state, waitsUntil, failure }).toEqual({
      companyId: COMPANY,
      state: "active",
      waitsUntil: null,
      failure: null,
    });
    expect(listedAt).toBe(new Date(world.now).toISOString());
    expect(counts).toEqual({ wanting: 0, given: 3, own: 0, outside: 37, refused: 0, left: 0 });
    const given = told(world, { state: "given", limit: 2 });
    expect(given.locations).toMatchObject([
      { locationId: "sub-01", name: "Name of sub-01", state: "given", why: null },
      { locationId: "sub-02", name: "Name of sub-02", state: "given", why: null },
    ]);
    expect(told(world, { state: "given", limit: 2, cursor: given.cursor ?? "" })).toMatchObject({
      locations: [{ locationId: "sub-03" }],
      cursor: null,
    });
    expect(JSON.stringify(told(world))).not.toMatch(/access-|refresh-/);
  });

  it("says what HighLevel answered where it gives no token, until it does", async () => {
    const world = new World();
    world.make(FORTY.slice(0, 2));
    const refusing = ({ body }: { body: unknown }) => String(body).includes("sub-02");
    world.highLevel.faults.push({ match: refusing, kind: 400, times: 1 });
    await world.click();
    await world.settle();
    expect(whys(world)).toEqual([["sub-02", "HighLevel answered 400: A fault of the stand-in"]]);
    world.now += HOUR_MS;
    await world.settle();
    expect(told(world).counts).toMatchObject({ given: 2, refused: 0 });
  });

  it.each<[what: string, kind: FaultKind | "scope", why: RegExp]>([
    ["is down", 503, /^HighLevel answered 503/],
    ["does not answer", "refuse-connection", /^The connection to HighLevel/],
    ["does not let the token list", "scope", /oauth\.readonly/],
  ])("says why nothing goes on while HighLevel %s, and no longer once it does", async (_, kind, why) => {
    const world = new World();
    world.make(FORTY.slice(0, 2));
    await world.click(kind === "scope" ? ["oauth.write"] : undefined);
    if (kind !== "scope") world.highLevel.faults.push({ match: () => true, kind, times: 1 });
    world.now = Math.max(world.now, world.storage.alarmAt ?? 0);
    await world.restarted().alarm();
    expect(told(world).failure).toEqual({ at: new Date(world.now).toISOString(), why: expect.stringMatching(why) });
    expect(told(world).listedAt).toBeNull();
    expect(told(world).waitsUntil === null).toBe(kind === "scope");
    await world.click();
    await world.settle();
    expect(told(world)).toMatchObject({ failure: null, waitsUntil: null, counts: { given: 2 } });
  });

  it("has a location whose token HighLevel gives no more asked for again with the next list", async () => {
    const world = await anInstalled(["sub-01"]);
    world.highLevel.faults.push({ match: ({ path }) => path === "/oauth/locationToken", kind: 403, times: 1 });
    expect(await world.agency.tokenFor("sub-01")).toMatchObject({ ok: false });
    expect(whys(world)).toEqual([["sub-01", "HighLevel answered 403: A fault of the stand-in"]]);
    world.now += HOUR_MS;
    await world.settle(1);
    expect(told(world).counts).toMatchObject({ given: 1, refused: 0 });
  });

  it("is told after it has left, too", async () => {
    const world = await anInstalled(FORTY.slice(0, 2));
    world.agency.uninstall({ eventKey: "gone", appId: APP_ID, atMs: null });
    expect(told(world)).toMatchObject({ token: { state: "uninstalled" }, counts: { given: 0, left: 2 } });
  });
});

describe("what comes in between", () => {
  it("an uninstall of the agency while tokens are given: none is given after it", async () => {
    const world = new World();
    world.make(FORTY);
    await world.click();
    let offers = 0;
    world.onOffer = () => {
      if (++offers === 8) world.agency.uninstall({ eventKey: "gone", appId: APP_ID, atMs: null });
    };
    await world.settle();
    expect(offers).toBeLessThan(12);
    expect(world.states("wanting")).toEqual([]);
  });

  it("an uninstall in one location while its token is asked for: it is not given", async () => {
    const world = new World();
    world.make(["sub-01"]);
    await world.click();
    const asked = {
      match: ({ path }: { path: string }) => {
        if (path === "/oauth/locationToken")
          world.agency.left("sub-01", { eventKey: "gone", appId: APP_ID, atMs: null });
        return false;
      },
      kind: 500 as const,
      times: 1,
    };
    world.highLevel.faults.push(asked);
    await world.settle();
    expect(world.active()).toEqual([]);
    expect(world.states("left")).toEqual(["sub-01"]);
  });

  it("an uninstall that is older than an install does not end it, nor the other way round", async () => {
    const world = await anInstalled(["sub-01"]);
    const uninstall = { eventKey: "gone", appId: APP_ID, atMs: world.now - HOUR_MS };
    world.agency.left("sub-01", uninstall);
    expect(world.states("given")).toEqual(["sub-01"]);
    world.now += HOUR_MS;
    world.agency.left("sub-01", { ...uninstall, atMs: world.now });
    const install = { locationId: "sub-01", companyId: COMPANY, appId: APP_ID };
    world.agency.joined({ ...install, atMs: world.now - 1 });
    expect(world.states("left")).toEqual(["sub-01"]);
    world.agency.joined({ ...install, atMs: world.now + 1 });
    expect(world.states("wanting")).toEqual(["sub-01"]);
  });

  it("a location that left and came back within seconds has a good token, though its UNINSTALL comes last", async () => {
    const world = await anInstalled(["sub-01"]);
    world.now += HOUR_MS;
    world.highLevel.uninstallIn("sub-01");
    const left = { eventKey: "left", appId: APP_ID, atMs: world.now };
    world.now += 5_000;
    world.highLevel.installIn("sub-01");
    const back = { locationId: "sub-01", companyId: COMPANY, appId: APP_ID, atMs: world.now };
    world.now += 1_000;
    for (let times = 0; times < 2; times++) {
      world.agency.joined(back);
      await world.settle();
    }
    world.agency.left("sub-01", left);
    (await world.ledger("sub-01")).uninstall(left);
    expect([world.states("given"), world.active()]).toEqual([["sub-01"], ["sub-01"]]);
    expect(world.asked("/oauth/locationToken")).toBe(2);
  });

  it("a location that left while HighLevel answered has no token once its UNINSTALL comes", async () => {
    const world = new World();
    world.make(["sub-01"]);
    await world.click();
    const left = { eventKey: "left", appId: APP_ID, atMs: 0 };
    const meanwhile = ({ path }: { path: string }): boolean => {
      if (path === "/oauth/locationToken") left.atMs = world.now += 2_000;
      return false;
    };
    world.highLevel.faults.push({ match: meanwhile, kind: 500, times: 1 });
    await world.settle();
    world.now += 60_000;
    world.agency.left("sub-01", left);
    (await world.ledger("sub-01")).uninstall(left);
    expect([world.states("left"), world.active()]).toEqual([["sub-01"], []]);
  });

  it("an uninstall in one location while the directory hears of its token: it is not given", async () => {
    const world = new World();
    world.make(["sub-01"]);
    await world.click();
    const ledger = await world.ledger("sub-01");
    const told = vi.spyOn(world.directory, "installed").mockImplementationOnce(async () => {
      const gone = { eventKey: "gone", appId: APP_ID, atMs: world.now };
      world.agency.left("sub-01", gone);
      ledger.uninstall(gone);
    });
    await world.settle();
    told.mockRestore();
    expect([world.states("left"), world.active()]).toEqual([["sub-01"], []]);
  });

  it("an UNINSTALL of the agency from before it installed again, while a location's token is asked for anew", async () => {
    const world = await anInstalled(["sub-01"]);
    world.now += HOUR_MS;
    const gone = { eventKey: "gone", appId: APP_ID, atMs: world.now };
    world.highLevel.uninstallIn("sub-01");
    world.now += 5_000;
    world.highLevel.installIn("sub-01");
    await world.click();
    const ledger = await world.ledger("sub-01");
    const meanwhile = ({ path }: { path: string }): boolean => {
      if (path === "/oauth/locationToken") {
        world.now += 1_000;
        expect(world.agency.uninstall(gone)).toBe("kept");
        ledger.uninstall(gone);
      }
      return false;
    };
    world.highLevel.faults.push({ match: meanwhile, kind: 500, times: 1 });
    await world.settle();
    expect([world.states("given"), world.active()]).toEqual([["sub-01"], ["sub-01"]]);
  });

  it("events of another app change nothing", async () => {
    const world = await anInstalled(["sub-01"]);
    world.agency.joined({ locationId: "sub-02", companyId: COMPANY, appId: "another", atMs: null });
    world.agency.left("sub-01", { eventKey: "gone", appId: "another", atMs: null });
    expect(world.agency.uninstall({ eventKey: "all", appId: "another", atMs: null })).toBe("kept");
    expect(world.states("given")).toEqual(["sub-01"]);
  });

  it("a location of somebody else's asks for a token in vain", async () => {
    const world = await anInstalled(["sub-01"]);
    expect(await world.agency.tokenFor("theirs")).toMatchObject({ ok: false, failure: { kind: "no-token" } });
    expect(await world.agency.tokenFor("sub-01")).toMatchObject({ ok: true, value: { source: "agency" } });
    expect(world.asked("/oauth/locationToken")).toBe(2);
  });
});
