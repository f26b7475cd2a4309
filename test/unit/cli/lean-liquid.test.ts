import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FILTER_NAMES } from "../../../src/act/template/filters.ts";
import { leanLiquid } from "../../../src/cli/lean-liquid.ts";
import { ROOT } from "../../../src/local/project.ts";

const FILE = join(ROOT, "node_modules/liquidjs/dist/liquid.browser.mjs");
const SOURCE = readFileSync(FILE, "utf8");
const LEAN = leanLiquid(SOURCE);

/** A function of the package, or what is made of one, as it is written. */
function written(source: string, name: string): string | undefined {
  const made = new RegExp(`^(?:const ${name} = [^]*?;|function\\*? ${name}\\([^]*?^\\})$`, "m");
  return made.exec(source.replaceAll("\r", ""))?.[0].replace("/* @__PURE__ */ ", "");
}
const namesIn = (source: string): string[] =>
  ["html", "math", "url", "array", "date", "string", "base64"].flatMap((kind) => {
    const [, gathered = ""] = new RegExp(`^var ${kind}Filters = [^]*?\\{([^]*?)\\n\\}\\);`, "m").exec(source) ?? [];
    return [...gathered.matchAll(/^ {2}(\w+): ([\w$]+)/gm)]
      .map(([, name = ""]) => name)
      .filter((name) => name !== "__proto__");
  });

describe("the bundled liquidjs", () => {
  const used = namesIn(SOURCE).filter((name) => FILTER_NAMES.includes(name));

  it("gathers the filters that templates may use, and no others", () => {
    expect(used.length).toBeGreaterThan(30);
    expect(namesIn(LEAN)).toEqual(used);
  });

  it.each(used)("has %s as the package has it", (name) => {
    expect(written(LEAN, name)).toBe(written(SOURCE, name));
  });
});

describe("a liquidjs that is written otherwise", () => {
  it.each([
    ["without its filters by kind", SOURCE.replace("var mathFilters", "var filtersOfMath")],
    ["without the loader", SOURCE.replace("class Loader {", "class FileLoader {")],
    [
      "with other wrappers",
      SOURCE.replaceAll("argumentsToValue(", "wrapped(").replaceAll("argumentsToNumber(", "wrapped("),
    ],
  ])("%s is not bundled", (_, source) => {
    expect(() => leanLiquid(source)).toThrow("in another form");
  });
});
