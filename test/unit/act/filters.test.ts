// The filters of templates: what they write, what they refuse, and what they cost.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Budget, MAX_RENDERING_WORK } from "../../../src/act/template/budget.ts";
import { FILTERS, NUMBER_FILTERS } from "../../../src/act/template/filters.ts";
import {
  renderJson,
  renderText,
  renderTexts,
  renderUrl,
  renderValue,
  TEMPLATE_ROOTS,
  templateProblem,
} from "../../../src/act/template/template.ts";
import { MAX_EVENT_BYTES } from "../../../src/model/event.ts";
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import { roots } from "./context.ts";

const FAMILY = "👨‍👩‍👧";
const event: JsonObject = {
  body: "Hi there",
  amount: "1299.50",
  price: "1,299.50",
  spaced: " 45 ",
  hex: "0x40",
  empty: "",
  yes: true,
  number: 45,
  list: [1, "2", 3],
  tags: ["x", "y"],
  nested: [["x"], { a: 1 }],
  orders: [{ price: 10 }, { price: "2.5" }],
  odd: [{ price: 10 }, { price: "free" }],
  object: { a: 1 },
  emoji: `👍🏽 ${FAMILY}e\u0301!`,
  family: FAMILY,
};

function rendered(text: string): unknown {
  const result = renderValue(text, roots(event));
  return result.ok ? result.value : new Error(result.failure);
}

describe("arithmetic", () => {
  it.each<[text: string, value: number | string]>([
    ["{{ event.amount | times: 2 }}", 2599],
    ["{{ event.number | plus: '1' }}", 46],
    ["{{ event.spaced | plus: 1 }}", 46],
    ["{{ '-1.5' | abs }}", 1.5],
    ["{{ 7 | divided_by: 2 }}", 3.5],
    ["{{ 7 | divided_by: 2, true }}", 3],
    ["{{ 2 | at_least: '10' }}", 10],
    ["{{ 1.25 | round: 1 }}", 1.3],
    ["{{ event.list | sum }}", 6],
    ["{{ event.orders | sum: 'price' }}", 12.5],
    ["{{ event.missing | default: 0 | plus: 1 }}", 1],
    ["{{ event.body | slice: '0', '2' }}", "Hi"],
    ["{% if event.amount > 30 %}more{% else %}less{% endif %}", "more"],
    ["{% if '9' > '30' %}more{% else %}less{% endif %}", "less"],
    ["{% if '2026-01-02' > '2026-01-01' %}later{% endif %}", "later"],
    ["{% if event.missing > 3 %}more{% else %}less{% endif %}", "less"],
  ])("counts: %s", (text, value) => {
    expect(rendered(text)).toEqual(value);
  });

  it.each([
    "{{ event.price | times: 2 }}",
    "{{ event.body | plus: 1 }}",
    "{{ event.number | plus: event.body }}",
    "{{ event.hex | plus: 1 }}",
    "{{ event.empty | plus: 1 }}",
    "{{ event.yes | plus: 1 }}",
    "{{ event.number | plus: true }}",
    "{{ event.list | plus: 1 }}",
    "{{ event.number | minus: event.list }}",
    "{{ event.object | times: 2 }}",
    "{{ event.tags | sum }}",
    "{{ event.odd | sum: 'price' }}",
    "{{ event.orders | sum: 'missing' }}",
    "{{ event.body | slice: event.tags }}",
    "{{ event.body | truncate: event.body }}",
    "{{ event.body | truncatewords: event.body }}",
    "{{ event.number | divided_by: 0 }}",
    "{% if event.price > 30 %}more{% endif %}",
    "{% if event.list > 3 %}more{% endif %}",
  ])("does not count with what is no number: %s", (text) => {
    expect(rendered(text)).toBeInstanceOf(Error);
    expect(renderText(`It is ${text}`, roots(event)).ok).toBe(false);
  });

  it.each([...NUMBER_FILTERS])("says which filter was given something else: %s", (name) => {
    for (const text of [`{{ event.body | ${name}: 1 }}`, `{{ event.number | ${name}: event.body }}`])
      if (!/abs|ceil|floor/.test(name) || text.includes("event.body |")) {
        const result = renderText(text, roots(event));
        expect(result.ok || result.failure).toBe(`"${name}" takes numbers, and is given something else in ${text}`);
      }
  });
});

