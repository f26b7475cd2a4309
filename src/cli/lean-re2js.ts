// The package re2js as the Worker is bundled with it: what compiles a pattern, without its tables of characters, which the
// runtime has as well, and without its searches: language/pattern-search.ts has one. docs/decisions/0057 and 0067.
import { reached, replaced, withConstants, withoutMethods } from "./lean-package.ts";

/** A table in the package's source: a name, and its characters as a text. */
const TABLE = /^\t\t(\w+): \(\) => new UnicodeRangeTable\(decodeRanges\("[^"]*", (?:true|false)\)\),?\n/gm;
/** The maps of tables by name that are left out, who is asked instead, and how the runtime calls what is in them. */
const MAPS = {
  CATEGORIES: ["rangesOf", ""],
  SCRIPTS: ["rangesOf", "Script="],
  FOLD_CATEGORIES: ["foldedRangesOf", ""],
  FOLD_SCRIPT: ["foldedRangesOf", "Script="],
} as const;

/** Classes that the Worker never needs, and what stands for each in the rest. */
const LEFT_OUT: { readonly [name: string]: string } = {
  RE2Set: "",
  TranslateRegExpString: "",
  Matcher: "",
  MachineUTF8Input: "",
  Machine: "",
  DFA: "",
  OnePass: "",
  Backtracker: "",
  Prefilter: "",
  PrefilterTree: "",
  RE2: "",
  RE2JS: `class RE2JS {
    constructor(regex) {
      this.prog = Compiler.compileRegexp(Simplify.simplify(Parser.parse(regex, RE2Flags.PERL)));
    }
    static compile(regex) {
      return new RE2JS(regex);
    }
    re2() {
      return this;
    }
  }`,
  RE2JSSyntaxException: "class RE2JSSyntaxException extends Error {}",
  RE2JSCompileException: "class RE2JSCompileException extends Error {}",
  RE2JSFlagsException: "class RE2JSFlagsException extends Error {}",
  RE2JSInternalException: "class RE2JSInternalException extends Error {}",
};
/** What is called from outside. */
const CALLED: readonly string[] = ["compile", "re2", "matchRune"];
/**
 * Methods that never run: patterns here have no flag of lookbehinds, and nobody writes out what was read of one; or they
 * do nothing here: `language/pattern.ts` bounds what is read, and what is read once is not used for another.
 */
const NEVER_RUN = words(
  `toString parsePosLookBehind parseNegLookBehind lookBehind hasCapture markLookbehindInsts prefix startCond maxCap
  literalRegexp checkLimits checkSize calcSize checkHeight calcHeight reuse reinit`,
);
/** Statements that do nothing here: for what is never given, or what nobody asks. */
const CUT: readonly RegExp[] = [
  /^\t\t\t\t\tif \(\(this\.flags & RE2Flags\.LOOKBEHIND\) !== 0\) \{\n[^]*?^\t{5}\}\n/m,
  /^\t\tif \(re2\.lb !== 0\) \{\n[^]*?^\t\t\}\n/m,
  /^\t\tif \(\(this\.flags & RE2Flags\.LITERAL\) !== 0\) return .*\n/m,
  /\.flags \|= RE2Flags\.WAS_DOLLAR/,
  /^\t\t\tcase Regexp\.Op\.PLB:\n\t\t\tcase Regexp\.Op\.NLB: return this\.lookBehind.*\n/m,
  /^\t\tc\.prog\.markLookbehindInsts\(\);\n(?=\t\treturn c\.prog;)/m,
  /^\t\tthis\.stack\[0\]\.namedGroups = .*\n/m,
  /^\t\t\tre\.name = name;\n/m,
  /^\t\tthis\.numRunes \+= .*\n/m,
  /^\t\tif \(this\.prog\.numCap < arg \+ 1\) .*\n/m,
  // Of what is alike in two alternatives only characters are asked for, and how often they are repeated.
  /^\t\t\tcase Regexp\.Op\.END_TEXT:\n\t\t\t\tif \(\(this\.flags & RE2Flags\.WAS_DOLLAR\) [^]*?break;\n/m,
  /^\t\t\tcase Regexp\.Op\.ALTERNATE:\n\t\t\tcase Regexp\.Op\.CONCAT:\n\t\t\t\tif \(this\.subs\.length !== [^]*?(?=^\t\t\tcase Regexp\.Op\.REPEAT:)/m,
  /^\t\t\tcase Regexp\.Op\.CAPTURE:\n\t\t\t\tif \(this\.cap !== [^]*?(?=^\t\t\}\n)/m,
];
/** What is always so here, in each place where the package asks. */
const SETTLED: readonly (readonly [asked: RegExp, always: string])[] = [
  [/\((?:this\.)?flags & RE2Flags\.PERL_X\) !== 0/g, "true"],
  [/\(this\.flags & RE2Flags\.(?:PERL_X|UNICODE_GROUPS|CLASS_NL)\) === 0/g, "false"],
  [/\bre !== null && re\.subs !== null && re\.subs\.length > 0/g, "false"],
  [/\b(?:re|sub|this|that|subMax|subJ)\.runes === null/g, "false"],
  [/\b(?:re|sub|this|that|subMax|subJ)\.runes !== null/g, "true"],
  [/\bthis\.(?:reuse|checkLimits)\((?:[^()\n]|\([^()\n]*\))*\)/g, "0"],
  [
    /^\t\t(?:this|regex)\.(?:lb|nlb|name|namedGroups|free|numRegexp|numRunes|repeats|height|size|next|lbStarts|numLb|lbInst) = (?!Object\.create\(null\);\n\t\tthis\.stack).*\n/gm,
    "",
  ],
  [/^\t+case Regexp\.Op\.(?:PLB|NLB):\n/gm, ""],
];
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
  const asked = put(folded, EXPORTS, () => `export { ${exported} };`);
  const cut = CUT.reduce((text, part) => put(text, part, () => ""), asked);
  const settled = SETTLED.reduce((text, [place, always]) => {
    if (text.search(place) === -1) throw new Error(otherForm(`what ${place.source} finds`));
    return text.replaceAll(place, always);
  }, cut);
  const silent = settled.replaceAll(COMPLAINT, '$1""');
  if (silent === settled) throw new Error(otherForm("its messages"));
  const run = withoutMethods(silent, NEVER_RUN, otherForm);
  return reached(withConstants(NUMBERS.reduce(withNumbers, run)), CALLED);
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
