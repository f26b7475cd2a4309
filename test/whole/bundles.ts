// Bundled Workers to start in tests: the one that ships, which a run bundles once, and ones with other rules.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { buildRules, writeRules } from "../../src/cli/build.ts";
import { writeLeanPackages } from "../../src/cli/lean-packages.ts";
import { bundleSource } from "../../src/local/bundle.ts";
import type { JsonObject } from "../../src/kit/json.ts";
import type { RuleFile } from "../../src/model/rule.ts";
import { aCheckout } from "./checkout.ts";

interface Rules {
  readonly [name: string]: RuleFile | JsonObject;
}

/** The folder of the Worker as it ships. Others read it too: nobody writes there. */
export function shippedBundle(): string {
  return inject("bundle");
}

/** Bundles the Worker into a folder with rules beside those that ship, by name, admitted as for a deploy. */
export async function bundleWithRules(outdir: string, rules: Rules): Promise<void> {
  const checkout = aCheckout("rules");
  await bundleFrom(checkout, outdir, rules).finally(() => rmSync(checkout, { recursive: true, force: true }));
}

/** The same with these rules alone; `entry` is the path of another source than `src/worker.ts`. */
export async function bundleOfRules(outdir: string, rules: Rules, entry?: string): Promise<void> {
  const checkout = aCheckout("rules");
  rmSync(join(checkout, "rules"), { recursive: true });
  mkdirSync(join(checkout, "rules"));
  await bundleFrom(checkout, outdir, rules, entry).finally(() => rmSync(checkout, { recursive: true, force: true }));
}

async function bundleFrom(checkout: string, outdir: string, rules: Rules, entry?: string): Promise<void> {
  for (const [name, rule] of Object.entries(rules))
    writeFileSync(join(checkout, `rules/${name}.json`), JSON.stringify(rule));
  const { ruleSet, lines } = await buildRules(join(checkout, "rules"), checkout, false, null);
  if (!ruleSet) throw new Error(lines.join("\n"));
  writeRules(ruleSet, join(checkout, "dist/rules.json"));
  await writeLeanPackages(join(checkout, "dist"));
  await bundleSource(outdir, { project: checkout, ...(entry === undefined ? {} : { entry }) });
}
