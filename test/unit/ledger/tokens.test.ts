// The token of a location, on a HighLevel that is strict about each refresh token being used once.
import { NO_LIMITS } from "./a-ledger.ts";
import { describe, expect, it, vi } from "vitest";
import { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import { sqliteStorage, type SqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { HighLevelAnswer, HighLevelRequest } from "../../../src/highlevel/account.ts";
import { sealKeys } from "../../../src/highlevel/seal.ts";
import { sealGrant, sealPrivate } from "../../../src/highlevel/sealed-token.ts";
import { askForToken, codeForm } from "../../../src/highlevel/tokens.ts";
import { LedgerAccount } from "../../../src/ledger/highlevel/account.ts";
import { LEDGER_MIGRATIONS, migrate } from "../../../src/ledger/store/schema.ts";
import { LedgerTokens, ofLocation } from "../../../src/ledger/highlevel/tokens.ts";
import type { HighLevelSettings } from "../../../src/model/configuration.ts";
import type { NoToken, SealedToken } from "../../../src/model/token.ts";
import type { Result } from "../../../src/kit/result.ts";
import { LOCATION } from "../../builders.ts";
import { TEST_APP, TEST_OLD_TOKEN_KEY, TEST_TOKEN_KEY } from "../../keys.ts";
import { ports } from "../act/context.ts";

const API = "https://highlevel.example.com";
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const APP_ID = "canaryapp";
const SETTINGS: HighLevelSettings = { api: API, apiVersion: "dated", ...TEST_APP, tokenKeys: [TEST_TOKEN_KEY] };
const ADD_TAGS = {
  method: "POST",
  path: "/contacts/ada/tags",
  body: { tags: ["missed"] },
} as const;

/** A location whose app was installed at noon, unless it is given a token or nothing. */
class World {
  now = Date.parse("2026-03-04T12:00:00Z");
  settings = SETTINGS;
  /** What is answered instead of by HighLevel. */
  intercept: (request: Request) => Promise<Response> | null = () => null;
  readonly highLevel = new HighLevelStandIn({ clock: () => this.now, app: TEST_APP });
  readonly storage: SqliteStorage = sqliteStorage();
  /** What the agency gives when it is asked for another token. */
  agency: (companyId: string) => Promise<Result<SealedToken, NoToken>> = () => Promise.reject(new Error("no agency"));
  /** In order: `sync`, and each path that HighLevel was asked. */
  readonly steps: string[] = [];
  tokens = this.#start();

  constructor() {
    migrate(this.storage, LEDGER_MIGRATIONS);
    this.highLevel.addLocation({ id: LOCATION });
    this.highLevel.addContact({ id: "ada", locationId: LOCATION });
  }

  #start(): LedgerTokens {
    const settings = (): HighLevelSettings => this.settings;
    const storage = {
      ...this.storage,
      sync: () => {
        this.steps.push("sync");
        return Promise.resolve();
      },
    };
    const own = {
      actions: this.#actions(),
      get highlevel() {
        return settings();
      },
    };
    return new LedgerTokens(
      storage,
      own,
      ofLocation(
        () => LOCATION,
        (companyId) => this.agency(companyId),
      ),
    );
  }

  #actions() {
    return ports({
      clock: () => this.now,
      timeLimit: () => new AbortController().signal,
      fetch: (request) => {
        this.steps.push(new URL(request.url).pathname);
        return this.intercept(request) ?? this.highLevel.answer(request);
      },
    });
  }

  /** As after an eviction, or a crash: what is not stored is gone. */
  restart(): void {
    this.tokens = this.#start();
  }

  async keys() {
    const keys = await sealKeys(this.settings.tokenKeys);
    if (!keys.ok) throw new Error(keys.failure);
    return keys.value;
  }

  async install(): Promise<void> {
    const form = codeForm(TEST_APP, this.highLevel.authorize(LOCATION), "https://worker.example.com/oauth/callback");
    const signal = new AbortController().signal;
    const answer = await askForToken(SETTINGS, form, { fetch: (request) => this.highLevel.answer(request), signal });
    if (answer.kind !== "granted") throw new Error(answer.kind);
    this.tokens.store(await sealGrant(await this.keys(), answer.grant, APP_ID, this.now));
  }

  async give(token: string, scopes?: readonly string[]): Promise<void> {
    this.highLevel.addToken(token, LOCATION, scopes);
    this.tokens.store(await sealPrivate(await this.keys(), token, LOCATION));
  }

  call(request: HighLevelRequest = ADD_TAGS): Promise<HighLevelAnswer> {
    return new LedgerAccount(SETTINGS, this.#actions(), this.tokens, NO_LIMITS).call(request);
  }

  refreshes(): number {
    return this.steps.filter((step) => step === "/oauth/token").length;
  }
}

async function anInstalled(): Promise<World> {
  const world = new World();
  await world.install();
  return world;
}

const accessOf = async (world: World): Promise<string> => {
  const token = await world.tokens.current();
  if (!token.ok) throw new Error(token.failure.message);
  return token.value;
};
const tokenPath = (request: Request): boolean => new URL(request.url).pathname === "/oauth/token";

describe("an answer without an end", () => {
  const endless = (): Response =>
    new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(1_048_576)) }));

  it("of a call is read no further than anything that HighLevel says", async () => {
    const world = await anInstalled();
    world.intercept = () => Promise.resolve(endless());
    const answer = await world.call();
    expect(answer.kind === "answer" && answer.body.length).toBe(8 * 1_048_576);
  });

  it("to the question for a token says nothing", async () => {
    const fetch = () => Promise.resolve(endless());
    const signal = new AbortController().signal;
    expect(await askForToken(SETTINGS, {}, { fetch, signal })).toEqual({ kind: "unclear" });
  });
});

