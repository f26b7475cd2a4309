// Bundles a Worker out of its source: wrangler deploys what stands in dist/worker as it is. docs/decisions/0079.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown, type OutputOptions } from "rolldown";
import { bundleAliases, ROOT } from "./project.ts";
import { namesForOften } from "./said-often.ts";
import { statementsInLine } from "./statements-in-line.ts";

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

/**
 * Bundles a Worker into a folder, as `worker.js`, and for a deploy its source map. What `[alias]` of wrangler.toml names stands in the
 * place of packages. Throws if it cannot be bundled, and then leaves what was there.
 */
export async function bundleSource(
  folder: string,
  { project = ROOT, entry = WORKER, developing = false }: BundleOptions = {},
): Promise<void> {
  const bundling = await rolldown({
    cwd: project,
    input: join(project, entry),
    platform: "browser",
    external: /^cloudflare:/,
    resolve: { alias: bundleAliases(project), conditionNames: ["workerd", "worker", "browser", "import", "default"] },
    transform: { target: "es2024", inject: developing ? {} : namesForOften() },
    // Reading a property does nothing else here. A text stays beside those that it resembles: gzip sees 32 KB far.
    treeshake: { propertyReadSideEffects: false },
    optimization: { inlineConst: false },
    plugins: developing ? [] : [statementsInLine()],
    // What cannot be resolved would fail at the first request.
    onLog: (level, { message }) => {
      if (level === "warn") throw new Error(message);
    },
  });
  const { output } = await bundling.generate({
    ...(developing ? READABLE : SMALL),
    format: "esm",
    codeSplitting: false,
    entryFileNames: "worker.js",
  });
  await bundling.close();
  mkdirSync(folder, { recursive: true });
  for (const made of output)
    writeFileSync(join(folder, made.fileName), made.type === "chunk" ? made.code : made.source);
}
