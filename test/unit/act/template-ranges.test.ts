import { describe, expect, it } from "vitest";
import { Budget } from "../../../src/act/template/budget.ts";
import { renderText, renderValue, TEMPLATE_ROOTS, templateProblem } from "../../../src/act/template/template.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { roots } from "./context.ts";

const TOO_LONG = "the list has more than 10000 items";
const NO_NUMBER = "a range takes two numbers up to 9007199254740991, and is given something else";
const event: JsonObject = {
  one: 1, many: 2_400_000, text: "2400000", negative: -2_400_000, list: [2_400_000], letters: ["a", "b"], nothing: null,
  // Beyond these, a number and the next one are the same.
  huge: 2 ** 53, beyond: 2 ** 53 + 4, below: -(2 ** 53) - 4, lowest: -(2 ** 53), most: "9".repeat(300),
}; // prettier-ignore

describe("a range", () => {
  it.each([
    ["{{ (1..5) | join: ',' }}", "1,2,3,4,5"],
    ["{{ (event.one..3) | join: ',' }}", "1,2,3"],
    ["{{ (-2..1) | join: ',' }}", "-2,-1,0,1"],
    ["{{ ('1'..'3') | join: ',' }}", "1,2,3"],
    ["{{ (3..1) | size }}", "0"],
    ["{{ (2400000..1) | size }}", "0"],
    ["{{ (1..10000) | size }}", "10000"],
    ["{{ (1.5..3) | join: ',' }}", "1.5,2.5"],
    ["{% if (1..3) contains 2 %}in{% endif %}", "in"],
    ["{% case 'x' %}{% when (1..3) %}list{% else %}other{% endcase %}", "other"],
    ["{{ event.letters | concat: (1..2) | join: ',' }}", "a,b,1,2"],
  ])("gives its numbers: %s", (text, value) => {
    expect(renderText(text, roots(event))).toEqual({ ok: true, value });
  });

  it.each([
    ["{{ (1..10001) | size }}", TOO_LONG],
    ["{{ (1..2400000) | size }}", TOO_LONG],
    ["{{ (-2399999..0) | first }}", TOO_LONG],
    ["{{ (event.one..event.many) | size }}", TOO_LONG],
    ["{{ (event.one..event.text) | size }}", TOO_LONG],
    ["{{ (event.negative..0) | size }}", TOO_LONG],
    ["{{ (event.lowest..event.huge) | size }}", NO_NUMBER],
    ["{{ event.letters | concat: (1..2400000) | size }}", TOO_LONG],
    ["{{ event.one | default: (1..2400000) }}", TOO_LONG],
    ["{% if (1..2400000) %}a{% endif %}", TOO_LONG],
    ["{% unless (1..2400000) contains 0 %}a{% endunless %}", TOO_LONG],
    ["{% if false %}{% elsif 1 == (1..2400000) %}a{% endif %}", TOO_LONG],
    ["{% if true %}{{ (1..2400000) | size }}{% endif %}", TOO_LONG],
    ["{% case (1..2400000) %}{% when 1 %}{% endcase %}", TOO_LONG],
    ["{% case 1 %}{% when 2, (1..2400000) %}{% endcase %}", TOO_LONG],
    ["{% case 1 %}{% when 1 %}{{ (1..2400000) | size }}{% endcase %}", TOO_LONG],
    ["{{ event.letters[(1..2400000)] | default: 1 }}", TOO_LONG],
    ["{{ event[(1..2400000)].a | default: 1 }}", TOO_LONG],
    ["{{ (1..(1..2400000)) | size }}", TOO_LONG],
    ["{{ ((1..2400000)..3) | size }}", TOO_LONG],
    ["{{ ((1..2)..(1..3)) | size }}", NO_NUMBER],
    ["{{ (1..event.list) | size }}", NO_NUMBER],
    ["{{ (1..event.letters[0]) | size }}", NO_NUMBER],
    ["{{ (event.nothing..2) | size }}", NO_NUMBER],
    ["{{ (1..event.most) | size }}", NO_NUMBER],
    // These would never end.
    ["{{ (event.huge..event.beyond) | size }}", NO_NUMBER],
    ["{{ (event.below..event.lowest) | size }}", NO_NUMBER],
    ["{{ (9007199254740992..9007199254740996) | size }}", NO_NUMBER],
    ["{% if (event.huge..event.beyond) contains 1 %}{% endif %}", NO_NUMBER],
  ])("is refused before it is made: %s", (text, why) => {
    for (const render of [renderText, renderValue]) {
      const rendered = render(text, roots(event));
      expect(rendered.ok ? "" : rendered.failure).toContain(`${why} in `);
    }
  });

  it("is admitted in a tag alone", () => {
    expect(templateProblem("{{ (1..3) | size }}", TEMPLATE_ROOTS)?.message).toContain("is no value with filters");
    expect(templateProblem("{% if (1..3) contains event.count %}a{% endif %}", TEMPLATE_ROOTS)).toBeNull();
  });

  it("pays for each of its numbers", () => {
    const left = (text: string): number => {
      const budget = new Budget();
      expect(renderText(text, roots(event), budget).ok).toBe(true);
      for (let units = 0; ; units += 1_000)
        try {
          budget.use(1_000);
        } catch {
          return units;
        }
    };
    expect(left("{{ (1..1) | size }}") - left("{{ (1..9999) | size }}")).toBeGreaterThanOrEqual(19_000);
  });

  it("made again and again comes to an end", () => {
    const text = "{{ (1..9999) | size }}";
    expect(renderText(text.repeat(200), roots(event)).ok).toBe(false);
  });
});
