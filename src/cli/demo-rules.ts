// The rules of the demo: those in `rules/` and two recipes, as somebody has them who just copied them.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ROOT, RULES_FOLDER } from "../local/project.ts";
import { toBuilt } from "../rules/rule-set.ts";
import type { JsonObject } from "../kit/json.ts";
import { buildRules } from "./build.ts";

/** The recipes that the demo copies: a text of its own for contacts with a tag, and what follows when an e-mail bounces. */
export const DEMO_RECIPES = ["recipes/voicemail-vip.json", "recipes/email-bounced.json"];

/** The rules as they are bundled, in JSON. What stands in `rules/` under a recipe's name stays as it is. */
export async function demoRules(): Promise<JsonObject> {
  const folder = mkdtempSync(join(tmpdir(), "afterbeep-demo-"));
  try {
    for (const recipe of DEMO_RECIPES) cpSync(join(ROOT, recipe), join(folder, basename(recipe)));
    cpSync(RULES_FOLDER, folder, { recursive: true });
    const { ruleSet, lines } = await buildRules(folder, folder, true, null);
    if (!ruleSet) throw new Error(lines.join("\n"));
    return JSON.parse(JSON.stringify(toBuilt(ruleSet))) as JsonObject;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