describe("a location without a token", () => {
  it("calls nothing, and says what to do", async () => {
    const world = new World();
    expect(await world.call()).toEqual({ kind: "no-token", message: expect.stringContaining("docs/highlevel.md") });
    expect(world.tokens.told()).toBeNull();
    expect(world.steps).toEqual([]);
  });
});

describe("a private integration's token", () => {
  it("is used as it is, whenever", async () => {
    const world = new World();
    await world.give("canary-pit");
    world.now += 365 * DAY_MS;
    world.restart();
    expect(await world.call()).toMatchObject({ kind: "answer", status: 201 });
    expect(world.tokens.told()).toMatchObject({ source: "private", state: "active", expiresAt: null, scopes: [] });
  });

  it("that HighLevel refuses is shown as refused, and is tried again: it may be given the scope", async () => {
    const world = new World();
    await world.give("canary-pit");
    world.highLevel.tokens.revoke(LOCATION);
    expect(await world.call()).toMatchObject({ kind: "answer", status: 401 });
    expect(world.tokens.told()).toMatchObject({ state: "refused" });
    world.highLevel.addToken("canary-pit", LOCATION);
    expect(await world.call()).toMatchObject({ kind: "answer", status: 201 });
    await world.give("canary-pit-2");
    expect(world.tokens.told()).toMatchObject({ state: "active" });
  });

  it("that HighLevel takes again is shown as in use again, since then", async () => {
    const world = new World();
    await world.give("canary-pit");
    world.highLevel.tokens.revoke(LOCATION);
    await world.call();
    world.restart();
    world.now += MINUTE_MS;
    world.highLevel.addToken("canary-pit", LOCATION);
    await world.call();
    const since = new Date(world.now).toISOString();
    expect(world.tokens.told()).toMatchObject({ state: "active", since });
    world.now += MINUTE_MS;
    await world.call();
    expect(world.tokens.told()).toMatchObject({ state: "active", since });
  });

  it("of another location is shown as refused, and is not by an answer that forbids something else", async () => {
    const world = new World();
    await world.give("canary-pit");
    const answers = ["Forbidden", "The token does not have access to this location."];
    const states = [];
    for (const message of answers) {
      world.intercept = () => Promise.resolve(Response.json({ message }, { status: 403 }));
      await world.call();
      states.push(world.tokens.told()?.state);
    }
    expect(states).toEqual(["active", "refused"]);
  });

  it("shows the scopes for which HighLevel refused it, since when, until it has them or another is given", async () => {
    const world = new World();
    const LOOK = { method: "GET", path: "/contacts/ada" } as const;
    const refused = () => world.tokens.told()?.refusedScopes;
    await world.give("canary-pit", ["contacts.readonly"]);
    const since = new Date(world.now).toISOString();
    await world.call();
    await world.call(LOOK);
    expect(refused()).toEqual([{ scope: "contacts.write", since }]);
    world.now += MINUTE_MS;
    world.restart();
    await world.call();
    expect(refused()).toEqual([{ scope: "contacts.write", since }]);
    expect(world.tokens.told()).toMatchObject({ state: "active" });
    world.highLevel.addToken("canary-pit", LOCATION, ["contacts.write"]);
    await world.call();
    await world.call(LOOK);
    expect(refused()).toEqual([{ scope: "contacts.readonly", since: new Date(world.now).toISOString() }]);
    await world.give("canary-pit-2", ["contacts.write"]);
    expect(refused()).toEqual([]);
    await world.call(LOOK);
    world.tokens.forget();
    await world.give("canary-pit-3");
    world.restart();
    expect(refused()).toEqual([]);
  });

  it("is called all the same where what HighLevel says of it cannot be noted, which is logged", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const world = new World();
    await world.give("canary-pit", []);
    world.storage.sql.exec("ALTER TABLE marks RENAME COLUMN value TO gone");
    expect(await world.call()).toMatchObject({ kind: "answer", status: 401 });
    expect(logged.mock.calls.flat().join()).toContain("could not be noted");
    logged.mockRestore();
  });

  it("is not touched by an uninstall of the app", async () => {
    const world = new World();
    await world.give("canary-pit");
    expect(world.tokens.uninstall({ eventKey: "u", appId: APP_ID, atMs: null })).toBe("kept");
    expect(await world.call()).toMatchObject({ status: 201 });
  });
});

