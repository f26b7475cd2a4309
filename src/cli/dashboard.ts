// Bundles the operator's page into the folder that `[assets]` of wrangler.toml serves.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { build, type BuildOptions, type Metafile } from "esbuild";
import { bundleAliases, DASHBOARD_FOLDER, ROOT } from "../local/project.ts";

const SOURCE = join(ROOT, "src/dashboard");
const STATIC = join(SOURCE, "static");
const SCRIPT = "src/dashboard/main.tsx";
const STYLE = "src/dashboard/style.css";
const THREAD = "src/thread/thread.ts";

const SHARED = {
  absWorkingDir: ROOT,
  bundle: true,
  target: "es2023",
  minify: true,
  legalComments: "none",
  metafile: true,
  write: false,
  logLevel: "silent",
} as const satisfies BuildOptions;

/** Bundles the page. Unchanged files are not written again: wrangler would reload. Throws if code cannot be bundled. */
export async function buildDashboard(folder = DASHBOARD_FOLDER): Promise<void> {
  const thread = await buildThread(folder);
  const { outputFiles, metafile } = await build({
    ...SHARED,
    entryPoints: [SCRIPT, STYLE],
    outdir: folder,
    splitting: true,
    format: "esm",
    define: { REPLAY_THREAD: JSON.stringify(addressIn(folder, thread.path)) },
    entryNames: "assets/[name]-[hash]",
    chunkNames: "assets/[name]-[hash]",
    assetNames: "assets/[name]-[hash]",
    jsx: "automatic",
    jsxImportSource: "preact",
  });
  const files = new Map<string, Uint8Array>([thread, ...outputFiles].map(({ path, contents }) => [path, contents]));
  for (const name of readdirSync(STATIC)) files.set(join(folder, name), readFileSync(join(STATIC, name)));
  const html = readFileSync(join(STATIC, "index.html"), "utf8");
  files.set(join(folder, "index.html"), new TextEncoder().encode(withNames(html, metafile, folder)));
  for (const [path, contents] of files) writeChanged(path, contents);
  for (const name of existsSync(join(folder, "assets")) ? readdirSync(join(folder, "assets")) : [])
    if (!files.has(join(folder, "assets", name))) rmSync(join(folder, "assets", name));
}

/**
 * Bundles the thread in which the page replays: one file that decides as the Worker does, with the same packages in the place
 * of others. The page knows its name.
 */
async function buildThread(folder: string): Promise<{ readonly path: string; readonly contents: Uint8Array }> {
  const { outputFiles } = await build({
    ...SHARED,
    entryPoints: [THREAD],
    outdir: folder,
    format: "iife",
    alias: bundleAliases(),
    entryNames: "assets/replay-[hash]",
  });
  const [file] = outputFiles;
  if (!file) throw new Error(`Nothing was bundled from ${THREAD}`);
  return file;
}

/** Where a file of the folder is served. */
function addressIn(folder: string, path: string): string {
  return `/${relative(folder, path).replaceAll("\\", "/")}`;
}

/** Without a page, writes one that says that there is none yet: without the folder wrangler serves nothing. */
export function placeholderPage(folder = DASHBOARD_FOLDER): void {
  if (existsSync(join(folder, "index.html"))) return;
  for (const name of readdirSync(STATIC)) writeChanged(join(folder, name), readFileSync(join(STATIC, name)));
  const words = "The page could not be bundled: see what the terminal says, mend it, and reload.";
  writeFileSync(join(folder, "index.html"), `<!doctype html><title>Afterbeep</title><p>${words}</p>\n`);
}

/** The page with the file names that its script and style were given. */
function withNames(html: string, { outputs }: Metafile, folder: string): string {
  const addressOf = (entry: string): string => {
    const [output] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === entry) ?? [];
    if (output === undefined) throw new Error(`Nothing was bundled from ${entry}`);
    return addressIn(folder, join(ROOT, output));
  };
  return html.replace("{{script}}", addressOf(SCRIPT)).replace("{{style}}", addressOf(STYLE));
}

function writeChanged(path: string, contents: Uint8Array): void {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}
