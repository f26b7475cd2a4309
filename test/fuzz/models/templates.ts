// Templates: any text with markup, on any event.
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import {
  HEADER_ROOTS,
  MAX_RENDERED_CHARACTERS,
  renderJson,
  renderText,
  renderUrl,
  renderValue,
  TEMPLATE_ROOTS,
  templateProblem,
} from "../../../src/act/template/template.ts";
import { MAX_LIST_ITEMS } from "../../../src/act/template/filters.ts";
import { checkTemplates } from "../../../src/rules/template-findings.ts";
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import { json, longText, number, text } from "../inputs.ts";
import { claim, model } from "../model.ts";

/** What code in a template would leave behind. */
const MARK = "templateRanCode";
const CODE = `constructor.constructor("globalThis.${MARK}=1")()`;

const word = fc.constantFrom(
  "event.a", "event.b", "event.list", "event.object", "event", "facts.a", "rule.name", "decision", "event['a b']", "event.list[0]", "event.object.a",
  "event.__proto__", "event.constructor", `event.${CODE}`, CODE, "event.a.constructor.prototype", "secret.TOKEN", "missing", "event.missing", "event[event.a]",
  "nil", "true", "empty", "blank", "1", "-1", "0", "1.5", "99999999999", "'x'", '""', "''", "','", "(1..3)", "(1..99999999)", "forloop", "'now'", "'%Y %s %9999d'",
); // prettier-ignore
const filter = fc
  .tuple(
    fc.constantFrom(
      ..."abs append at_least at_most base64_encode capitalize ceil compact concat date default divided_by downcase escape first floor join json last lstrip map minus modulo newline_to_br plus prepend remove remove_first replace replace_first reverse round rstrip size slice sort split squish strip strip_html strip_newlines sum times truncate truncatewords uniq upcase url_decode url_encode where raw sample group_by where_exp find_exp nope".split(
        " ",
      ),
    ),
    fc.array(word, { maxLength: 3 }),
  )
  .map(([name, given]) => ` | ${name}${given.length === 0 ? "" : `: ${given.join(", ")}`}`);
const output = fc
  .tuple(word, fc.array(filter, { maxLength: 3 }))
  .map(([value, filters]) => `{{ ${value}${filters.join("")} }}`);
const tag = fc
  .tuple(
    fc.constantFrom("if", "unless", "case", "when", "else", "elsif", "endif", "endunless", "endcase", "raw", "endraw", "comment", "endcomment", "for x in", "assign x =", "capture x", "render", "include", "layout", "#", "liquid", "echo", "cycle", "increment"),
    word,
    fc.constantFrom("", " == 'x'", " contains 'a'", " > 1", " and true"),
  )
  .map(([name, value, rest]) => `{% ${name} ${value}${rest} %}`); // prettier-ignore
const branch = fc
  .tuple(word, output, output)
  .map(([value, then, otherwise]) => `{% if ${value} %}${then}{% else %}${otherwise}{% endif %}`);
const junk = fc.oneof(
  text,
  fc.constantFrom("{{", "}}", "{%", "%}", "|", "{{-", "-}}", "https://a.example.com/", "'", "\n"),
);
/** Any text with markup. */
export const template = fc.oneof(
  { weight: 5, arbitrary: output },
  { weight: 5, arbitrary: fc.array(fc.oneof(output, tag, branch, junk), { maxLength: 5 }).map((parts) => parts.join("")) },
  { weight: 1, arbitrary: fc.tuple(output, fc.integer({ min: 1, max: 30 })).map(([part, times]) => part.repeat(times)) },
); // prettier-ignore

/** What such texts name, or not. */
export const event: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.record<JsonObject>({ a: json, b: fc.oneof(number, text), list: fc.array(json, { maxLength: 5 }), object: fc.dictionary(text, json, { maxKeys: 3 }), "a b": json }, { requiredKeys: [] }),
    fc.oneof({ weight: 60, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: longText.map((a): JsonObject => ({ a })) }),
  )
  .map(([fields, large]) => ({ ...fields, ...large })); // prettier-ignore