describe("an app's token", () => {
  it("is used for as long as it is good for more than five minutes", async () => {
    const world = await anInstalled();
    world.now += DAY_MS - 6 * MINUTE_MS;
    expect(await world.call()).toMatchObject({ status: 201 });
    expect(world.refreshes()).toBe(0);
  });

  it("is refreshed before it expires, once for everybody who asks, and is on disk before it is used", async () => {
    const world = await anInstalled();
    world.now += DAY_MS - 4 * MINUTE_MS;
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.call()));
    expect(answers.map((answer) => answer.kind === "answer" && answer.status)).toEqual(
      Array.from({ length: 20 }, () => 201),
    );
    expect(world.refreshes()).toBe(1);
    expect(world.steps.slice(0, 3)).toEqual(["/oauth/token", "sync", ADD_TAGS.path]);
    const before = await accessOf(world);
    world.restart();
    expect(await accessOf(world)).toBe(before);
  });

  it("is refreshed again and again, each time with the token of the answer before", async () => {
    const world = await anInstalled();
    for (let day = 1; day <= 5; day++) {
      world.now += 2 * DAY_MS;
      world.restart();
      expect(await world.call()).toMatchObject({ status: 201 });
      expect(world.refreshes()).toBe(day);
    }
    expect(world.highLevel.violations).toEqual([]);
  });

  it("that HighLevel refuses is refreshed once, for everybody who holds it", async () => {
    const world = await anInstalled();
    const refused = await accessOf(world);
    const others = await Promise.all(Array.from({ length: 10 }, () => world.tokens.insteadOf(refused)));
    expect(new Set(others.map((other) => other?.ok && other.value)).size).toBe(1);
    expect(others[0]).not.toEqual({ ok: true, value: refused });
    expect(await world.tokens.insteadOf(refused)).toEqual(others[0]);
    expect(world.refreshes()).toBe(1);
  });

  it("that lacks the scope of a call is not refreshed for it", async () => {
    const world = new World();
    const form = codeForm(
      TEST_APP,
      world.highLevel.authorize(LOCATION, ["contacts.readonly"]),
      "https://w.example.com",
    );
    const ports = {
      fetch: (request: Request) => world.highLevel.answer(request),
      signal: new AbortController().signal,
    };
    const answer = await askForToken(SETTINGS, form, ports);
    if (answer.kind !== "granted") throw new Error(answer.kind);
    world.tokens.store(await sealGrant(await world.keys(), answer.grant, APP_ID, world.now));
    for (let times = 0; times < 5; times++) expect(await world.call()).toMatchObject({ kind: "answer", status: 401 });
    expect(world.refreshes()).toBe(0);
  });

  it("is still used when it cannot be refreshed ahead, and later is for later", async () => {
    const world = await anInstalled();
    world.intercept = (request) => (tokenPath(request) ? Promise.resolve(new Response(null, { status: 503 })) : null);
    world.now += DAY_MS - 4 * MINUTE_MS;
    expect(await world.call()).toMatchObject({ status: 201 });
    world.now += 5 * MINUTE_MS;
    expect(await world.call()).toMatchObject({ kind: "later" });
    expect(world.tokens.told()).toMatchObject({ state: "active" });
    world.intercept = () => null;
    world.now += 5_000;
    expect(await world.call()).toMatchObject({ status: 201 });
  });

  it("is not asked for again at once after an answer that said nothing, whatever the clock does", async () => {
    const world = await anInstalled();
    world.now += DAY_MS + 6 * 60 * MINUTE_MS;
    world.intercept = (request) => (tokenPath(request) ? Promise.resolve(new Response(null, { status: 503 })) : null);
    for (let times = 0; times < 100; times++) expect(await world.call()).toMatchObject({ kind: "later" });
    expect(world.refreshes()).toBe(1);
    world.intercept = () => null;
    world.now -= 6 * 60 * MINUTE_MS;
    expect(await world.call()).toMatchObject({ kind: "later", untilMs: world.now + 4_000 });
    world.now += 5_000;
    expect(await world.call()).toMatchObject({ status: 201 });
  });

  it("that was taken away is refused for good, and says to install the app again", async () => {
    const world = await anInstalled();
    world.highLevel.tokens.revoke(LOCATION);
    const told = { kind: "no-token", message: expect.stringContaining("install the app again") };
    expect(await world.call()).toEqual(told);
    expect(await world.call()).toEqual(told);
    expect(world.refreshes()).toBe(1);
    expect(world.tokens.told()).toMatchObject({ state: "refused", expiresAt: null });
    await world.install();
    expect(await world.call()).toMatchObject({ status: 201 });
    expect(world.tokens.told()).toMatchObject({ state: "active" });
  });

  const UNCLEAR: [what: string, answer: () => Response][] = [
    ["400 with a page", () => new Response("<html>400 Bad Request</html>", { status: 400 })],
    ["401 with nothing", () => new Response(null, { status: 401 })],
    ["422 with garbage", () => new Response("\u0000{]", { status: 422 })],
    ["422 with JSON that gives no reason", () => Response.json({ detail: [] }, { status: 422 })],
    ["403 of a firewall", () => new Response("Forbidden", { status: 403 })],
    ["404", () => Response.json({ message: "Not found" }, { status: 404 })],
    ["429", () => new Response(null, { status: 429 })],
    ["502", () => new Response("Bad gateway", { status: 502 })],
    ["200 with a page", () => new Response("<html>Maintenance</html>")],
  ];

  it.each(UNCLEAR)(
    "stays when HighLevel answers a refresh with %s, which is told, and is refreshed later",
    async (_, answer) => {
      const told = vi.spyOn(console, "error").mockImplementation(() => undefined);
      const world = await anInstalled();
      world.now += 2 * DAY_MS;
      world.intercept = (request) => (tokenPath(request) ? Promise.resolve(answer()) : null);
      expect(await world.call()).toMatchObject({ kind: "later" });
      expect(world.tokens.told()).toMatchObject({ state: "active", expiresAt: expect.any(String) });
      expect(told.mock.calls.flat().join()).toContain("refresh");
      expect(told.mock.calls.flat().join()).toContain(LOCATION);
      told.mockRestore();
      world.intercept = () => null;
      world.restart();
      expect(await world.call()).toMatchObject({ status: 201 });
    },
  );

  it("whose refresh was cut off is refreshed once more, and then refused, with what happened", async () => {
    const world = await anInstalled();
    world.now += 2 * DAY_MS;
    world.intercept = (request) =>
      tokenPath(request) ? world.highLevel.answer(request).then(() => Promise.reject(new TypeError("reset"))) : null;
    expect(await world.call()).toMatchObject({ kind: "later" });
    world.intercept = () => null;
    world.restart();
    expect(await world.call()).toEqual({ kind: "no-token", message: expect.stringContaining("cut off") });
    expect(await world.call()).toEqual({ kind: "no-token", message: expect.stringContaining("cut off") });
    expect(world.refreshes()).toBe(2);
  });

  it("whose refresh never arrived is refreshed after a restart", async () => {
    const world = await anInstalled();
    world.now += 2 * DAY_MS;
    world.intercept = () => Promise.reject(new TypeError("no connection"));
    expect(await world.call()).toMatchObject({ kind: "later" });
    world.intercept = () => null;
    world.restart();
    expect(await world.call()).toMatchObject({ status: 201 });
  });

  it("is kept while the app's secret is missing or wrong", async () => {
    const world = await anInstalled();
    world.now += 2 * DAY_MS;
    for (const clientSecret of [null, "wrong"]) {
      world.settings = { ...SETTINGS, clientSecret };
      expect(await world.call()).toEqual({
        kind: "later",
        message: expect.stringContaining("HIGHLEVEL_CLIENT_SECRET"),
      });
    }
    world.settings = SETTINGS;
    expect(await world.call()).toMatchObject({ status: 201 });
  });

  it("of another location, if an answer brings one, is not used", async () => {
    const world = await anInstalled();
    world.now += 2 * DAY_MS;
    const grant = { access_token: "canary", refresh_token: "r", expires_in: 1, locationId: "elsewhere" };
    world.intercept = (request) => (tokenPath(request) ? Promise.resolve(Response.json(grant)) : null);
    expect(await world.call()).toMatchObject({ kind: "later" });
  });

  it("gives way to one that was installed while it was refreshed", async () => {
    const world = await anInstalled();
    world.now += 2 * DAY_MS;
    world.intercept = (request) => {
      if (!tokenPath(request)) return null;
      return world.highLevel.answer(request).then(async (answer) => {
        await world.give("canary-pit");
        return answer;
      });
    };
    expect(await world.tokens.current()).toEqual({ ok: true, value: "canary-pit" });
    expect(world.tokens.told()).toMatchObject({ source: "private" });
  });

  it("does not come back when the app was uninstalled while it was refreshed", async () => {
    const world = await anInstalled();
    world.now += 2 * DAY_MS;
    world.intercept = (request) => {
      world.tokens.uninstall({ eventKey: "u", appId: APP_ID, atMs: null });
      return world.highLevel.answer(request);
    };
    expect(await world.call()).toEqual({ kind: "no-token", message: expect.stringContaining("was uninstalled") });
    expect(world.tokens.told()).toMatchObject({ state: "uninstalled" });
  });
});

