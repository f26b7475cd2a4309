import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { leanRe2js } from "../../../src/cli/lean-re2js.ts";

interface Tables {
  readonly [map: string]: { readonly initializer: object; get(name: string): { readonly data: Uint32Array } | null };
}

const SOURCE = readFileSync(fileURLToPath(import.meta.resolve("re2js")), "utf8");
const RANGES = pathToFileURL(join(import.meta.dirname, "../../../src/language/unicode-ranges.ts")).href;
const folder = mkdtempSync(join(tmpdir(), "re2js-"));

async function tablesOf(name: string, source: string): Promise<Tables> {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, `${source}\nexport { UnicodeTables };\n`);
  return ((await import(pathToFileURL(file).href)) as { UnicodeTables: Tables }).UnicodeTables;
}

/** The characters of a table, as the first and the last of each run. */
function runsOf(tables: Tables, map: string, name: string): string[] {
  const runs: [number, number][] = [];
  const { data = new Uint32Array() } = tables[map]?.get(name) ?? {};
  const add = (first: number, last: number): void => {
    const before = runs.at(-1);
    if (before && before[1] === first - 1) before[1] = last;
    else runs.push([first, last]);
  };
  for (let at = 0; at < data.length; at += 3) {
    const [first = 0, last = 0, stride = 1] = data.slice(at, at + 3);
    if (stride === 1) add(first, last);
    else for (let one = first; one <= last; one += stride) add(one, one);
  }
  return runs.map((run) => run.join("-"));
}

describe("the characters of the bundled re2js", async () => {
  const [whole, lean] = await Promise.all([tablesOf("whole", SOURCE), tablesOf("lean", leanRe2js(SOURCE, RANGES))]);
  const names = ["CATEGORIES", "SCRIPTS"].flatMap((map) =>
    Object.keys(whole[map]?.initializer ?? {}).map((name) => [map, name] as const),
  );
  afterAll(() => rmSync(folder, { recursive: true }));

  it("are of every name that the package knows", () => expect(names.length).toBeGreaterThan(200));

  it.each(names)("%s %s are the package's", (map, name) => {
    expect(runsOf(lean, map, name)).toEqual(runsOf(whole, map, name));
  });
});

describe("a package that is written otherwise", () => {
  it.each([
    ["without its tables", ""],
    ["with a table in another form", SOURCE.replace("Adlam: () => new", "Adlam: function () { return new")],
  ])("%s is not bundled", (_, source) => {
    expect(() => leanRe2js(source, RANGES)).toThrow("in another form");
  });
});
