import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cheapToClone } from "../../../src/match/engine-conditions.ts";
import clone from "../../../src/match/plain-clone.ts";

describe("a copy of what a rule's result is made from", () => {
  it("is equal to it, and shares no list and no object with it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const before = structuredClone(value);
        const copy = clone(value);
        expect(copy).toEqual(before);
        spoil(copy);
        expect(value).toEqual(before);
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  it("has the prototype of a condition, and what is written on it is not on the condition", () => {
    const condition = cheapToClone({ operator: "all", all: [{ fact: "kind", operator: "equal", value: "x" }] });
    const copy = clone(condition) as { result?: boolean; readonly all: readonly { readonly fact: string }[] };
    expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(condition));
    expect(copy.all.map(({ fact }) => fact)).toEqual(["kind"]);
    copy.result = true;
    expect(condition).not.toHaveProperty("result");
  });
});

function spoil(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const part of Object.values(value)) spoil(part);
  if (Array.isArray(value)) value.push("spoilt");
  else Object.assign(value, { spoilt: true });
}
