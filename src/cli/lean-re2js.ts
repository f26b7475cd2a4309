// The package re2js as the Worker is bundled with it: without its tables of characters, which the runtime has as well, and
// without what a search that only asks whether there is a match does not run. docs/decisions/0057 and 0067.
import { onlyMethods, replaced, withoutMethods, withoutUncalled } from "./lean-package.ts";

/** A table in the package's source: a name, and its characters as a text. */
const TABLE = /^(\t\t)(\w+): \(\) => new UnicodeRangeTable\(decodeRanges\("[^"]*", (?:true|false)\)\)/gm;
/** The maps of tables by name that are left out, who is asked instead, and how the runtime calls what is in them. */
const MAPS = {
  CATEGORIES: ["rangesOf", ""],
  SCRIPTS: ["rangesOf", "Script="],
  FOLD_CATEGORIES: ["foldedRangesOf", ""],
  FOLD_SCRIPT: ["foldedRangesOf", "Script="],
} as const;

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
/** The only methods of a class that the Worker calls, itself or through another; their names are called elsewhere, too. */
const METHODS: { readonly [name: string]: readonly string[] } = {
  RE2: words(
    "constructor compileImpl dfa matchPrefixComplete executeEngine numberOfInstructions get put doExecuteNFA match",
  ),
  RE2JS: words("constructor compile re2 test programSize"),
};
/** What writes a pattern or its program out for people who look for a bug in the package: nobody calls it. */
const WRITTEN_OUT: { readonly [name: string]: readonly string[] } = {
  Inst: ["toString"],
  Queue: ["toString"],
  Regexp: ["toString", "appendTo"],
  Prog: ["toString"],
  CharClass: ["toString"],
};
/**
 * Bytes of subsets that a search keeps for a pattern, of which 1,000 are kept: beyond it the search forgets them, and
 * where that is too often, goes on without. Nearly every pattern that people write takes a tenth of it.
 */
const SUBSETS = "65536";
const ORBITS = /decodeOrbit\("[^"]*"\)/;
const PRINTABLE = /(?<=this\._Print = new UnicodeRangeTable\()decodeRanges\("[^"]*", (?:true|false)\)/;
const EXPORTS = /^export \{[^}]*\};$/m;

/** The package's source with only what the Worker asks of it. It throws if the package is written otherwise. */
export function leanRe2js(source: string, ranges: string): string {
  const put = (text: string, part: RegExp, by: (whole: string) => string): string =>
    replaced(text, part, by, otherForm);
  const lean = Object.entries(LEFT_OUT).reduce(
    (text, [name, stub]) => put(text, classOf(name), () => `${stub}\n`),
    withRuntimesTables(source, ranges),
  );
  const folded = put(lean, ORBITS, () => "caseOrbits()");
  // What can be printed matters to whoever writes a pattern out again.
  const silent = put(folded, PRINTABLE, () => "new Uint32Array()");
  const bounded = put(silent, /new DFA\(this\.prog\)/, () => `new DFA(this.prog, ${SUBSETS})`);
  const asked = Object.entries(METHODS).reduce(
    (text, [name, methods]) => put(text, classOf(name), (whole) => onlyMethods(whole, methods, otherForm)),
    put(bounded, EXPORTS, () => "export { RE2JS };"),
  );
  const quiet = Object.entries(WRITTEN_OUT).reduce(
    (text, [name, methods]) => put(text, classOf(name), (whole) => withoutMethods(whole, methods, otherForm)),
    asked,
  );
  return withoutUncalled(quiet, METHODS["RE2JS"] ?? []);
}

function words(text: string): readonly string[] {
  return text.split(" ");
}

function classOf(name: string): RegExp {
  return new RegExp(`^var ${name} = class[^{]*\\{[^]*?^\\};\\n`, "m");
}

function otherForm(what: string): string {
  return `re2js has ${what} in another form than src/cli/lean-re2js.ts knows: see decisions 57 and 67`;
}

function withRuntimesTables(source: string, ranges: string): string {
  let lean = source;
  for (const [map, [asks, prefix]] of Object.entries(MAPS)) {
    const start = lean.indexOf(`static ${map} = new LazyMap({`);
    const end = lean.indexOf("\n\t});", start);
    const tables = start < 0 || end < 0 ? "" : lean.slice(start, end);
    const asked = tables.replaceAll(TABLE, `$1$2: () => new UnicodeRangeTable(${asks}("${prefix}$2"))`);
    if (asked === tables || asked.includes("decodeRanges(")) throw new Error(otherForm(`its ${map}`));
    lean = lean.slice(0, start) + asked + lean.slice(end);
  }
  return `import { caseOrbits, foldedRangesOf, rangesOf } from ${JSON.stringify(ranges)};\n${lean}`;
}
