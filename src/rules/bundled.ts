import built from "../../dist/rules.json" with { type: "json" };
import { fromBuilt } from "./rule-set.ts";

/** The rules that this deployment was built with: `npm run rules build` admits `rules/*.json` and writes them. */
export const bundledRules = fromBuilt(built);

/** Names the code that admitted them: what is published is admitted anew by other code. */
export const bundledCode = built.code;

/** Names all code of this deployment. */
export const bundledVersion = built.version;
