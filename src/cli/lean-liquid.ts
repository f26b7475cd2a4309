// The package liquidjs as the Worker is bundled with it: without filters that no template may use, loading of files, and
// methods that nobody calls. docs/decisions/0070-a-leaner-liquid.md.
import { FILTER_NAMES } from "../act/template/filters.ts";
import { replaced, withoutUncalled } from "./lean-package.ts";

/** The objects that gather the filters of one kind. */
const GATHERED = ["html", "math", "url", "array", "date", "string", "base64"];
/** Filters are made by functions that only wrap others; the package does not say so. */
const WRAPPED = /^const ([\w$]+) = (argumentsToValue|argumentsToNumber)\(/gm;
const LOADER = /^class Loader \{[^]*?^\}\n/m;

/** The package's source with only what templates here can do. It throws if the package is written otherwise. */
export function leanLiquid(source: string): string {
  const names = new Set(FILTER_NAMES);
  const fewer = GATHERED.reduce(
    (text, kind) =>
      replaced(
        text,
        new RegExp(`^var ${kind}Filters = /\\*#__PURE__\\*/Object\\.freeze\\(\\{\\n[^]*?\\n\\}\\);`, "m"),
        (whole) => withFilters(whole, names),
        otherForm,
      ),
    source,
  );
  const pure = fewer.replaceAll(WRAPPED, "const $1 = /* @__PURE__ */ $2(");
  if (pure === fewer) throw new Error(otherForm("its filters"));
  const unloaded = replaced(pure, LOADER, () => "class Loader {}\n", otherForm);
  return withoutUncalled(unloaded, []);
}

function withFilters(gathered: string, names: ReadonlySet<string>): string {
  const lines = gathered.split("\n");
  const kept = lines.slice(2, -1).filter((line) => names.has(line.trim().split(":", 1)[0] ?? ""));
  return [...lines.slice(0, 2), ...kept, ...lines.slice(-1)].join("\n");
}

function otherForm(what: string): string {
  return `liquidjs has ${what} in another form than src/cli/lean-liquid.ts knows: see decision 70`;
}
