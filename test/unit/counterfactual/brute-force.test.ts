// Every payload that differs from an event in one field is tried: what makes a rule fire has to be among what it is told.
import { describe, expect, it } from "vitest";
import { readEvent } from "../../../src/events/event.ts";
import { routeOf } from "../../../src/events/kind-of.ts";
import { whatIf } from "../../../src/counterfactual/what-if.ts";
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import { comparisons } from "../../../src/language/conditions.ts";
import { decide } from "../../../src/match/decide.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { aRuleSet, MOMENT } from "../../builders.ts";
import { agencyPayloads, agencyRules, eventOf } from "../../generated/agency.ts";
import { upTo } from "../../thorough.ts";

const PAIRS = upTo(300, 10_000);
const RULES = 100;

/** The facts that a field of the payload decides. */
const DECIDES: { readonly [field: string]: readonly string[] } = {
  status: ["status", "outcome"],
  callStatus: ["callStatus", "outcome"],
  messageType: ["messageType", "channel", "outcome"],
  source: ["source", "sender"],
  userId: ["userId", "sender"],
};

const WORDS: readonly Json[] = [
  "SMS", "Email", "Call", "Voicemail", "FB", "IG", "GMB", "Live Chat",
  "failed", "delivered", "sent", "read", "opened", "undelivered", "voicemail", "no-answer", "busy", "completed", "answered",
]; // prettier-ignore

/** Values to try in a field: the constants of the rule and what is beside them, words, and nothing. */
function universe(rule: Rule): readonly (Json | undefined)[] {
  const constants = [...comparisons(rule.conditions, [])].flatMap(({ condition: { value } }): readonly Json[] =>
    Array.isArray(value) ? value : [value],
  );
  const beside = constants.flatMap((one): readonly Json[] =>
    typeof one === "number" ? [one - 1, one, one + 1] : [one, [one]],
  );
  return [...beside, ...WORDS, "zzz", undefined];
}

describe("what would have been enough", () => {
  it(`is all that single fields show, on ${PAIRS} pairs of rules and events`, { timeout: 300_000 }, async () => {
    const rules = agencyRules(RULES);
    const payloads = agencyPayloads(PAIRS, RULES, 7);
    let found = 0;
    const missed: string[] = [];
    for (const [index, payload] of payloads.entries()) {
      const rule = rules[index % RULES];
      const event = eventOf(payload);
      if (!rule || !rule.on.includes(event.kind)) continue;
      const ruleSet = aRuleSet(rule);
      const [own = rule] = ruleSet.rules;
      const fires = async (changed: JsonObject): Promise<boolean> => {
        const read = readEvent(changed, { key: event.key, route: routeOf(changed), receivedAt: event.receivedAt });
        return read.status === "event" && (await decide(read.event, ruleSet, MOMENT)).decision.fired.length > 0;
      };
      if (await fires(payload)) continue;
      const asked = new Set([...comparisons(rule.conditions, [])].map(({ condition }) => condition.fact));
      const fields = Object.keys({ ...payload, callStatus: 0, callDuration: 0, userId: 0, source: 0 }).filter((field) =>
        (DECIDES[field] ?? [field]).some((fact) => asked.has(fact)),
      );
      const enough = new Set<string>();
      for (const field of fields)
        for (const value of universe(rule)) {
          const { [field]: _, ...others } = payload;
          if (await fires(value === undefined ? others : { ...others, [field]: value })) {
            enough.add(field);
            break;
          }
        }
      const told = await whatIf(event, own, ruleSet, MOMENT);
      const places = new Set(
        told.flatMap(({ changes }) => (changes.length === 1 ? changes.map(({ place }) => place) : [])),
      );
      for (const field of enough) {
        found += 1;
        if (!(DECIDES[field] ?? [field]).some((fact) => places.has(fact)))
          missed.push(`${rule.name} ${index} ${field}`);
      }
    }
    expect(missed).toEqual([]);
    expect(found).toBeGreaterThan(PAIRS / 100);
  });
});
