import * as fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  HEADER_ROOTS,
  renderJson,
  renderText,
  renderUrl,
  renderValue,
  TEMPLATE_ROOTS,
  templateProblem,
} from "../../../src/act/template/template.ts";
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import { hasDotSegment } from "../../../src/act/outbound/destination.ts";
import { roots } from "./context.ts";

const EVENT = {
  text: "a b",
  number: 120,
  zero: 0,
  yes: true,
  no: false,
  nothing: null,
  empty: "",
  list: ["x", 2, { a: null }],
  object: { a: { b: [1] }, "a key": "v" },
  path: "../x?a=1&b#c",
};
const ROOTS = roots(EVENT);

const ok = <Value>(value: Value): { ok: true; value: Value } => ({ ok: true, value });

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a text that is exactly one output", () => {
  it.each<{ text: string; value: Json }>([
    { text: "{{ event.number }}", value: 120 },
    { text: "{{event.number}}", value: 120 },
    { text: "{{- event.number -}}", value: 120 },
    { text: "{{ event.zero }}", value: 0 },
    { text: "{{ event.yes }}", value: true },
    { text: "{{ event.no }}", value: false },
    { text: "{{ event.nothing }}", value: null },
    { text: "{{ event.empty }}", value: "" },
    { text: "{{ event.text }}", value: "a b" },
    { text: "{{ event.list }}", value: ["x", 2, { a: null }] },
    { text: "{{ event.list[2] }}", value: { a: null } },
    { text: "{{ event.object }}", value: { a: { b: [1] }, "a key": "v" } },
    { text: "{{ event.object.a.b[0] }}", value: 1 },
    { text: '{{ event.object["a key"] }}', value: "v" },
    { text: "{{ event.text | upcase }}", value: "A B" },
    { text: "{{ event.number | plus: 1 }}", value: 121 },
    { text: "{{ event.missing | default: 5 }}", value: 5 },
    { text: "{{ facts.channel }}", value: "sms" },
    { text: "{{ rule.name }}", value: "test-rule" },
    { text: "{{ decision.eventKey }}", value: "test-key" },
  ])("keeps the type of its value: $text", ({ text, value }) => {
    expect(renderValue(text, ROOTS)).toStrictEqual(ok(value));
  });

  it("keeps the value, whatever JSON it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(renderValue("{{ event.value }}", roots({ value: value as Json }))).toStrictEqual(ok(value));
      }),
    );
  });

  it.each(["{{ 1 | divided_by: 0 }}", "{{ event.text | to_integer }}", "{{ nil }}", "{{ empty }}", "{{ blank }}"])(
    "fails or is JSON: %s",
    (text) => {
      const result = renderValue(text, ROOTS);
      if (result.ok) expect(result.value).toStrictEqual(JSON.parse(JSON.stringify(result.value)));
    },
  );
});

describe("a text with more than one output around it", () => {
  it.each([
    { text: "", value: "" },
    { text: "plain } text }}", value: "plain } text }}" },
    { text: "{ event.text }", value: "{ event.text }" },
    { text: "n={{ event.number }}", value: "n=120" },
    { text: "{{ event.number }}{{ event.zero }}", value: "1200" },
    { text: "{{ event.yes }} {{ event.no }}", value: "true false" },
    { text: "<{{ event.empty }}>", value: "<>" },
    { text: "o={{ event.object | json }}", value: 'o={"a":{"b":[1]},"a key":"v"}' },
    { text: "l={{ event.list | json }}", value: 'l=["x",2,{"a":null}]' },
    { text: "{% if event.yes %}y{% else %}n{% endif %}", value: "y" },
    { text: "{% if event.missing %}y{% else %}n{% endif %}", value: "n" },
    { text: "{% if event.nothing %}y{% else %}n{% endif %}", value: "n" },
    { text: "{% raw %}{{ event.text }}{% endraw %}", value: "{{ event.text }}" },
    { text: "a{% # nothing to see %}b", value: "ab" },
    { text: "<b>{{ event.path }}</b>", value: "<b>../x?a=1&b#c</b>" },
  ])("is a text: $text", ({ text, value }) => {
    expect(renderText(text, ROOTS)).toEqual(ok(value));
    expect(renderValue(text, ROOTS)).toEqual(ok(value));
  });

  it("can be of the object in a list that has some id", () => {
    const text = `{{ event.customFields | where: "id", "b" | map: "value" | first | default: "none" }}`;
    const fields = [
      { id: "a", value: "x" },
      { id: "b", value: "y" },
    ];
    expect(renderValue(text, roots({ customFields: fields }))).toEqual(ok("y"));
    expect(renderValue(text, roots({ customFields: [{ id: "a", value: "x" }] }))).toEqual(ok("none"));
  });

  it("does not render what a value holds", () => {
    expect(renderText("<{{ event.body }}>", roots({ body: "{{ event.number }}{% nope %}" }))).toEqual(
      ok("<{{ event.number }}{% nope %}>"),
    );
  });
});

