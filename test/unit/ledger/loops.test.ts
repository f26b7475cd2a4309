// Loops: rules whose own changes in HighLevel come back as events that fire them again.
import { HIGHLEVEL } from "../../../src/model/configuration.ts";
import { outgoing } from "../../../src/highlevel/outgoing.ts";
import { describe, expect, it } from "vitest";
import type { HighLevelAccount } from "../../../src/highlevel/account.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { Delivery, DeliveryState } from "../../../src/model/delivery.ts";
import type { EventKind } from "../../../src/model/event-kinds.ts";
import type { Action, HighLevelAction, Rule } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, CONTACT, LOCATION } from "../../builders.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const DAY = 86_400_000;
/** More changes than any test allows. */
const ENDLESS = 400;

const call = (name: HighLevelAction["call"], fields: object): HighLevelAction => ({
  type: "highlevel",
  call: name,
  ...fields,
});
const add = (tag: string, fields: object = {}) => call("add-tags", { tags: [tag], ...fields });
const remove = (tag: string) => call("remove-tags", { tags: [tag] });
const enrol = call("add-to-workflow", { workflowId: "w1" });
const has = (tag: string): Rule["conditions"] => ({ all: [{ fact: "tags", operator: "contains", value: tag }] });
const anything: Rule["conditions"] = { all: [{ fact: "kind", operator: "exists", value: true }] };
const onTags = (name: string, conditions: Rule["conditions"], ...actions: readonly [Action, ...Action[]]): Rule =>
  aRule({ name, on: ["ContactTagUpdate"], conditions, actions });

/** A location whose HighLevel tells at once, or after it has answered, what its contact's tags are after each change. */
async function aWorld(rules: readonly Rule[], { tellsBefore = false, tellsAgain = false } = {}) {
  const world = { now: NOON, calls: 0, tags: new Set<string>(), onWorkflow: [] as readonly JsonObject[] };
  const storage = sqliteStorage();
  const untold: Promise<unknown>[] = [];
  let count = 0;
  const send = (fields: JsonObject, key = `key-${(count += 1)}`): Promise<unknown> =>
    ledger.record({ ...anEvent(fields, key), occurredAt: new Date(world.now).toISOString() });
  const tagsAre = (tags = [...world.tags]): Promise<unknown> => send({ type: "ContactTagUpdate", id: CONTACT, tags });
  const account: HighLevelAccount = {
    async call(request, leaves) {
      const { method, path, body } = request;
      if (method === "GET") return { kind: "answer", status: 200, body: '{"contact":{}}' };
      if (leaves && !leaves(outgoing(HIGHLEVEL, request))) return { kind: "stopped" };
      world.calls += 1;
      const told: (() => Promise<unknown>)[] = [];
      const { tags } = { tags: [] as readonly string[], ...body };
      const before = [...world.tags];
      for (const tag of tags)
        if (method === "POST") world.tags.add(tag.toLowerCase());
        else world.tags.delete(tag);
      if ([...world.tags].join() !== before.join()) {
        if (tellsAgain) told.push(() => tagsAre(before));
        told.push(() => tagsAre());
      }
      if (path.includes("/workflow/")) for (const fields of world.onWorkflow) told.push(() => send(fields));
      if (world.calls < ENDLESS)
        for (const tell of told) {
          if (tellsBefore) await tell();
          else untold.push((untold.at(-1) ?? new Promise((done) => setImmediate(done))).then(tell));
        }
      return { kind: "answer", status: 200, body: JSON.stringify({ messageId: `m-${world.calls}` }) };
    },
  };
  const ledger: LocationLedger = await aLedger({
    storage,
    account,
    ruleSet: aRuleSet(...rules),
    clock: () => world.now,
  });
  /** Lets everything that is due happen, a second after the other. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 4 * ENDLESS; turn += 1) {
      world.now += 1_000;
      await ledger.alarm();
      await Promise.all(untold.splice(0));
      if (inState(ledger, "scheduled").length === 0 && untold.length === 0) return;
    }
  };
  /** Somebody else changes the tags. */
  const tag = async (...tags: string[]): Promise<void> => {
    world.tags = new Set(tags);
    await tagsAre();
    await settle();
  };
  const reasons = async (): Promise<readonly string[]> => {
    const listed = ledger.events({ limit: 200 }).events;
    const stories = await Promise.all(listed.map(({ eventKey }) => ledger.event(eventKey)));
    return stories.flatMap((story) => story?.decision.verdicts.map(({ reason }) => reason) ?? []);
  };
  return { world, storage, ledger, send, settle, tag, reasons };
}

