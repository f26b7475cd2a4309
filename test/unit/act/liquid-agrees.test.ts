// The class Liquid is the reference: what we put together of its parts reads, renders and refuses as it does.
import * as fc from "fast-check";
import { Context, defaultOptions, filters, Liquid } from "liquidjs";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { smallLiquid } from "../../../src/act/template/liquid.ts";
import { event, template } from "../../fuzz/models/templates.ts";
import { upTo } from "../../thorough.ts";

const TAGS = ["if", "unless", "case", "comment", "raw", "#"];
const MEMORY_LIMIT = 100_000;
const options = {
  parseLimit: 100_000,
  outputEscape: (value: unknown): string => `<${JSON.stringify(value) ?? "nothing"}>`,
};
const offered = Object.fromEntries(
  Object.entries(filters).filter(([name]) => !["raw", "sample", "group_by", "where_exp"].includes(name)),
);
const small = smallLiquid({ ...options, filters: offered });
const whole = new Liquid({
  ...options,
  memoryLimit: MEMORY_LIMIT,
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

/** What Liquid counts into by itself. */
const limit = () => new Context({}, { ...defaultOptions, memoryLimit: MEMORY_LIMIT }).memoryLimit;

/** The names that a template refers to, in no order. A name in brackets is `null`, and stands for itself elsewhere. */
const namesOf = (names: readonly (readonly unknown[])[]) =>
  [...new Set(names.map((keys) => JSON.stringify(keys.map((key) => (Array.isArray(key) ? null : key)))))].toSorted();

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
      const outcome = outcomeOf(() => small.render(text, scope, limit()));
      expect(outcome).toEqual(outcomeOf(() => whole.parseAndRenderSync(text, scope)));
      expect(
        outcomeOf(() => namesOf(small.chainsIn(text).flatMap(({ names }) => names.map(({ keys }) => keys)))),
      ).toEqual(outcomeOf(() => namesOf(whole.globalVariableSegmentsSync(whole.parse(text)))));
      const expression = text.replaceAll(/\{\{|\}\}/g, "");
      expect(outcomeOf(() => small.evaluate(expression, scope, limit()))).toEqual(
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
    expect(outcomeOf(() => small.render(text, {}, limit()))).toEqual(
      outcomeOf(() => whole.parseAndRenderSync(text, {})),
    );
  },
);
