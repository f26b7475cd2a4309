import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pathKeys, resolvePath } from "../../../src/language/path.ts";

describe("a path", () => {
  it.each<[path: string, keys: readonly string[] | null]>([
    ["$", []],
    ["$.a", ["a"]],
    ["$.a.b[0]", ["a", "b", "0"]],
    ["$['a b']['c']", ["a b", "c"]],
    ['$["x"].y', ["x", "y"]],
    ["$.with-dash", ["with-dash"]],
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
  ])("%s", (path, keys) => {
    expect(pathKeys(path)).toEqual(keys);
  });
});

describe("following a path", () => {
  const value = { a: { b: [10, { c: "x" }] }, text: "hello" };
  it.each<[path: string, found: unknown]>([
    ["$", value],
    ["$.a.b[1].c", "x"],
    ["$.a.b[0]", 10],
    ["$.a.b[2]", undefined],
    ["$.a.b.length", 2],
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
