// Runs once before the tests: the Worker is bundled with the rules that ship, and serves the page.
import { buildRules, writeRules } from "../src/cli/build.ts";
import { buildDashboard } from "../src/cli/dashboard.ts";
import { ROOT, RULES_FOLDER } from "../src/local/project.ts";

export default async function setup(): Promise<void> {
  const { ruleSet, lines } = await buildRules(RULES_FOLDER, ROOT, false, null);
  if (!ruleSet) throw new Error(lines.join("\n"));
  writeRules(ruleSet);
  await buildDashboard();
}
