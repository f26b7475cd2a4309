import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expectedPath, PATH_PATTERN, pathSteps, resolvePath, type Step } from "../../../src/language/path.ts";

describe("a path", () => {
  const isPath = new Ajv2020().compile({ type: "string", pattern: PATH_PATTERN });

  it.each<[path: string, steps: readonly Step[] | null]>([
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
    ["$['a.constructor']", ["a.constructor"]],
    ["$.constructors.__proto__x", ["constructors", "__proto__x"]],
    ["$.customFields[?id=abc].value", ["customFields", { key: "id", value: "abc" }, "value"]],
    ["$[?id=3sv6UEo51C9Bmpo1cKTq]", [{ key: "id", value: "3sv6UEo51C9Bmpo1cKTq" }]],
    ["$[?id=1e3]", [{ key: "id", value: "1e3" }]],
    ["$[?id=5-a_b]", [{ key: "id", value: "5-a_b" }]],
    ["$[?id=0]", [{ key: "id", value: 0 }]],
    ["$[?id=30][0]", [{ key: "id", value: 30 }, 0]],
    ["$[?id=-1.50]", [{ key: "id", value: -1.5 }]],
    ["$[?id=9007199254740991]", [{ key: "id", value: Number.MAX_SAFE_INTEGER }]],
    ["$[?id=12345678901234.5]", [{ key: "id", value: 12345678901234.5 }]],
    ["$[?id='30']", [{ key: "id", value: "30" }]],
    ['$[?id="a b"]', [{ key: "id", value: "a b" }]],
    ["$[?id='']", [{ key: "id", value: "" }]],
    ["$[?id='a]b']", [{ key: "id", value: "a]b" }]],
    [`$[?id='say "x"']`, [{ key: "id", value: 'say "x"' }]],
    ["$[?'field id'=abc]", [{ key: "field id", value: "abc" }]],
    ['$[?"a=b"=abc]', [{ key: "a=b", value: "abc" }]],
    ["$[?$a-b=abc]", [{ key: "$a-b", value: "abc" }]],
    ["$[?primary=true]", [{ key: "primary", value: true }]],
    ["$[?primary=false]", [{ key: "primary", value: false }]],
    ["$[?primary='true']", [{ key: "primary", value: "true" }]],
    ["$[?id=truth]", [{ key: "id", value: "truth" }]],
    ["$[?id=nullable]", [{ key: "id", value: "nullable" }]],
    ["$[?id=constructor]", [{ key: "id", value: "constructor" }]],
    ["$.a[?x=1].b[?y=2].c", ["a", { key: "x", value: 1 }, "b", { key: "y", value: 2 }, "c"]],
    ["$[?id=null]", null],
    ["$[?id=007]", null],
    ["$[?id=00]", null],
    ["$[?id=9007199254740992]", null],
    ["$[?id=9007199254740991.9]", null],
    ["$[?id=-123456789012345.5]", null],
    ["$[?id=0.1234567890123456]", null],
    ["$['\ud83d\ude00'][?id='\ud83d\ude00']", ["\ud83d\ude00", { key: "id", value: "\ud83d\ude00" }]],
    ["$['\ud83d']", null],
    ["$[?id='a\ude00']", null],
    ["$[?id=+1]", null],
    ["$[?id=.5]", null],
    ["$[?id=1.]", null],
    ["$[?id=-]", null],
    ["$[?id=a.b]", null],
    ["$[?id=größe]", null],
    ["$[?id=]", null],
    ["$[?id]", null],
    ["$[?=abc]", null],
    ["$[?0=abc]", null],
    ["$[?''=abc]", null],
    ["$[?id='a\\'b']", null],
    ["$[?id='a\tb']", null],
    ["$[?id='a]", null],
    ["$[?id=a b]", null],
    ["$[? id=abc]", null],
    ["$[?id =abc]", null],
    ["$[?id= abc]", null],
    ["$[?id=abc ]", null],
    ["$[?id==abc]", null],
    ["$[?id!=abc]", null],
    ["$[?id>1]", null],
    ["$[?id=~abc]", null],
    ["$[?a.b=abc]", null],
    ["$[?@.id=='abc']", null],
    ["$[?(@.id=='abc')]", null],
    ["$[?@['id']=='abc']", null],
    ["$[?id=abc&&x=1]", null],
    ["$[?id=a,id=b]", null],
    ["$[?id=abc]x", null],
    ["$.[?id=abc]", null],
    ["$..[?id=abc]", null],
    ["$[?id=*]", null],
    ["$[?*=abc]", null],
    ["$[?__proto__=abc]", null],
    ["$[?'constructor'=abc]", null],
    ['$[?"prototype"=abc]', null],
  ])("%s", (path, steps) => {
    expect(pathSteps(path)).toEqual(steps);
    expect(isPath(path)).toBe(steps !== null);
  });
});

