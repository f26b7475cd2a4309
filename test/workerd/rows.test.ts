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
    expect(await rowsWritten(() => change("made", {}))).toBe(2);
    expect(await rowsWritten(() => change("again", { attachments: [] }))).toBe(1);
    expect(await rowsWritten(() => change("changed", { firstName: "Grace" }))).toBe(2);
    expect(await rowsWritten(() => postEvent({ webhookId: "message" }))).toBe(1);
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
