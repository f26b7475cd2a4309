import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Instruction } from "../../../src/language/pattern-boundary.ts";
import { leanRe2js } from "../../../src/cli/lean-re2js.ts";

interface Tables {
  readonly [map: string]: { readonly initializer: object; get(name: string): { readonly data: Uint32Array } | null };
}

const SOURCE = readFileSync(fileURLToPath(import.meta.resolve("re2js")), "utf8");
const RANGES = pathToFileURL(join(import.meta.dirname, "../../../src/language/unicode-ranges.ts")).href;
const BUNDLED = pathToFileURL(join(import.meta.dirname, "../../../dist/re2js.js")).href;
const folder = mkdtempSync(join(tmpdir(), "re2js-"));

interface Compiled {
  test(text: string): boolean;
  programSize(): number;
  re2(): { readonly prog: { readonly inst: readonly Instruction[] } };
}

interface Package {
  readonly Unicode: { simpleFold(character: number): number };
  readonly UnicodeTables: Tables;
  readonly RE2JS: { compile(pattern: string): Compiled };
}

async function packageOf(name: string, source: string): Promise<Package> {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, source);
  return (await import(pathToFileURL(file).href)) as Package;
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

const INSIDE = ["Unicode", "UnicodeTables"];
const EXPORTED = ["RE2JS", ...INSIDE].join(", ");
const [wholePackage, leanPackage, bundledPackage] = await Promise.all([
  packageOf("whole", `${SOURCE}\nexport { ${INSIDE.join(", ")} };\n`),
  packageOf("lean", leanRe2js(SOURCE, RANGES, EXPORTED)),
  import(BUNDLED) as Promise<Package>,
]);
afterAll(() => rmSync(folder, { recursive: true }));

describe("the characters of the bundled re2js", () => {
  const [whole, lean] = [wholePackage.UnicodeTables, leanPackage.UnicodeTables];
  const names = ["CATEGORIES", "SCRIPTS", "FOLD_CATEGORIES", "FOLD_SCRIPT"].flatMap((map) =>
    Object.keys(whole[map]?.initializer ?? {}).map((name) => [map, name] as const),
  );

  it("are of every name that the package knows", () => expect(names.length).toBeGreaterThan(200));

  it.each(names)("%s %s are the package's", (map, name) => {
    expect(runsOf(lean, map, name)).toEqual(runsOf(whole, map, name));
  });
});

describe("the cases of the bundled re2js", () => {
  it("lead from each character to the same next one as the package's", () => {
    const [whole, lean] = [wholePackage.Unicode, leanPackage.Unicode];
    const others: string[] = [];
    for (let character = 0; character <= 0x10_ffff; character += 1)
      if (whole.simpleFold(character) !== lean.simpleFold(character)) others.push(character.toString(16));
    expect(others).toEqual([]);
  });
});

const letters = ["a", "b", "c", "é", "Σ", "ſ", "1", "_", " ", "\n", "📞"];
const atom = fc.constantFrom(
  ...letters,
  ".",
  "\\d",
  "\\w",
  "\\s",
  "\\W",
  "\\b",
  "\\B",
  "^",
  "$",
  "\\A",
  "\\z",
  "[a-c]",
  "[^a1]",
  "\\pL",
  "\\p{Greek}",
  "\\P{^Lu}",
  "[[:alpha:]_]",
  "[^[:^digit:]a]",
  "\\x{e9}",
  "\\Qa.b\\E",
  "(?P<n>a)",
  "(?i:k)",
  "(?U)",
  "(?i)",
  "(?s)",
  "(?m)",
);
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: "small" },
    atom,
    fc.array(tie("pattern"), { minLength: 1, maxLength: 4 }).map((parts) => parts.join("")),
    fc.tuple(tie("pattern"), tie("pattern")).map(([one, other]) => `(?:${one}|${other})`),
    fc.tuple(tie("pattern"), fc.constantFrom("*", "+", "?", "*?", "+?", "{2}", "{1,3}", "{0,9}")).map(([one, often]) => `(${one})${often}`),
  ),
})); // prettier-ignore
const text = fc.array(fc.constantFrom(...letters), { maxLength: 40 }).map((parts) => parts.join(""));