describe("what is no path is told what one is", () => {
  it.each<[given: unknown, meant: string | null]>([
    ["$[?(@.a)]", null],
    ["$[?@.id=='abc'].value", "$[?id='abc'].value"],
    ["$.f[?(@.id=='abc')].value", "$.f[?id='abc'].value"],
    ['$.f[?(@.id === "abc")].value', '$.f[?id="abc"].value'],
    ["$.f[?@['field id'] == 'abc']", "$.f[?'field id'='abc']"],
    ["$.f[? id = abc ]", "$.f[?id=abc]"],
    ["$.f[?id==abc]", "$.f[?id=abc]"],
    ["$.f[?@.amount==30]", "$.f[?amount=30]"],
    ["$.f[?@.primary==true]", "$.f[?primary=true]"],
    ["$.f[?email=ann@a.example]", "$.f[?email='ann@a.example']"],
    ["$.f[?name=First Name]", "$.f[?name='First Name']"],
    ["$.f[?id=007]", "$.f[?id='007']"],
    ["$.f[?@.x==1].g[?@.y==2]", "$.f[?x=1].g[?y=2]"],
    ["$.f[?id=null]", null],
    ["$.f[?@.id!='abc']", null],
    ["$.f[?@.id=='abc' && @.x==1]", null],
    ["$.f[(@.length-1)]", null],
    [`$.f[?${"a".repeat(2_000)}==1]`, null],
  ])("%s", (given, meant) => {
    const said = expectedPath(given);
    expect(said).toContain("[?id=abc]");
    expect(/did you mean (.*)$/.exec(said)?.[1] ?? null).toBe(meant);
  });

  it.each([["a.b"], ["$..a"], ["$.a[*]"], [7]])("%s", (given) => {
    expect(expectedPath(given)).toMatch(/^a path such as/);
  });
});

describe("following a path", () => {
  const fields = [
    7,
    null,
    ["abc"],
    { id: "abc", value: "gold", at: [{ on: true, is: 1 }, { on: true, is: 2 }] },
    { id: "abc", value: "silver", only: "here" },
    { id: 30, value: "number" },
    { id: "30", value: "text" },
    { id: "list", value: ["a", "b"] },
    { id: "none", value: null },
  ]; // prettier-ignore
  it.each<[path: string, found: unknown]>([
    ["$.f[?id=abc].value", "gold"],
    ["$.f[?id=abc]", fields[3]],
    ["$.f[?value=silver].id", "abc"],
    ["$.f[?id=abc].only", undefined],
    ["$.f[?id=abc].at[?on=true].is", 1],
    ["$.f[?id=abc].at[?is=2].on", true],
    ["$.f[?id=abc].at[?on='true'].is", undefined],
    ["$.f[?id=30].value", "number"],
    ["$.f[?id='30'].value", "text"],
    ["$.f[?id=list].value[1]", "b"],
    ["$.f[?id=none].value", undefined],
    ["$.f[?id=missing].value", undefined],
    ["$.f[?ID=abc].value", undefined],
    ["$.f[?toString=abc].value", undefined],
    ["$.f[?length=1]", undefined],
    ["$.f[?id=abc][0]", undefined],
    ["$.f[3][?id=abc]", undefined],
    ["$[?id=abc]", undefined],
    ["$.text[?id=abc]", undefined],
  ])("%s", (path, found) => {
    expect(resolvePath({ f: fields, text: "abc" }, path)).toEqual(found);
  });

  it("looks at each item once at most, however many filters there are", () => {
    let looks = 0;
    const item = (rest: object): object =>
      Object.defineProperty({ ...rest }, "id", { enumerable: true, get: () => ((looks += 1), "a") });
    const deep = (levels: number): object =>
      item({ id: "", in: levels === 0 ? [] : Array.from({ length: 3 }, () => deep(levels - 1)) });
    const filters = "[?id=b].in".repeat(5);
    expect(resolvePath({ in: [deep(5), deep(5)] }, `$.in${filters}`)).toBeUndefined();
    expect(looks).toBe(2);
    const leads = "[?id=a].in".repeat(6);
    looks = 0;
    expect(resolvePath({ in: [deep(5)] }, `$.in${leads}`)).toEqual([]);
    expect(looks).toBe(6);
  });

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
