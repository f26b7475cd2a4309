import type { RuleSet } from "../model/rule.ts";
import built from "../../dist/rules.json" with { type: "json" };

/** The rules that this deployment was built with: `npm run rules build` admits `rules/*.json` and writes them. */
export const bundledRules = built as unknown as RuleSet;
