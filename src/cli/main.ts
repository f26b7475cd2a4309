// Starts the command line: `npm run rules <command>`. Node keeps what it has compiled, types stripped, for the next
// start; nothing else may be imported before that is switched on.
import { enableCompileCache } from "node:module";
import { join } from "node:path";

const cache = join(import.meta.dirname, "../../node_modules/.cache/afterbeep");
enableCompileCache(cache);
// Also for the processes that a command starts: wrangler is large, and starts this file again for every build.
process.env["NODE_COMPILE_CACHE"] ??= cache;
const { runCli } = await import("./run.ts");
await runCli(process.argv.slice(2));
