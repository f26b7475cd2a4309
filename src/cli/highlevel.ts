// `rules highlevel`: HighLevel on this machine, for a local Worker: contacts, events to send, an inbox.
import { defineCommand } from "citty";
import { UsageError } from "../kit/usage-error.ts";
import { ensureDevVars } from "../local/dev-vars.ts";
import { isOpenAt, openDesk, type OpenDesk } from "../local/desk.ts";
import { DEFAULT_WORKER_URL, type DevVariables } from "../local/project.ts";
import { developmentKey } from "../local/sign.ts";
import { freePort } from "../local/workerd.ts";
import { workerUrl } from "./worker-url.ts";

export const DESK_PORT = 8686;

/** Opens HighLevel's desk for a Worker on this machine, at the port if it is free. */
export async function deskFor(url: string, variables: DevVariables, port: number): Promise<OpenDesk> {
  const key = developmentKey(variables);
  if (!key.ok) throw new UsageError(key.failure);
  const target = {
    url,
    privateKey: key.value,
    adminToken: variables["ADMIN_TOKEN"],
    gatewaySecret: variables["GATEWAY_SECRET"],
  };
  return openDesk({ port: await freePort(port), target });
}

/** Where the desk of this Worker is open; `null`: nowhere yet. */
export async function openDeskOf(url: string): Promise<string | null> {
  const there = `http://127.0.0.1:${DESK_PORT}`;
  return (await isOpenAt(there, url)) ? there : null;
}

export const highlevel = defineCommand({
  args: {
    to: { type: "string", description: "the local Worker's URL", default: DEFAULT_WORKER_URL },
    port: { type: "string", description: "where it listens", default: String(DESK_PORT) },
  },
  async run({ args }) {
    const port = Number(args.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new UsageError("Write --port as a number up to 65535");
    const to = new URL(workerUrl(args.to)).origin;
    const { variables } = await ensureDevVars();
    const desk = await deskFor(to, variables, port);
    console.log(`HighLevel's stand-in is at ${desk.url}: contacts, events to send, an inbox. Nothing leaves this machine.
npm run dev for ${to} finds it at port ${DESK_PORT}; at another one, put HIGHLEVEL_API="${desk.url}" into .dev.vars first.
Stop it with Ctrl-C.`);
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.on(signal, () => void desk.close().finally(() => process.exit(0)));
  },
});