describe("an uninstall", () => {
  it("ends the token, and is told with its time", async () => {
    const world = await anInstalled();
    world.now += MINUTE_MS;
    expect(world.tokens.uninstall({ eventKey: "u", appId: APP_ID, atMs: world.now })).toBe("uninstalled");
    expect(await world.call()).toEqual({ kind: "no-token", message: expect.stringContaining("was uninstalled") });
    expect(world.tokens.told()).toMatchObject({ state: "uninstalled", since: "2026-03-04T12:01:00.000Z" });
    expect(world.storage.sql.exec("SELECT sealed FROM tokens").toArray()).toEqual([{ sealed: null }]);
  });

  it("of another app, or from before the install, changes nothing", async () => {
    const world = await anInstalled();
    const [other, earlier] = [
      { eventKey: "a", appId: "another", atMs: null },
      { eventKey: "b", appId: APP_ID, atMs: world.now - 1 },
    ];
    expect([world.tokens.uninstall(other), world.tokens.uninstall(earlier)]).toEqual(["kept", "kept"]);
    expect(await world.call()).toMatchObject({ status: 201 });
  });

  it("counts from the install, not from the last refresh", async () => {
    const world = await anInstalled();
    world.now += 2 * DAY_MS;
    await world.call();
    expect(world.tokens.uninstall({ eventKey: "u", appId: APP_ID, atMs: world.now - MINUTE_MS })).toBe("uninstalled");
  });

  it("that comes again after a later install changes nothing, though it says no time", async () => {
    const world = await anInstalled();
    const uninstall = { eventKey: "u", appId: APP_ID, atMs: null };
    expect(world.tokens.uninstall(uninstall)).toBe("uninstalled");
    await world.install();
    expect(world.tokens.uninstall(uninstall)).toBe("repeated");
    expect(await world.call()).toMatchObject({ status: 201 });
  });
});

