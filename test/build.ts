// Runs once before the tests of any project: admits the rules that ship and bundles the page; and bundles the Worker
// for the projects that start it as it is deployed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { buildRules, writeRules } from "../src/cli/build.ts";
import { buildDashboard } from "../src/cli/dashboard.ts";
import { writeLeanPackages } from "../src/cli/lean-packages.ts";
import { ROOT, RULES_FOLDER } from "../src/local/project.ts";
import { bundleWorker } from "../src/local/workerd.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the Worker as it ships, which tests only read. Empty if no project starts it. */
    readonly bundle: string;
  }
}

/** The projects whose tests start a bundled Worker. */
const STARTING = new Set(["whole", "thorough"]);

export default async function setup({ vitest }: TestProject): Promise<() => void> {
  const isStarted = vitest.projects.some(({ name }) => STARTING.has(name));
  if (!isStarted) {
    await buildAlone();
    vitest.provide("bundle", "");
    return () => undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), "afterbeep-bundle-"));
  // wrangler first builds rules and page, as for a deploy.
  await bundleWorker(folder);
  vitest.provide("bundle", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

async function buildAlone(): Promise<void> {
  const { ruleSet, lines } = await buildRules(RULES_FOLDER, ROOT, false, null);
  if (!ruleSet) throw new Error(lines.join("\n"));
  writeRules(ruleSet);
  await writeLeanPackages();
  await buildDashboard();
}
