// The package re2js as the Worker is bundled with it: without its tables of characters, which the runtime has as well, and
// without what a search that only asks whether there is a match does not run. docs/decisions/0057 and 0067.
import { onlyMethods, reached, replaced, withConstants, withoutMethods } from "./lean-package.ts";

/** A table in the package's source: a name, and its characters as a text. */
const TABLE = /^\t\t(\w+): \(\) => new UnicodeRangeTable\(decodeRanges\("[^"]*", (?:true|false)\)\),?\n/gm;
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
  QueueOnePass: "",
  OnePassProg: "",
  BitState: "",
  Prefilter: "class Prefilter { static Type = { NONE: 0 }; }",
  PrefilterTree: "class PrefilterTree { static build() { return { type: 0 }; } }",
  OnePass: "class OnePass { static compile() { return null; } }",
  RE2JSSyntaxException: "class RE2JSSyntaxException extends Error {}",
  RE2JSCompileException: "class RE2JSCompileException extends Error {}",
  RE2JSFlagsException: "class RE2JSFlagsException extends Error {}",
  RE2JSInternalException: "class RE2JSInternalException extends Error {}",
  Backtracker: "class Backtracker { static maxBitStateLen() { return -1; } }",
};
/** Methods that never run: patterns here have no flag of lookbehinds, and nobody writes out what was read of one. */
const NEVER_RUN = words(
  `toString parsePosLookBehind parseNegLookBehind lookBehind spawnLookbehinds restoreLookbehinds saveLookbehinds
  hasCapture`,
);
/** Statements for what is never given: bytes, flags, a pattern that is no text, the engines that are left out. */
const CUT: readonly RegExp[] = [
  /^\t\tre2\.prefixUTF8 = .*\n/m,
  /^\t\tUtils\.checkPattern\(regex\);\n\t\tUtils\.checkFlags\(flags\);\n/m,
  /^\t\tif \(Utils\.isByteArray\(input\)\) return this\.re2Input\.matchUTF8\(input\);\n/m,
  /^\t\tUtils\.checkInput\(charSequence\);\n(?=\t\treturn new MachineUTF16Input)/m,
  /^\t\t\t\t\tif \(\(this\.flags & RE2Flags\.LOOKBEHIND\) !== 0\) \{\n[^]*?^\t{5}\}\n/m,
  /^\t\tif \(this\.prefilter !== null && anchor === RE2Flags\.UNANCHORED\) \{\n.*\n\t\t\}\n\t\tif \(this\.onepass !== null\) return .*\n\t\tif \(ncap > 0\) \{\n[^]*?^\t\t\}\n/m,
];
/** The only methods of a class that the Worker calls, itself or through another; their names are called elsewhere, too. */
const METHODS: { readonly [name: string]: readonly string[] } = {
  RE2: words(
    "constructor compileImpl dfa matchPrefixComplete executeEngine numberOfInstructions get put doExecuteNFA match",
  ),
  RE2JS: words("constructor compile re2 test programSize"),
};
/**
 * Bytes of subsets that a search keeps for a pattern, of which 1,000 are kept: beyond it the search forgets them, and
 * where that is too often, goes on without. Nearly every pattern that people write takes a tenth of it.
 */
const SUBSETS = "65536";
const ORBITS = /decodeOrbit\("[^"]*"\)/;
/** A message: why a pattern is refused is not asked. */
const COMPLAINT = /^(\tstatic ERR_\w+ = )"[^"\n]*"/gm;
const EXPORTS = /^export \{[^}]*\};$/m;
/** Tables of numbers by name: where each is made, how one of them is asked for, and their names as they are asked for. */
const NUMBERS: readonly (readonly [table: RegExp, asked: string, entries: (table: string) => readonly Entry[]])[] = [
  [/^const PublicFlags = \{[^]*?^\};\n/m, "PublicFlags", (table) => entriesOf(table, (name) => `.${name}`)],
  [
    /^\tstatic CODES = Object\.freeze\(\{[^]*?^\t\}\);\n/m,
    "Codepoint.CODES",
    (table) => entriesOf(table, (name) => `[${name.startsWith('"') ? name : `"${name}"`}]`),
  ],
  [
    /^\tstatic Op = createEnum\(\[[^]*?\]\);\n/m,
    "Regexp.Op",
    (table) => [...table.matchAll(/"(\w+)"/g)].map(([, name = ""], index) => [`.${name}`, `${index}`]),
  ],
];
type Entry = readonly [name: string, number: string];

/** The package's source with only what the Worker asks of it. It throws if the package is written otherwise. */
export function leanRe2js(source: string, ranges: string, exported = "RE2JS"): string {
  const put = (text: string, part: RegExp, by: (whole: string) => string): string =>
    replaced(text, part, by, otherForm);
  const lean = Object.entries(LEFT_OUT).reduce(
    (text, [name, stub]) => put(text, classOf(name), () => `${stub}\n`),
    withRuntimesTables(source, ranges),
  );
  const folded = put(lean, ORBITS, () => "caseOrbits()");
  const bounded = put(folded, /new DFA\(this\.prog\)/, () => `new DFA(this.prog, ${SUBSETS})`);
  const asked = Object.entries(METHODS).reduce(
    (text, [name, methods]) => put(text, classOf(name), (whole) => onlyMethods(whole, methods, otherForm)),
    put(bounded, EXPORTS, () => `export { ${exported} };`),
  );
  const cut = CUT.reduce((text, part) => put(text, part, () => ""), asked);
  const silent = cut.replaceAll(COMPLAINT, '$1""');
  if (silent === cut) throw new Error(otherForm("its messages"));
  const run = withoutMethods(silent, NEVER_RUN, otherForm);
  return reached(withConstants(NUMBERS.reduce(withNumbers, run)), METHODS["RE2JS"] ?? []);
}

function entriesOf(table: string, asked: (name: string) => string): readonly Entry[] {
  return [...table.matchAll(/^\t+("(?:[^"\\]|\\.)+"|[\w$]+): (\d+),?$/gm)].map(([, name = "", number = ""]) => [
    asked(name),
    number,
  ]);
}

/** Numbers in the place of their names. */
function withNumbers(source: string, [table, asked, entries]: (typeof NUMBERS)[number]): string {
  const numbers = new Map(entries(table.exec(source)?.[0] ?? ""));
  const place = new RegExp(`(?<![\\w./])${asked.replaceAll(".", "\\.")}(\\.\\w+|\\["(?:[^"\\\\]|\\\\.)+"\\])`, "g");
  const text = source.replaceAll(place, (whole, name: string) => numbers.get(name) ?? whole).replace(table, "");
  if (numbers.size === 0 || text.search(place) !== -1) throw new Error(otherForm(`its ${asked}`));
  return text;
}

function words(text: string): readonly string[] {
  return text.split(/\s+/);
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
    const tables = start < 0 || end < 0 ? "" : lean.slice(lean.indexOf("\n", start) + 1, end + 1);
    const names = [...tables.matchAll(TABLE)].map(([, name = ""]) => name);
    if (names.length === 0 || tables.replaceAll(TABLE, "") !== "") throw new Error(otherForm(`its ${map}`));
    const asked = `static ${map} = new LazyMap(Object.fromEntries(${JSON.stringify(names.join(" "))}.split(" ").map((name) =>
      [name, () => new UnicodeRangeTable(${asks}(${JSON.stringify(prefix)} + name))])));`;
    lean = lean.slice(0, start) + asked + lean.slice(end + "\n\t});".length);
  }
  return `import { caseOrbits, foldedRangesOf, rangesOf } from ${JSON.stringify(ranges)};\n${lean}`;
}
