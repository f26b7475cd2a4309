import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/kit/json.ts";
import { compare } from "../../../src/replay/compare.ts";
import { readLog } from "../../../src/replay/items.ts";
import type { ExportLine } from "../../../src/model/export.ts";
import type { Known } from "../../../src/model/known.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { aRule, aRuleSet, aText } from "../../builders.ts";
import { aLog, anItem } from "./a-log.ts";

const isVip = { fact: "contact", path: "$.tags", operator: "contains", value: "vip" } as const;
const toVips = aRule({
  name: "vips",
  conditions: { all: [isVip] },
  actions: [aText({ message: "Hello {{ contact.firstName }}" })],
});
const toAll: Rule = { ...toVips, name: "all", conditions: aRule({}).conditions };

const line = (contact: JsonObject | null): ExportLine => ({
  type: "contact",
  contactId: "test-contact",
  contact,
  location: { name: "Acme" },
});
/** An event that was decided when this was known. */
const decided = (known?: Known): ExportLine => {
  const item = anItem(0, {});
  return known === undefined ? item : { ...item, decision: { ...item.decision, known } };
};

async function texts(inForce: readonly Rule[], after: readonly Rule[], items: readonly ExportLine[]) {
  const found = await compare(await readLog(aLog(inForce, items)), {
    before: null,
    after: aRuleSet(...after),
    sinceMs: 0,
  });
  return {
    gained: found.gained.map(({ name, text }) => [name, text]),
    lost: found.lost.length,
    faithful: found.faithful,
  };
}

const ADA = { firstName: "Ada", name: "Ada L", tags: ["vip"], custom: { plan: "gold" } };

describe("what a replay knows of a contact", () => {
  it("is what is known now where nothing was asked: a text names it, a condition sees it", async () => {
    const { gained } = await texts([], [toAll, toVips], [line(ADA), decided()]);
    expect(gained).toEqual([
      ["Ada L", "Hello Ada"],
      ["Ada L", "Hello Ada"],
    ]);
  });

  it("is what was known then where it was asked, so that rules that are as they were do as they did", async () => {
    const then = { contact: { tags: [] }, location: undefined };
    const { gained, lost, faithful } = await texts([toVips], [toVips, toAll], [line(ADA), decided(then)]);
    expect(gained).toEqual([["Ada L", "Hello Ada"]]);
    expect([lost, faithful?.same]).toEqual([0, 1]);
  });

  it("is nothing where it was asked in vain, whatever is known now", async () => {
    const then = { contact: undefined, location: undefined, why: "HighLevel did not answer in time" };
    const { gained, lost, faithful } = await texts(
      [toVips],
      [{ ...toVips, description: "Other" }],
      [line(ADA), decided(then)],
    );
    expect([gained, lost, faithful?.causes]).toEqual([[], 0, {}]);
  });

  it("joins custom fields that were asked with those that were not", async () => {
    const custom = (key: string, value: string): Rule => ({
      ...toAll,
      name: key,
      conditions: { all: [{ fact: "contact", path: `$.custom.${key}`, operator: "equal", value }] },
    });
    const then = { contact: { custom: { plan: "silver" } }, location: undefined };
    const now = line({ ...ADA, custom: { plan: "gold", town: "Ely" } });
    const asked = custom("plan", "gold");
    const { gained } = await texts([asked], [asked, custom("town", "Ely")], [now, decided(then)]);
    expect(gained).toHaveLength(1);
  });

  it("cannot be told by an export that says nothing of it", async () => {
    const { gained } = await texts([], [toAll], [decided()]);
    expect(gained).toEqual([]);
  });
});
