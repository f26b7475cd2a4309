// What an event's decision needs to know of its contact and location: no question too few, and none where the rest
// settles it.
import { describe, expect, it } from "vitest";
import { decide, everyVerdict, explain, type DecisionContext } from "../../../src/match/decide.ts";
import { placesIn } from "../../../src/match/asked.ts";
import { openAt, type Questions } from "../../../src/match/known.ts";
import { NO_QUESTIONS, openQuestions } from "../../../src/match/questions.ts";
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import { NO_HISTORY, type History } from "../../../src/model/history.ts";
import { NOT_ASKED, type Known } from "../../../src/model/known.ts";
import type { Condition, Rule } from "../../../src/model/rule.ts";
import { agencyPayloads, agencyRules, eventOf } from "../../generated/agency.ts";
import { anyEvent, anyKnown, anyRules } from "../../generated/anything.ts";
import { chance, type Chance } from "../../generated/chance.ts";
import { anEvent, aRule, aRuleSet, MOMENT } from "../../builders.ts";
import { upTo } from "../../thorough.ts";

const of = (fact: string, path: string | undefined, operator: string, value: Json): Condition => ({
  fact,
  operator,
  value,
  ...(path === undefined ? {} : { path }),
});
const IS_VIP = of("contact", "$.tags", "contains", "vip");
const HAS_PLAN = of("contact", "$.custom.plan", "equal", "gold");
const OWNER = of("contact", "$.owner.email", "exists", true);
const IN_BERLIN = of("location", "$.timeZone", "equal", "Europe/Berlin");
const FAILED = of("outcome", undefined, "equal", "failed");
const OFTEN = of("count", undefined, "greaterThan", 1);

const words = (questions: Questions): string =>
  Object.entries(questions)
    .flatMap(([name, asked]) => (asked ? [name] : []))
    .join(" ");
const asked = (
  rules: readonly Partial<Rule>[],
  known: Known,
  more: Partial<DecisionContext> = {},
  fields: JsonObject = {},
) =>
  words(
    openQuestions(anEvent(fields), aRuleSet(...rules.map((rule, index) => aRule({ name: `r${index}`, ...rule }))), {
      ...MOMENT,
      known,
      ...more,
    }),
  );
const all = (...parts: Condition[]): Partial<Rule> => ({ conditions: { all: parts } });
const any = (...parts: Condition[]): Partial<Rule> => ({ conditions: { any: parts } });
const ADA: JsonObject = { tags: ["vip"], assignedTo: "u1", custom: { Abc123: "gold" } };
const PAST: History = { ...NO_HISTORY, past: () => [anotherText] };
const anotherText = {
  kind: "OutboundMessage",
  channel: "sms",
  outcome: "sent",
  direction: "outbound",
  at: 1,
  chain: null,
} as const;

