// Bundles the Worker with wrangler and runs it in workerd through Miniflare, configured by wrangler.toml.
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { Miniflare, type Request as OutboundRequest, type Response as OutboundResponse } from "miniflare";
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from "wrangler";
import type { Json } from "../kit/json.ts";
import { ROOT } from "./project.ts";

/** How a Worker is run. */
export interface RunOptions {
  /** The folder with the bundled `worker.js`. */
  readonly bundle: string;
  /** Variables and secrets that override those of wrangler.toml. */
  readonly variables: { readonly [name: string]: string };
  /** Bindings whose values are JSON. */
  readonly values?: { readonly [name: string]: Json };
  readonly port?: number;
  /** Where state is kept; absent: in memory. */
  readonly persistTo?: string;
  /** Answers every request that the Worker sends; absent: the network does. */
  readonly outbound?: (request: OutboundRequest) => Promise<OutboundResponse>;
  /** Called with what the Worker logs; absent: it is dropped. */
  readonly onLog?: (text: string) => void;
}

/** A running Worker. */
export interface RunningWorker {
  readonly url: string;
  readonly miniflare: Miniflare;
}

/** Builds a project as for a deploy, its bundle into a folder as `worker.js`. If it fails, the error has wrangler's output. */
export async function bundleWorker(outdir: string, project = ROOT): Promise<void> {
  const wrangler = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" };
  const args = [wrangler, "deploy", "--dry-run", "--outdir", outdir];
  try {
    await promisify(execFile)(process.execPath, args, { cwd: project, env });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`Cannot bundle the Worker:\n${stdout}${stderr}`, { cause: error });
  }
}

/** Starts workerd with a bundled Worker. */
export async function runWorker({
  bundle,
  variables,
  values,
  port,
  persistTo,
  outbound,
  onLog,
}: RunOptions): Promise<RunningWorker> {
  const { workerOptions } = workerOptionsOf(join(ROOT, "wrangler.toml"));
  const miniflare = new Miniflare({
    ...workerOptions,
    modules: [{ type: "ESModule", path: join(bundle, "worker.js") }],
    modulesRoot: bundle,
    bindings: { ...workerOptions.bindings, ...variables, ...values },
    host: "127.0.0.1",
    port: port ?? 0,
    cf: false,
    ...(persistTo === undefined ? {} : { defaultPersistRoot: persistTo, durableObjectsPersist: true, kvPersist: true }),
    ...(outbound === undefined ? {} : { outboundService: outbound }),
    handleRuntimeStdio: (stdout, stderr) => {
      for (const stream of [stdout, stderr]) stream.on("data", (chunk: Buffer) => onLog?.(chunk.toString()));
    },
  });
  const url = await miniflare.ready;
  return { url: url.origin, miniflare };
}

/** The wanted port if it is free, else another one. */
export function freePort(wanted: number): Promise<number> {
  return new Promise((resolvePort) => {
    const server = createServer();
    server.once("error", () => resolvePort(freePort(0)));
    server.listen(wanted, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolvePort(typeof address === "object" && address ? address.port : wanted));
    });
  });
}