const inState = (ledger: LocationLedger, state: DeliveryState): readonly Delivery[] =>
  ledger.deliveries({ state, limit: 200 }).deliveries;

const swaps = [onTags("a", has("x"), remove("x"), add("y")), onTags("b", has("y"), remove("y"), add("x"))];

describe.each([
  [true, false],
  [false, false],
  [true, true],
  [false, true],
])("a loop of tags ends, told before its answer: %s, what was told before again: %s", (tellsBefore, tellsAgain) => {
  it.each<[title: string, rules: readonly Rule[]]>([
    ["two rules that swap a tag", swaps],
    ["two rules that add and remove one", [onTags("a", anything, add("x")), onTags("b", has("x"), remove("x"))]],
    ["one rule that adds another tag each time", [onTags("a", anything, add("{{ decision.eventKey }}"))]],
    ["one rule that removes and adds", [onTags("a", has("x"), remove("x"), add("x"))]],
    [
      "three rules in a circle",
      [
        onTags("a", has("x"), remove("x"), add("y")),
        onTags("b", has("y"), remove("y"), add("z")),
        onTags("c", has("z"), remove("z"), add("x")),
      ],
    ],
    ["slow rules", [onTags("a", has("x"), remove("x"), add("y", { after: "20s" })), swaps[1] as Rule]],
    ["tags in other letters", [onTags("a", has("x"), remove("x"), add("Y")), swaps[1] as Rule]],
  ])("%s", async (_, rules) => {
    const { world, tag, reasons } = await aWorld(rules, { tellsBefore, tellsAgain });
    await tag("x");
    expect(world.calls).toBeGreaterThan(1);
    expect(world.calls).toBeLessThan(60);
    // Where tags are as they were by the time that both changes are told, nothing has changed.
    expect((await reasons()).some((reason) => reason === "loop" || reason === "no-change")).toBe(true);
  });
});

describe("a chain of our own changes", () => {
  it.each([[true], [false]])("is known although HighLevel tells again what it told before: %s", async (tellsAgain) => {
    const lacks: Rule["conditions"] = { not: has("x") };
    const rules = [onTags("a", has("x"), remove("x")), onTags("b", lacks, add("x"))];
    const { world, tag, reasons } = await aWorld(rules, { tellsAgain });
    await tag("x");
    expect(await reasons()).toContain("loop");
    expect(world.calls).toBe(6);
  });

  it("is told with the event, and the verdict says who went round", async () => {
    const { ledger, tag } = await aWorld([onTags("a", has("x"), add("y")), onTags("b", has("y"), add("z"))]);
    await tag("x");
    const listed = ledger.events({ limit: 200 }).events.toReversed();
    const stories = await Promise.all(listed.map(({ eventKey }) => ledger.event(eventKey)));
    expect(stories.map((story) => story?.decision.chain)).toEqual([undefined, ["a"], ["a", "b"]]);
  });

  it("does not stop rules that lead to each other and not back", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const rules = names.map((name, index) => onTags(name, has(`t${index}`), remove(`t${index}`), add(`t${index + 1}`)));
    const { world, tag, reasons } = await aWorld(rules);
    await tag("t0");
    expect([...world.tags]).toEqual(["t6"]);
    expect(await reasons()).not.toContain("loop");
  });

  it("does not take what somebody else does for it, however often they do it", async () => {
    const { world, tag, reasons } = await aWorld([onTags("a", has("vip"), add("seen"))]);
    await tag("vip");
    for (let turn = 0; turn < 12; turn += 1) await tag("vip", "seen", `note-${turn}`);
    expect(await reasons()).not.toContain("loop");
    expect(world.calls).toBeGreaterThan(10);
  });

  it.each<[title: string, kind: EventKind, told: JsonObject]>([
    ["its messages", "OutboundMessage", { messageType: "SMS", source: "workflow", messageId: "{n}" }],
    [
      "do not disturb",
      "ContactDndUpdate",
      { type: "ContactDndUpdate", id: CONTACT, dndSettings: { SMS: { status: "active", message: "{n}" } } },
    ],
    ["tags", "ContactTagUpdate", { type: "ContactTagUpdate", id: CONTACT, tags: ["by-workflow", "{n}"] }],
  ])("goes on with what a workflow does: %s", async (_, kind, told) => {
    const rule = aRule({ name: "a", on: [kind], conditions: anything, actions: [enrol] });
    const { world, send, settle, reasons } = await aWorld([rule]);
    const next = (): JsonObject => JSON.parse(JSON.stringify(told).replaceAll("{n}", `m${world.calls}`)) as JsonObject;
    Object.defineProperty(world, "onWorkflow", { get: () => [next()] });
    await send(next());
    await settle();
    expect(world.calls).toBeGreaterThan(1);
    expect(world.calls).toBeLessThan(10);
    expect(await reasons()).toContain("loop");
  });
});

