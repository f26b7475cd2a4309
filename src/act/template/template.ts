// Liquid templates, strict: own properties only, and an absent value is an error, never an empty text. Whatever could
// run long, keep state, read the clock or escape its place is left out: see the lists below.
import { filters, type LiquidError } from "liquidjs";
import { isJsonObject, type Json, type JsonObject } from "../../kit/json.ts";
import { momentMs } from "../../kit/moment.ts";
import { fail, succeed, type Result } from "../../kit/result.ts";
import { didYouMean } from "../../kit/suggestion.ts";
import { hasMarkup } from "./markup.ts";
import { smallLiquid, type SmallLiquid } from "./liquid.ts";

/** What templates can refer to; `secret` in headers only. */
export interface TemplateRoots {
  /** The payload as HighLevel sent it. */
  readonly event: JsonObject;
  readonly facts: JsonObject;
  readonly rule: JsonObject;
  readonly decision: JsonObject;
  readonly secret?: { readonly [name: string]: string };
}
export type TemplateRoot = keyof TemplateRoots;

/** The roots of every template; headers also have `secret`. */
export const TEMPLATE_ROOTS: readonly TemplateRoot[] = ["event", "facts", "rule", "decision"];
export const HEADER_ROOTS: readonly TemplateRoot[] = [...TEMPLATE_ROOTS, "secret"];

/** What is wrong with a template, as a finding. */
export interface TemplateProblem {
  readonly code: "RULE_TEMPLATE" | "RULE_SECRET";
  readonly message: string;
}

/** Filters that always give the same value, so that every attempt of a delivery sends the same body. */
const FILTERS =
  `abs append at_least at_most base64_encode capitalize ceil compact concat date default divided_by downcase escape first
  floor join json last lstrip map minus modulo newline_to_br plus prepend remove remove_first replace replace_first reverse
  round rstrip size slice sort split squish strip strip_html strip_newlines sum times truncate truncatewords uniq upcase
  url_decode url_encode where`.split(/\s+/);

/** Filters that can deal with null; the others would turn it into an empty text. */
const TAKES_NOTHING = new Set(["default", "json"]);
const NULL_VALUE = "the value is null, allow for it with the default filter";

const MAX_TEMPLATE_CHARACTERS = 100_000;
const MAX_RENDERED_UNITS = 1_000_000;
/** Liquid counts what filters produce, not what is output: this bounds a long body that is output many times. */
export const MAX_RENDERED_CHARACTERS = 1_000_000;
/** Twice what a payload can hold: longer lists come from splitting a text, and each filter then visits every item. */
const MAX_LIST_ITEMS = 10_000;
const MAX_QUOTED_CHARACTERS = 80;
const NAMES_ZONE = /(?:\b[A-Z]{1,4}|[+-]\d{2}:?\d{2})\)?\s*$/i;
const ONE_OUTPUT = /^\{\{-?((?:(?!\{\{|\}\}|\{%)[\s\S])+?)-?\}\}$/;

type FilterHandler = Extract<(typeof filters)[string], (...args: never[]) => unknown>;

/** Thrown for a value that a template cannot use; the message never contains the value. */
class UnusableValue extends Error {}

const forText = liquid(textOf);
const forUrl = liquid((value) => encodeURIComponent(textOf(value)));

function liquid(outputEscape: (value: unknown) => string): SmallLiquid {
  return smallLiquid({
    filters: Object.fromEntries(FILTERS.map((name) => [name, filterOf(name)])),
    parseLimit: MAX_TEMPLATE_CHARACTERS,
    memoryLimit: MAX_RENDERED_UNITS,
    outputEscape,
  });
}

/** A filter of Liquid's that neither takes nor returns a value that a template cannot use. */
function filterOf(name: string): FilterHandler {
  const filter = filters[name];
  if (typeof filter !== "function") throw new Error(`Liquid has no filter "${name}"`);
  if (TAKES_NOTHING.has(name)) return filter;
  return function (value: unknown, ...args: unknown[]) {
    if (value === null || value === undefined) throw new UnusableValue(NULL_VALUE);
    if (name === "date" && isClock(value))
      throw new UnusableValue("a template cannot read the clock, use decision.decidedAt");
    if (name === "date") {
      const [format, zone = 0] = args;
      return usable(filter.call(this, dateOf(value), format, zone));
    }
    return usable(filter.call(this, value, ...args));
  };
}

/** What Liquid would read in the zone of the machine, or count in seconds though it is of milliseconds. */
function dateOf(value: unknown): unknown {
  const at = momentMs(value);
  if (at !== null) return new Date(at);
  // A date as English writes it, such as "March 4, 2026".
  return typeof value === "string" && /[a-z]{3}/i.test(value) && !NAMES_ZONE.test(value) ? `${value} UTC` : value;
}

function isClock(value: unknown): boolean {
  return typeof value === "string" && /^\s*(?:now|today)\s*$/i.test(value);
}

/** Refuses long lists, and what dividing by zero gives, which would be a word in a text and null in JSON. */
function usable(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) throw new UnusableValue("the result is no number");
  if (Array.isArray(value) && value.length > MAX_LIST_ITEMS)
    throw new UnusableValue(`the list has more than ${MAX_LIST_ITEMS} items`);
  return value;
}