describe("the key of tokens", () => {
  it("may be rotated: what is refreshed is kept under the first", async () => {
    const world = new World();
    world.settings = { ...SETTINGS, tokenKeys: [TEST_OLD_TOKEN_KEY] };
    await world.install();
    world.settings = { ...SETTINGS, tokenKeys: [TEST_TOKEN_KEY, TEST_OLD_TOKEN_KEY] };
    world.restart();
    world.now += 2 * DAY_MS;
    expect(await world.call()).toMatchObject({ status: 201 });
    world.settings = SETTINGS;
    world.restart();
    expect(await world.call()).toMatchObject({ status: 201 });
  });

  it.each([
    ["missing", []],
    ["another", [TEST_OLD_TOKEN_KEY]],
    ["unusable", ["nonsense"]],
  ])("that is %s is for later, and says what to set", async (_, tokenKeys) => {
    const world = await anInstalled();
    world.settings = { ...SETTINGS, tokenKeys };
    world.restart();
    expect(await world.call()).toEqual({ kind: "later", message: expect.stringContaining("HIGHLEVEL_TOKEN_KEY") });
  });
});

describe("what is stored and shown", () => {
  it("holds no token in plain text, and neither does an answer that quotes it", async () => {
    const world = await anInstalled();
    const access = await accessOf(world);
    const rows = JSON.stringify(world.storage.sql.exec("SELECT * FROM tokens").toArray());
    for (const text of [access, "refresh-", btoa(access).slice(0, 8)]) expect(rows).not.toContain(text);
    world.intercept = () => Promise.resolve(new Response(`Invalid token ${access}`, { status: 400 }));
    expect(await world.call()).toEqual({ kind: "answer", status: 400, body: "Invalid token [token]" });
    expect(JSON.stringify(world.tokens.told())).not.toContain(access);
  });

  it("of another location does not open here", async () => {
    const world = await anInstalled();
    const keys = await world.keys();
    world.tokens.store(await sealPrivate(keys, "canary-pit", "elsewhere"));
    expect(await world.call()).toMatchObject({ kind: "later" });
  });
});
