// Liquid templates, strict: own properties only, and an absent value is an error, never an empty text. Whatever could
// run long, keep state, read the clock or escape its place is left out: see the lists in `liquid.ts` and `filters.ts`.
import type { LiquidError } from "liquidjs";
import { isJsonObject, type Json, type JsonObject } from "../../kit/json.ts";
import { fail, succeed, type Result } from "../../kit/result.ts";
import { didYouMean } from "../../kit/suggestion.ts";
import { Budget, UnusableValue } from "./budget.ts";
import type { Chain } from "./chains.ts";
import { ABSENT, FILTERS, isHoled, NULL_VALUE } from "./filters.ts";
import { smallLiquid, type SmallLiquid, type SmallLiquidOptions } from "./liquid.ts";
import { literalProblem } from "./literals.ts";
import { hasMarkup } from "./markup.ts";
import { numbersBetween, OPERATORS, propertyOf } from "./operators.ts";

/** What templates can refer to; `secret` in headers only. */
export interface TemplateRoots {
  /** The payload as HighLevel sent it. */
  readonly event: JsonObject;
  readonly facts: JsonObject;
  readonly rule: JsonObject;
  readonly decision: JsonObject;
  /** The contact and the location as they are known; empty: nothing is. */
  readonly contact: JsonObject;
  readonly location: JsonObject;
  readonly secret?: { readonly [name: string]: string };
}
export type TemplateRoot = keyof TemplateRoots;

/** The roots of every template; headers also have `secret`. */
export const TEMPLATE_ROOTS: readonly TemplateRoot[] = ["event", "facts", "rule", "decision", "contact", "location"];
export const HEADER_ROOTS: readonly TemplateRoot[] = [...TEMPLATE_ROOTS, "secret"];

/** What is wrong with a template, as a finding. */
export interface TemplateProblem {
  readonly code: "RULE_TEMPLATE" | "RULE_SECRET";
  readonly message: string;
}