/** What patterns are written of, in whichever order. */
const piece = fc.constantFrom(
  ..."( ) [ ] { } | * + ? . ^ $ \\ - , : = ! < > P 0 7 9 a k K z _ é ſ Σ 📞".split(" "),
  ..."(?: (?i) (?P<n> (?<m> (?-s) (?s-U: (?= (?<= (?<! (?x) [^ [: :] [:alpha:] [:^word:] [:nope:]".split(" "),
  ..."\\p \\P \\pN \\p{Han} \\p{^Lu} \\p{Lc} \\p{Any} \\p{Nope} \\P{Cyrillic} \\Q \\E \\C \\z \\A \\Z \\d \\D".split(" "),
  ..."\\w \\W \\b \\B \\n \\v \\a \\x41 \\x{1F4DE} \\x{ \\07 \\1 \\. a-z z-a {2} {2,} {1,3} {3,1} {1001} {,2} +? ?? **".split(" "),
); // prettier-ignore

/** A compiled pattern, or `null` if it is refused. */
function compiled({ RE2JS }: Package, source: string): Compiled | null {
  try {
    return RE2JS.compile(source);
  } catch {
    return null;
  }
}
const programOf = (pattern: Compiled | null) =>
  pattern?.re2().prog.inst.map(({ op, out, arg, runes = [] }) => [op, out, arg, ...runes]) ?? null;

describe("a search with the bundled re2js", () => {
  it("compiles or refuses any text as the package does, in each of 6,000", () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const source = pieces.join("");
        const expected = programOf(compiled(wholePackage, source));
        if (expected === null) refused += 1;
        expect(programOf(compiled(bundledPackage, source))).toEqual(expected);
      }),
      { numRuns: 6_000, seed: 6 },
    );
    expect(refused).toBeGreaterThan(1_000);
    expect(refused).toBeLessThan(5_000);
  });

  it("finds what the package finds, in each of 3,000 patterns and 8 texts", () => {
    const found = { true: 0, false: 0 };
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 8, maxLength: 8 }), (source, texts) => {
        const [whole, lean] = [compiled(wholePackage, source), compiled(bundledPackage, source)];
        expect(programOf(lean)).toEqual(programOf(whole));
        expect(lean?.programSize()).toBe(whole?.programSize());
        for (const one of whole ? texts : []) {
          const isFound = whole?.test(one) === true;
          found[`${isFound}`] += 1;
          expect(lean?.test(one)).toBe(isFound);
        }
      }),
      { numRuns: 3_000, seed: 4 },
    );
    expect(Math.min(found.true, found.false)).toBeGreaterThan(5_000);
  });

  it("goes on without its subsets where they take more memory than it may keep", () => {
    const source = "(a|b)*a(a|b){20}c";
    const ends = ["", "c", "d"].map((end) => "abbabaab".repeat(2_000) + end);
    expect(ends.map((one) => bundledPackage.RE2JS.compile(source).test(one))).toEqual(
      ends.map((one) => wholePackage.RE2JS.compile(source).test(one)),
    );
  });
});

describe("a package that is written otherwise", () => {
  it.each([
    ["without its tables", ""],
    ["without a class that is left out", SOURCE.replace("var BitState = class", "class BitState")],
    ["with a method of another name", SOURCE.replace("\tdoExecuteNFA(input", "\texecuteNFA(input")],
    ["with numbers in another form", SOURCE.replace("static Op = createEnum([", "static Op = createOps([")],
    ["with a table in another form", SOURCE.replace("Adlam: () => new", "Adlam: function () { return new")],
  ])("%s is not bundled", (_, source) => {
    expect(() => leanRe2js(source, RANGES)).toThrow("in another form");
  });
});