describe("what a decision needs and does not have", () => {
  it.each<[title: string, rules: readonly Partial<Rule>[], known: Known, needs: string, more?: Partial<DecisionContext>, fields?: JsonObject]>([
    ["the contact, where only its tag is left open", [all(IS_VIP)], NOT_ASKED, "contact"],
    ["nothing that another condition settles", [all(IS_VIP, FAILED)], NOT_ASKED, ""],
    ["the contact, where the other conditions are met", [all(IS_VIP, FAILED)], NOT_ASKED, "contact", {}, { status: "failed" }],
    ["nothing under an any that is met", [any(IS_VIP, FAILED)], NOT_ASKED, "", {}, { status: "failed" }],
    ["the contact under an any that is not", [any(IS_VIP, FAILED)], NOT_ASKED, "contact"],
    ["the contact under a not", [{ conditions: { not: IS_VIP } }], NOT_ASKED, "contact"],
    ["nothing that the log settles", [all(IS_VIP, OFTEN)], NOT_ASKED, ""],
    ["the contact, where the log leaves it open", [all(IS_VIP, OFTEN)], NOT_ASKED, "contact", { history: PAST }],
    ["both, where both are asked", [all(IS_VIP, IN_BERLIN)], NOT_ASKED, "contact location"],
    ["the location alone", [all(IS_VIP, IN_BERLIN)], { contact: ADA, location: null }, "location"],
    ["not what a known tag settles", [all(IS_VIP, IN_BERLIN)], { contact: { tags: [] }, location: null }, ""],
    ["only what can still settle it", [any({ all: [IS_VIP, FAILED] }, IN_BERLIN)], NOT_ASKED, "location"],
    ["nothing of what is known to be nowhere", [all(IS_VIP, IN_BERLIN)], { contact: undefined, location: undefined }, ""],
    ["the owner of a known contact", [all(OWNER)], { contact: ADA, location: undefined, open: ["owner", "custom"] }, "owner"],
    ["no owner where nobody owns it", [all(OWNER)], { contact: {}, location: undefined, open: ["owner"] }, ""],
    ["the owner only once the contact is there", [all(OWNER)], { ...NOT_ASKED, open: ["owner"] }, "contact"],
    ["the keys of custom fields", [all(HAS_PLAN)], { contact: ADA, location: undefined, open: ["custom"] }, "custom"],
    ["no keys for a field that is there by its id", [all(of("contact", "$.custom.Abc123", "equal", "gold"))], { contact: ADA, location: undefined, open: ["custom"] }, ""],
    ["the contact as what another fact is compared with", [all(of("from", undefined, "equal", { fact: "contact", path: "$.phone" }))], NOT_ASKED, "contact"],
    ["nothing for a rule of another location", [{ ...all(IS_VIP), locations: ["another"] }], NOT_ASKED, ""],
    ["nothing for a rule that is disabled", [{ ...all(IS_VIP), enabled: false }], NOT_ASKED, ""],
    ["nothing for a rule on another kind", [{ ...all(IS_VIP), on: ["InboundMessage"] }], NOT_ASKED, ""],
    ["nothing where the guard holds the rule back", [all(IS_VIP)], NOT_ASKED, "", {}, { source: "api" }],
    ["the contact, where the rule includes that", [{ ...all(IS_VIP), includeApi: true }], NOT_ASKED, "contact", {}, { source: "api" }],
    ["nothing of an event that changes nothing", [all(IS_VIP)], NOT_ASKED, "", { repeats: "k0" }],
    ["nothing for a rule behind one that stops", [{ stop: true }, all(IS_VIP)], NOT_ASKED, ""],
    ["the contact behind one that would stop and is at its limit", [{ stop: true, limit: { count: 1 } }, all(IS_VIP)], NOT_ASKED, "contact", { history: { ...NO_HISTORY, firings: () => 1 } }],
    ["the contact behind one that stops perhaps", [{ ...all(IN_BERLIN), stop: true }, all(IS_VIP)], NOT_ASKED, "contact location"],
  ])("is %s", (_, rules, known, needs, more, fields) => {
    expect(asked(rules, known, more, fields)).toBe(needs);
  }); // prettier-ignore

  it("is the contact behind a rule that stops, where all that this one does may be overdue", async () => {
    const rules = aRuleSet(aRule({ name: "a", stop: true }), aRule({ name: "b", ...all(IS_VIP) }));
    const event = { ...anEvent(), occurredAt: "2026-03-01T12:00:00.000Z", origin: "reconciled" as const };
    const { decision } = await decide(event, rules, { ...MOMENT, known: { contact: ADA, location: undefined } });
    expect(decision.verdicts.map(({ reason }) => reason)).toEqual(["late", "late"]);
    expect(words(openQuestions(event, rules, { ...MOMENT, known: NOT_ASKED }))).toBe("contact");
    expect(words(openQuestions(anEvent(), rules, { ...MOMENT, known: NOT_ASKED }))).toBe("");
  });

  it("reads nothing where no rule asks, whatever is not known", () => {
    const rules = aRuleSet(...agencyRules(1_000));
    for (const event of agencyPayloads(20, 1_000).map(eventOf)) {
      let reads = 0;
      const counted = new Proxy(event, {
        get: (target, name: keyof typeof event) => ((reads += 1), target[name]),
      });
      const history = new Proxy(NO_HISTORY, { get: () => expect.fail("the log was asked") });
      expect(openQuestions(counted, rules, { ...MOMENT, history, known: NOT_ASKED })).toBe(NO_QUESTIONS);
      // Its kind and its location.
      expect(reads).toBeLessThanOrEqual(2);
    }
  });

  it("is all that a decision hangs on: asked one after the other, whatever the answers", async () => {
    let [turns, needed, unneeded] = [0, 0, 0];
    for (let seed = 0; seed < upTo(300, 1_000); seed++) {
      const luck = chance(seed);
      const rules = aRuleSet(...anyRules(luck, 1 + luck.below(4), true));
      for (let turn = 0; turn < 8; turn++) {
        const event = anyEvent(luck);
        const whole = anyKnown(luck);
        const context = { ...MOMENT, history: PAST };
        const full = await decide(event, rules, { ...context, known: whole });
        let known: Known = luck.next() < 0.5 ? hidden(whole) : partly(whole, luck);
        for (let round = 0; round < 4; round++) {
          const questions = openQuestions(event, rules, { ...context, known });
          if (words(questions) === "") break;
          known = answered(known, questions, whole);
        }
        const { decision } = await decide(event, rules, { ...context, known });
        expect(decision.fired, JSON.stringify({ seed, turn, rules: rules.rules, event, whole, known })).toEqual(
          full.decision.fired,
        );
        turns += 1;
        if (known.contact === null && known.location === null) unneeded += 1;
        else needed += 1;
      }
    }
    // The test would prove nothing if all or nothing were asked.
    expect(needed).toBeGreaterThan(turns / 20);
    expect(unneeded).toBeGreaterThan(turns / 20);
  }, 60_000);
});

