// What somebody has to know of a location: how each kind is seen, that it is told once, and once more when it is over.
import { describe, expect, it, vi } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { KINDS } from "../../../src/ledger/alerts/kinds.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import { setMark } from "../../../src/ledger/store/marks.ts";
import type { SqlValue } from "../../../src/ledger/store/ports.ts";
import {
  ALERT_KINDS,
  alertInWords,
  type Alert,
  type AlertKind,
  type AlertSilence,
  type VersionedAlerts,
} from "../../../src/model/alert.ts";
import { webhookKeys, webhookSignature } from "../../../src/kit/standard-webhooks.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, aWebhook, LOCATION } from "../../builders.ts";
import { TEST_TOKEN_KEY, TEST_WEBHOOK_SECRET } from "../../keys.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const URL_OF_ALERTS = "https://alerts.example.com/services/T0/B0/secret-part";
const LOUD: AlertSilence = { kinds: new Set(), awake: null };

/** One message as it arrived. */
interface Arrived {
  readonly id: string;
  readonly atMs: number;
  readonly url: string;
  readonly headers: Headers;
  readonly text: string;
  readonly bytes: string;
  readonly alerts: readonly Alert[];
}

interface Options {
  readonly rules?: readonly Rule[];
  readonly silence?: AlertSilence;
  readonly url?: string | null;
  readonly maxBytes?: number;
  readonly eventsPerSecond?: number;
}

/** A location whose alerts arrive somewhere, and whose destinations and receiver of alerts do as they are told. */
async function aWorld(options: Options = {}) {
  const world = {
    now: NOON,
    arrived: [] as Arrived[],
    told: [] as VersionedAlerts[],
    tried: 0,
    destination: (): Response => new Response("gone", { status: 410 }),
    receiver: (): Response | Promise<Response> => new Response("ok"),
    directory: (): Promise<void> => Promise.resolve(),
  };
  const storage = sqliteStorage();
  const fetch = async (request: Request): Promise<Response> => {
    if (!request.url.includes("alerts")) return world.destination();
    world.tried += 1;
    const answer = await world.receiver();
    const bytes = await request.text();
    const body = JSON.parse(bytes) as { text: string; data: { alerts: Alert[] } };
    const id = request.headers.get("webhook-id") ?? "";
    if (answer.ok)
      world.arrived.push({
        id,
        atMs: world.now,
        url: request.url,
        headers: request.headers,
        text: body.text,
        bytes,
        alerts: body.data.alerts,
      });
    return answer;
  };
  const start = (): Promise<LocationLedger> =>
    aLedger({
      storage,
      fetch,
      clock: () => world.now,
      ruleSet: aRuleSet(...(options.rules ?? [aRule({ actions: [aWebhook()] })])),
      maxBytes: options.maxBytes ?? Infinity,
      eventsPerSecond: options.eventsPerSecond ?? 1_000_000,
      highlevel: {
        api: "https://highlevel.example.com",
        apiVersion: "dated",
        clientId: null,
        clientSecret: null,
        tokenKeys: [TEST_TOKEN_KEY],
      },
      alerts: {
        url: options.url === undefined ? URL_OF_ALERTS : options.url,
        silence: options.silence ?? LOUD,
        tell: async (_, told) => {
          await world.directory();
          world.told.push(told);
        },
      },
    });
  const place = { ledger: await start() };
  let count = 0;
  const send = async (fields: object = {}): Promise<void> => {
    const key = `key-${(count += 1)}`;
    await place.ledger.record(
      anEvent({ messageId: key, dateAdded: new Date(world.now).toISOString(), ...fields }, key),
    );
  };
  /** Time passes, and the alarm rings whenever it is due. */
  const pass = async (ms: number): Promise<void> => {
    const until = world.now + ms;
    for (;;) {
      const at = await storage.getAlarm();
      if (at === null || at > until) break;
      world.now = Math.max(world.now, at);
      await storage.setAlarm(Number.MAX_SAFE_INTEGER);
      await place.ledger.alarm();
      await place.ledger.alertsSettled();
    }
    world.now = Math.max(world.now, until);
  };
  const restart = async (): Promise<void> => {
    place.ledger = await start();
  };
  const sql = (statement: string, ...values: SqlValue[]) => storage.sql.exec(statement, ...values).toArray();
  const open = () => place.ledger.alerts().alerts.filter(({ endedAt }) => endedAt === null);
  return { world, storage, place, send, pass, restart, sql, open };
}
type World = Awaited<ReturnType<typeof aWorld>>;