describe("what is not there", () => {
  it.each([
    "{{ event.missing }}",
    "{{ event.missing.deeper }}",
    "{{ event.text.missing }}",
    "{{ event.list[9] }}",
    "{{ event.object.missing }}",
    "{{ event.missing | upcase }}",
    "{{ event.missing | append: 'x' }}",
    "{{ event.missing | upcase | default: 'x' }}",
    "{{ 'x' | append: event.missing }}",
    "{{ missing }}",
    "{{ event[missing] }}",
    "{{ secret.TOKEN }}",
    "{% assign x = event.missing %}{{ x }}",
    "{% for x in event.missing %}a{% endfor %}",
    "{% assign x = event.missing %}{{ x | upcase }}",
  ])("fails, and never renders empty: %s", (text) => {
    expect(renderValue(text, ROOTS).ok).toBe(false);
    expect(renderText(text, ROOTS).ok).toBe(false);
    expect(renderText(`Dear ${text}`, ROOTS).ok).toBe(false);
    expect(renderUrl(`https://a.example.com/${text}`, ROOTS).ok).toBe(false);
    expect(renderJson({ a: [text] }, ROOTS).ok).toBe(false);
  });

  it.each([
    "Dear {{ event.nothing }}",
    "{{ event.nothing }}{{ event.text }}",
    "Dear {{ event.nothing | upcase }}",
    "{{ event.number | divided_by: 0 | append: '' }}",
    "Dear {% echo event.nothing %}",
    "Dear {{ event.nothing | raw }}",
  ])("null does not become part of a text: %s", (text) => {
    expect(renderText(text, ROOTS).ok).toBe(false);
    expect(renderUrl(`https://a.example.com/${text}`, ROOTS).ok).toBe(false);
  });

  it.each([
    { text: "Dear {{ event.missing | default: 'friend' }}", value: "Dear friend" },
    { text: "Dear {{ event.missing.deeper | default: 'friend' }}", value: "Dear friend" },
    { text: "Dear {{ event.nothing | default: 'friend' }}", value: "Dear friend" },
    { text: "Dear {{ event.empty | default: 'friend' }}", value: "Dear friend" },
    { text: "Dear {{ event.text | default: 'friend' }}", value: "Dear a b" },
    { text: "{{ event.missing | default: event.text | upcase }}!", value: "A B!" },
    { text: "{{ event.zero | default: 7 }}!", value: "0!" },
  ])("can be allowed for with the default filter: $text", ({ text, value }) => {
    expect(renderText(text, ROOTS)).toEqual(ok(value));
  });
});

describe("properties that are not the value's own", () => {
  const keys = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf", "prototype", "__defineGetter__"];
  const places = ["event", "event.text", "event.list", "event.object", "event.number", "facts", "rule", "decision"];

  it.each(keys)("are not there: %s", (key) => {
    for (const place of places) {
      for (const text of [`{{ ${place}.${key} }}`, `{{ ${place}["${key}"] }}`, `x{{ ${place}.${key} | json }}`]) {
        expect([text, renderValue(text, ROOTS).ok]).toEqual([text, false]);
      }
    }
    expect(renderValue(`{{ ${key} }}`, ROOTS).ok).toBe(false);
  });

  it("are there where the payload brings them itself", () => {
    expect(renderValue("{{ event.toString }}", roots({ toString: "own" }))).toEqual(ok("own"));
  });
});

