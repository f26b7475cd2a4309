// What an event costs in rows written, which is what Cloudflare charges for: counted by the storage itself.
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/kit/json.ts";
import type { Rule } from "../../src/model/rule.ts";
import { aRule, aTask, aWebhook, CONTACT, LOCATION } from "../builders.ts";
import { announced, api, apiPost, ledger, postEvent } from "./client.ts";
import { resetWorld, world } from "./world.ts";

beforeEach(resetWorld);
afterEach(reset);

const runAlarms = () => runDurableObjectAlarm(ledger());

/** Counts what the ledger writes while something happens. */
async function rowsWritten(happens: () => Promise<unknown>): Promise<number> {
  const before = world.rowsWritten;
  await happens();
  return world.rowsWritten - before;
}

const never = aRule({ conditions: { all: [{ fact: "status", operator: "equal", value: "never" }] } });

describe("an event writes", () => {
  // The first event of a ledger also writes where it is, the day, and the rule set: once a day, or once a deploy.
  const first = () => postEvent({ webhookId: "first" }).then(announced);

  it("one row when nothing fires", async () => {
    world.rules = [never];
    await first();
    expect(await rowsWritten(() => postEvent())).toBe(1);
  });

  it("no more, if it is a location's first, where ten thousand rules are for other locations", async () => {
    const others = Array.from({ length: 10_000 }, (_, index) =>
      aRule({ name: `other-${index}`, locations: [`location-${index}`] }),
    );
    const sizes: [rows: number, bytes: unknown][] = [];
    for (const rules of [[never], [...others, never]]) {
      await reset();
      world.rules = rules;
      const rows = await rowsWritten(first);
      const bytes = await runInDurableObject(ledger(), (_, { storage }) =>
        storage.sql.exec("SELECT SUM(LENGTH(rules)) AS n FROM rule_sets").one(),
      );
      sizes.push([rows, bytes["n"]]);
    }
    expect(sizes[1]).toEqual(sizes[0]);
  });

  it("no row when it is a duplicate", async () => {
    world.rules = [never];
    await first();
    expect(await rowsWritten(first)).toBe(0);
  });

  it("one row more for each wish of a contact, two when it is said again, and none for other replies", async () => {
    world.rules = [never];
    await first();
    const reply = (webhookId: string, body: string) => postEvent({ webhookId, type: "InboundMessage", body });
    expect(await rowsWritten(() => reply("hello", "Hello"))).toBe(1);
    expect(await rowsWritten(() => reply("stop", "STOP"))).toBe(2);
    expect(await rowsWritten(() => reply("again", "Stop!"))).toBe(3);
  });

  it("one row more when it changes what is known of its contact, none when it says it again", async () => {
    world.rules = [never];
    await first();
    const change = (webhookId: string, fields: JsonObject) =>
      postEvent({ webhookId, type: "ContactUpdate", id: CONTACT, tags: ["vip"], dnd: false, ...fields });
    // Its row, and three by which it is found: by name, e-mail and phone.
    expect(await rowsWritten(() => change("made", {}))).toBe(5);
    expect(await rowsWritten(() => change("again", { attachments: [] }))).toBe(1);
    expect(await rowsWritten(() => change("changed", { firstName: "Grace" }))).toBe(5);
    expect(await rowsWritten(() => postEvent({ webhookId: "message" }))).toBe(1);
    // Its tags are no part of any index.
    expect(await rowsWritten(() => change("tagged", { firstName: "Grace", tags: ["new"] }))).toBe(2);
  });

  it.each([
    ["an action", aWebhook(), 3],
    ["an action that waits", aTask({ after: "1h" }), 3],
    ["an action that a reply can cancel", aWebhook({ after: "1h", cancelOn: ["reply"] }), 4],
  ])("three or four with %s", async (_, action, rows) => {
    world.rules = [aRule({ actions: [action] })];
    await first();
    expect(await rowsWritten(() => postEvent())).toBe(rows);
  });

  it("and a delivery, from being taken to being sent, four more", async () => {
    world.rules = [aRule({ actions: [aWebhook()] })];
    await first();
    await runAlarms();
    await postEvent();
    expect(await rowsWritten(runAlarms)).toBe(4);
    expect(world.requests).toHaveLength(2);
  });

  it("no row more with a set in the shadow that agrees, and three for each rule in which it does not", async () => {
    const one = aRule({ name: "one", actions: [aTask({ after: "1h" })] });
    world.rules = [one, never];
    await first();
    const shadowed = async (over: number, ...rules: Rule[]): Promise<number> => {
      const files = rules.map(({ name, ...rest }) => ({ file: `${name}.json`, text: JSON.stringify(rest) }));
      const { body } = await apiPost("/rule-sets", { files: { rules: files }, over });
      await apiPost(`/rule-sets/${body.version.version}/activate`, { for: "shadow" });
      await runDurableObjectAlarm(env.REGISTRY.getByName("registry"));
      return rowsWritten(() => postEvent());
    };
    const before = await rowsWritten(() => postEvent());
    const { name: _, ...quiet } = never;
    expect(await shadowed(0, one, { ...quiet, name: "another" })).toBe(before);
    const other = { ...one, name: "other" };
    expect(await shadowed(1, other)).toBe(before + 6);
    const { body } = await api(`/locations/${LOCATION}/divergence`);
    expect(body.rules.map(({ rule }: { rule: string }) => rule)).toEqual(["one", "other"]);
  });

  it("and the directory and the sweep nothing, but once a day", async () => {
    world.rules = [never];
    await first();
    await runAlarms();
    await postEvent();
    expect(await rowsWritten(runAlarms)).toBe(0);
  });

  it("is found by its contact and its key with one look-up, not by reading through the log", async () => {
    world.rules = [never];
    await first();
    const asked = world.statements.find((statement) => statement.startsWith("SELECT 1 FROM events WHERE")) ?? "";
    const plan = await runInDurableObject(ledger(), (_, { storage }) =>
      storage.sql.exec(`EXPLAIN QUERY PLAN ${asked}`, "contact", "key").toArray(),
    );
    expect(JSON.stringify(plan)).toContain("USING PRIMARY KEY (contact_id=? AND key=?)");
  });
});

