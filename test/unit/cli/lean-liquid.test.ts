// What the Worker is bundled with is held to the whole package: templates as they are bundled with either.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { build } from "esbuild";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { FILTER_NAMES, liquidsOwn } from "../../../src/act/template/filters.ts";
import { leanLiquid } from "../../../src/cli/lean-liquid.ts";
import { ROOT } from "../../../src/local/project.ts";
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import { event, template } from "../../fuzz/models/templates.ts";
import { upTo } from "../../thorough.ts";

type Templates = typeof import("../../../src/act/template/template.ts");

const PACKAGE = join(ROOT, "node_modules/liquidjs/dist/liquid.browser.mjs");
const SOURCE = readFileSync(PACKAGE, "utf8").replaceAll("\r\n", "\n");
const folder = mkdtempSync(join(tmpdir(), "liquid-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function templatesWith(liquidjs: string, name: string): Promise<Templates> {
  const outfile = join(folder, `${name}.mjs`);
  const entry = join(ROOT, "src/act/template/template.ts");
  await build({ entryPoints: [entry], alias: { liquidjs }, bundle: true, format: "esm", outfile });
  return (await import(pathToFileURL(outfile).href)) as Templates;
}

const [whole, bundled] = await Promise.all([
  templatesWith(PACKAGE, "whole"),
  templatesWith(join(ROOT, "dist/liquid.js"), "bundled"),
]);

/** All that is made of a template: what stands in it, what is wrong with it, and what it renders to. */
function outcomesOf(templates: Templates, text: string, payload: JsonObject): unknown {
  const roots = { event: payload, facts: { a: 1 }, rule: { name: "r" }, decision: {}, contact: {}, location: {} };
  const read = (): unknown => templates.chainsIn(text);
  return [
    attempt(read),
    templates.templateProblem(text, templates.TEMPLATE_ROOTS),
    templates.renderText(text, roots),
    templates.renderValue(text, roots),
    templates.renderUrl(text, roots),
  ];
}

function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    const { name, message } = error as Error;
    return [name, message];
  }
}

function expectSame(text: string, payload: JsonObject = PAYLOAD): void {
  const [given, expected] = [outcomesOf(bundled, text, payload), outcomesOf(whole, text, payload)];
  // Most are the same, and telling that is quicker than saying what differs.
  if (!isDeepStrictEqual(given, expected)) expect(given).toEqual(expected);
}

const PAYLOAD: JsonObject = {
  at: "2026-03-04T15:06:07.089Z",
  text: " Ana & <b>Zoë</b>\r\n'\"📞 a,b,,c ",
  number: -12.5,
  list: [3, "1", 2, 2, null, { a: "x" }, [1]],
  people: [{ name: "Zoë", age: 3 }, { name: "Ana", age: 4, ok: true }, { age: 1 }],
  object: { a: { b: "c" }, size: 7, "x y": 1 },
  empty: "",
  none: null,
  no: false,
} satisfies { readonly [name: string]: Json };
const VALUES =
  "event.at event.text event.number event.list event.people event.object event.empty event.none event.no event.missing 'a\\'b\\n\\u00e9\\101' 12 -1.5 true nil empty blank (1..4) (event.number..2) event.list[1] event.list.last event.people[0].name event.object['x y'] event[event.empty] event.object.size event.text.size event.list.first".split(
    " ",
  );
const ARGUMENTS = ["", ": 2", ": ','", ": 'age', 4", ": 1, 2", ": 'a', 'b'"];
/** A share of the values, for the other side of what takes two. */
const OTHERS = VALUES.filter((_, index) => index % 4 === 1);

describe("templates with the bundled liquidjs", () => {
  it("do with any template what they do with the whole package", () => {
    fc.assert(
      fc.property(template, event, (text, payload) => expectSame(text, payload)),
      { numRuns: upTo(300, 2_000), seed: 12 },
    );
  });

  it.each(FILTER_NAMES)("give what they give, by the filter %s", (name) => {
    for (const value of VALUES) for (const argument of ARGUMENTS) expectSame(`{{ ${value} | ${name}${argument} }}`);
  });

  it.each(["", "-", "_", "0", "^", "#", ":", "3", "12"])("write dates in each form with %j", (flag) => {
    for (const form of "aAbBcCdeHIjklLmMNpPqsSuUwWxXyYzZtnhE%")
      for (const zone of ["", ", 'Europe/Berlin'", ", 'Asia/Kolkata'", ", -120", ", 'Nowhere'"])
        expectSame(`{{ event.at | date: "%${flag}${form}"${zone} }}`);
  });

  const operators = ["==", "!=", "<", ">", "<=", ">=", "contains", "and", "or", "and not"];
  it.each(operators)("decide as they do, by the operator %s", (operator) => {
    for (const one of VALUES)
      for (const other of OTHERS)
        expectSame(
          `{%- if ${one} ${operator} ${other} or event.no -%} a {% elsif ${other} %} b {%- else -%} c {% endif %}`,
        );
  });

  it.each(VALUES)("take a case as they do, of %s", (value) => {
    for (const other of OTHERS)
      expectSame(
        `{% case ${value} %}{% when ${other}, 'x' %}1{% when 2 or 12 %}2{% else %}3{% endcase %}{% unless ${value} %}4{% elsif ${other} %}5{% else %}6{% endunless %}`,
      );
  });

  it.each([
    "{% raw %}{{ a }}{% endraw %}{% comment %}{{ b }}{% endcomment %}{% # c %}",
    "{% raw %}{{ a }}",
    "{% comment %}",
    "{% if %}",
    "{% if event.at",
    "{{ event.at",
    "{{ event.at | }}",
    "{{ event.at | nope }}",
    "{{ event.at | append 'x' }}",
    "{{ event.at | append: 'x' 'y' }}",
    "{{ event.at | date: '%Y', key: 1 }}",
    "{{ event.none | default: 'x', allow_false: true }}",
    "{{ event.no | default: 'x', allow_false: true }}",
    "{{ event.list[0 }}",
    "{{ (1..2 }}",
    "{{ (event.number | plus: 1) }}",
    "{% nope %}",
    "{% if true %}{% else x %}{% endif %}",
    "{% if true %}{% else %}{% else %}{% endif %}",
    "{% if true %}{% else %}{% elsif true %}{% endif %}",
    "{% # a\nb %}",
    "{% case event.at %}",
    "{% unless event.at %}",
    "{{- ' a ' -}} b {%- if true -%} c {%- endif -%} d ",
  ])("read or refuse as they do: %j", (text) => expectSame(text));

  it("have Liquid's own filters, which are not many", () => {
    expect(liquidsOwn()).toContain("escape");
    expect(liquidsOwn()).not.toContain("truncate");
  });
});

describe("a liquidjs that is written otherwise", () => {
  it.each([
    ["without its filters by kind", SOURCE.replace("var mathFilters", "var filtersOfMath")],
    ["with kinds of another form", SOURCE.replace("var TokenKind;", "let TokenKind;")],
    ["with other errors", SOURCE.replace("this.context = '';", "this.context = null;")],
    ["without the loader", SOURCE.replace("class Loader {", "class FileLoader {")],
    ["with a method of another name", SOURCE.replace("*_parseFileCached(", "*_parseCached(")],
    [
      "with other wrappers",
      SOURCE.replaceAll("argumentsToValue(", "wrapped(").replaceAll("argumentsToNumber(", "wrapped("),
    ],
  ])("%s is not bundled", (_, source) => {
    expect(() => leanLiquid(source, [])).toThrow("in another form");
  });
});