/** The names in a template. Admission asks twice in a row, for its problem and for its fields: it is read once. */
function namesIn(text: string): readonly (readonly unknown[])[] {
  if (lastRead?.text !== text) lastRead = { text, names: forText.namesIn(text) };
  return lastRead.names;
}
let lastRead: { readonly text: string; readonly names: readonly (readonly unknown[])[] } | null = null;

/** What is wrong with a template before it ever runs: its syntax, or a root not available to it. `null`: nothing. */
export function templateProblem(text: string, roots: readonly TemplateRoot[]): TemplateProblem | null {
  if (!hasMarkup(text)) return null;
  try {
    for (const [root] of namesIn(text)) {
      if (typeof root !== "string" || roots.includes(root as TemplateRoot)) continue;
      if (root === "secret") {
        return {
          code: "RULE_SECRET",
          message: "A secret may stand in headers alone, where it is never stored or shown",
        };
      }
      const hint = didYouMean(root, roots) || `, use one of ${roots.join(", ")}`;
      return { code: "RULE_TEMPLATE", message: `Template root "${root}" is not known here${hint}` };
    }
    const halfRead = halfReadOutput(text);
    if (halfRead === null) return null;
    return {
      code: "RULE_TEMPLATE",
      message: `Cannot read template: ${halfRead.slice(0, MAX_QUOTED_CHARACTERS)} is no value with filters`,
    };
  } catch (error) {
    // Liquid's message names the problem and its place, then quotes the template: keep the first line.
    const [message = ""] = (error instanceof Error ? error.message : String(error)).split("\n", 1);
    return { code: "RULE_TEMPLATE", message: `Cannot read template: ${message}` };
  }
}

const NAME = "[A-Za-z_][\\w-]*";
const WORD = `-?\\d+(?:\\.\\d+)?|'[^']*'|"[^"]*"|${NAME}(?:\\.${NAME}|\\[[^\\]]+\\])*`;
const OUTPUT = new RegExp(
  `^\\s*(?:${WORD})\\s*(?:\\|\\s*${NAME}\\s*(?::\\s*(?:${WORD})\\s*(?:,\\s*(?:${NAME}:\\s*)?(?:${WORD})\\s*)*)?)*$`,
);

