// The rules of the demo: those in `rules/` and one recipe, as somebody has them who just copied it.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT, RULES_FOLDER } from "../local/project.ts";
import { toBuilt } from "../rules/rule-set.ts";
import type { JsonObject } from "../kit/json.ts";
import { buildRules } from "./build.ts";

/** The recipe that the demo copies: a text of its own for contacts with a tag. */
export const DEMO_RECIPE = "recipes/voicemail-vip.json";

/** The rules as they are bundled, in JSON. What stands in `rules/` under the recipe's name stays as it is. */
export async function demoRules(): Promise<JsonObject> {
  const folder = mkdtempSync(join(tmpdir(), "afterbeep-demo-"));
  try {
    cpSync(join(ROOT, DEMO_RECIPE), join(folder, "voicemail-vip.json"));
    cpSync(RULES_FOLDER, folder, { recursive: true });
    const { ruleSet, lines } = await buildRules(folder, folder, true, null);
    if (!ruleSet) throw new Error(lines.join("\n"));
    return JSON.parse(JSON.stringify(toBuilt(ruleSet))) as JsonObject;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