/** What a message says: the kind of each alert, and whether it is over. */
const saidIn = (message: Arrived | undefined): readonly string[] =>
  (message?.alerts ?? []).map(({ kind, endedAt }) => (endedAt === null ? kind : `${kind} is over`));

/** How each kind comes to be, and how it goes away. `later`: how long until it is an alert. */
interface Case {
  readonly options?: Options;
  readonly comes: (at: World) => unknown;
  readonly later?: number;
  readonly goes: (at: World) => unknown;
  readonly about?: string;
}

const delivery = (state: string, columns: { readonly [name: string]: SqlValue }, id = "d1") => {
  const all = {
    id,
    event_key: "e",
    contact_id: "c",
    rule: "r",
    plan: "{}",
    state,
    tries: 0,
    host: "h.example.com",
    ...columns,
  };
  const names = Object.keys(all);
  return [
    `INSERT INTO deliveries (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
    ...Object.values(all),
  ] as [string, ...SqlValue[]];
};
const attempt = (error: string) =>
  ["INSERT INTO attempts (delivery_id, n, at, error, duration_ms) VALUES ('d1', 1, 1, ?, 1)", error] as [
    string,
    SqlValue,
  ];

const CASES: { readonly [K in AlertKind]: Case } = {
  dead: {
    comes: ({ sql, world }) => {
      sql(...delivery("dead", { ended_at: world.now }));
      sql(...attempt("DESTINATION_GONE: The destination is gone"));
    },
    goes: ({ sql }) => sql("UPDATE deliveries SET state = 'cancelled'"),
    about: "r",
  },
  held: {
    comes: ({ sql, world }) => {
      sql(...delivery("held", { give_up_at: world.now + 7 * DAY }));
      sql(...attempt("ACTION_BREAKER: As many as may be"));
    },
    later: 70 * MINUTE,
    goes: ({ sql }) => sql("UPDATE deliveries SET state = 'cancelled'"),
    about: "r",
  },
  token: {
    comes: ({ sql }) =>
      sql(
        "INSERT INTO tokens (id, source, sealed, scopes, stored_at, state, state_at) VALUES (1, 'oauth', NULL, '[]', 1, 'refused', 1)",
      ),
    goes: ({ sql }) => sql("UPDATE tokens SET state = 'active'"),
    about: "refused",
  },
  "token-unclear": {
    comes: ({ sql }) =>
      sql(
        "INSERT INTO tokens (id, source, sealed, scopes, stored_at, state, state_at, refresh_began_at) VALUES (1, 'oauth', 'v1', '[]', 1, 'active', 1, 5)",
      ),
    later: 16 * MINUTE,
    goes: ({ sql }) => sql("UPDATE tokens SET refresh_began_at = NULL"),
  },
  circuit: {
    comes: ({ sql, world }) => {
      sql("INSERT INTO hosts (host, failures, open_until) VALUES ('h.example.com', 12, ?)", world.now + DAY);
      sql(...delivery("scheduled", { due_at: world.now + 3 * DAY }));
    },
    later: 16 * MINUTE,
    goes: ({ sql }) => sql("DELETE FROM hosts"),
    about: "h.example.com",
  },
  quarantine: {
    comes: ({ sql, world }) => {
      for (let n = 0; n < 12; n += 1)
        sql(
          "INSERT INTO quarantine (id, event_key, received_at, route, issues, contact_ids, body) VALUES (?, 'e', ?, 'events', '[]', '[]', '')",
          `q${n}`,
          world.now,
        );
    },
    goes: ({ sql }) => sql("DELETE FROM quarantine"),
  },
  silence: {
    comes: async (at) => {
      // Something comes in each hour of four weeks, and then nothing.
      for (let hour = 0; hour < 28 * 24; hour += 1) {
        at.world.now += HOUR;
        await at.send({ messageType: "Email" });
      }
    },
    later: 20 * HOUR,
    goes: (at) => at.send({ messageType: "Email" }),
  },
  gaps: {
    comes: ({ sql, world }) =>
      sql(
        "INSERT INTO gaps (id, since, until, found, kinds, changed, late, taken_from, taken_until) VALUES (1, 1, 2, 7, '{}', 0, 0, 1, ?)",
        world.now,
      ),
    goes: ({ sql }) => sql("DELETE FROM gaps"),
  },
  overdue: {
    comes: ({ sql, world }) => sql(...delivery("scheduled", { due_at: world.now - HOUR })),
    goes: ({ sql }) => sql("DELETE FROM deliveries"),
    about: "h.example.com",
  },
  budget: {
    options: { eventsPerSecond: 1 },
    comes: async (at) => {
      for (let n = 0; n < 30; n += 1) await at.send({ messageType: "Email" });
    },
    goes: ({ pass }) => pass(70 * MINUTE),
  },
  full: {
    options: { maxBytes: 1 },
    comes: () => undefined,
    goes: () => undefined,
  },
  drift: {
    comes: () => undefined,
    goes: () => undefined,
  },
  canary: {
    comes: ({ storage }) =>
      setMark(storage.sql, "canary", JSON.stringify({ change: 3, atMs: [], halted: "why", isTold: true })),
    goes: ({ storage }) =>
      setMark(storage.sql, "canary", JSON.stringify({ change: 4, atMs: [], halted: null, isTold: true })),
    about: "3",
  },
};

/** A look that only the tests' hand brings about, as the watchdog's. */
async function look(at: World): Promise<void> {
  at.world.now += 5 * MINUTE;
  await at.place.ledger.poke();
  await at.place.ledger.alertsSettled();
}

describe("each kind of alert", () => {
  const ofTables = Object.entries(CASES).filter(([kind]) => !["full", "drift", "overdue", "canary"].includes(kind)) as [
    AlertKind,
    Case,
  ][];

  it.each(ofTables)(
    "%s: opens, stays one, is over, and is told once each time",
    async (kind, { options = {}, comes, later = 0, goes, about = "" }) => {
      const at = await aWorld({ rules: [], ...options });
      await at.send();
      await at.pass(6 * MINUTE);
      await comes(at);
      await look(at);
      await at.pass(later);
      await look(at);
      const mine = () => at.world.arrived.flatMap(saidIn).filter((said) => said.startsWith(kind));
      expect(at.open().map((alert) => [alert.kind, alert.about])).toEqual([[kind, about]]);
      for (let again = 0; again < 3; again += 1) await look(at);
      // What was refused is in no table: after a restart nobody knows of it.
      if (kind !== "budget") await at.restart();
      await look(at);
      expect(at.open()).toHaveLength(1);
      expect(mine()).toContain(kind);
      await goes(at);
      for (let again = 0; again < 3; again += 1) await look(at);
      expect(at.open()).toEqual([]);
      expect(mine()).toEqual([kind, `${kind} is over`]);
      expect(at.world.told.at(-1)).toMatchObject({ open: 0, alerts: [{ kind }] });
    },
  );

  it("has words, and none of a kind is missing in the table", () => {
    expect(Object.keys(KINDS).toSorted()).toEqual(Object.keys(ALERT_KINDS).toSorted());
    expect(alertInWords({ kind: "dead", about: "$& a$1", count: 3, code: "DESTINATION_GONE" })).toBe(
      "Deliveries of rule $& a$1 have died (3, DESTINATION_GONE)",
    );
  });
});

describe("a look", () => {
  const seen = (kind: AlertKind, world: object, isOpen = false) =>
    KINDS[kind].look({ nowMs: NOON, sql: sqliteStorage().sql, ...world } as never, isOpen);

  it("finds the ledger nearly full, and is not in two minds about it", () => {
    expect(seen("full", { fill: 0.89 })).toEqual([]);
    expect(seen("full", { fill: 0.9 })).toHaveLength(1);
    expect(seen("full", { fill: 0.86 }, true)).toHaveLength(1);
    expect(seen("full", { fill: 0.84 }, true)).toEqual([]);
  });

  it("tells drift that is an alert, and leaves it where it was not looked for", () => {
    const finding = { what: "new-word", rule: "r", place: "status", words: ["bounced"], isAlert: true };
    expect(seen("drift", { drift: [finding, { ...finding, what: "never", isAlert: false }] })).toEqual([
      { about: "new-word r status bounced" },
    ]);
    expect(seen("drift", { drift: null })).toBeNull();
  });

  it("tells a canary that has halted itself, once", async () => {
    const at = await aWorld({ rules: [] });
    await at.send();
    CASES.canary.comes(at);
    await at.restart();
    await look(at);
    expect(at.open()).toMatchObject([{ kind: "canary", about: "3" }]);
    await at.pass(3 * DAY);
    expect(at.open()).toEqual([]);
    expect(at.world.arrived.flatMap(saidIn)).toEqual(["canary", "canary is over"]);
  });

  it("tells what is overdue, but not what waits for a host that is down", async () => {
    const at = await aWorld({ rules: [] });
    await at.send();
    await CASES.overdue.comes(at);
    const overdue = () => KINDS.overdue.look({ sql: at.storage.sql, nowMs: at.world.now } as never, false);
    expect(overdue()).toEqual([{ about: "h.example.com" }]);
    at.sql("INSERT INTO hosts (host, failures, open_until) VALUES ('h.example.com', 12, 1)");
    expect(overdue()).toEqual([]);
  });
});

describe("a delivery that dies", () => {
  it("is told within a minute or so, signed as webhooks are, with a text for people and the same for machines", async () => {
    const at = await aWorld();
    await at.send();
    await at.pass(2 * MINUTE);
    const [message, ...others] = at.world.arrived;
    expect(others).toEqual([]);
    expect(saidIn(message)).toEqual(["dead"]);
    expect(message?.url).toBe(URL_OF_ALERTS);
    expect(message?.text).toBe(
      `Afterbeep, ${LOCATION}:\n• Deliveries of rule test-rule have died (1, DESTINATION_GONE)`,
    );
    const [key = new Uint8Array()] = webhookKeys(TEST_WEBHOOK_SECRET) ?? [];
    const seconds = Number(message?.headers.get("webhook-timestamp"));
    expect(message?.headers.get("webhook-signature")).toBe(
      await webhookSignature(key, message?.id ?? "", seconds, message?.bytes ?? ""),
    );
  });

  it("is one thing with others of its rule, and over once none is left of them", async () => {
    const at = await aWorld();
    await at.send();
    await at.pass(6 * MINUTE);
    for (let n = 0; n < 5; n += 1) await at.send();
    await at.pass(HOUR);
    expect(at.open()).toMatchObject([{ kind: "dead", count: 6 }]);
    expect(at.world.arrived).toHaveLength(1);
    at.world.destination = () => new Response("ok");
    at.place.ledger.act({ by: { through: "token", name: "ada" }, action: "deliveries.retry", about: {} }, "retryDead", [
      {},
    ]);
    await at.pass(10 * MINUTE);
    expect(at.world.arrived.map(saidIn)).toEqual([["dead"], ["dead is over"]]);
  });

  it("is over after a day without another", async () => {
    const at = await aWorld();
    await at.send();
    await at.pass(26 * HOUR);
    expect(at.world.arrived.map(saidIn)).toEqual([["dead"], ["dead is over"]]);
  });
});

describe("messages", () => {
  const three = ["one", "two", "three"].map((name) =>
    aRule({ name, actions: [aWebhook({ url: `https://${name}.example.com/` })] }),
  );

  it("tell what comes together in one", async () => {
    const at = await aWorld({ rules: three });
    await at.send();
    await at.pass(2 * MINUTE);
    expect(at.world.arrived.map(({ alerts }) => alerts.map(({ about }) => about))).toEqual([["one", "three", "two"]]);
  });

  it("leave five minutes between them, and what is over before it was told is told once", async () => {
    const at = await aWorld();
    await at.send();
    await at.pass(MINUTE);
    expect(at.world.arrived).toHaveLength(1);
    at.sql(
      "INSERT INTO tokens (id, source, sealed, scopes, stored_at, state, state_at) VALUES (1, 'oauth', NULL, '[]', 1, 'refused', 1)",
    );
    at.place.ledger.uninstall({ eventKey: "other", appId: "none", atMs: null });
    await at.pass(MINUTE);
    at.sql("DELETE FROM tokens");
    at.place.ledger.uninstall({ eventKey: "another", appId: "none", atMs: null });
    await at.pass(20 * MINUTE);
    expect(at.world.arrived.map(saidIn)).toEqual([["dead"], ["token is over"]]);
    const [first, second] = at.world.arrived;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(5 * MINUTE);
  });

  it("are the same each time they are tried, and nothing more is said until one has arrived", async () => {
    const at = await aWorld();
    const ids = new Set<string>();
    at.world.receiver = () => new Response("no", { status: 500 });
    await at.send();
    await at.pass(3 * HOUR);
    expect(at.world.tried).toBeGreaterThan(3);
    expect(at.world.tried).toBeLessThan(12);
    expect(at.place.ledger.alerts()).toMatchObject({
      open: 1,
      message: { endedAt: null, error: expect.stringContaining("DESTINATION_STATUS") },
    });
    at.world.receiver = () => new Response("ok");
    await at.pass(2 * HOUR);
    for (const { id } of at.world.arrived) ids.add(id);
    expect([at.world.arrived.length, ids.size]).toEqual([1, 1]);
  });

  it("that fail are no alert, open no circuit, and are given up after a week", async () => {
    const at = await aWorld();
    at.world.receiver = () => Promise.reject(new Error("no connection"));
    await at.send();
    await at.pass(9 * DAY);
    expect(at.place.ledger.alerts().alerts.map(({ kind }) => kind)).toEqual(["dead"]);
    expect(at.place.ledger.hosts()).toEqual([]);
    expect(at.place.ledger.alerts().message).toMatchObject({
      error: expect.stringContaining("DESTINATION_UNREACHABLE"),
    });
    expect(at.sql("SELECT COUNT(*) AS n FROM alert_messages WHERE error IS NOT NULL")).not.toEqual([{ n: 0 }]);
  });

  it("hold no delivery, however long one hangs", async () => {
    const at = await aWorld();
    at.world.destination = () => new Response("gone", { status: 410 });
    at.world.receiver = () => new Promise(() => undefined);
    await at.send();
    const alarm = async () => {
      at.world.now += MINUTE;
      await at.place.ledger.alarm();
    };
    await alarm();
    await alarm();
    await vi.waitUntil(() => at.world.tried === 1);
    at.world.destination = () => new Response("ok");
    await at.send();
    await alarm();
    expect(at.place.ledger.deliveries({ limit: 10, state: "sent" }).deliveries).toHaveLength(1);
  });

  it("leave again with the same id after a kill in the middle", async () => {
    const at = await aWorld();
    const seen: string[] = [];
    at.world.receiver = () => new Promise(() => void seen.push("left"));
    await at.send();
    at.world.now += MINUTE;
    await at.place.ledger.alarm();
    at.world.now += MINUTE;
    await at.place.ledger.alarm();
    await vi.waitUntil(() => seen.length === 1);
    at.world.receiver = () => new Response("ok");
    await at.restart();
    await at.pass(10 * MINUTE);
    expect(at.world.arrived.map(saidIn)).toEqual([["dead"]]);
    expect(at.sql("SELECT id, tries FROM alert_messages")).toEqual([{ id: 1, tries: 2 }]);
  });

  it("are not lost where a process was killed after something died and before it was looked at", async () => {
    const at = await aWorld();
    await at.send();
    at.world.now += 1_000;
    await at.place.ledger.alarm();
    await at.restart();
    await at.pass(5 * MINUTE);
    expect(at.world.arrived.map(saidIn)).toEqual([["dead"]]);
  });

  it("come once where the clock was a year ahead, and is set back", async () => {
    const at = await aWorld();
    at.world.now += 365 * DAY;
    await at.send();
    await at.pass(2 * MINUTE);
    expect(at.world.arrived).toHaveLength(1);
    at.world.now = NOON;
    await at.restart();
    await at.pass(30 * HOUR);
    const said = at.world.arrived.flatMap(saidIn);
    expect(said.filter((one) => one === "dead")).toHaveLength(1);
  });
});

