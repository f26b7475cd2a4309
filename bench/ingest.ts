// `npm run bench:ingest`: what receiving costs in raw workerd, of busy locations and of cold ones; `-- --cold` only those.
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { cold: { type: "boolean", default: false } } });
if (!values.cold) await import("./parts/busy.ts");
await import("./parts/cold.ts");
