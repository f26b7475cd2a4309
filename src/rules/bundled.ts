import built from "../../dist/rules.json" with { type: "json" };
import { fromBuilt } from "./rule-set.ts";

/** The rules that this deployment was built with: `npm run rules build` admits `rules/*.json` and writes them. */
export const bundledRules = fromBuilt(built);
