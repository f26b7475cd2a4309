// Starts the command line: `npm run rules <command>`. What Node has compiled is kept, types stripped, for the next start:
// so nothing is imported before that is said.
import { enableCompileCache } from "node:module";
import { join } from "node:path";

const cache = join(import.meta.dirname, "../../node_modules/.cache/afterbeep");
enableCompileCache(cache);
// For the processes that a command starts as well: wrangler is large, and starts this file again for every build.
process.env["NODE_COMPILE_CACHE"] ??= cache;
const { runCli } = await import("./run.ts");
await runCli(process.argv.slice(2));
