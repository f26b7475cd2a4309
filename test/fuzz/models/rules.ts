// Rules: what admission admits never fails on an event that was accepted, and index and engine agree on it.
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { readEvent } from "../../../src/events/event.ts";
import { decide, explain } from "../../../src/match/decide.ts";
import type { Json } from "../../../src/kit/json.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { admitRule } from "../../../src/rules/admission.ts";
import { MOMENT } from "../../builders.ts";
import { anyRules } from "../../generated/anything.ts";
import { chance } from "../../generated/chance.ts";
import { json, sent, type Sent } from "../inputs.ts";
import { claim, model } from "../model.ts";

const CONTEXT = {
  ownHosts: new Set<string>(),
  outboundAllowedHosts: new Set<string>(),
  retentionDays: 30,
  conditions: new Map<string, never>(),
};
const ACTIONS = [{ type: "task", title: "x" }];

interface Deciding {
  readonly seed: number;
  readonly events: readonly Sent[];
  /** Something that is no rule at all. */
  readonly junk: Json;
}

/** Those of some generated rules that admission admits. */
function admittedOf(seed: number): Rule[] {
  return anyRules(chance(seed), 4).flatMap(({ name, ...rule }) => {
    const result = admitRule({ file: `${name}.json`, text: JSON.stringify({ ...rule, actions: ACTIONS }) }, CONTEXT);
    return result.ok ? [result.value.rule] : [];
  });
}

async function holds({ seed, events, junk }: Deciding): Promise<void> {
  claim(!admitRule({ file: "junk.json", text: JSON.stringify(junk) }, CONTEXT).ok, "It admits what is no rule");
  const ruleSet = { hash: "", rules: admittedOf(seed), findings: [] };
  for (const { route, payload } of events) {
    const sent = JSON.parse(JSON.stringify(payload)) as Json;
    const read = readEvent(sent, { key: "k", route, receivedAt: "2026-03-04T15:30:00.000Z" });
    if (read.status !== "event") continue;
    const { decision: explained } = await explain(read.event, ruleSet, MOMENT);
    const { decision } = await decide(read.event, ruleSet, MOMENT);
    claim(isDeepStrictEqual(decision.fired, explained.fired), "Index and engine disagree");
    for (const { reason, detail } of explained.verdicts) claim(reason !== "error", `A rule fails: ${detail}`);
  }
}

export const rulesModel = model({
  name: "rules",
  about: "An admitted rule never fails on an accepted event, and the index proposes whatever the engine fires",
  share: 8,
  inputs: fc.record({ seed: fc.nat(), events: fc.array(sent, { minLength: 1, maxLength: 2 }), junk: json }),
  holds,
});