describe("templateProblem", () => {
  it.each([
    "{{ event.text | unknownFilter }}",
    "a{{ event.text | upcase | unknownFilter }}",
    "{% unknownTag %}",
    "{% if event.text %}never closed",
    "{% endif %}",
    "{{ event.text",
    "{{ }}",
    "{% if %}a{% endif %}",
    "{{ event..text }}",
    "{{ | upcase }}",
    "{{ evnt.text }}",
    "{{ text }}",
    "{{ Event.text }}",
    "{{ toString }}",
    "{{ __proto__ }}",
    "{% for x in list %}{{ x }}{% endfor %}",
    "{% if person.id %}a{% endif %}",
    "{{ event.text | append: other.text }}",
    "{{ event[other.key] }}",
    "{{ event. }}",
    "{{ event.n event.text }}",
    "{{ event.text | }}",
    "{{ event.text | append: }}",
    "x".repeat(100_000) + "{{ event.text }}",
    "{% if true %}".repeat(10_000),
  ])("finds what cannot work: %.40s", (text) => {
    for (const named of [TEMPLATE_ROOTS, HEADER_ROOTS])
      expect(templateProblem(text, named)?.code).toBe("RULE_TEMPLATE");
  });

  it.each([
    "",
    "no markup",
    "{{ event.anything.at.all[0] }}",
    "{{ event.missing | default: 'x' }}",
    "{{ facts.channel }} {{ rule.name }} {{ decision.eventKey }}",
    "{% raw %}{{ anything }}{% endraw %}",
  ])("finds nothing in %s", (text) => {
    expect(templateProblem(text, TEMPLATE_ROOTS)).toBeNull();
  });

  it.each([
    "{{ secret.TOKEN }}",
    "{{ secret }}",
    "{{ secret['TOKEN'] }}",
    "{{ event.text | append: secret.TOKEN }}",
    "{% if secret.TOKEN == 'a' %}b{% endif %}",
    "{{ event[secret.TOKEN] }}",
  ])("refuses a secret anywhere but in a header: %s", (text) => {
    expect(templateProblem(text, TEMPLATE_ROOTS)?.code).toBe("RULE_SECRET");
    expect(templateProblem(text, HEADER_ROOTS)).toBeNull();
  });

  it.each<readonly [text: string, contact: JsonObject, value: string | null]>([
    ["Hi {{ contact.firstName }}", { firstName: "Ada" }, "Hi Ada"],
    ["Hi {{ contact.firstName }}", {}, null],
    ["Hi {{ contact.firstName | default: 'there' }}", {}, "Hi there"],
    ["Hi {{ contact.firstName | default: 'there' }}", { firstName: "" }, "Hi there"],
    ["{{ contact.custom.plan }} {{ contact.custom['Abc 123'] }}", { custom: { plan: "gold", "Abc 123": 7 } }, "gold 7"],
    ["{{ contact.owner.name | default: location.name }}", {}, "Acme"],
    ["{{ contact.owner.name }}", { owner: { name: "Bo" } }, "Bo"],
    ["{{ contact.tags | join: ', ' }}", { tags: ["lead", "vip"] }, "lead, vip"],
    ["{% if contact.dnd %}quiet{% endif %}", { dnd: true }, "quiet"],
    ["{{ contact.toString }}", {}, null],
  ])("renders what is known of the contact: %s of %j", (text, contact, value) => {
    expect(templateProblem(text, TEMPLATE_ROOTS)).toBeNull();
    const rendered = renderText(text, { ...ROOTS, contact, location: { name: "Acme" } });
    expect(rendered.ok ? rendered.value : null).toBe(value);
  });

  it("names the root that was meant", () => {
    expect(templateProblem("{{ evnt.text }}", TEMPLATE_ROOTS)?.message).toContain('did you mean "event"');
  });

  it.each([
    "{% for x in event.list %}{{ x }}{% endfor %}",
    "{% tablerow x in event.list %}{{ x }}{% endtablerow %}",
    "{% assign x = event.text %}{{ x }}",
    "{% capture x %}{{ event.text }}{% endcapture %}{{ x }}",
    "{% cycle event.text, event.path %}",
    "{% echo event.text %}",
    "{% render event.text %}",
    "{{ event.text | raw }}",
    "{{ event.list | sample }}",
    "{{ event.list | where_exp: 'x', 'x.a' }}",
  ])("refuses what could run long, keep state or escape its place: %s", (text) => {
    expect(templateProblem(text, HEADER_ROOTS)?.code).toBe("RULE_TEMPLATE");
    for (const render of [renderValue, renderText, renderUrl]) expect(render(text, ROOTS).ok).toBe(false);
  });
});

