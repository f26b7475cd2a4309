// `npm run bench:page`: how soon the operator's page is there and answers, with a full ledger of one location, and home with
// many locations; `-- --home` only that.
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { home: { type: "boolean", default: false } } });
if (!values.home) await import("./parts/one-location.ts");
await import("./parts/home.ts");
