// The set that decides where no canary does, for whoever looks at rules and not at an event: asked for at most every two
// seconds, and not at all where the bundle decides.
import { configurationOf } from "../model/configuration.ts";
import type { RuleSet } from "../model/rule.ts";
import { fromBuilt } from "../rules/rule-set.ts";
import { registryOf, type LedgerEnv } from "./durable-objects.ts";

const FRESH_MS = 2_000;

let known: { readonly ruleSet: RuleSet; readonly atMs: number } | null = null;

/** The set in force, of a deployment that has one bundled; it rejects if the registry has to be asked and cannot be. */
export async function liveRules(env: LedgerEnv, bundled: RuleSet, nowMs: number): Promise<RuleSet> {
  if (configurationOf(env).rulesFrom === "deploy") return bundled;
  if (known && Math.abs(nowMs - known.atMs) < FRESH_MS) return known.ruleSet;
  const before = known?.ruleSet ?? bundled;
  const live = await registryOf(env).liveSet(before.hash);
  const ruleSet = live === null ? bundled : live === "same" ? before : fromBuilt(live);
  known = { ruleSet, atMs: nowMs };
  return ruleSet;
}