describe("the breaker counts every call that changes HighLevel", () => {
  const onInbound = (...actions: readonly [Action, ...Action[]]): Rule =>
    aRule({ name: "a", on: ["InboundMessage"], conditions: anything, actions });
  const inbound = (n: number): JsonObject => ({ type: "InboundMessage", body: "Hi", messageId: `in-${n}` });

  it.each<[call: string, action: HighLevelAction]>([
    ["add-tags", add("{{ decision.eventKey }}")],
    ["remove-tags", remove("x")],
    ["create-task", call("create-task", { title: "Look", due: "1d" })],
    ["create-note", call("create-note", { body: "Hi" })],
    ["add-to-workflow", enrol],
    ["remove-from-workflow", call("remove-from-workflow", { workflowId: "w1" })],
    ["update-message-status", call("update-message-status", { status: "read" })],
    ["update-opportunity-status", call("update-opportunity-status", { opportunityId: "o", status: "won" })],
  ])("%s: 30 firings to a contact in a day, and as many the next day", async (_, action) => {
    const { world, ledger, send, settle } = await aWorld([onInbound(action)]);
    for (let n = 0; n < 40; n += 1) await send(inbound(n));
    await settle();
    expect(world.calls).toBe(30);
    const held = inState(ledger, "held");
    expect(held).toHaveLength(10);
    expect(held[0]?.attempts.at(-1)?.error).toMatch(/^ACTION_BREAKER: Rule changed the contact in HighLevel 30 times/);
    world.now += DAY;
    await send(inbound(99));
    await settle();
    expect(world.calls).toBe(31);
    const [first] = held as [Delivery];
    expect(ledger.releaseDelivery(first.id).ok).toBe(true);
    await settle();
    expect(world.calls).toBe(32);
  });

  it("and holds the bounds that the rule sets, a firing at a time, beside its messages", async () => {
    const text = call("send-message", { messageType: "SMS", message: "Hello" });
    const rule = { ...onInbound(text, add("a"), remove("b"), enrol), breaker: { perContactDay: 2 } };
    const { world, ledger, send, settle } = await aWorld([rule]);
    for (let n = 0; n < 3; n += 1) await send(inbound(n));
    await settle();
    expect(world.calls).toBe(8);
    expect(inState(ledger, "held")).toHaveLength(4);
  });

  it("and forgets an erased contact", async () => {
    const { ledger, storage, send, settle } = await aWorld([onInbound(enrol)]);
    await send(inbound(1));
    await settle();
    expect(storage.sql.exec("SELECT 1 FROM changes").toArray()).toHaveLength(1);
    ledger.eraseContact(LOCATION, CONTACT);
    expect(storage.sql.exec("SELECT 1 FROM changes").toArray()).toEqual([]);
  });
});
