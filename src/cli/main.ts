// Starts the command line: `npm run rules <command>`. What Node has compiled once is kept, types stripped, for the next
// start; so nothing is imported before that is said.
import { enableCompileCache } from "node:module";
import { join } from "node:path";

enableCompileCache(join(import.meta.dirname, "../../node_modules/.cache/afterbeep"));
const { runCli } = await import("./run.ts");
await runCli(process.argv.slice(2));
