// The package liquidjs as the Worker is bundled with it: without filters that are not asked of it, files, and methods that
// nobody calls. docs/decisions/0070-a-leaner-liquid.md and 0071.
import { liquidsOwn } from "../act/template/filters.ts";
import { reached, replaced, withoutMethods } from "./lean-package.ts";

/** The objects that gather the filters of one kind. */
const GATHERED = ["html", "math", "url", "array", "date", "string", "base64", "crypto"];
/** Filters are made by functions that only wrap others; the package does not say so. */
const WRAPPED = /^const ([\w$]+) = (argumentsToValue|argumentsToNumber)\(/gm;
/** What reads files, and what gathers the errors of many templates: here they are one by one, and texts. */
const LEFT_OUT: readonly (readonly [part: RegExp, instead: string])[] = [
  [/^class Loader \{[^]*?^\}\n/m, "class Loader {}\n"],
  [/^var fs = [^]*?^\}\);\n/m, "var fs = {};\n"],
  [/^ +this\.(?:fs|parseFile|loader) = [^]*?(?=^ +this\.parseLimit)/m, ""],
  [/^ +this\.readFile = toLiquidAsync\(.*\n/m, ""],
  [/^class LiquidErrors [^]*?^\}\n/m, ""],
  // Tokens have from their base what some of them set once more.
  [/^( {8}super\(TokenKind\..*\n)(?: {8}this\.(?:input|begin|end|file) = .*\n)+/gm, "$1"],
  [/^( {8}this\.(?:lhs|rhs|filters) = .*\n)(?: {8}this\.(?:input|begin|end|file) = .*\n)+/gm, "$1"],
  [/^ +const errors = \[\];\n( +while.*\n) +try \{\n( +templates\.push.*\n)[^]*?(?=^ +return templates)/m, "$1$2}\n"],
  [/^var LookupType;\n[^]*?^\}\)\(.*\n/m, ""],
  [/^var BlockMode;\n[^]*?^\}\)\(.*\n/m, ""],
];
/** What is never read: an error's lines of the template and its stack, whatever is counted elsewhere, and options that are off. */
const UNREAD: readonly RegExp[] = [
  /^ +this\.context = '';\n/m,
  /^ +Object\.defineProperty\(this, 'context'.*\n/m,
  /^ +this\.stack = this\.message [^]*?originalError\.stack;\n/m,
  /^ +if \(token\.file\)\n.*\n/m,
  /^ +this\.registers = \{\};\n.*\n.*\n.*\n/m,
  /^ +this\.renderLimit = renderLimit !== null.*\n/m,
  / !== null && memoryLimit !== void 0 \? memoryLimit : new Limiter\('memory alloc', .*\)(?=;\n)/,
  /^ +if \(this\.groupedExpressions\) \{\n[^]*?^ {8}\}\n/m,
  /^ +if \(typeof Buffer [^]*?^ {4}\}\n/m,
  /^ {4}root: [^]*?dynamicPartials: true,\n {4}jsTruthy: false,\n/m,
  /^ {4}trimTagRight: [^]*?trimOutputLeft: false,\n/m,
  /^ {4}preserveTimezones: [^]*?(?=^ {4}globals)/m,
  /^ {4}keepOutputType: .*\n/m,
  /^ {4}groupedExpressions: [^]*?Infinity\n(?=\})/m,
];
/** `act/template` gives a moment, and always a zone; the runtime has the names of months and days. */
const DATES: readonly (readonly [part: RegExp, instead: string])[] = [
  [/^ {4}if \(isNil\(v\)\) \{\n {8}return undefined;[^]*?(?= {4}return date\.valid)/m, "    date = new LiquidDate(v, locale, defaultTimezoneOffset);\n"],
  [/^const monthNames = [^]*?(?=^class LiquidDate)/m, ""],
  [/^ +(return )\(_a = (this\.format\(.*?\))\) !== null && .*;$/gm, "$1$2;"],
  [/= getDateTimeFormat\(\);/, "= Intl.DateTimeFormat;"],
  [/this\.DateTimeFormat && (?=this)/, ""],
  [/^ +if \(timezone === undefined\) \{\n.*\n +\}\n/m, ""],
  [/^ +this\.timezoneFixed = .*\n/m, ""],
  [/^ +if \(this\.timezoneFixed\)\n( +return this\.timezoneName;\n)[^]*?(?=^ {4}\})/m, "$1"],
]; // prettier-ignore
/** Kinds of tokens are numbers. */
const KINDS = /^var TokenKind;\n[^]*?^\}\)\(.*\n/m;
const KIND = /TokenKind\["(\w+)"\] = (\d+)\]/g;
/** Methods that never run: they read files, are older forms of others, or are for options that are off. */
const NEVER_RUN = [
  "_parseFileCached",
  "_parseFile",
  "createDateFixedToTimezone",
  "get",
  "getSync",
  "push",
  "pop",
  "remaining",
  "check",
];
const EXPORTS = /^export \{([^}]*)\};$/m;
/** What `act/template` imports. */
const EXPORTED: ReadonlySet<string> = new Set(
  "CaseTag CommentTag Context defaultOperators defaultOptions evalToken evalTokenValue filters IfTag InlineCommentTag LiquidError Output Parser RawTag RenderError TokenKind toValue toValueSync TypeGuards UnlessTag Value".split(
    " ",
  ),
);