const MAX_TEMPLATE_CHARACTERS = 100_000;
/** Of one text: this bounds a long body that is output many times. */
export const MAX_RENDERED_CHARACTERS = 1_000_000;
const MAX_QUOTED_CHARACTERS = 80;
const ONE_OUTPUT = /^\{\{-?((?:(?!\{\{|\}\}|\{%)[\s\S])+?)-?\}\}$/;
/** Units for each character that is percent-encoded. */
const ENCODING_WORK = 4;
/** Units for each item of a list that becomes a text of its own. */
const TEXT_OF_ITEM = 10;
/** Filters behind which it matters whether a text was encoded before. */
const LOOKS_AT_ENCODED: ReadonlySet<string> = new Set(["base64_encode", "size", "url_decode"]);

const forText = liquid(textOf);
/** For a URL, whose values are encoded one by one. */
const forUrl = liquid((value, budget) => encodeURIComponent(costly(textOf(value, budget), budget)), isEncodedTwice);
/** For a text that is encoded as a whole. */
const forPath = liquid(textOf, isEncodedTwice);

function liquid(
  escape: (value: unknown, budget: Budget) => string,
  isNeedless?: NonNullable<SmallLiquidOptions["isNeedless"]>,
): SmallLiquid {
  return smallLiquid({
    filters: FILTERS,
    parseLimit: MAX_TEMPLATE_CHARACTERS,
    operators: OPERATORS,
    property: propertyOf,
    range: numbersBetween,
    outputEscape(value: unknown) {
      return escape(value, this.context.memoryLimit as unknown as Budget);
    },
    ...(isNeedless ? { isNeedless } : {}),
  });
}

/** Whether a filter encodes what the URL encodes anyway. */
export function isEncodedTwice(names: readonly string[], index: number): boolean {
  return names[index] === "url_encode" && !names.slice(index).some((name) => LOOKS_AT_ENCODED.has(name));
}

function costly(text: string, budget: Budget): string {
  budget.use(text.length * ENCODING_WORK);
  return text;
}

/** What stands in a template. Admission asks several times in a row: it is read once. Throws if it cannot be read. */
export function chainsIn(text: string): readonly Chain[] {
  if (!hasMarkup(text)) return [];
  if (lastRead?.text !== text) lastRead = { text, chains: forText.chainsIn(text) };
  return lastRead.chains;
}
let lastRead: { readonly text: string; readonly chains: readonly Chain[] } | null = null;

/**
 * What is wrong with a template before it ever runs: its syntax, a root not available to it, a constant that a filter
 * cannot use, more work than the `budget` of its action has left. `null`: nothing.
 */
export function templateProblem(
  text: string,
  roots: readonly TemplateRoot[],
  budget = new Budget(),
): TemplateProblem | null {
  if (!hasMarkup(text)) return null;
  try {
    budget.useForTemplate(text);
    const chains = chainsIn(text);
    for (const [root] of chains.flatMap(({ names }) => names.map(({ keys }) => keys))) {
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
    if (halfRead !== null)
      return cannot("read", `${halfRead.slice(0, MAX_QUOTED_CHARACTERS)} is no value with filters`);
    for (const chain of chains) {
      const problem = literalProblem(chain) ?? problemOfConstant(chain, budget);
      if (problem !== null) return cannot("render", problem);
    }
    return null;
  } catch (error) {
    if (error instanceof UnusableValue) return cannot("render", error.message);
    // Liquid's message names the problem and its place, then quotes the template: keep the first line.
    const [message = ""] = (error instanceof Error ? error.message : String(error)).split("\n", 1);
    return cannot("read", message);
  }
}

function cannot(what: "read" | "render", why: string): TemplateProblem {
  return { code: "RULE_TEMPLATE", message: `Cannot ${what} template: ${why}` };
}

/** What is wrong with an output of constants alone, which always comes out the same. */
function problemOfConstant({ tag, initial, filters, names, text }: Chain, budget: Budget): string | null {
  if (tag !== null || initial === null || names.length > 0 || filters.length === 0) return null;
  const expression = text.replace(/^\{\{-?/, "").replace(/-?\}\}$/, "");
  const rendered = attempt(text, () => forText.evaluate(expression, {}, budget));
  return rendered.ok ? null : rendered.failure;
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

/** Renders a text. A text that is exactly one `{{ … }}` yields a value of its own type. */
export function renderValue(text: string, roots: TemplateRoots, budget = new Budget()): Result<Json, string> {
  if (!hasMarkup(text)) return succeed(text);
  const [, expression] = ONE_OUTPUT.exec(text.trim()) ?? [];
  if (expression === undefined) return renderText(text, roots, budget);
  return attempt(text, () => {
    budget.useForTemplate(text);
    const value = jsonOf(forText.evaluate(expression, { ...roots }, budget));
    budget.useFor(value, 0.5, 5, true);
    return value;
  });
}

/** Renders a text, always to a text. */
export function renderText(text: string, roots: TemplateRoots, budget = new Budget()): Result<string, string> {
  return renderWith(forText, text, roots, budget);
}

/** Renders a URL: every value is percent-encoded, once, so that it stays within its place. */
export function renderUrl(text: string, roots: TemplateRoots, budget = new Budget()): Result<string, string> {
  return renderWith(forUrl, text, roots, budget);
}

/** Renders a text that will be percent-encoded as a whole. */
export function renderPath(text: string, roots: TemplateRoots, budget = new Budget()): Result<string, string> {
  return renderWith(forPath, text, roots, budget);
}

function renderWith(liquid: SmallLiquid, text: string, roots: TemplateRoots, budget: Budget): Result<string, string> {
  if (!hasMarkup(text)) return succeed(text);
  return attempt(text, () => {
    budget.useForTemplate(text);
    return liquid.render(text, { ...roots }, budget);
  });
}

/** Renders a list of texts. A text that is exactly one `{{ … }}` whose value is a list becomes its items. */
export function renderTexts(
  texts: readonly string[],
  roots: TemplateRoots,
  budget = new Budget(),
): Result<string[], string> {
  const rendered: string[] = [];
  for (const text of texts) {
    const one = isOneOutput(text) ? renderValue(text, roots, budget) : renderText(text, roots, budget);
    if (!one.ok) return one;
    const items = attempt(text, () => {
      const given = Array.isArray(one.value) ? one.value : [one.value];
      budget.use(given.length * TEXT_OF_ITEM);
      return given.map((item) => textOf(item));
    });
    if (!items.ok) return items;
    rendered.push(...items.value);
  }
  return succeed(rendered);
}

/** Whether a text is exactly one `{{ … }}`. */
export function isOneOutput(text: string): boolean {
  return ONE_OUTPUT.test(text.trim());
}

/** Renders every text in a JSON value. Keys are not templates. */
export function renderJson(value: Json, roots: TemplateRoots, budget = new Budget()): Result<Json, string> {
  if (typeof value === "string") return renderValue(value, roots, budget);
  if (typeof value !== "object" || value === null) return succeed(value);
  const rendered: [string, Json][] = [];
  for (const [key, item] of Object.entries(value)) {
    const result = renderJson(item, roots, budget);
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
      why instanceof UnusableValue ? why.message : name === "UndefinedVariableError" ? ABSENT : "it cannot be rendered";
    const part = token?.getText?.();
    // Some filters parse their arguments, so a token may be a value: quote only what is in the template itself.
    const place = part !== undefined && part !== "" && text.includes(part) ? part : text;
    return fail(`${what} in ${place.slice(0, MAX_QUOTED_CHARACTERS)}`);
  }
}

/** A value output on its own, if it is JSON; throws otherwise. */
function jsonOf(value: unknown): Json {
  if (value === undefined || isHoled(value)) throw new UnusableValue(ABSENT);
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

/** A value output within a text: it throws for an absent or null value, which has no text, a list and an object. */
function textOf(value: unknown, budget?: Budget): string {
  if (value === null || value === undefined) throw new UnusableValue(NULL_VALUE);
  if (typeof value === "object") {
    const json = jsonOf(value);
    const what = Array.isArray(json) ? "a list" : "an object";
    throw new UnusableValue(`${what} stands where a text is wanted, write it out with join or json`);
  }
  const text = typeof value === "string" ? value : JSON.stringify(jsonOf(value));
  budget?.use(text.length * 0.5);
  return text;
}
