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
  [/^class LiquidErrors [^]*?^\}\n/m, "class LiquidErrors {}\n"],
];
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
  const unloaded = LEFT_OUT.reduce((text, [part, instead]) => replaced(text, part, () => instead, otherForm), pure);
  const run = withoutMethods(unloaded, NEVER_RUN, otherForm);
  return reached(replaced(run, EXPORTS, fewerExports, otherForm), asked);
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
