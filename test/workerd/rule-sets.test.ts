// Published rule sets through the Worker's API: a folder is published, put in force for some and for all, and taken back.
import { env } from "cloudflare:workers";
import { evictDurableObject, reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bundledRules } from "../../src/rules/bundled.ts";
import { liveRules } from "../../src/objects/live-rules.ts";
import type { Rule } from "../../src/model/rule.ts";
import { aRule, aTask, aText } from "../builders.ts";
import { api, apiPost, postEvent } from "./client.ts";
import { resetWorld, world } from "./world.ts";

const LOCATIONS = Array.from({ length: 30 }, (_, index) => `location-${index + 1}`);
const named = (name: string, fields: Partial<Rule> = {}): Rule => aRule({ name, actions: [aTask()], ...fields });

beforeEach(() => {
  resetWorld();
  world.rulesFrom = "published";
  world.rules = [];
});
afterEach(() => reset());

const files = (...rules: Rule[]) => ({
  rules: rules.map(({ name, ...rest }) => ({ file: `${name}.json`, text: JSON.stringify(rest) })),
});
const publish = async (over: number, ...rules: Rule[]): Promise<number> =>
  (await apiPost("/rule-sets", { files: files(...rules) as never, note: "a note", author: "ana", over })).body.version
    .version;
const registry = () => env.REGISTRY.getByName("registry");
async function activate(version: number, whom: unknown) {
  const answer = await apiPost(`/rule-sets/${version}/activate`, { for: whom, by: "ana", reason: "because" } as never);
  await runDurableObjectAlarm(registry());
  return answer;
}
async function decided(locationId: string, contactId = "c") {
  world.now += 1_000;
  const { key } = await postEvent({ locationId, contactId });
  const { body } = await api(`/locations/${locationId}/events/${key}?contact=${contactId}`);
  return body.decision as { fired: string[]; ruleSet: string };
}
const firedAt = async (locationId: string, contactId?: string) => (await decided(locationId, contactId)).fired;

describe("a published set", () => {
  it("is in force in every location after one call, named by each decision, and taken back by another", async () => {
    await Promise.all(LOCATIONS.map((id) => firedAt(id)));
    const version = await publish(0, named("one"));
    expect((await api("/rule-sets")).body).toMatchObject({
      rulesFrom: "published",
      inForce: { change: 0, live: null },
      versions: [{ version: 1, author: "ana", note: "a note", rules: 1 }],
      locations: LOCATIONS.length,
    });
    expect((await activate(version, "all")).body.change).toMatchObject({ change: 1, by: "ana", reason: "because" });
    const { ruleSet, admitted } = (await api("/rule-sets/1")).body.version;
    expect(admitted.map(({ name, actions }: Rule) => [name, actions])).toEqual([["one", [aTask()]]]);
    expect((await api("/rule-sets")).body).toMatchObject({
      told: LOCATIONS.length,
      inForce: { live: ruleSet, liveVersion: 1 },
    });
    const all = await Promise.all(LOCATIONS.map((id) => decided(id)));
    expect(all.map(({ fired }) => fired)).toEqual(LOCATIONS.map(() => ["one"]));
    expect([...new Set(all.map((one) => one.ruleSet))]).toEqual([ruleSet]);
    expect((await apiPost("/rule-sets/rollback", { by: "ben" })).status).toBe(200);
    await runDurableObjectAlarm(registry());
    expect(await Promise.all(LOCATIONS.map((id) => firedAt(id)))).toEqual(LOCATIONS.map(() => []));
  });

  it.each<[which: string, whom: unknown, isBack: boolean]>([
    ["of a canary in one location", { locations: ["location-2"] }, false],
    ["of the set in force", "all", false],
    ["of a set that was taken back, and of which something may wait", "all", true],
  ])("has rules that can be paused everywhere: one %s", async (_, whom, isBack) => {
    await Promise.all(["location-1", "location-2"].map((id) => firedAt(id)));
    await activate(await publish(0, named("one")), whom);
    expect(await firedAt("location-2")).toEqual(["one"]);
    if (isBack) await apiPost("/rule-sets/rollback", { by: "ben" });
    const pause = (rule: string) =>
      api(`/rules/${rule}/pause`, { method: "PUT", body: JSON.stringify({ reason: "the price is wrong" }) });
    expect((await pause("tpyo")).body).toMatchObject({ code: "LEDGER_NOT_FOUND" });
    expect((await pause("one")).body).toMatchObject({ pause: { scope: "everywhere", rule: "one" } });
    expect(await firedAt("location-2")).toEqual([]);
  });

  it("survives that every object is evicted", async () => {
    await firedAt("location-1");
    await activate(await publish(0, named("one")), "all");
    await evictDurableObject(registry());
    await evictDurableObject(env.LEDGER.getByName("location-1"));
    expect(await firedAt("location-1")).toEqual(["one"]);
    expect(await firedAt("location-2")).toEqual(["one"]);
  });

  it("tells the verdicts of its rules, and not of those of the bundle", async () => {
    await activate(await publish(0, named("one")), "all");
    const { key } = await postEvent({ locationId: "location-1", contactId: "c" });
    const story = await api(`/locations/location-1/events/${key}?contact=c`);
    expect(story.body.decision.verdicts.map(({ rule }: { rule: string }) => rule)).toEqual(["one"]);
  });

  it("is what the API takes for the rules in force", async () => {
    const before = await liveRules({ ...env, RULES_FROM: "published" }, bundledRules, 0);
    await activate(await publish(0, named("one")), "all");
    const deploying = await liveRules(env, bundledRules, 10_000);
    const live = await liveRules({ ...env, RULES_FROM: "published" }, bundledRules, 10_000);
    expect([before.rules.length > 1, deploying.hash === before.hash, live.rules.map(({ name }) => name)]).toEqual([
      true,
      true,
      ["one"],
    ]);
    expect(await liveRules({ ...env, RULES_FROM: "published" }, bundledRules, 20_000)).toBe(live);
  });
});