/** The first output that Liquid would accept but read only in part, such as `{{ event. }}`, or `null`. */
function halfReadOutput(text: string): string | null {
  const withoutRaw = text.replaceAll(/\{%-?\s*(raw|comment)\s*-?%\}[\s\S]*?\{%-?\s*end\1\s*-?%\}/g, "");
  for (const [output, expression = ""] of withoutRaw.matchAll(/\{\{-?((?:"[^"]*"|'[^']*'|(?!-?\}\})[\s\S])*)-?\}\}/g)) {
    if (!OUTPUT.test(expression)) return output;
  }
  return null;
}

/** The fields that a template needs, such as `["event", "contactId"]`; those that it lets be absent are left out. */
export function templateFields(text: string): readonly (readonly [root: string, field: string])[] {
  if (!hasMarkup(text)) return [];
  try {
    const named = namesIn(text);
    return named.flatMap(([root, field]) => {
      if (typeof root !== "string" || typeof field !== "string") return [];
      const name = field.replaceAll(/[^\w-]/g, ".");
      const place = `\\b${root}(?:\\.${name}|\\[['"]${name}['"]\\])(?:\\.[\\w-]+|\\[[^\\]]*\\])*`;
      const isAllowedFor = new RegExp(
        `${place}\\s*\\|\\s*default\\b|\\{%-?\\s*(?:if|unless|elsif)\\b[^%]*${place}`,
      ).test(text);
      return isAllowedFor ? [] : [[root, field] as const];
    });
  } catch {
    return [];
  }
}

/** Renders a text. A text that is exactly one `{{ … }}` yields a value of its own type. */
export function renderValue(text: string, roots: TemplateRoots): Result<Json, string> {
  if (!hasMarkup(text)) return succeed(text);
  const [, expression] = ONE_OUTPUT.exec(text.trim()) ?? [];
  if (expression === undefined) return renderText(text, roots);
  return attempt(text, () => jsonOf(forText.evaluate(expression, { ...roots })));
}

/** Renders a text, always to a text. */
export function renderText(text: string, roots: TemplateRoots): Result<string, string> {
  if (!hasMarkup(text)) return succeed(text);
  return attempt(text, () => forText.render(text, { ...roots }));
}

/** Renders a URL: every value is percent-encoded, so that it stays within its place. */
export function renderUrl(text: string, roots: TemplateRoots): Result<string, string> {
  if (!hasMarkup(text)) return succeed(text);
  return attempt(text, () => forUrl.render(text, { ...roots }));
}

/** Renders every text in a JSON value. Keys are not templates. */
export function renderJson(value: Json, roots: TemplateRoots): Result<Json, string> {
  if (typeof value === "string") return renderValue(value, roots);
  if (typeof value !== "object" || value === null) return succeed(value);
  const rendered: [string, Json][] = [];
  for (const [key, item] of Object.entries(value)) {
    const result = renderJson(item, roots);
    if (!result.ok) return result;
    rendered.push([key, result.value]);
  }
  return succeed(Array.isArray(value) ? rendered.map(([, item]) => item) : Object.fromEntries(rendered));
}

/** Renders, or says what failed by quoting the template: Liquid's own messages would reveal values. */
function attempt<Value>(text: string, render: () => Value): Result<Value, string> {
  try {
    const rendered = render();
    if (typeof rendered === "string" && rendered.length > MAX_RENDERED_CHARACTERS)
      throw new UnusableValue(`the text has more than ${MAX_RENDERED_CHARACTERS} characters`);
    return succeed(rendered);
  } catch (error) {
    const { name, originalError, token } = error as Partial<LiquidError>;
    const why = error instanceof UnusableValue ? error : originalError;
    const what =
      why instanceof UnusableValue
        ? why.message
        : name === "UndefinedVariableError"
          ? "a field is not there"
          : "it cannot be rendered";
    const part = token?.getText?.();
    // Some filters parse their arguments, so a token may be a value: quote only what is in the template itself.
    const place = part !== undefined && part !== "" && text.includes(part) ? part : text;
    return fail(`${what} in ${place.slice(0, MAX_QUOTED_CHARACTERS)}`);
  }
}

/** A value output on its own, if it is JSON; throws otherwise. */
function jsonOf(value: unknown): Json {
  if (value === undefined) throw new UnusableValue("a field is not there");
  const isPlain = value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
  if (!isPlain && !Array.isArray(value) && !(isJsonObject(value) && isPlainObject(value))) {
    throw new UnusableValue("the value is no JSON");
  }
  return value as Json;
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A value output within a text. An absent or null value has no text: it throws. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) throw new UnusableValue(NULL_VALUE);
  return typeof value === "string" ? value : JSON.stringify(jsonOf(value));
}