describe("a filter never takes a character apart", () => {
  it.each<[text: string, value: Json]>([
    ["{{ event.emoji | split: '' | size }}", 5],
    ["{{ event.emoji | split: '' | reverse | join: '' }}", `!e\u0301${FAMILY} 👍🏽`],
    ["{{ event.emoji | size }}", 5],
    ["{{ event.emoji.size }}", 5],
    ["{{ event.emoji[0] }}", "👍🏽"],
    ["{{ event.emoji | first }}", "👍🏽"],
    ["{{ event.emoji | last }}", "!"],
    ["{{ event.emoji | slice: 0 }}", "👍🏽"],
    ["{{ event.emoji | slice: 2, 2 }}", `${FAMILY}e\u0301`],
    ["{{ event.emoji | slice: -2 }}", "e\u0301"],
    ["{{ event.emoji | truncate: 4, '' }}", `👍🏽 ${FAMILY}e\u0301`],
    ["{{ event.emoji | truncate: 3, '…' }}", "👍🏽 …"],
    ["{{ event.emoji | truncate: 5 }}", `👍🏽 ${FAMILY}e\u0301!`],
    ["{{ event.family | truncate: 1, '' }}", FAMILY],
    ["{{ event.emoji | replace: '', '-' }}", `👍🏽- -${FAMILY}-e\u0301-!`],
    ["{{ event.emoji | remove: '' }}", `👍🏽 ${FAMILY}e\u0301!`],
    ["{{ event.emoji | remove: 'e' }}", `👍🏽 ${FAMILY}e\u0301!`],
    ["{{ event.family | remove: '👩' }}", FAMILY],
    ["{{ event.family | replace_first: '👩', 'x' }}", FAMILY],
    ["{{ event.family | replace: '👩', 'x' }}", FAMILY],
    ["{{ event.family | split: '👩' }}", [FAMILY]],
    ["{{ event.family | lstrip: '👨' }}", FAMILY],
    ["{{ event.family | rstrip: '👧' }}", FAMILY],
    ["{{ '--a--' | strip: '-' }}", "a"],
    ["{{ '--a--' | lstrip: '-' }}", "a--"],
    ["{{ 'one two three' | truncatewords: 2 }}", "one two..."],
    ["{{ '𐐨bC' | capitalize }}", "𐐀bc"],
    ["{{ 'a,b,,' | split: ',' }}", ["a", "b"]],
    ["{{ 'a.b.c' | replace: '.', '$&' }}", "a$&b$&c"],
  ])("%s", (text, value) => {
    expect(rendered(text)).toEqual(value);
  });

  it("whatever the text and the filter, what was whole stays whole", () => {
    const whole = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: fc.constantFrom("👍", "👍🏽", FAMILY, "e\u0301", "🇩🇪", " ", "a", "\r\n") }),
    );
    const used = fc.constantFrom(
      "split: ''", "split: event.part", "slice: 1, 3", "slice: -3, 2", "truncate: 3", "truncate: 2, ''", "first", "last",
      "reverse", "remove: event.part", "replace: event.part, '_'", "replace: '', ' '", "replace_first: event.part, 'x'",
      "remove_first: event.part", "strip: event.part", "lstrip: event.part", "rstrip: event.part", "capitalize", "upcase",
      "truncatewords: 1", "squish", "escape", "downcase", "strip_newlines", "strip_html",
    ); // prettier-ignore
    fc.assert(
      fc.property(whole, whole, fc.array(used, { minLength: 1, maxLength: 3 }), (a, part, filters) => {
        const result = renderValue(`{{ event.a | ${filters.join(" | ")} }}`, roots({ a, part }));
        if (result.ok) expect(JSON.stringify(result.value).isWellFormed()).toBe(true);
        if (result.ok) expect(JSON.stringify(result.value)).not.toMatch(/\\ud[89a-f]/);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a list", () => {
  it.each<[texts: string[], items: string[]]>([
    [["{{ event.tags }}"], ["x", "y"]],
    [
      ["a", "{{ event.tags }}", "b"],
      ["a", "x", "y", "b"],
    ],
    [[" {{- event.list -}} "], ["1", "2", "3"]],
    [["{{ event.tags | reverse }}"], ["y", "x"]],
    [["{{ event.body | split: ' ' }}"], ["Hi", "there"]],
    [["{{ event.missing | default: event.tags }}"], ["x", "y"]],
    [["{{ event.tags | join: ',' }}"], ["x,y"]],
    [
      ["{{ event.number }}", "{{ event.yes }}"],
      ["45", "true"],
    ],
    [["n{{ event.number }}"], ["n45"]],
  ])("fills a list of texts: %j", (texts, items) => {
    expect(renderTexts(texts, roots(event))).toEqual({ ok: true, value: items });
  });

  it.each([
    ["{{ event.nested }}"],
    ["{{ event.object }}"],
    ["tag {{ event.tags }}"],
    ["{{ event.tags }}{{ event.tags }}"],
    ["{{ event.tags[9] }}"],
  ])("of something else than texts fills none, nor does a list within a text: %s", (text) => {
    expect(renderTexts([text], roots(event)).ok).toBe(false);
  });

  it.each([
    "Your tags: {{ event.tags }}",
    "{{ event.object }}.",
    "{{ event.tags | upcase }}!",
    "{{ event.body | append: event.tags }}!",
    "{{ event.tags | date: '%Y' }}!",
    "{{ event.tags | replace: 'x', 'y' }}!",
  ])("is no text: %s", (text) => {
    for (const render of [renderText, renderUrl, renderValue]) expect(render(text, roots(event)).ok).toBe(false);
  });

  it("and an object keep their type in JSON", () => {
    const body = { tags: "{{ event.tags }}", object: "{{ event.object }}", told: "{{ event.tags | json }}" };
    expect(renderJson(body, roots(event))).toEqual({
      ok: true,
      value: { tags: ["x", "y"], object: { a: 1 }, told: '["x","y"]' },
    });
  });
});

describe("a URL", () => {
  it.each([
    ["{{ event.a | url_encode }}", "a%20b%26c"],
    ["{{ event.a | url_encode | url_encode }}", "a%20b%26c"],
    ["{{ event.a | url_encode | append: '/x' }}", "a%20b%26c%2Fx"],
    ["{% if event.a %}{{ event.a | url_encode }}{% endif %}", "a%20b%26c"],
    ["{{ event.missing | default: 'x y' | url_encode }}", "x%20y"],
    ["{{ event.a | url_encode | url_decode }}", "a%20b%26c"],
    ["{{ event.a | url_encode | replace: '%20', '+' }}", "a%20b%26c"],
    ["{{ event.a | url_encode | base64_encode }}", "YStiJTI2Yw%3D%3D"],
  ])("encodes once: %s", (text, value) => {
    expect(renderUrl(`https://a.example.com/${text}`, roots({ a: "a b&c" }))).toEqual({
      ok: true,
      value: `https://a.example.com/${value}`,
    });
  });
});

describe("a constant that a filter cannot use is found before it is used", () => {
  it.each([
    "{{ event.timestamp | date: '%H:%M', 'US/Estern' }}",
    "{{ event.timestamp | date: '%H:%M', '+25:00' }}",
    "{{ event.timestamp | date: '%H:%M', true }}",
    "{{ event.body | plus: 'one' }}",
    "{{ '1,299.50' | times: 2 }}",
    "{{ event.amount | divided_by: 0 }}",
    "{{ event.amount | modulo: '0' }}",
    "{{ event.amount | plus }}",
    "{{ event.body | truncate: 'short' }}",
    "{{ event.body | slice: 'a' }}",
    "{{ event.body | append }}",
    "{{ event.body | upcase | plus: 'x' }}",
    "{{ 'now' | date: '%Y' }}",
    "{{ 'a b' | plus: 1 }}",
    "{{ 3 | divided_by: 0 }}",
    "{% if event.amount %}{{ event.amount | at_least: 'ten' }}{% endif %}",
  ])("%s", (text) => {
    expect(templateProblem(text, TEMPLATE_ROOTS)).toMatchObject({
      code: "RULE_TEMPLATE",
      message: expect.stringMatching(/^Cannot render template: .* in \{\{/),
    });
  });

  it.each([
    "{{ event.timestamp | date: '%H:%M', 'US/Eastern' }}",
    "{{ event.timestamp | date: '%H:%M', '+05:30' }}",
    "{{ event.timestamp | date: '%H:%M', 300 }}",
    "{{ event.timestamp | date: '%H:%M', event.zone }}",
    "{{ event.amount | plus: '1.5' }}",
    "{{ event.amount | divided_by: 2, true }}",
    "{{ event.amount | plus: event.other }}",
    "{{ '7' | times: 2 }}",
    "{{ event.body | truncate: 20, '' }}",
  ])("and nothing else is: %s", (text) => {
    expect(templateProblem(text, TEMPLATE_ROOTS)).toBeNull();
  });

  it("a zone that comes with the event is looked at when it is there", () => {
    const at = "{{ event.at | date: '%H:%M', event.zone }}";
    const render = (zone: Json) => renderText(at, roots({ at: "2026-03-04T12:00:00Z", zone }));
    expect(render("America/New_York")).toEqual({ ok: true, value: "07:00" });
    expect(render("US/Estern")).toEqual({
      ok: false,
      failure: `"date" is given a time zone that there is not in ${at}`,
    });
  });
});

describe("the work of one attempt", () => {
  const long = "<b>é &amp; x</b> ".repeat(MAX_EVENT_BYTES / 18);
  const items = Array.from({ length: 10_000 }, (_, index) => ({ a: `${index}`, b: [index] }));
  const body = "a".repeat(MAX_EVENT_BYTES / 2);
  const big = roots({
    long,
    items,
    body,
    dots: ".a".repeat(40_000),
    amps: "&".repeat(MAX_EVENT_BYTES * 0.9),
    ones: items.map(() => 1),
    more: items.map((_, at) => (at < 9_999 ? 1 : 2)),
    nothing: null,
    number: 1,
    keys: Object.fromEntries(items.map(({ a }) => [`k${a}`, 1])),
    lists: Array.from({ length: 100 }, () => items.slice(0, 90).map(() => ["a"])),
  });

  /** What was paid, and whether it was enough. */
  function work(texts: readonly string[]): { spent: number; ok: boolean } {
    const budget = new Budget();
    let spent = 0;
    const counted = Object.assign(Object.create(budget) as Budget, {
      use(units: number) {
        if (units > 0) spent += units;
        budget.use(units);
      },
      useFor: (...given: Parameters<Budget["useFor"]>) => Budget.prototype.useFor.apply(counted, given),
    });
    const results = texts.map((text) => renderValue(text, big, counted));
    return { spent, ok: results.every(({ ok }) => ok) };
  }

  const GIVEN: { readonly [name: string]: string } = {
    date: ": '%Y'",
    map: ": 'a'",
    slice: ": 3",
    split: ": 'b' | join: 'b'",
    where: ": 'a'",
  };

  it.each(Object.keys(FILTERS))("every filter pays each time: %s", (name) => {
    const given = NUMBER_FILTERS.has(name) ? ": 2" : (GIVEN[name] ?? ": 'b', 'c'");
    const value = NUMBER_FILTERS.has(name) ? "'1'" : "event.long | slice: 0, 100";
    const once = work([`{{ ${value} | ${name}${given} }}`]).spent;
    const often = work([`{{ ${value}${` | ${name}${given}`.repeat(20)} }}`]).spent;
    expect(often).toBeGreaterThanOrEqual(once + 19 * 300);
  });

  it.each([
    ["2,500 filters over a long body", [`{{ event.body${" | upcase | downcase".repeat(1_250)} }}`]],
    ["filters that look at each character", [`{{ event.long${" | strip_html | squish | escape".repeat(30)} }}`]],
    ["texts split and joined", [`{{ event.body | slice: 0, 9000${" | split: '' | join: ''".repeat(40)} }}`]],
    ["lists sorted and searched", [`{{ event.items${" | sort: 'b' | where: 'a'".repeat(20)} }}`]],
    ["the whole payload in many places", Array.from({ length: 50 }, () => "{{ event }}")],
    ["many outputs in many texts", Array.from({ length: 50 }, () => "{{ event.number }} ".repeat(200))],
    ["dates in many words", [`{{ event.body${` | date: '${"%B".repeat(500)}'`.repeat(30)} }}`]],
    ["a text that grows", [`{{ event.body${" | append: event.body".repeat(30)} }}`]],
    ...["map", "sort", "sum", "where"].flatMap((name): [string, string[]][] => [
      [`${name} by a long path`, [`{{ event.items | ${name}: 'a${".a".repeat(20_000)}' | size }}`]],
      [`${name} by a path of the sender's`, [`{{ event.items | ${name}: event.dots | size }}`]],
    ]),
    ["lists compared", ["{% if event.ones == event.ones %}{% endif %}".repeat(100)]],
    ["lists compared by case", [`{% case event.ones %}{% when ${"event.more, ".repeat(100)} 1 %}{% endcase %}`]],
    ["texts compared", [`{% if ${"event.body != event.body or ".repeat(200)} false %}{% endif %}`]],
    ["texts ordered", [`{% if ${"event.body < event.body or ".repeat(200)} false %}{% endif %}`]],
    ["a long text searched by tags", ["{% if event.body contains 'b' %}{% endif %}".repeat(3_000)]],
    ["a long range searched", ["{% if (1..10000) contains 0 %}{% endif %}".repeat(5)]],
    ["steps by a list", ["{{ event.number[event.items] | default: 1 }}".repeat(8)]],
    ["steps by lists within lists", ["{{ event[event.lists] | default: 1 }}".repeat(12)]],
    ["steps by a long text", ["{{ event[event.body] | default: 1 }}".repeat(200)]],
    ["sizes of an object with many keys", ["{% if event.keys.size %}{% endif %}".repeat(200)]],
    ["characters stripped", [`{{ event.amps${" | lstrip: '<'".repeat(2)} | size }}`]],
    ["steps into nothing", [`{{ event.nothing${".a".repeat(40_000)} | default: 1 }}`.repeat(5)]],
    ["operators without end", [`{% if ${"not ".repeat(20_000)} 1 %}{% endif %}`.repeat(5)]],
    ["values to compare without end", [`{% case 2 %}{% when ${"1, ".repeat(30_000)} 1 %}{% endcase %}`.repeat(4)]],
    ["characters of HTML", ["{{ event.amps | escape }}"]],
    [
      "an object with many keys",
      [
        "{{ event.keys | default: 1 | first }}",
        ...Array.from({ length: 20 }, () => "{{ event.keys | compact | size }}"),
      ],
    ],
    ["a text put between all items", ["{{ event.ones | join: event.body | size }}"]],
    ["a text put between all characters", ["{{ event.body | replace: '', event.body }}"]],
  ])("has a bound that ends %s", (_, texts) => {
    const { spent, ok } = work(texts);
    expect(ok).toBe(false);
    // It stops before what would go beyond the bound is done, however large that is.
    expect(spent).toBeGreaterThan(MAX_RENDERING_WORK);
  });

  it.each([
    ["a long e-mail as a short text", ["{{ event.long | strip_html | squish | truncate: 160 }}"]],
    ["a template with a hundred outputs", ["{{ event.body | truncate: 20 }} ".repeat(100)]],
    ["ten thousand items in a body, twice", ["{{ event.items }}", "{{ event.items | json }}"]],
    ["ten thousand items by one key", ["{{ event.items | map: 'a' | join: ', ' }}"]],
  ])("has room for %s", (_, texts) => {
    expect(work(texts).ok).toBe(true);
  });

  it("is paid for each item of a list that fills a list of texts", () => {
    const twenty = Array.from({ length: 20 }, () => "{{ event.ones }}");
    expect(renderTexts(twenty, big)).toMatchObject({ ok: false, failure: expect.stringContaining("takes too long") });
    expect(renderTexts(twenty.slice(-2), big).ok).toBe(true);
  });

  it("is one for all texts of an attempt", () => {
    const body = Object.fromEntries(Array.from({ length: 30 }, (_, key) => [`k${key}`, "{{ event.long | escape }}"]));
    expect(renderJson(body, big).ok).toBe(false);
    expect(renderJson({ k: "{{ event.long | escape }}" }, big).ok).toBe(true);
  });

  it("is refused before any event where the template itself is beyond it", () => {
    const problem = { code: "RULE_TEMPLATE", message: expect.stringContaining("rendering takes too long") };
    expect(templateProblem(`{{ event.a${" | upcase".repeat(9_000)} }}`, TEMPLATE_ROOTS)).toMatchObject(problem);
    expect(templateProblem("{{ event.a }}".repeat(4_000), TEMPLATE_ROOTS)).toMatchObject(problem);
    const constant = `{{ '${"x".repeat(50_000)}'${" | escape".repeat(100)} }}`;
    expect(templateProblem(constant, TEMPLATE_ROOTS)).toMatchObject(problem);
  });
});

describe("lists of objects", () => {
  const list = roots({ items: [{}, { id: "a", value: 1 }, null, { id: "b" }, { id: null }, { id: "abc", value: 2 }] });
  it.each<[text: string, value: Json | null]>([
    ["{{ event.items | where: 'id', 'abc' | map: 'value' | first }}", 2],
    ["{{ event.items | where: 'id' | map: 'id' | join: '-' }}", "a-b-abc"],
    ["{{ event.items | map: 'value' | compact | join: '-' }}", "1-2"],
    ["{{ event.items | where: 'id', 'b' | map: 'value' | first | default: 'none' }}", "none"],
    ["{{ event.items | map: 'value' }}", null],
    ["{{ event.items | map: 'value' | join: '-' }}", null],
    ["{{ event.items | map: 'value' | json }}", null],
    ["{{ event.items | join: '-' }}", null],
    ["{{ event.items | map: 'id' | compact | join: event.items }}", null],
  ])("%s", (text, value) => {
    expect(renderValue(text, list)).toMatchObject(value === null ? { ok: false } : { ok: true, value });
  });
});

it.each(["BST", "ist", "AST", "\u221205:00", "+15:00", 841, 1e20, 0.5])("%s is no time zone of a template", (zone) => {
  const given = typeof zone === "string" ? `'${zone}'` : String(zone);
  expect(templateProblem(`{{ event.a | date: '%Y', ${given} }}`, TEMPLATE_ROOTS)).toMatchObject({
    code: "RULE_TEMPLATE",
  });
  expect(renderValue("{{ 1772625600 | date: '%Y', event.zone }}", roots({ zone }))).toMatchObject({ ok: false });
});