describe("a search for a contact", () => {
  const CONTACTS = 20_000;
  /** A ledger with many contacts, most of whom are called alike. */
  async function withContacts(): Promise<void> {
    world.rules = [never];
    await postEvent({ webhookId: "first" });
    await runInDurableObject(ledger(), (_, { storage }) => {
      storage.sql.exec(
        `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
         INSERT INTO contacts (contact_id, fields, by_name, by_second, by_email, by_phone)
         SELECT 'c-' || n, json_object('name', 'Grace Example' || n, 'phone', '+' || n || '5550142', 'email', 'grace' || n || '@example.com'),
           'grace example' || n, 'example' || n, 'grace' || n || '@example.com', '2410555' || n
         FROM numbers`,
        CONTACTS,
      );
      storage.sql.exec(
        `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
         INSERT INTO events (contact_id, key, seq, kind, received_at, fired, record)
         SELECT 'c-' || n, 'k', n, 'ContactCreate', 0, '[]', '{}' FROM numbers`,
        CONTACTS,
      );
    });
  }

  it.each([
    ["of a name that all have", "grace", 20, 200],
    ["of a single letter", "g", 20, 200],
    ["of a name that one has", "example19999", 1, 200],
    ["of words that stand apart", "exa gra", 20, 3_500],
    ["of words that nobody has together", "grace hopper", 0, 3_500],
    ["of an e-mail", "grace19999@example.com", 1, 200],
    ["of the beginning of all ids", "c-", 20, 200],
    ["of what nobody has", "zacharias", 0, 200],
    ["of digits that many phones end with", "555-0142", 20, 3_500],
  ])("reads a bounded number of rows of 20,000 contacts: %s", async (_, search, found, most) => {
    await withContacts();
    const before = world.rowsRead;
    const { body } = await api(`/locations/${LOCATION}/contacts?search=${encodeURIComponent(search)}`);
    expect(body.contacts).toHaveLength(found);
    expect(world.rowsRead - before).toBeLessThan(most);
    expect(JSON.stringify(body)).not.toContain("by_");
  });
});

describe("what is larger than a row", () => {
  const small = aRule({ name: "small" });
  const ids = Array.from({ length: 100_000 }, (_, index) => `contact-${String(index).padStart(14, "0")}`);
  const body = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`part${index}`, "x".repeat(99_000)]));

  it.each<[title: string, large: Partial<Rule>, states: { large?: string; small: string }]>([
    [
      "a list of 100,000 contacts",
      { conditions: { all: [{ fact: "contactId", operator: "in", value: ids }] } },
      { small: "sent" },
    ],
    ["25 texts of 99 KB", { actions: [aWebhook({ body })] }, { large: "dead", small: "sent" }],
    ["a description", { description: "é".repeat(1_200_000) }, { large: "dead", small: "sent" }],
  ])("keeps no event from being recorded, and no other rule from firing: %s", async (_, large, states) => {
    world.rules = [aRule({ name: "large", ...large }), small];
    const { key, answer } = await postEvent({ body: "b".repeat(200_000) });
    expect(answer.status).toBe(202);
    expect(answer.body.fired).toContain("small");
    await runAlarms();
    const told = (await api(`/locations/${LOCATION}/events/${key}`)).body;
    const ended = told.deliveries.map(({ rule, state }: { rule: string; state: string }) => [rule, state]);
    expect(Object.fromEntries(ended)).toEqual(states);
    world.rules = [small];
    expect((await postEvent()).answer.status).toBe(202);
    const later = (await api(`/locations/${LOCATION}/events/${key}`)).body.decision.verdicts;
    expect(later.map(({ rule }: { rule: string }) => rule)).toEqual(["large", "small"]);
  });

  it(
    "keeps no event from being recorded on which 10,000 rules have something to say",
    { timeout: 60_000 },
    async () => {
      const conditions = { all: [{ fact: "channel", operator: "no-such", value: "x".repeat(300) }] };
      world.rules = [
        ...Array.from({ length: 10_000 }, (_, index) => aRule({ name: `rule-${index}-${"n".repeat(40)}`, conditions })),
        small,
      ];
      const { key, answer } = await postEvent({ body: "b".repeat(200_000) });
      expect(answer).toMatchObject({ status: 202, body: { fired: ["small"] } });
      const { decision } = (await api(`/locations/${LOCATION}/events/${key}`)).body;
      expect(decision.verdicts.length + decision.leftOut).toBe(10_001);
    },
  );
});

describe("a list of events", () => {
  it("is told where one contact has as many as are read at once, with long names of rules: a text holds 2 MB", async () => {
    world.rules = [never];
    await postEvent({ webhookId: "first" });
    await runInDurableObject(ledger(), (_, { storage }) => {
      storage.sql.exec(
        `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
         INSERT INTO events (contact_id, key, seq, kind, received_at, fired, record)
         SELECT 'busy', 'k' || n, n * 1000, 'OutboundMessage', n, ?, '{}' FROM numbers`,
        JSON.stringify(["r".repeat(120)]),
      );
    });
    const { status, body } = await api(`/locations/${LOCATION}/events?limit=200&kind=OutboundMessage&fired=yes`);
    expect([status, body.events?.length, body.cursor]).toEqual([200, 200, String(19_801 * 1_000)]);
  });
});
