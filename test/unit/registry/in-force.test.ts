import { describe, expect, it } from "vitest";
import { placeOf } from "../../../src/kit/share.ts";
import { aRule, aTask, aText } from "../../builders.ts";
import { ADeployment } from "./a-deployment.ts";

const named = (name: string, fields: Parameters<typeof aRule>[0] = {}) =>
  aRule({ name, actions: [aTask()], ...fields });
const contacts = Array.from({ length: 200 }, (_, index) => `contact-${index}`);

describe("a published set", () => {
  it("decides from the change on that puts it in force, and is named by each decision", async () => {
    const house = await ADeployment.with();
    expect(await house.event("a", "c")).toMatchObject({ fired: [], ruleSet: "test" });
    const version = await house.publish(named("one"));
    expect(await house.event("a", "c")).toMatchObject({ fired: [], ruleSet: "test" });
    await house.activate(version, { for: "all" });
    const { ruleSet } = house.registry.version(version) ?? {};
    expect(await house.event("a", "c")).toEqual({ fired: ["one"], ruleSet });
    expect(await house.event("new", "c")).toEqual({ fired: ["one"], ruleSet });
  });

  it("decides without asking anybody, whatever starts anew, and although the registry cannot be reached", async () => {
    const house = await ADeployment.with();
    await house.event("a", "c");
    await house.activate(await house.publish(named("one")), { for: "all" });
    house.asked = 0;
    house.isRegistryAway = true;
    await house.restart("a");
    for (const contact of contacts.slice(0, 20)) expect((await house.event("a", contact))?.fired).toEqual(["one"]);
    expect(house.asked).toBe(0);
  });

  it("decides after the next deploy, too, where it was the same as the one of the bundle", async () => {
    const house = await ADeployment.with();
    const version = await house.publish(named("one"));
    const { ruleSet = "" } = house.registry.version(version) ?? {};
    house.bundled = { hash: ruleSet, rules: [named("one")], findings: [] };
    await house.event("a", "c");
    await house.activate(version, { for: "all" });
    house.bundled = { hash: "next", rules: [named("of-the-next-deploy")], findings: [] };
    await house.restart("a");
    expect(await house.event("a", "d")).toEqual({ fired: ["one"], ruleSet });
  });

  it("is known to a location that could not be reached as soon as it can", async () => {
    const house = await ADeployment.with();
    await Promise.all(["a", "b"].map((id) => house.event(id, "c")));
    house.away.add("b");
    await house.activate(await house.publish(named("one")), { for: "all" });
    expect([await house.event("a", "c"), await house.event("b", "c")].map((one) => one?.fired)).toEqual([["one"], []]);
    expect(await house.registry.state()).toMatchObject({ locations: 2, told: 1 });
    house.away.clear();
    house.now += 10_000;
    await house.tellAll();
    expect((await house.event("b", "c"))?.fired).toEqual(["one"]);
    expect(await house.registry.state()).toMatchObject({ locations: 2, told: 2 });
  });

  it("is told anew by a registry whose alarm was lost, also where that is said to be set", async () => {
    const house = await ADeployment.with();
    await Promise.all(["a", "b"].map((id) => house.event(id, "c")));
    const version = await house.publish(named("one"));
    for (const alarmAt of [null, house.now - 60_000]) {
      await house.registry.activate(version, { for: "all" }, { by: "ana", reason: "", after: null });
      house.registryStorage.alarmAt = alarmAt;
      await house.deployRegistry();
      expect(house.registryStorage.alarmAt).toBe(house.now);
      await house.tellAll();
      expect((await house.event("b", `d-${alarmAt}`))?.fired).toEqual(["one"]);
    }
  });

  it("counts as known to a location once its ledger has it, not once it has asked: the answer may be lost", async () => {
    const house = await ADeployment.with();
    await house.event("a", "c");
    const version = await house.publish(named("one"));
    await house.registry.activate(version, { for: "all" }, { by: null, reason: "", after: null });
    for (const asking of ["a", "new"]) await house.registry.inForce(asking);
    expect(await house.registry.state()).toMatchObject({ locations: 2, told: 0 });
    await house.ledger("new");
    await house.tellAll();
    expect(await house.registry.state()).toMatchObject({ locations: 2, told: 2 });
    expect((await house.event("a", "c"))?.fired).toEqual(["one"]);
  });

  it("holds for a location that never asked only once it is known: its event is to be sent again", async () => {
    const house = await ADeployment.with();
    await house.activate(await house.publish(named("one")), { for: "all" });
    house.isRegistryAway = true;
    expect(await house.event("a", "c")).toBeNull();
    house.isRegistryAway = false;
    expect((await house.event("a", "c"))?.fired).toEqual(["one"]);
  });

  it("brings a location only its own rules", async () => {
    const house = await ADeployment.with();
    await house.event("a", "c");
    const others = Array.from({ length: 50 }, (_, index) => named(`for-${index}`, { locations: [`l-${index}`] }));
    await house.activate(await house.publish(named("one"), ...others), { for: "all" });
    const kept = house.storage("a").sql.exec("SELECT rules FROM own_rules").toArray();
    expect(
      kept.flatMap(({ rules }) => JSON.parse(String(rules)) as { name: string }[]).map(({ name }) => name),
    ).toEqual(["one"]);
    expect((await house.event("l-7", "c"))?.fired).toEqual(["for-7", "one"]);
  });

  it("has rules that can be paused, those of a canary among them", async () => {
    const house = await ADeployment.with();
    await house.event("a", "c");
    await house.activate(await house.publish(named("one")), { for: "all" });
    await house.activate(await house.publish(named("two")), {
      for: "canary",
      locations: ["a"],
      share: 1,
      messagesPerHour: null,
    });
    const ledger = await house.ledger("a");
    const pause = async (rule: string) => (await ledger.pause("a", rule, { reason: "why" }, "ana")).ok;
    expect([await pause("one"), await pause("two"), await pause("three")]).toEqual([true, true, false]);
    expect((await house.event("a", "d"))?.fired).toEqual([]);
  });

  it("leaves the bundle in charge where that decides, but for the shadow", async () => {
    const house = await ADeployment.with("deploy");
    const version = await house.publish(named("one"));
    expect(await house.activate(version, { for: "all" })).toMatchObject({
      ok: false,
      failure: { code: "RULES_FROM_DEPLOY" },
    });
    expect(await house.activate(version, { for: "shadow" })).toMatchObject({ ok: true });
    expect((await house.event("a", "c"))?.fired).toEqual([]);
  });

  it("of which most events were decided is kept as long as they are, also with a canary beside it", async () => {
    const house = await ADeployment.with();
    await house.activate(await house.publish(named("one")), { for: "all" });
    await house.activate(await house.publish(named("two")), {
      for: "canary",
      locations: [],
      share: 0.5,
      messagesPerHour: null,
    });
    for (const contact of contacts.slice(0, 20)) await house.event("a", contact);
    const sets = house.storage("a").sql.exec("SELECT until FROM rule_sets").toArray();
    expect(sets).toEqual([{ until: null }, { until: null }]);
  });
});