/** The same before anybody has asked. */
function hidden({ contact }: Known): Known {
  return { ...NOT_ASKED, open: contact?.["assignedTo"] === undefined ? ["custom"] : ["owner", "custom"] };
}

function answered(known: Known, questions: Questions, whole: Known): Known {
  const { owner: _, custom: __, ...bare } = whole.contact ?? {};
  const contact = questions.contact ? whole.contact && bare : known.contact;
  const part = (name: "owner" | "custom"): JsonObject =>
    questions[name] && contact && whole.contact?.[name] !== undefined ? { [name]: whole.contact[name] } : {};
  return {
    contact: contact && { ...contact, ...part("owner"), ...part("custom") },
    location: questions.location ? whole.location : known.location,
    open: (known.open ?? []).filter((name) =>
      name === "owner" || name === "custom" ? !(contact && questions[name]) : !questions.contact,
    ),
  };
}

/** The same when some of the contact's record is known: what events have said of it. */
function partly(whole: Known, luck: Chance): Known {
  const open = hidden(whole).open ?? [];
  if (!whole.contact) return { ...NOT_ASKED, open };
  const lacks = (["fields", "tags", "dnd", "values"] as const).filter(() => luck.next() < 0.5);
  if (lacks.length === 4) return { ...NOT_ASKED, open };
  const { tags, dnd, owner: _, custom: __, ...fields } = whole.contact;
  const said: readonly (readonly [lack: (typeof lacks)[number], of: { readonly [name: string]: Json | undefined }])[] =
    [
      ["fields", fields],
      ["tags", { tags }],
      ["dnd", { dnd }],
    ];
  const known = said.flatMap(([lack, of]) => (lacks.includes(lack) ? [] : Object.entries(of)));
  const contact = Object.fromEntries(known.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  return { contact, location: null, open: [...open, ...lacks] };
}

describe("a decision", () => {
  const rules = aRuleSet(
    aRule({ name: "vip", ...all(IS_VIP) }),
    aRule({ name: "plan", ...all(HAS_PLAN) }),
    aRule({ name: "stranger", conditions: { not: of("contact", undefined, "exists", true) } }),
    aRule({ name: "fails", ...all(FAILED, OWNER) }),
    aRule({ name: "elsewhere", locations: ["another"], ...all(of("contact", "$.email", "exists", true)) }),
    aRule({ name: "plain" }),
  );
  const contact: JsonObject = {
    ...ADA,
    email: "ada@example.com",
    custom: { plan: "gold", budget: 7 },
    owner: { name: "Bo", email: "bo@example.com" },
  };

  it("keeps what its rules asked and nothing else, so that an explanation later says the same", async () => {
    const { decision } = await decide(anEvent(), rules, { ...MOMENT, known: { contact, location: { name: "Acme" } } });
    expect(decision.fired).toEqual(["plain", "plan", "vip"]);
    expect(decision.known).toEqual({
      contact: { tags: ["vip"], custom: { plan: "gold" }, owner: { email: "bo@example.com" }, assignedTo: "u1" },
      location: {},
    });
    const stored = JSON.parse(JSON.stringify(decision)) as typeof decision;
    const explained = await explain(anEvent(), rules, { ...MOMENT, known: { contact, location: { name: "Acme" } } });
    expect(everyVerdict(anEvent(), stored, rules)).toEqual(explained.decision);
  });

  it("keeps nothing where nothing is asked", async () => {
    const { decision } = await decide(anEvent(), aRuleSet(aRule()), { ...MOMENT, known: { contact, location: {} } });
    expect(decision).not.toHaveProperty("known");
  });

  it("says in the verdicts that hang on it what could not be learnt, and why", async () => {
    const known = { contact: undefined, location: undefined, why: "HighLevel did not answer within a minute" };
    const { decision } = await decide(anEvent(), rules, { ...MOMENT, known });
    const whole = everyVerdict(anEvent(), JSON.parse(JSON.stringify(decision)) as typeof decision, rules);
    const detail = "contact unknown: HighLevel did not answer within a minute";
    expect(whole.verdicts.map(({ rule, fired, detail: said }) => [rule, fired, said])).toEqual([
      ["elsewhere", false, undefined],
      ["fails", false, detail],
      ["plain", true, undefined],
      ["plan", false, detail],
      ["stranger", true, detail],
      ["vip", false, detail],
    ]);
    expect(whole).toEqual((await explain(anEvent(), rules, { ...MOMENT, known })).decision);
  });

  it("gives no reason where nothing that is asked is missing", async () => {
    const known: Known = { contact, location: undefined, why: "HighLevel does not say" };
    const { decision } = await decide(anEvent(), aRuleSet(aRule(all(IS_VIP))), { ...MOMENT, known });
    expect(decision.known).toEqual({ contact: { tags: ["vip"] }, location: undefined });
    expect(decision.verdicts[0]).not.toHaveProperty("detail");
  });

  it("names the part that could not be learnt", async () => {
    const known: Known = { contact: ADA, location: undefined, open: ["custom", "owner"], why: "there is no token" };
    const { decision } = await explain(anEvent({ status: "failed" }), rules, { ...MOMENT, known });
    const said = Object.fromEntries(decision.verdicts.map(({ rule, detail }) => [rule, detail]));
    expect(said).toMatchObject({
      plan: "custom fields of the contact unknown: there is no token",
      fails: "owner of the contact unknown: there is no token",
      vip: undefined,
    });
  });

  it("does not keep what is too large, and says nothing of it later that may be wrong", async () => {
    const large = { ...contact, custom: { plan: "x".repeat(300_000) } };
    const { decision } = await decide(anEvent(), rules, { ...MOMENT, known: { contact: large, location: undefined } });
    expect(JSON.stringify(decision).length).toBeLessThan(5_000);
    expect(decision.known).toMatchObject({ contact: { tags: ["vip"] }, unkept: ["contact.custom.plan"] });
    const whole = everyVerdict(anEvent(), JSON.parse(JSON.stringify(decision)) as typeof decision, rules);
    expect(whole.leftOut).toBe(1);
    expect(whole.verdicts.map(({ rule }) => rule)).not.toContain("plan");
  });

  it("keeps the little that is known however many names there are", async () => {
    const many = Array.from({ length: 900 }, (_, index) =>
      of("contact", `$.custom.${"n".repeat(900)}${index}`, "exists", true),
    );
    const set = aRuleSet(aRule(any(...many)));
    const known = {
      contact: { custom: Object.fromEntries(many.map((_, index) => [`${"n".repeat(900)}${index}`, "v".repeat(900)])) },
      location: undefined,
    };
    const { decision } = await decide(anEvent(), set, { ...MOMENT, known });
    expect(decision.fired).toEqual(["test-rule"]);
    expect(JSON.stringify(decision.known).length).toBeLessThan(200_000);
    for (const place of placesIn(set.rules[0]?.conditions ?? { all: [] }).slice(-1))
      expect(openAt(decision.known ?? NOT_ASKED, place)).toBe("contact");
  });
});
