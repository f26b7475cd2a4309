// The built Worker in raw workerd, without a proxy: as close to production as one's own machine gets.
import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parse as parseToml } from "smol-toml";
import { writeLeanPackages } from "../../src/cli/lean-packages.ts";
import { writeRules } from "../../src/cli/build.ts";
import { ROOT } from "../../src/local/project.ts";
import { bundleSource } from "../../src/local/bundle.ts";
import { freePort } from "../../src/local/workerd.ts";
import type { Rule } from "../../src/model/rule.ts";
import { ruleSetOf } from "../../src/rules/rule-set.ts";
import { TEST_VARIABLES } from "../../test/keys.ts";

/** A Worker's code, and the settings from wrangler.toml that workerd needs. */
export interface BuiltWorker {
  readonly folder: string;
  readonly file: string;
  readonly objects: readonly string[];
}

export interface ServedWorker {
  readonly port: number;
  readonly process: ChildProcess;
  /** `SIGKILL` leaves the state as a crash would. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const LOG = process.env["BENCH_LOG"] ? "inherit" : "ignore";
/** A KV that accepts everything and holds nothing, which is all that a benchmark needs. */
const KV = `export default { fetch: (request) => new Response(null, { status: request.method === "GET" ? 404 : 200 }) };`;

/** What is removed at exit, so that nothing stays behind however a benchmark ends. */
const running = new Set<ChildProcess>();
const folders = new Set<string>();
process.once("exit", () => {
  for (const workerd of running) workerd.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "afterbeep-bench-"));
  folders.add(folder);
  return folder;
}

/** Bundles the Worker as `wrangler deploy` does, with different rules; `main` may wrap it for a benchmark. */
export async function buildWith(
  rules: readonly Rule[],
  { main = "src/worker.ts" }: { main?: string } = {},
): Promise<BuiltWorker> {
  const folder = newFolder();
  for (const part of ["src", "wrangler.toml", "package.json", "tsconfig.json"])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  // Their tsconfig extends one that is not there.
  const filter = (from: string): boolean => !from.endsWith("tsconfig.json");
  cpSync(join(ROOT, "bench/workerd"), join(folder, "bench/workerd"), { recursive: true, filter });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeRules(await ruleSetOf(rules), join(folder, "dist/rules.json"));
  await writeLeanPackages(join(folder, "dist"));
  const out = join(folder, "out");
  await bundleSource(out, { project: folder, entry: main });
  return {
    folder,
    file: join(out, "worker.js"),
    objects: ["Ledger", "Directory", "Agency", "Registry"],
  };
}

/** A Worker of a few lines, for comparison. */
export function builtFrom(code: string, objects: readonly string[] = []): BuiltWorker {
  const folder = newFolder();
  const file = join(folder, "worker.js");
  writeFileSync(file, code);
  return { folder, file, objects };
}

export function discard({ folder }: BuiltWorker): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}

/** Starts workerd; its state is kept in `state`, or in a folder that is removed along with the Worker. */
export async function serve(
  built: BuiltWorker,
  {
    state = join(built.folder, "state"),
    variables = {},
    kv,
    onLog,
  }: {
    state?: string;
    variables?: { [name: string]: string };
    /** `host:port` of a server that speaks KV's protocol; absent: a KV that keeps nothing. */
    kv?: string;
    /** Receives what the Worker logs. */
    onLog?: (text: string) => void;
  } = {},
): Promise<ServedWorker> {
  mkdirSync(state, { recursive: true });
  const port = await freePort(0);
  const config = join(built.folder, "config.capnp");
  writeFileSync(config, capnp(built, { port, state, kv }, { ...TEST_VARIABLES, ...variables }));
  const workerd = spawn(join(ROOT, "node_modules/workerd/bin/workerd"), ["serve", "--experimental", config], {
    stdio: onLog ? ["ignore", "pipe", "pipe"] : ["ignore", LOG, LOG],
  });
  for (const stream of [workerd.stdout, workerd.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => onLog?.(text));
  running.add(workerd);
  const ended = new Promise<void>((done) =>
    workerd.once("exit", () => {
      running.delete(workerd);
      done();
    }),
  );
  await listening(port, workerd);
  return {
    port,
    process: workerd,
    stop: async (signal = "SIGTERM") => {
      workerd.kill(signal);
      await ended;
    },
  };
}

function capnp(
  { folder, file, objects }: BuiltWorker,
  { port, state, kv }: { port: number; state: string; kv?: string | undefined },
  variables: { [name: string]: string },
): string {
  const toml = parseToml(readFileSync(join(ROOT, "wrangler.toml"), "utf8")) as {
    compatibility_date: string;
    compatibility_flags: string[];
    vars: { [name: string]: string };
  };
  const text = JSON.stringify;
  const bindings = [
    ...objects.map((name) => `(name = ${text(name.toUpperCase())}, durableObjectNamespace = ${text(name)})`),
    `(name = "TASKS", kvNamespace = "kv")`,
    ...Object.entries({ ...toml.vars, ...variables }).map(
      ([name, value]) => `(name = ${text(name)}, text = ${text(value)})`,
    ),
  ];
  const settings = `compatibilityDate = ${text(toml.compatibility_date)}, compatibilityFlags = ${text(toml.compatibility_flags)}`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "kv", ${kv === undefined ? "worker = .kv" : `external = (address = ${text(kv)}, http = ())`}),
    (name = "state", disk = (path = ${text(state)}, writable = true)),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed ${text(relative(folder, file))})],
  ${settings},
  bindings = [${bindings.join(", ")}],
  durableObjectNamespaces = [${objects.map((name) => `(className = ${text(name)}, uniqueKey = ${text(name)}, enableSql = true)`).join(", ")}],
  durableObjectStorage = (localDisk = "state"),
);
const kv :Workerd.Worker = (modules = [(name = "kv.js", esModule = ${text(KV)})], ${settings});
`;
}

async function listening(port: number, workerd: ChildProcess): Promise<void> {
  for (;;) {
    if (workerd.exitCode !== null) throw new Error("workerd did not start: set BENCH_LOG=1 to see what it says");
    const open = await new Promise<boolean>((tell) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        tell(true);
      });
      socket.once("error", () => tell(false));
    });
    if (open) return;
    await new Promise((again) => setTimeout(again, 20));
  }
}