describe("where alerts go", () => {
  it("is silent about the kinds that are silenced, which are listed all the same", async () => {
    const at = await aWorld({ silence: { kinds: new Set(["dead"]), awake: null } });
    await at.send();
    await at.pass(HOUR);
    expect(at.world.arrived).toEqual([]);
    expect(at.open()).toHaveLength(1);
  });

  it("waits for the end of quiet hours", async () => {
    const at = await aWorld({ silence: { kinds: new Set(), awake: { from: "14:00", to: "11:00" } } });
    await at.send();
    await at.pass(HOUR);
    expect(at.world.arrived).toEqual([]);
    await at.pass(61 * MINUTE);
    expect(at.world.arrived.map(saidIn)).toEqual([["dead"]]);
  });

  it("is nowhere without a URL; what is open is told once there is one", async () => {
    const at = await aWorld({ url: null });
    await at.send();
    await at.pass(10 * MINUTE);
    expect(at.place.ledger.alerts()).toMatchObject({ to: "nowhere", open: 1, message: null });
    expect(at.world.tried).toBe(0);
  });

  it("is nobody where that was said, and the deployment's again after that", async () => {
    const at = await aWorld();
    at.place.ledger.setAlerts(LOCATION, "off");
    await at.send();
    await at.pass(10 * MINUTE);
    await at.restart();
    expect(at.place.ledger.alerts()).toMatchObject({ to: "off", open: 1 });
    expect(at.world.tried).toBe(0);
    at.place.ledger.setAlerts(LOCATION, null);
    await at.pass(10 * MINUTE);
    expect(at.world.arrived.map(saidIn)).toEqual([["dead"]]);
  });

  it("is told to the directory, again if that did not answer", async () => {
    const at = await aWorld();
    at.world.directory = () => Promise.reject(new Error("away"));
    await at.send();
    await at.pass(2 * MINUTE);
    expect(at.world.told).toEqual([]);
    at.world.directory = () => Promise.resolve();
    await at.pass(15 * MINUTE);
    expect(at.world.told).toMatchObject([{ open: 1, alerts: [{ kind: "dead", endedAt: null }] }]);
  });
});

