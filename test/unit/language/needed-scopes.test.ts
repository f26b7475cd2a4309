import { describe, expect, it } from "vitest";
import { CALLS } from "../../../src/highlevel/calls.ts";
import { contactQuestion, RECORD_QUESTIONS } from "../../../src/highlevel/questions.ts";
import { neededScopes, SCOPE_WORDS, scopeState } from "../../../src/language/needed-scopes.ts";
import type { Rule } from "../../../src/model/rule.ts";
import type { ShownToken } from "../../../src/model/token.ts";
import { aRule, aTask, aText, aWebhook, LOCATION } from "../../builders.ts";

const NOT = { reconciles: false };
const needs = (fields: Partial<Rule>): readonly string[] =>
  neededScopes([aRule(fields)], LOCATION, NOT).map(({ scope }) => scope);
const asks = (fact: string, path?: string): Partial<Rule> => ({
  conditions: { all: [{ fact, operator: "exists", value: true, ...(path === undefined ? {} : { path }) }] },
});
const says = (message: string): Partial<Rule> => ({ actions: [aTask({ title: message })] });
const tagging = { type: "highlevel", call: "add-tags", tags: ["missed"] } as const;
const OF_A_MESSAGE = ["contacts.readonly", "conversations/message.readonly", "conversations/message.write"];

describe("the scopes that rules need", () => {
  const cases: readonly (readonly [what: string, fields: Partial<Rule>, scopes: readonly string[]])[] = [
    ["a webhook", { actions: [aWebhook()] }, []],
    ["a task", { actions: [aTask()] }, []],
    ["a tag", { actions: [tagging] }, ["contacts.write"]],
    ["a message", { actions: [aText()] }, OF_A_MESSAGE],
    ["a condition on the event", asks("status"), []],
    ["a condition on the contact", asks("contact", "$.tags"), ["contacts.readonly"]],
    [
      "a condition within others",
      { conditions: { any: [{ not: { all: [{ fact: "contact", operator: "exists", value: true }] } }] } },
      ["contacts.readonly"],
    ],
    ["a condition on its owner", asks("contact", "$.owner.email"), ["contacts.readonly", "users.readonly"]],
    [
      "a condition on a custom field",
      asks("contact", "$['custom'].plan"),
      ["contacts.readonly", "locations/customFields.readonly"],
    ],
    ["a condition on the location", asks("location", "$.name"), ["locations.readonly"]],
    [
      "a comparison with the contact",
      {
        conditions: {
          all: [{ fact: "userId", operator: "equal", value: { fact: "contact", path: "$.owner.id" } }],
        },
      },
      ["contacts.readonly", "users.readonly"],
    ],
    [
      "what ends a wait",
      {
        actions: [aTask({ after: "1h", cancelOn: ["reply", { on: ["InboundMessage"], ...conditionsOf("contact") }] })],
      },
      ["contacts.readonly"],
    ],
    ["a text with the contact", says("Call {{ contact.firstName }}"), ["contacts.readonly"]],
    ["a text with its owner", says('{{contact["owner"].name}}'), ["contacts.readonly", "users.readonly"]],
    [
      "a text that tests a custom field",
      says("{% if contact.custom.plan %}Gold{% endif %}"),
      ["contacts.readonly", "locations/customFields.readonly"],
    ],
    ["a text with the location", says("{{ location.name | upcase }}"), ["locations.readonly"]],
    ["a text that says contact", says("Ask the contact.owner, {{ event.contactId }}, of this location"), []],
    [
      "hours of the contact",
      { window: { from: "09:00", to: "17:00", timeZone: "contact" } },
      ["contacts.readonly", "locations.readonly"],
    ],
    ["hours of the deployment", { window: { from: "09:00", to: "17:00" } }, []],
    ["hours elsewhere", { window: { from: "09:00", to: "17:00", timeZone: "UTC" } }, []],
    ["a rule that is off", { enabled: false, actions: [tagging] }, []],
    ["a rule for another location", { locations: ["elsewhere"], actions: [tagging] }, []],
    ["a rule for this one", { locations: [LOCATION], actions: [tagging] }, ["contacts.write"]],
  ];
  it.each(cases)("%s", (_, fields, scopes) => {
    expect(needs(fields)).toEqual(scopes);
  });

  it("each with the rules that need it, once", () => {
    const rules = [
      aRule({ name: "texting", actions: [aText(), aText({ after: "1h" })] }),
      aRule({ name: "tagging", actions: [tagging] }),
      aRule({ name: "both", actions: [tagging, aText()] }),
    ];
    expect(neededScopes(rules, LOCATION, NOT)).toContainEqual({ scope: "contacts.write", rules: ["tagging", "both"] });
    expect(neededScopes(rules, LOCATION, NOT)).toContainEqual({
      scope: "conversations/message.write",
      rules: ["texting", "both"],
    });
  });

  it("and looking for missing messages needs one without any rule", () => {
    expect(neededScopes([], LOCATION, { reconciles: true })).toEqual([
      { scope: "conversations/message.readonly", rules: [] },
    ]);
  });

  it("have words, all that there can be", () => {
    const questions = [contactQuestion("ada"), ...Object.values(RECORD_QUESTIONS).map((of) => of("ada"))];
    const scopes = [...Object.values(CALLS), ...questions].map(({ scope }) => scope);
    expect(Object.keys(SCOPE_WORDS)).toEqual([...new Set([...scopes, "conversations/message.readonly"])].toSorted());
  });
});

describe("what is known of a scope", () => {
  const token = (fields: Partial<ShownToken>): ShownToken => ({
    source: "private",
    state: "active",
    since: "2026-03-04T15:30:00.000Z",
    scopes: [],
    refusedScopes: [],
    expiresAt: null,
    storedAt: "2026-03-04T15:30:00.000Z",
    ...fields,
  });
  const refused = token({ refusedScopes: [{ scope: "contacts.write", since: "2026-03-04T15:30:00.000Z" }] });
  const ofAnApp = token({ source: "oauth", scopes: ["contacts.write"] });

  it.each([
    ["of an app's token that has it", "contacts.write", ofAnApp, false, "granted"],
    ["of one that has not", "users.readonly", ofAnApp, false, "lacking"],
    [
      "of one that HighLevel refused although it says so",
      "contacts.write",
      { ...refused, scopes: ["contacts.write"] },
      false,
      "lacking",
    ],
    ["of a private one", "contacts.write", token({}), false, "open"],
    ["of a private one that was refused", "contacts.write", refused, false, "lacking"],
    ["of a private one that HighLevel was asked with", "contacts.readonly", token({}), true, "granted"],
    ["of a private one, to write, whatever was asked", "contacts.write", token({}), true, "open"],
  ] as const)("%s", (_, scope, of, isAsked, state) => {
    expect(scopeState(scope, of, isAsked)).toBe(state);
  });
});

function conditionsOf(fact: string) {
  return { conditions: { all: [{ fact, path: "$.tags", operator: "exists", value: true }] } };
}