describe("a roll-back", () => {
  it("puts in force what was before, step by step, and then there is nothing before", async () => {
    const house = await ADeployment.with();
    for (const name of ["one", "two"]) await house.activate(await house.publish(named(name)), { for: "all" });
    const fired = async () => (await house.event("a", "c"))?.fired;
    expect(await fired()).toEqual(["two"]);
    await house.rollBack();
    expect(await fired()).toEqual(["one"]);
    await house.rollBack();
    expect(await fired()).toEqual([]);
    expect(await house.rollBack()).toMatchObject({ ok: false, failure: { code: "RULES_NOTHING_BEFORE" } });
  });
});

describe("what a roll-back would put in force", () => {
  it("is what was in force before, also where the last version was put in force once more", async () => {
    const house = await ADeployment.with();
    const [one, two] = [await house.publish(named("one")), await house.publish(named("two"))];
    for (const version of [one, two, two, two]) await house.activate(version, { for: "all" });
    expect((await house.registry.state()).before).toMatchObject({ liveVersion: one });
    expect(await house.rollBack()).toMatchObject({ ok: true, value: { version: one } });
    await house.rollBack();
    expect((await house.registry.state()).inForce).toMatchObject({ live: null });
    expect((await house.registry.state()).before).toBeNull();
  });

  it("is told before it is done, step by step, and is what then is in force", async () => {
    const house = await ADeployment.with();
    expect((await house.registry.state()).before).toBeNull();
    const [one, two] = [await house.publish(named("one")), await house.publish(named("two"))];
    await house.activate(one, { for: "all" });
    await house.activate(two, { for: "canary", locations: [], share: 0.5, messagesPerHour: null });
    await house.activate(two, { for: "all" });
    for (const versions of [
      { liveVersion: one, canaryVersion: two, canary: { share: 0.5 } },
      { liveVersion: one, canaryVersion: null, canary: null },
      { liveVersion: null, canaryVersion: null, canary: null },
    ]) {
      const { before } = await house.registry.state();
      expect(before).toMatchObject(versions);
      await house.rollBack();
      expect((await house.registry.state()).inForce).toEqual(before);
    }
    expect((await house.registry.state()).before).toBeNull();
  });
});

