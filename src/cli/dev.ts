// `npm run dev`: creates `.dev.vars` once and starts wrangler, which rebuilds when a rule or the code changes.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { defineCommand } from "citty";
import { ensureDevVars } from "../local/dev-vars.ts";
import { DEFAULT_WORKER_URL, ROOT, signInLink, type DevVariables } from "../local/project.ts";
import { DESK_PORT, deskFor, openDeskOf } from "./highlevel.ts";

/** What wrangler would ask the network for at each start: whether there is a newer one, and where this machine is. */
const QUICK_START = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

/** Where wrangler will listen, which its own options may set. */
function workerUrl(rawArgs: readonly string[]): string {
  const port = rawArgs.findIndex((arg) => arg === "--port");
  const [, given] = /^--port=(\d+)$/.exec(rawArgs.find((arg) => arg.startsWith("--port=")) ?? "") ?? [];
  const url = new URL(DEFAULT_WORKER_URL);
  url.port = given ?? (port === -1 ? url.port : (rawArgs[port + 1] ?? url.port));
  return url.origin;
}

/** HighLevel's API as the Worker is to see it: the stand-in, unless .dev.vars names another. */
async function highlevelFor(
  worker: string,
  variables: DevVariables,
): Promise<{ readonly args: readonly string[]; readonly close: () => Promise<void> }> {
  const other = variables["HIGHLEVEL_API"];
  if (other) {
    console.log(`HighLevel:      ${other}, as .dev.vars says: what rules do there is done\n`);
    return { args: [], close: async () => undefined };
  }
  const there = await openDeskOf(worker);
  const desk = there === null ? await deskFor(worker, variables, DESK_PORT) : null;
  const url = desk?.url ?? there ?? "";
  console.log(`HighLevel:      ${url}, a stand-in: contacts, events to send, an inbox\n`);
  return { args: ["--var", `HIGHLEVEL_API:${url}`], close: async () => desk?.close() };
}

export const dev = defineCommand({
  async run({ rawArgs }) {
    const { variables, made } = await ensureDevVars();
    console.log(
      made ? "Made .dev.vars: keys, secrets and an admin token for this machine, which git ignores" : "Using .dev.vars",
    );
    console.log(`See the page:   ${signInLink(workerUrl(rawArgs), variables["ADMIN_TOKEN"])}
Send an event:  npm run rules send voicemail -- --set callDuration=31
Ask the API:    curl -H "Authorization: Bearer ${variables["ADMIN_TOKEN"] ?? "<ADMIN_TOKEN>"}" ${workerUrl(rawArgs)}/api/locations`);
    const highlevel = await highlevelFor(workerUrl(rawArgs), variables);
    const wrangler = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
    const env = { ...process.env, ...QUICK_START };
    const child = spawn(process.execPath, [wrangler, "dev", ...highlevel.args, ...rawArgs], {
      cwd: ROOT,
      env,
      stdio: "inherit",
    });
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
    process.exitCode = await new Promise<number>((ended) => child.on("exit", (code) => ended(code ?? 0)));
    await highlevel.close();
  },
});
