// The packages that the Worker is bundled with in a leaner form. wrangler.toml, [alias], says where each stands. One that
// is there already is left alone: saving a rule during development need not make it again.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "../local/project.ts";
import { filesUnder, hashOf } from "./files-hash.ts";

/** As the folder `dist` of a checkout sees it. */
const RANGES = "../src/language/unicode-ranges.ts";

/** A package, and who asks it: the names that stand there are kept; empty: all of its names are. */
interface LeanPackage {
  readonly file: string;
  readonly from: string;
  readonly askedBy: readonly string[];
  readonly lean: (source: string, asked: readonly string[]) => Promise<string>;
}

const PACKAGES: readonly LeanPackage[] = [
  {
    file: "re2js.js",
    from: "node_modules/re2js/build/index.js",
    askedBy: ["src/language/pattern.ts", "src/language/pattern-boundary.ts"],
    lean: async (source) => (await import("./lean-re2js.ts")).leanRe2js(source, RANGES),
  },
  {
    file: "liquid.js",
    from: "node_modules/liquidjs/dist/liquid.browser.mjs",
    askedBy: filesIn("src/act/template"),
    lean: async (source, asked) => (await import("./lean-liquid.ts")).leanLiquid(source, asked),
  },
  {
    file: "engine.js",
    from: "src/match/engine-parts.ts",
    askedBy: filesIn("src/match"),
    lean: async (_, asked) => (await import("./lean-engine.ts")).leanEngine(asked),
  },
  {
    file: "superstruct.js",
    from: "node_modules/superstruct/dist/index.mjs",
    askedBy: [],
    lean: async (source) => (await import("./lean-superstruct.ts")).leanSuperstruct(source),
  },
];
/** What else they are made by. */
const MADE_BY = [
  ...filesIn("src/cli").filter((file) => file.includes("lean-")),
  "node_modules/esbuild/package.json",
  "node_modules/json-rules-engine/package.json",
];

/** Writes them where the bundler finds them, if they are not there yet. */
export async function writeLeanPackages(folder = join(ROOT, "dist")): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const { file, from, askedBy, lean } of PACKAGES) {
    const [path, sources] = [join(folder, file), [from, ...askedBy, ...MADE_BY].map((name) => join(ROOT, name))];
    const stamp = `// ${hashOf(sources, ROOT)}\n`;
    if (existsSync(path) && readFileSync(path, "utf8").startsWith(stamp)) continue;
    const { renamed } = await import("./lean-package.ts");
    const asked = askedBy.flatMap((name) => readFileSync(join(ROOT, name), "utf8").match(/[\w$]+/g) ?? []);
    const made = await lean(readFileSync(join(ROOT, from), "utf8"), asked);
    writeFileSync(path, stamp + (asked.length === 0 ? made : renamed(made, asked)));
  }
}

function filesIn(folder: string): readonly string[] {
  return filesUnder(join(ROOT, folder)).map((file) => relative(ROOT, file));
}