describe("a canary", () => {
  const halfOf = { for: "canary", locations: [], share: 0.5, messagesPerHour: null } as const;

  it("decides for its share of contacts, the same ones in each canary, and more of them in a larger one", async () => {
    const house = await ADeployment.with();
    const within = async (name: string, share: number) => {
      await house.activate(await house.publish(named(name)), { ...halfOf, share });
      const fired = await Promise.all(contacts.map((contact) => house.event("a", contact)));
      return contacts.filter((_, index) => fired[index]?.fired.includes(name));
    };
    const [tenth, half, again] = [await within("one", 0.1), await within("two", 0.5), await within("three", 0.5)];
    expect([tenth.length, half.length]).toEqual([
      contacts.filter((contact) => placeOf(contact) < 0.1).length,
      contacts.filter((contact) => placeOf(contact) < 0.5).length,
    ]);
    expect(half).toEqual(again);
    expect(tenth.filter((contact) => !half.includes(contact))).toEqual([]);
  });

  it("decides for its locations alone", async () => {
    const house = await ADeployment.with();
    await house.activate(await house.publish(named("one")), { ...halfOf, share: 1, locations: ["b"] });
    expect([await house.event("a", "c"), await house.event("b", "c")].map((one) => one?.fired)).toEqual([[], ["one"]]);
  });

  it("halts itself before it sends more than it was said to, everywhere, and says so", async () => {
    const house = await ADeployment.with();
    const texting = named("one", { actions: [aText()], breaker: { perMinute: 1_000 } });
    await house.activate(await house.publish(texting), { ...halfOf, share: 1, messagesPerHour: 3 });
    const fired = [];
    for (const contact of contacts.slice(0, 6)) fired.push((await house.event("a", contact))?.fired.length);
    expect(fired).toEqual([1, 1, 1, 0, 0, 0]);
    await house.tellAll();
    expect((await house.event("b", "c"))?.fired).toEqual([]);
    const { inForce, changes } = await house.registry.state();
    expect(inForce.canary).toBeNull();
    expect(changes[0]).toMatchObject({
      what: "halt",
      reason: expect.stringContaining("4 messages within an hour, and 3 were allowed"),
    });
  });

  it("that halted itself does not come back by a roll-back, which returns to what was before it", async () => {
    const house = await ADeployment.with();
    const [first, second] = [
      await house.publish(named("one")),
      await house.publish(named("two", { actions: [aText()] })),
    ];
    await house.activate(first, { for: "all" });
    await house.activate(second, { for: "shadow" });
    const canary = { ...halfOf, share: 1, messagesPerHour: 0 };
    await house.activate(second, canary);
    await house.event("a", "c");
    await house.tellAll();
    const { versions } = house.registry.versions({ limit: 2 });
    const [halted, live] = versions.map(({ ruleSet }) => ruleSet);
    const state = async () => {
      const { inForce, before } = await house.registry.state();
      return {
        inForce: [inForce.live, inForce.canary, inForce.shadow],
        before: before && [before.live, before.shadow],
      };
    };
    expect(await state()).toEqual({ inForce: [live, null, null], before: [live, halted] });
    expect((await house.rollBack()).ok).toBe(true);
    expect(await state()).toEqual({ inForce: [live, null, halted], before: [live, null] });
    // Whoever begins it once more means it.
    await house.activate(second, canary);
    await house.activate(first, { for: "all" });
    expect((await house.rollBack()).ok).toBe(true);
    expect((await house.registry.state()).inForce.canary?.ruleSet).toBe(halted);
  });

  it("that was halted tells of it later, if the registry could not be reached", async () => {
    const house = await ADeployment.with();
    const texting = named("one", { actions: [aText()] });
    await house.activate(await house.publish(texting), { ...halfOf, share: 1, messagesPerHour: 0 });
    await house.event("b", "c");
    house.isRegistryAway = true;
    // Known from before it cannot be reached.
    expect((await house.event("b", "d"))?.fired).toEqual([]);
    house.isRegistryAway = false;
    await (await house.restart("b")).putInForce("b", await house.registry.inForce("b"));
    expect((await house.registry.state()).inForce.canary).toBeNull();
  });
});