describe("an ordinary event", () => {
  it("costs no statement but with the first of an hour, and no look", async () => {
    const statements: string[] = [];
    const at = await aWorld({ rules: [aRule({ actions: [aWebhook()] })] });
    at.world.destination = () => new Response("ok");
    await at.send();
    await at.pass(MINUTE);
    const { sql } = at.storage;
    const exec = sql.exec.bind(sql);
    sql.exec = (statement, ...values) => {
      statements.push(statement);
      return exec(statement, ...values);
    };
    await at.send();
    await at.pass(MINUTE);
    await at.send();
    await at.pass(MINUTE);
    expect(statements.filter((one) => /alert|'traffic'|INTO marks/.test(one))).toEqual([]);
    expect(statements.length).toBeGreaterThan(0);
  });
});

it("what dies is seen at once, after hours in which the watchdog had it looked each five minutes", async () => {
  const at = await aWorld();
  for (let turn = 0; turn < 60; turn += 1) {
    await at.send();
    await at.pass(5 * MINUTE);
    await at.place.ledger.poke(null);
    at.sql("DELETE FROM deliveries");
    await at.pass(30 * 1_000);
  }
  at.sql("DELETE FROM alerts");
  await at.send();
  await at.pass(30 * 1_000);
  expect(at.open().map(({ kind }) => kind)).toEqual(["dead"]);
});
