import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ajv2020 } from "ajv/dist/2020.js";
import { PATH_PATTERN, pathSteps, resolvePath } from "../../../src/language/path.ts";

describe("a path", () => {
  const isPath = new Ajv2020().compile({ type: "string", pattern: PATH_PATTERN });

  it.each<[path: string, steps: readonly (string | number)[] | null]>([
    ["$", []],
    ["$.a", ["a"]],
    ["$.a.b[0]", ["a", "b", 0]],
    ["$['a b']['c']", ["a b", "c"]],
    ['$["x"].y', ["x", "y"]],
    ["$.with-dash", ["with-dash"]],
    ["$['0']", ["0"]],
    ["$[10][9]", [10, 9]],
    ["$[9007199254740990]", [9007199254740990]],
    ["$[9007199254740991]", [Number.MAX_SAFE_INTEGER]],
    ["$[8999999999999999]", [8999999999999999]],
    ["$[9006999999999999]", [9006999999999999]],
    ["$[9007199254740992]", null],
    ["$[9007199254741000]", null],
    ["$[9100000000000000]", null],
    ["$[10000000000000000]", null],
    ["$[01]", null],
    ["$[00]", null],
    ["$['a\tb']", null],
    ['$["a\u0000"]', null],
    ["$['\u007f']", ["\u007f"]],
    ["$['']", null],
    ["$['a\\'b']", null],
    ["", null],
    ["a.b", null],
    ["$.", null],
    ["$..a", null],
    ["$.a[*]", null],
    ["$.*", null],
    ["$[?(@.a)]", null],
    ["$[(@.length-1)]", null],
    ["$.a[-1]", null],
    ["$.a[0,1]", null],
    ["$.a[0:2]", null],
    ["$.__proto__", null],
    ["$['__proto__'].x", null],
    ["$.a.constructor", null],
    ["$.a.prototype.b", null],
    ["$.a b", null],
  ])("%s", (path, steps) => {
    expect(pathSteps(path)).toEqual(steps);
    expect(isPath(path)).toBe(steps !== null);
  });
});

describe("following a path", () => {
  const value = { a: { b: [10, { c: "x" }] }, text: "hello" };
  it.each<[path: string, found: unknown]>([
    ["$", value],
    ["$.a.b[1].c", "x"],
    ["$.a.b[0]", 10],
    ["$.a.b[2]", undefined],
    ["$.a.b.length", undefined],
    ["$.a.b['0']", undefined],
    ["$.a[0]", undefined],
    ["$.text[0]", undefined],
    ["$.a.toString", undefined],
    ["$.text.length", undefined],
    ["$..c", undefined],
  ])("%s", (path, found) => {
    expect(resolvePath(value, path)).toEqual(found);
  });

  it("never throws and never leaves own properties", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (json, path) => {
        const found = resolvePath(json, `$${path}`);
        expect(typeof found).not.toBe("function");
      }),
      { numRuns: 2_000, seed: 11 },
    );
  });
});