describe("two people", () => {
  it("who publish at once: the second is told what it would overwrite", async () => {
    const house = await ADeployment.with();
    const publish = (over: number, author: string) =>
      house.registry.publish({ files: { rules: [], conditions: [] }, note: "mine", author, over, replay: null });
    const both = await Promise.all([publish(0, "ana"), publish(0, "ben")]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    expect(both.find(({ ok }) => !ok)).toMatchObject({
      failure: {
        code: "RULES_OVERWRITES",
        version: 1,
        told: expect.stringMatching(/version 1 by (ana|ben) of .* \("mine"\)/),
      },
    });
    expect(await publish(1, "ben")).toMatchObject({ ok: true });
  });

  it("who change what is in force: the second is told of the first change", async () => {
    const house = await ADeployment.with();
    const version = await house.publish(named("one"));
    const { change } = (await house.registry.state()).inForce;
    const ask = () => house.registry.activate(version, { for: "all" }, { by: "ana", reason: "why", after: change });
    expect(await ask()).toMatchObject({ ok: true });
    expect(await ask()).toMatchObject({ ok: false, failure: { code: "RULES_CHANGED" } });
  });
});

describe("other code", () => {
  it("admits what is in force anew, and puts out of force what it does not admit", async () => {
    const house = await ADeployment.with();
    await house.activate(await house.publish(named("one", { actions: [aTask()] })), { for: "all" });
    expect((await house.event("a", "c"))?.fired).toEqual(["one"]);
    // As if it had been published by code that knew another language.
    house.registryStorage.sql.exec(
      `UPDATE texts SET text = replace(text, 'Call back', '{{ nothing.there }}') WHERE name = 'files'`,
    );
    house.code = "code-2";
    await house.deployRegistry();
    await house.registry.state();
    await house.tellAll();
    expect((await house.event("a", "c"))?.fired).toEqual([]);
    const { changes } = await house.registry.state();
    expect(changes[0]).toMatchObject({
      what: "not-admitted",
      live: null,
      reason: expect.stringContaining("does not admit version 1"),
    });
  });

  it("puts out of force what it does not admit also where another change comes first", async () => {
    const house = await ADeployment.with();
    await house.activate(await house.publish(named("one")), { for: "all" });
    const next = await house.publish(named("two"));
    house.registryStorage.sql.exec(
      `UPDATE texts SET text = replace(text, 'Call back', '{{ nothing.there }}') WHERE name = 'files' AND version = 1`,
    );
    house.code = "code-2";
    await house.deployRegistry();
    await house.activate(next, { for: "shadow" });
    expect((await house.event("a", "c"))?.fired).toEqual([]);
    expect((await house.registry.state()).inForce).toMatchObject({ live: null, shadowVersion: 2 });
  });

  it("refuses a set with an error, and names file and place", async () => {
    const house = await ADeployment.with();
    const files = { rules: [{ file: "bad.json", text: '{ "on": ["Nothing"] }' }], conditions: [] };
    const refused = await house.registry.publish({ files, note: "", author: null, over: 0, replay: null });
    expect(refused).toMatchObject({ ok: false, failure: { code: "RULES_REFUSED" } });
    expect(JSON.stringify(refused)).toContain("/bad.json#/on/0");
    expect(house.registry.versions({ limit: 10 }).versions).toEqual([]);
  });
});

describe("a set in the shadow", () => {
  const shadowed = async (...rules: Parameters<ADeployment["publish"]>) => {
    const house = await ADeployment.with();
    await house.activate(await house.publish(named("one")), { for: "all" });
    await house.activate(await house.publish(...rules), { for: "shadow" });
    return house;
  };
  const divergenceOf = async (house: ADeployment) => (await house.ledger("a")).divergence({ limit: 100 });

  it("writes nothing where it agrees", async () => {
    const house = await shadowed(named("one"), named("never", { on: ["InboundMessage"] }));
    for (const contact of contacts.slice(0, 10)) await house.event("a", contact);
    expect(await divergenceOf(house)).toMatchObject({ divergence: [], rules: [], contacts: 0 });
  });

  it("tells by rule and contact what it would have done otherwise, and nothing of it leaves", async () => {
    const house = await shadowed(named("two", { actions: [aText()] }));
    for (const contact of ["c", "d"]) expect((await house.event("a", contact))?.fired).toEqual(["one"]);
    expect(await divergenceOf(house)).toMatchObject({
      contacts: 2,
      rules: [
        { rule: "one", more: 0, less: 2, other: 0 },
        { rule: "two", more: 2, less: 0, other: 0 },
      ],
      divergence: expect.arrayContaining([
        expect.objectContaining({ rule: "two", how: "more", contactId: "d", actions: [aText()] }),
      ]),
    });
    const { deliveries } = (await house.ledger("a")).deliveries({ limit: 100 });
    expect(deliveries.map(({ rule }) => rule)).toEqual(["one", "one"]);
  });

  it("sees a limit as it would have been, had it decided", async () => {
    const house = await shadowed(named("one"), named("once", { limit: { count: 1, within: "1d" } }));
    for (let times = 0; times < 4; times += 1) await house.event("a", "c");
    expect((await divergenceOf(house)).rules).toEqual([{ rule: "once", more: 1, less: 0, other: 0 }]);
  });

  it("tells of a rule that does something else", async () => {
    const house = await shadowed(named("one", { actions: [aTask({ title: "Call them today" })] }));
    await house.event("a", "c");
    expect((await divergenceOf(house)).rules).toEqual([{ rule: "one", more: 0, less: 0, other: 1 }]);
  });

  it("forgets a contact that is erased", async () => {
    const house = await shadowed(named("two"));
    await house.event("a", "c");
    (await house.ledger("a")).eraseContact("a", "c");
    expect(await divergenceOf(house)).toMatchObject({ divergence: [], contacts: 0 });
  });
});
