// The package re2js as the Worker is bundled with it: without its tables of characters, which the runtime has as well.
// docs/decisions/0057-characters-from-the-runtime.md.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../local/project.ts";

/** The module that the package exports. */
const PACKAGE = join(ROOT, "node_modules/re2js/build/index.js");
/** Where wrangler's alias finds it. */
const LEAN = join(ROOT, "dist/re2js.js");
/** As the folder `dist` of a checkout sees it. */
const RANGES = "../src/language/unicode-ranges.ts";
/** A table in the package's source: a name, and its characters as a text. */
const TABLE = /^(\t\t)(\w+): \(\) => new UnicodeRangeTable\(decodeRanges\("[^"]*", (?:true|false)\)\)/gm;
/** The maps of tables by name that are left out, and how the runtime calls what is in them. */
const MAPS = { CATEGORIES: "", SCRIPTS: "Script=" } as const;

/** The package's source with the runtime's tables in place of its own. It throws if the package is written otherwise. */
export function leanRe2js(source: string, ranges: string): string {
  let lean = source;
  for (const [map, prefix] of Object.entries(MAPS)) {
    const start = lean.indexOf(`static ${map} = new LazyMap({`);
    const end = lean.indexOf("\n\t});", start);
    const tables = start < 0 || end < 0 ? "" : lean.slice(start, end);
    const replaced = tables.replaceAll(TABLE, `$1$2: () => new UnicodeRangeTable(rangesOf("${prefix}$2"))`);
    if (replaced === tables || replaced.includes("decodeRanges("))
      throw new Error(`re2js has its ${map} in another form than src/cli/lean-re2js.ts knows: see decision 57`);
    lean = lean.slice(0, start) + replaced + lean.slice(end);
  }
  return `import { rangesOf } from ${JSON.stringify(ranges)};\n${lean}`;
}

/** Writes it where the bundler finds it, if it is not there yet. */
export function writeLeanRe2js(file = LEAN): void {
  const source = readFileSync(PACKAGE, "utf8");
  const lean = leanRe2js(source, RANGES);
  mkdirSync(dirname(file), { recursive: true });
  try {
    if (readFileSync(file, "utf8") === lean) return;
  } catch {
    // It is not there yet.
  }
  writeFileSync(file, lean);
}
