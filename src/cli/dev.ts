// `npm run dev`: makes `.dev.vars` once and starts wrangler, which rebuilds when a rule or the code changes.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { defineCommand } from "citty";
import { ensureDevVars } from "./dev-vars.ts";
import { DEFAULT_WORKER_URL, ROOT } from "./project.ts";

export const dev = defineCommand({
  meta: { name: "dev", description: "Start the Worker with wrangler, on development keys" },
  async run({ rawArgs }) {
    const { variables, made } = await ensureDevVars();
    console.log(
      made ? "Made .dev.vars: a development key pair, an admin token and a webhook secret" : "Using .dev.vars",
    );
    console.log(`Send an event:  npm run rules send voicemail -- --set callDuration=31
Ask the API:    curl -H "Authorization: Bearer ${variables["ADMIN_TOKEN"] ?? "<ADMIN_TOKEN>"}" ${DEFAULT_WORKER_URL}/api/locations
`);
    const wrangler = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
    const env = { ...process.env, WRANGLER_SEND_METRICS: "false" };
    const child = spawn(process.execPath, [wrangler, "dev", ...rawArgs], { cwd: ROOT, env, stdio: "inherit" });
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
    process.exitCode = await new Promise<number>((ended) => child.on("exit", (code) => ended(code ?? 0)));
  },
});
