// `npm run bench:ingest`: what receiving costs in raw workerd, of busy locations and of cold ones, and what a set of rules in
// the shadow adds; `-- --cold` and `-- --shadow` only those.
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { cold: { type: "boolean", default: false }, shadow: { type: "boolean", default: false } },
});
const isAll = !values.cold && !values.shadow;
if (isAll) await import("./parts/busy.ts");
if (isAll || values.cold) await import("./parts/cold.ts");
if (isAll || values.shadow) await import("./parts/shadow.ts");