interface Rendering {
  readonly template: string;
  readonly event: JsonObject;
  /** A property that every object has, or every list, or every text. */
  readonly inherited: string;
  /** The ends of a range. */
  readonly ends: readonly [Json, Json];
}

const inherited = fc.constantFrom(
  "constructor", "__proto__", "toString", "valueOf", "hasOwnProperty", "isPrototypeOf", "__defineGetter__", "prototype",
  "map", "at", "push", "slice", "concat", "charAt", "toUpperCase",
); // prettier-ignore

const renderers = [renderValue, renderText, renderUrl] as const;

const end = fc.oneof(
  number,
  text,
  fc.integer({ min: -20_000, max: 20_000 }),
  fc.integer({ min: -3, max: 3 }).map((from) => 2 ** 53 + from),
  fc.integer({ min: -3, max: 3 }).map((from) => -(2 ** 53) + from),
);

function holds({ template, event, inherited, ends }: Rendering): void {
  const roots = {
    event,
    facts: { a: 1 },
    rule: { name: "r" },
    decision: { eventKey: "k" },
    contact: { a: 1 },
    location: {},
  };
  for (const root of [TEMPLATE_ROOTS, HEADER_ROOTS]) {
    const problem = templateProblem(template, root);
    claim(problem === null || problem.message.split("\n").length === 1, "A finding is longer than a line");
  }
  const report = (_: unknown, code: string, message: string): void =>
    claim(code.startsWith("RULE_") && message.split("\n").length === 1, "A finding is longer than a line");
  for (const place of ["text", "list", "url", "path", "json"] as const)
    checkTemplates([{ path: [], text: template, roots: TEMPLATE_ROOTS, place }], [], {
      on: ["InboundMessage"],
      lacks: [],
      report,
    });
  const results = renderers.map((render) => render(template, roots));
  for (const result of results) {
    if (!result.ok) claim(/^.+ in ./s.test(result.failure) && result.failure.length < 300, "A failure has no place");
    else checkRendered(result.value);
  }
  const again = renderJson({ key: [template] }, roots);
  const [first] = results;
  const isSame = again.ok ? isDeepStrictEqual(again.value, { key: [first?.ok && first.value] }) : first?.ok === false;
  claim(isSame, "It comes out differently the second time");
  const { a } = event;
  const plain = renderText("<{{ event.a }}>", roots);
  if (typeof a === "string") claim(plain.ok && plain.value === `<${a}>`, "A value is not rendered as it is");
  for (const place of ["event", "event.a", "event.list", "event.object", "facts"]) {
    const bare = renderValue(`{{ ${place}["${inherited}"] }}`, { ...roots, event: { list: [], object: {}, a: "x" } });
    claim(!bare.ok, "It reaches what a value inherits");
  }
  const [low, high] = ends;
  const numbers = renderValue("{{ (event.low..event.high) }}", { ...roots, event: { low, high } });
  if (numbers.ok) claim(Array.isArray(numbers.value) && numbers.value.length <= MAX_LIST_ITEMS, "A range is too long");
  claim(!Object.hasOwn(globalThis, MARK), "A template ran code");
}

function checkRendered(value: Json): void {
  claim(typeof value !== "string" || value.length <= MAX_RENDERED_CHARACTERS, "It is longer than the limit");
  const kept = JSON.stringify(value);
  claim(typeof kept === "string" && JSON.stringify(JSON.parse(kept)) === kept, "It is no JSON");
}

export const templatesModel = model({
  name: "templates",
  about:
    "Any template on any event renders to bounded JSON, the same each time, or fails and says where; none runs code",
  share: 26,
  inputs: fc.record({ template, event, inherited, ends: fc.tuple(end, end) }),
  holds,
});