/** The package's source with only what templates here can do; `asked` are the names that they ask it for. It throws if the package is written otherwise. */
export function leanLiquid(source: string, asked: readonly string[]): string {
  const fewer = GATHERED.reduce(
    (text, kind) =>
      replaced(
        text,
        new RegExp(`^var ${kind}Filters = /\\*#__PURE__\\*/Object\\.freeze\\(\\{\\n[^]*?\\n\\}\\);`, "m"),
        withFilters,
        otherForm,
      ),
    source.replaceAll("\r\n", "\n"),
  );
  const least = replaced(fewer, /^var misc = \{\n[^]*?\n\};/m, withFilters, otherForm);
  const pure = least.replaceAll(WRAPPED, "const $1 = /* @__PURE__ */ $2(");
  if (pure === least) throw new Error(otherForm("its filters"));
  const unloaded = [...LEFT_OUT, ...UNREAD.map((part) => [part, ""] as const), ...DATES].reduce(put, pure);
  const run = withoutMethods(withKinds(unloaded), NEVER_RUN, otherForm);
  return reached(replaced(run, EXPORTS, fewerExports, otherForm), asked);
}

function put(text: string, [part, instead]: readonly [RegExp, string]): string {
  if (text.search(part) === -1) throw new Error(otherForm(`what ${part.source} finds`));
  return text.replace(part, instead);
}

/** Numbers in the place of the names of kinds, but for those that somebody else asks for. */
function withKinds(source: string): string {
  const kinds = new Map([...source.matchAll(KIND)].map(([, name = "", number = ""]) => [name, number]));
  const text = source.replaceAll(/\bTokenKind\.(\w+)/g, (whole, name: string) => kinds.get(name) ?? whole);
  return put(text, [KINDS, `var TokenKind = { FilteredValue: ${kinds.get("FilteredValue")} };\n`]);
}

function withFilters(gathered: string): string {
  const names = new Set([...liquidsOwn(), "__proto__"]);
  const lines = gathered.split("\n");
  const kept = lines.slice(1, -1).filter((line) => names.has(line.trim().split(/\W/, 1)[0] ?? ""));
  return [lines[0], ...kept, ...lines.slice(-1)].join("\n");
}

function fewerExports(exported: string): string {
  const names = exported.slice(exported.indexOf("{") + 1, exported.indexOf("}")).split(",");
  return `export {${names.filter((name) => EXPORTED.has(name.trim().split(" as ").at(-1) ?? "")).join(",")}};`;
}

function otherForm(what: string): string {
  return `liquidjs has ${what} in another form than src/cli/lean-liquid.ts knows: see decision 70`;
}
