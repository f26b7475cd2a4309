// The class Liquid is the reference: what we put together of its parts reads, renders and refuses as it does.
import * as fc from "fast-check";
import { filters, Liquid } from "liquidjs";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { smallLiquid } from "../../../src/act/template/liquid.ts";
import { event, template } from "../../fuzz/models/templates.ts";
import { upTo } from "../../thorough.ts";

const TAGS = ["if", "unless", "case", "comment", "raw", "#"];
const options = {
  parseLimit: 100_000,
  memoryLimit: 100_000,
  outputEscape: (value: unknown): string => `<${JSON.stringify(value) ?? "nothing"}>`,
};
const offered = Object.fromEntries(
  Object.entries(filters).filter(([name]) => !["raw", "sample", "group_by", "where_exp"].includes(name)),
);
const small = smallLiquid({ ...options, filters: offered });
const whole = new Liquid({
  ...options,
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  lenientIf: true,
  timezoneOffset: 0,
  locale: "en-US",
  templates: {},
});
for (const tag of Object.keys(whole.tags)) if (!TAGS.includes(tag)) delete whole.tags[tag];
for (const filter of Object.keys(whole.filters)) if (!(filter in offered)) delete whole.filters[filter];

// `date` reads the clock, which goes on between the two.
beforeEach(() => void vi.useFakeTimers({ now: 0, toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

function outcomeOf(work: () => unknown): { readonly gave: unknown } | { readonly threw: readonly string[] } {
  try {
    return { gave: work() };
  } catch (error) {
    const { name, message } = error as Error;
    return { threw: [name, message] };
  }
}

it("Liquid's parts do with any template what Liquid does", () => {
  let rendered = 0;
  let refused = 0;
  fc.assert(
    fc.property(template, event, (text, payload) => {
      const scope = { event: payload, facts: { a: 1 }, rule: { name: "r" }, decision: { eventKey: "k" } };
      const outcome = outcomeOf(() => small.render(text, scope));
      expect(outcome).toEqual(outcomeOf(() => whole.parseAndRenderSync(text, scope)));
      expect(outcomeOf(() => small.namesIn(text))).toEqual(
        outcomeOf(() => whole.globalVariableSegmentsSync(whole.parse(text))),
      );
      const expression = text.replaceAll(/\{\{|\}\}/g, "");
      expect(outcomeOf(() => small.evaluate(expression, scope))).toEqual(
        outcomeOf(() => whole.evalValueSync(expression, scope)),
      );
      if ("gave" in outcome) rendered++;
      else refused++;
    }),
    { numRuns: upTo(500, 3_000), seed: 11 },
  );
  expect(rendered).toBeGreaterThan(upTo(80, 500));
  expect(refused).toBeGreaterThan(upTo(80, 500));
});

it.each(TAGS.concat("for", "assign", "capture", "render", "include", "layout", "liquid", "echo", "cycle", "increment"))(
  "the tag %s is known to both or to neither",
  (tag) => {
    const text = `{% ${tag} 1 %}{% end${tag} %}`;
    expect(outcomeOf(() => small.render(text, {}))).toEqual(outcomeOf(() => whole.parseAndRenderSync(text, {})));
  },
);