describe("a canary and a shadow", () => {
  it("decide for a share, and for nobody; what differs is told by rule and contact", async () => {
    const first = await publish(0, named("one"));
    const second = await publish(first, named("one"), named("two", { actions: [aText()] }));
    await activate(first, "all");
    await activate(second, "shadow");
    for (const contact of ["a", "b", "c"]) expect(await firedAt("location-1", contact)).toEqual(["one"]);
    expect((await api("/locations/location-1/divergence")).body).toMatchObject({
      contacts: 3,
      shadowVersion: second,
      rules: [{ rule: "two", more: 3, less: 0, other: 0 }],
      divergence: [{ rule: "two", how: "more", contactId: "c" }, { contactId: "b" }, { contactId: "a" }],
    });
    await activate(second, { locations: ["location-1"], messagesPerHour: 1 });
    expect(await firedAt("location-1", "d")).toEqual(["one", "two"]);
    expect(await firedAt("location-2", "d")).toEqual(["one"]);
    expect(await firedAt("location-1", "e")).toEqual(["one"]);
    const { inForce, changes } = (await api("/rule-sets")).body;
    expect(inForce.canary).toBeNull();
    expect(changes[0]).toMatchObject({
      what: "halt",
      version: second,
      reason: expect.stringMatching(/location-1 .* 2 messages .* 1 was allowed/),
    });
  });
});

describe("what cannot be done", () => {
  it.each([
    ["a file with an error", "/rule-sets", { files: files(named("one", { actions: [] })) }, 422, "/one.json#/actions"],
    ["a body of another shape", "/rule-sets", { files: { rules: "all" } }, 400, "/files/rules"],
    ["a canary for everybody", "/rule-sets/1/activate", { for: { share: 1 } }, 400, "/for"],
    ["a share beyond all", "/rule-sets/1/activate", { for: { share: 1.5 } }, 400, "/for/share"],
    ["an unknown word", "/rule-sets/1/activate", { for: "some" }, 400, "/for"],
    ["a version that is not there", "/rule-sets/7/activate", { for: "all" }, 404, "rule set"],
    ["nothing to roll back to", "/rule-sets/rollback", {}, 409, "nothing to roll back"],
    ["a key that is not known", "/rule-sets/rollback", { because: "x" }, 400, "/because"],
  ])("%s is refused, and says where or what to do", async (_, path, body, status, says) => {
    const answer = await apiPost(path, body);
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([status, expect.stringContaining(says)]);
  });

  it("publishing over what somebody else has published since says whose it is", async () => {
    await publish(0, named("one"));
    const answer = await apiPost("/rule-sets", { files: files(named("two")) as never, over: 0 });
    expect([answer.status, answer.body.detail]).toEqual([409, expect.stringContaining("version 1 by ana of")]);
  });

  it("where deployed rules decide, a published set runs in the shadow alone", async () => {
    world.rulesFrom = "deploy";
    const version = await publish(0, named("one"));
    expect((await activate(version, "all")).status).toBe(409);
    expect((await activate(version, "shadow")).status).toBe(200);
    expect(await firedAt("location-1")).toEqual([]);
  });
});
