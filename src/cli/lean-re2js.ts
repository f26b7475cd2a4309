// The package re2js as the Worker is bundled with it: without its tables of characters, which the runtime has as well, and
// without what a search that only asks whether there is a match does not run. docs/decisions/0057 and 0067.
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

/**
 * Classes that the Worker never needs, and what stands for each in the rest. The search by subsets (`DFA`) takes every
 * pattern, and `Machine` what is too large for its memory: the other engines only find more than whether there is a match.
 */
const LEFT_OUT: { readonly [name: string]: string } = {
  RE2Set: "",
  TranslateRegExpString: "",
  Matcher: "",
  MatcherInput: "",
  Utf8MatcherInput: "",
  Utf16MatcherInput: "",
  MachineUTF8Input: "",
  AhoCorasick: "",
  Prefilter: "class Prefilter { static Type = { NONE: 0 }; }",
  PrefilterTree: "class PrefilterTree { static build() { return { type: 0 }; } }",
  QueueOnePass: "",
  OnePassProg: "",
  OnePass: "class OnePass { static compile() { return null; } }",
  BitState: "",
  Backtracker: "class Backtracker { static maxBitStateLen() { return -1; } }",
};
/** The only methods of a class that the Worker calls, itself or through another. */
const METHODS: { readonly [name: string]: readonly string[] } = {
  RE2: [
    "constructor",
    "compileImpl",
    "dfa",
    "matchPrefixComplete",
    "createLookbehindState",
    "executeEngine",
    "numberOfInstructions",
    "get",
    "put",
    "doExecuteNFA",
    "match",
  ],
  RE2JS: ["constructor", "compile", "re2", "test", "programSize"],
};
/** A method: its comment, its name, its lines. */
const METHOD = /^(?:\t\/\*\*(?:(?!\*\/)[^])*\*\/\n)?\t(?:static |get |\*)?([\w.[\]]+)\([^\n]*\) \{\n[^]*?^\t\}\n/gm;
/**
 * Bytes of subsets that a search keeps for a pattern, of which 1,000 are kept: beyond it the search forgets them, and
 * where that is too often, goes on without. Nearly every pattern that people write takes a tenth of it.
 */
const SUBSETS = "65536";
const EXPORTS = /^export \{[^}]*\};$/m;

/** The package's source with only what the Worker asks of it. It throws if the package is written otherwise. */
export function leanRe2js(source: string, ranges: string): string {
  const lean = Object.entries(METHODS).reduce(
    (text, [name, methods]) => replaced(text, classOf(name), (whole) => onlyMethods(name, whole, methods)),
    Object.entries(LEFT_OUT).reduce(
      (text, [name, stub]) => replaced(text, classOf(name), () => `${stub}\n`),
      withRuntimesTables(source, ranges),
    ),
  );
  const bounded = replaced(lean, /new DFA\(this\.prog\)/, () => `new DFA(this.prog, ${SUBSETS})`);
  return replaced(bounded, EXPORTS, () => "export { RE2JS };");
}

function onlyMethods(name: string, whole: string, methods: readonly string[]): string {
  const found = new Set<string>();
  const text = whole.replaceAll(METHOD, (method, called: string) => {
    found.add(called);
    return methods.includes(called) ? method : "";
  });
  const missing = methods.filter((method) => !found.has(method));
  if (missing.length > 0) throw new Error(otherForm(`its methods ${missing.join(", ")} of ${name}`));
  return text;
}

function classOf(name: string): RegExp {
  return new RegExp(`^var ${name} = class[^{]*\\{[^]*?^\\};\\n`, "m");
}

function replaced(text: string, part: RegExp, by: (whole: string) => string): string {
  const whole = part.exec(text)?.[0];
  if (whole === undefined) throw new Error(otherForm(`what ${part.source} finds`));
  return text.replace(part, () => by(whole));
}

function otherForm(what: string): string {
  return `re2js has ${what} in another form than src/cli/lean-re2js.ts knows: see decisions 57 and 67`;
}

function withRuntimesTables(source: string, ranges: string): string {
  let lean = source;
  for (const [map, prefix] of Object.entries(MAPS)) {
    const start = lean.indexOf(`static ${map} = new LazyMap({`);
    const end = lean.indexOf("\n\t});", start);
    const tables = start < 0 || end < 0 ? "" : lean.slice(start, end);
    const asked = tables.replaceAll(TABLE, `$1$2: () => new UnicodeRangeTable(rangesOf("${prefix}$2"))`);
    if (asked === tables || asked.includes("decodeRanges(")) throw new Error(otherForm(`its ${map}`));
    lean = lean.slice(0, start) + asked + lean.slice(end);
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