const loop = (body: string, over = "event.list"): string => `{% for x in ${over} %}${body}{% endfor %}`;

describe("a template that would not end", () => {
  const list = Array.from({ length: 300 }, (_, index) => index);

  it.each([
    { title: "a long range", text: loop("x", "(1..100000000)") },
    { title: "a long range in an output", text: "{{ (1..100000000) }}" },
    { title: "a range within a range", text: loop(loop("x", "(1..2000)"), "(1..2000)") },
    {
      title: "a text that doubles by a filter",
      text: `{% assign x = "0123456789" %}${"{% assign x = x | append: x %}".repeat(40)}`,
    },
    { title: "a list within the list", text: loop(loop("x")) },
    { title: "a list within the list that writes nothing", text: loop(loop("{% if x == 1.5 %}y{% endif %}")) },
    {
      title: "a text that doubles by capture",
      text: `{% assign x = "0123456789" %}${"{% capture x %}{{ x }}{{ x }}{% endcapture %}".repeat(18)}{{ x }}`,
    },
    {
      title: "a text split into more parts than a payload has values",
      text: "{{ event.long | split: '' | map: 'a' }}",
    },
    { title: "as many parts joined again", text: "{{ event.long | split: '' | sort | join: '' }}" },
  ])("is stopped: $title", ({ text }) => {
    expect(renderText(text, roots({ list, long: "ab".repeat(5_001) })).ok).toBe(false);
    expect(renderValue(text, roots({ list, long: "ab".repeat(5_001) })).ok).toBe(false);
    expect(renderUrl(text, roots({ list, long: "ab".repeat(5_001) })).ok).toBe(false);
  });
});

it("a text may have a million characters and no more, however it came to them", () => {
  const event = roots({ a: "x".repeat(100_000) });
  const rendered = renderText("{{ event.a }}".repeat(10), event);
  expect(rendered.ok && rendered.value.length).toBe(1_000_000);
  for (const render of [renderText, renderValue, renderUrl])
    expect(render(`${"{{ event.a }}".repeat(10)}x`, event).ok).toBe(false);
});

it("a text may be split into 10,000 parts", () => {
  const rendered = renderValue("{{ event.long | split: '' | size }}", roots({ long: "ab".repeat(5_000) }));
  expect(rendered).toEqual(ok(10_000));
});

describe("a template that is rendered again", () => {
  it.each(["{{ 'now' | date: '%s' }}", "{{ 'today' | date: '%s' }}", "at {{ 'now' | date: '%s' }}"])(
    "comes out the same at another time: %s",
    (text) => {
      vi.useFakeTimers({ now: 0, toFake: ["Date"] });
      const first = renderValue(text, ROOTS);
      vi.setSystemTime(86_400_000);
      expect(renderValue(text, ROOTS)).toEqual(first);
    },
  );

  it("comes out the same whatever chance says", () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(0);
    const first = renderValue("{{ event.list | sample }}", roots({ list: [1, 2, 3, 4] }));
    random.mockReturnValue(0.99);
    expect(renderValue("{{ event.list | sample }}", roots({ list: [1, 2, 3, 4] }))).toEqual(first);
  });
});

