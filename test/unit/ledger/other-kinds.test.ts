import { describe, expect, it } from "vitest";
import { readEvent } from "../../../src/events/event.ts";
import { runExample } from "../../../src/match/examples.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { Event } from "../../../src/model/event.ts";
import type { ConditionGroup, Rule } from "../../../src/model/rule.ts";
import { aRule, aRuleSet, aTask, CONTACT, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const isForm: ConditionGroup = {
  all: [
    { fact: "type", operator: "equal", value: "FormSubmission" },
    { fact: "payload", path: "$.form.name", operator: "equal", value: "quote" },
  ],
};
const onForm = aRule({ name: "on-form", on: ["Other"], conditions: isForm, actions: [aTask()] });
const onMessage: ConditionGroup = { all: [{ fact: "channel", operator: "equal", value: "sms" }] };

let keys = 0;
/** An event of a kind that has no entry, as it is received. */
function another(type: string, fields: JsonObject = {}): Event {
  const payload = { type, locationId: LOCATION, contactId: CONTACT, ...fields };
  const receivedAt = "2026-03-04T15:30:00.000Z";
  const read = readEvent(payload, { key: `other-${(keys += 1)}`, route: "events", receivedAt });
  if (read.status !== "event") throw new Error(`It is ${read.status}`);
  return read.event;
}
const aForm = (name: string): Event => another("FormSubmission", { form: { name } });

describe("events of kinds without an entry", () => {
  it("are decided where a rule looks at them, by what their payload holds", async () => {
    const ledger = await aLedger({ ruleSet: aRuleSet(onForm) });
    expect(await ledger.record(aForm("quote"))).toEqual({ status: "accepted", fired: ["on-form"] });
    expect(await ledger.record(aForm("newsletter"))).toEqual({ status: "accepted", fired: [] });
    expect(await ledger.record(another("SurveySubmission"))).toEqual({ status: "accepted", fired: [] });
    expect(ledger.ignored()).toEqual([]);
  });

  it.each<[what: string, rule: Partial<Rule>]>([
    ["none looks at them", { on: ["OutboundMessage"], conditions: onMessage }],
    ["the one that does is for another location", { on: ["Other"], conditions: isForm, locations: ["elsewhere"] }],
    ["the one that does is switched off", { on: ["Other"], conditions: isForm, enabled: false }],
  ])("are counted and not kept where %s", async (_, rule) => {
    const ledger = await aLedger({ ruleSet: aRuleSet(aRule({ actions: [aTask()], ...rule })) });
    expect(await ledger.record(aForm("quote"))).toEqual({ status: "ignored" });
    expect(await ledger.record(aForm("quote"))).toEqual({ status: "ignored" });
    expect(ledger.ignored()).toMatchObject([{ kind: "FormSubmission", count: 2 }]);
    expect(ledger.events({ limit: 10 })).toMatchObject({ events: [] });
  });

  it("are kept where a wait may end by them, and end it", async () => {
    const actions = [aTask({ after: "1d", cancelOn: [{ on: ["Other"], conditions: isForm }] })];
    const waits = aRule({ name: "waits", on: ["InboundMessage"], conditions: onMessage, actions });
    const ledger = await aLedger({ ruleSet: aRuleSet(waits) });
    await ledger.record({ ...another("InboundMessage", { messageType: "SMS", messageId: "m" }), key: "in" });
    expect(await ledger.record(aForm("newsletter"))).toMatchObject({ status: "accepted" });
    expect(ledger.deliveries({ limit: 1 }).deliveries).toMatchObject([{ state: "scheduled" }]);
    expect(await ledger.record(aForm("quote"))).toMatchObject({ status: "accepted" });
    expect(ledger.deliveries({ limit: 1 }).deliveries).toMatchObject([{ state: "cancelled" }]);
  });

  it("are kept where a rule counts them", async () => {
    const twoForms = { fact: "count", params: { kind: "Other", within: "1d" }, operator: "equal", value: 2 };
    const counts = aRule({
      name: "counts",
      on: ["InboundMessage"],
      conditions: { all: [twoForms] },
      actions: [aTask()],
    });
    const ledger = await aLedger({ ruleSet: aRuleSet(counts) });
    for (const name of ["a", "b"]) await ledger.record(aForm(name));
    expect(await ledger.record(another("InboundMessage", { messageType: "SMS", messageId: "m" }))).toMatchObject({
      fired: ["counts"],
    });
  });

  it("are written in examples by their type, and explained as any other", async () => {
    const example = { event: { type: "FormSubmission", form: { name: "quote" } }, fires: true };
    expect(await runExample(onForm, example, "UTC")).toMatchObject({ ok: true, value: { passed: true } });
    const ledger = await aLedger({ ruleSet: aRuleSet(onForm) });
    const { decision } = await ledger.explain(aForm("newsletter"));
    expect(decision.verdicts[0]?.conditions.map(({ met }) => met)).toEqual([true, false]);
  });
});
