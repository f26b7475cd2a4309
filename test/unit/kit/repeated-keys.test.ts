import fc from "fast-check";
import { parseTree, type Node } from "jsonc-parser";
import { describe, expect, it } from "vitest";
import { repeatedKeys } from "../../../src/kit/repeated-keys.ts";

/** The same, read from a parser's tree. */
function inTree(node: Node | undefined, path: (string | number)[] = []): (string | number)[][] {
  const seen = new Set<unknown>();
  return (node?.children ?? []).flatMap((child, index) => {
    if (node?.type === "array") return inTree(child, [...path, index]);
    const [key, value] = child.children ?? [];
    const place = [...path, key?.value as string];
    const isRepeated = seen.has(key?.value);
    seen.add(key?.value);
    return [...(isRepeated ? [place] : []), ...inTree(value, place)];
  });
}

const CASES: readonly (readonly [text: string, paths: readonly (readonly (string | number)[])[]])[] = [
  ['{"a":1,"a":2}', [["a"]]],
  ['{"a":1,"a":2,"a":3}', [["a"], ["a"]]],
  ['{"a":{"a":{"a":1}}}', []],
  ['[{"a":1},{"a":1}]', []],
  ['[1,[2,3],{"x":[0,{"b":1,"b":2}]}]', [[2, "x", 1, "b"]]],
  ['{"a":["b","a"],"b":"a","a":"\\"}{,a"}', [["a"]]],
  ['{"a":1,"\\u0061":2}', [["a"]]],
  ['{"":1,"":2}', [[""]]],
  ['{"__proto__":1,"__proto__":2,"toString":1}', [["__proto__"]]],
  ['{"a\\\\":1,"a\\\\":2}', [["a\\"]]],
  ['{"a":{},"b":[],"c":[[],{}],"a":0}', [["a"]]],
  ['"a"', []],
  ["{}", []],
];

describe("keys that stand twice", () => {
  it.each(CASES)("in %s", (text, paths) => {
    expect(repeatedKeys(text)).toEqual(paths);
    expect(inTree(parseTree(text))).toEqual(paths);
  });

  it("are those that a parser's tree has, in any document", () => {
    const key = fc.constantFrom("a", "b", "\\u0061", 'q\\"', "{", ",", "");
    const { value } = fc.letrec<{ value: string }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom("1", '"a"', '"\\\\"', '"]}"', "null", '"{\\"a\\":1,\\"a\\":2}"'),
        fc.array(tie("value"), { maxLength: 3 }).map((items) => `[ ${items.join(" ,")}]`),
        fc
          .array(fc.tuple(key, tie("value")), { maxLength: 4 })
          .map((entries) => `{${entries.map(([name, item]) => `"${name}" :\n${item}`).join(",")} }`),
      ),
    }));
    let found = 0;
    fc.assert(
      fc.property(value, (text) => {
        const paths = repeatedKeys(text);
        found += paths.length;
        expect(paths).toEqual(inTree(parseTree(text)));
      }),
      { numRuns: 3_000, seed: 7 },
    );
    expect(found).toBeGreaterThan(200);
  });

  it("are counted to a hundred, and not looked for further down than a person writes", () => {
    expect(repeatedKeys(`{${'"a":0,'.repeat(500)}"a":0}`)).toHaveLength(100);
    const deep = (levels: number) => `${'{"x":'.repeat(levels)}{"a":0,"a":1}${"}".repeat(levels)}`;
    expect(repeatedKeys(deep(60))).toHaveLength(1);
    expect(repeatedKeys(deep(5_000))).toEqual([]);
  });
});