describe("renderUrl", () => {
  it.each([
    { text: "https://a.example.com/plain?a=b#c", value: "https://a.example.com/plain?a=b#c" },
    { text: "https://a.example.com/{{ event.text }}", value: "https://a.example.com/a%20b" },
    { text: "https://a.example.com/{{ event.path }}/x", value: "https://a.example.com/..%2Fx%3Fa%3D1%26b%23c/x" },
    {
      text: "https://a.example.com/?n={{ event.number }}&o={{ event.list | json }}",
      value: "https://a.example.com/?n=120&o=%5B%22x%22%2C2%2C%7B%22a%22%3Anull%7D%5D",
    },
    { text: "https://a.example.com/{{ event.missing | default: 'a/b' }}", value: "https://a.example.com/a%2Fb" },
  ])("percent-encodes every value: $text", ({ text, value }) => {
    expect(renderUrl(text, ROOTS)).toEqual(ok(value));
  });

  it("fails on a lone surrogate, which no URL can hold", () => {
    expect(renderUrl("https://a.example.com/{{ event.x }}", roots({ x: "\ud800" })).ok).toBe(false);
  });

  it("keeps every value in its place, whatever it is", () => {
    const template = "https://a.example.com/in/{{ event.x }}/end?q={{ event.x }}#{{ event.x }}";
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (x) => {
        const rendered = renderUrl(template, roots({ x }));
        if (!rendered.ok) throw new Error(rendered.failure);
        const url = new URL(rendered.value);
        expect(url.origin).toBe("https://a.example.com");
        expect([...url.searchParams]).toEqual([["q", x]]);
        expect(decodeURIComponent(url.hash)).toBe(x === "" ? "" : `#${x}`);
        const [, ...segments] = url.pathname.split("/");
        if (!hasDotSegment(rendered.value)) expect(segments.map(decodeURIComponent)).toEqual(["in", x, "end"]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("renderJson", () => {
  it("walks lists and objects, and leaves keys and other values alone", () => {
    const body: Json = {
      "{{ event.text }}": "{{ event.text }}",
      n: 1,
      b: false,
      z: null,
      list: ["{{ event.number }}", ["{{ event.list }}"], { deep: "x {{ event.yes }}" }],
    };
    expect(renderJson(body, ROOTS)).toStrictEqual(
      ok({
        "{{ event.text }}": "a b",
        n: 1,
        b: false,
        z: null,
        list: [120, [["x", 2, { a: null }]], { deep: "x true" }],
      }),
    );
  });

  it.each<{ body: Json }>([{ body: null }, { body: 0 }, { body: true }, { body: "text" }, { body: [] }, { body: {} }])(
    "leaves $body as it is",
    ({ body }) => {
      expect(renderJson(body, ROOTS)).toStrictEqual(ok(body));
    },
  );

  it("fails where any text in it fails", () => {
    expect(renderJson({ a: "fine", b: [{ c: "{{ event.missing }}" }] }, ROOTS).ok).toBe(false);
    expect(renderJson("{{ event.missing }}", ROOTS).ok).toBe(false);
  });

  it("does not change the template", () => {
    const body = { a: ["{{ event.number }}"] };
    renderJson(body, ROOTS);
    expect(body).toEqual({ a: ["{{ event.number }}"] });
  });
});

describe("the message of a failure", () => {
  const PRIVATE = "PrivateWords";
  const event = { body: PRIVATE, nothing: null, list: [{ a: 1 }], [PRIVATE.toLowerCase()]: 1 };

  it.each([
    "{{ event.missing }} {{ event.body }}",
    "{{ event.body }} {{ event.nothing }}",
    "{{ event.body | upcase | append: event.missing }}",
    "{{ event.body.missing }}",
    "{{ event[event.body] }}",
    "{{ event.list[0][event.body] }}",
    "{% render event.body %}",
    "{% include event.body %}",
    "{% layout event.body %}",
    "{{ event.list | map: event.body }}",
    "{{ event.list | where_exp: 'x', event.body }}",
    "{{ event.list | find_exp: 'x', event.body }}",
  ])("holds no value of the event: %s", (text) => {
    for (const render of [renderValue, renderText, renderUrl]) {
      const result = render(text, roots(event));
      expect(result.ok ? "rendered" : result.failure).not.toContain(PRIVATE);
      expect(result.ok).toBe(false);
    }
  });

  it.each(["{%%}", "a{% %}b", "{{}}"])("names the place where there is nothing to name: %s", (text) => {
    const result = renderText(text, ROOTS);
    expect(result.ok || result.failure).toContain(` in ${text}`);
  });

  it("is one line", () => {
    const result = renderText("line one\nline two {{ event.missing }}\nline three", ROOTS);
    expect(result.ok || result.failure.split("\n")).toHaveLength(1);
  });
});

describe("the date filter", () => {
  const roots = (value: Json) => ({
    event: { at: value },
    facts: {},
    rule: {},
    decision: {},
    contact: {},
    location: {},
  });

  it.each<[value: Json, text: string]>([
    [1_772_625_600, "2026-03-04 12:00"],
    [1_772_625_600_000, "2026-03-04 12:00"],
    ["1772625600", "2026-03-04 12:00"],
    ["1772625600000", "2026-03-04 12:00"],
    ["2026-03-04T12:00:00", "2026-03-04 12:00"],
    ["2026-03-04 12:00:00", "2026-03-04 12:00"],
    ["2026-03-04T12:00:00Z", "2026-03-04 12:00"],
    ["2026-03-04T14:00:00+02:00", "2026-03-04 12:00"],
    ["2026-03-04", "2026-03-04 00:00"],
    ["March 4, 2026 12:00", "2026-03-04 12:00"],
    ["Wed, 04 Mar 2026 12:00:00 GMT", "2026-03-04 12:00"],
    ["4 March 2026 12:00", "2026-03-04 12:00"],
    ["Wednesday, March 4th, 2026 at 12:00 PM", "2026-03-04 12:00"],
    ["Mar 4, 2026 7:00 am EST", "2026-03-04 12:00"],
    ["Wed Mar 04 2026 14:00:00 GMT+0200 (Eastern European Time)", "2026-03-04 12:00"],
  ])("says of %j in UTC, whatever the zone of the machine: %s", (value, text) => {
    const { TZ } = process.env;
    try {
      for (const zone of ["UTC", "America/New_York", "Asia/Kolkata"]) {
        process.env["TZ"] = zone;
        expect(new Date(0).getTimezoneOffset() === 0).toBe(zone === "UTC");
        expect(renderText("{{ event.at | date: '%Y-%m-%d %H:%M' }}", roots(value))).toEqual({ ok: true, value: text });
      }
    } finally {
      if (TZ === undefined) delete process.env["TZ"];
      else process.env["TZ"] = TZ;
    }
  });

  it("says it in the zone that it names", () => {
    const render = (zone: string) => renderText(`{{ event.at | date: '%H:%M', ${zone} }}`, roots(1_772_625_600_000));
    expect(render("'America/New_York'")).toEqual({ ok: true, value: "07:00" });
    expect(render("-330")).toEqual({ ok: true, value: "17:30" });
  });
});

it.each([
  "2026-02-30",
  "Feb 30, 2026",
  "Hi there",
  "soon",
  "1,299.50",
  "12:00",
  "",
  "5",
  5,
  true,
  "March 4, 2026 13:00 PM",
])("%j is no moment to the date filter", (at) => {
  expect(renderValue("{{ event.at | date: '%Y' }}", roots({ at }))).toMatchObject({ ok: false });
  const constant = typeof at === "string" ? `'${at}'` : String(at);
  expect(templateProblem(`{{ ${constant} | date: event.format }}`, TEMPLATE_ROOTS)).toMatchObject({
    code: "RULE_TEMPLATE",
  });
});
