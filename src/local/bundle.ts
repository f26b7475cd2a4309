// Bundles a Worker out of its source: wrangler deploys what stands in dist/worker as it is. docs/decisions/0079.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown, type InputOptions, type OutputOptions, type Plugin, type RolldownOutput } from "rolldown";
import { inOrder } from "./bundle-order.ts";
import { bundleAliases, ROOT } from "./project.ts";
import { sqlLines } from "./sql-lines.ts";

/** The Worker that is deployed. */
const WORKER = "src/worker.ts";
/** As in `main` of wrangler.toml. */
export const WORKER_FOLDER = join(ROOT, "dist/worker");

/** Which Worker is bundled, and how. */
export interface BundleOptions {
  /** The folder of the project; absent: this one. */
  readonly project?: string;
  /** The source; absent: the Worker that is deployed. */
  readonly entry?: string;
  /** While developing, code that can be read is of more use than little of it. */
  readonly developing?: boolean;
}

const SMALL = {
  minify: true,
  // Notes to a bundler; a licence stays.
  comments: { legal: true, annotation: false, jsdoc: false },
  sourcemap: true,
} as const satisfies OutputOptions;
const READABLE = { minify: false, sourcemap: false } as const satisfies OutputOptions;

type Output = RolldownOutput["output"];
/** What imports the modules of a bundle in another order. */
const ORDERED = "\0ordered";

/**
 * Bundles a Worker into a folder, as `worker.js`, and for a deploy its source map. What `[alias]` of wrangler.toml names stands in the
 * place of packages. Throws if it cannot be bundled, and then leaves what was there.
 */
export async function bundleSource(
  folder: string,
  { project = ROOT, entry = WORKER, developing = false }: BundleOptions = {},
): Promise<void> {
  const options: InputOptions = {
    cwd: project,
    input: join(project, entry),
    platform: "browser",
    external: /^cloudflare:/,
    resolve: { alias: bundleAliases(project), conditionNames: ["workerd", "worker", "browser", "import", "default"] },
    transform: { target: "es2024" },
    // Reading a property does nothing else here. A text stays beside those that it resembles: gzip sees 32 KB far.
    treeshake: { propertyReadSideEffects: false },
    optimization: { inlineConst: false },
    checks: { pluginTimings: false },
    // What cannot be resolved would fail at the first request.
    onLog: (level, { message }) => {
      if (level === "warn") throw new Error(message);
    },
  };
  const output = developing ? await generated(options, READABLE) : await small(project, options);
  mkdirSync(folder, { recursive: true });
  for (const made of output)
    writeFileSync(join(folder, made.fileName), made.type === "chunk" ? made.code : made.source);
}

/** Bundled once to see what is in it, and again with that in another order. */
async function small(project: string, options: InputOptions): Promise<Output> {
  const [{ modules, exports }] = await generated(options, READABLE);
  const entry = JSON.stringify(options.input);
  const code = [
    ...inOrder(project, modules).map((id) => `import ${JSON.stringify(id)};`),
    `export * from ${entry};`,
    ...(exports.includes("default") ? [`export { default } from ${entry};`] : []),
  ].join("\n");
  const ordered: Plugin = {
    name: "ordered",
    resolveId: (id) => (id === ORDERED ? id : null),
    load: (id) => (id === ORDERED ? code : null),
  };
  return await generated({ ...options, input: ORDERED, plugins: [sqlLines, ordered] }, SMALL);
}

async function generated(options: InputOptions, form: OutputOptions): Promise<Output> {
  const bundling = await rolldown(options);
  const { output } = await bundling.generate({
    ...form,
    format: "esm",
    codeSplitting: false,
    entryFileNames: "worker.js",
  });
  await bundling.close();
  return output;
}
