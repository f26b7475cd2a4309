// Liquid templates, strict: own properties only, and what is not there is an error, never an empty text.
import { Liquid } from "liquidjs";
import type { Json, JsonObject } from "../model/json.ts";
import { fail, succeed, type Result } from "../model/result.ts";
import { didYouMean } from "../model/suggestion.ts";

/** What templates can name. `secret` is there for headers only. */
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

/** What stands in the way of a template, as a finding. */
export interface TemplateProblem {
  readonly code: "RULE_TEMPLATE" | "RULE_SECRET";
  readonly message: string;
}

const MAX_TEMPLATE_CHARACTERS = 100_000;
const MAX_RENDERED_UNITS = 1_000_000;
/**
 * Left out: loops, whose time nothing bounds in a Worker (its clock stands still while code runs), and what reads
 * other templates or keeps state between renderings. Without them a rendering takes time in line with its template.
 */
const LEFT_OUT = [
  "for",
  "tablerow",
  "break",
  "continue",
  "cycle",
  "include",
  "render",
  "layout",
  "block",
  "increment",
  "decrement",
];
const MARKUP = /\{\{|\{%/;
const ONE_OUTPUT = /^\{\{-?((?:(?!\{\{|\}\}|\{%)[\s\S])+?)-?\}\}$/;

const strict = {
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  // `{{ event.userId | default: "nobody" }}` and `{% if event.userId %}` are how an author allows for absence.
  lenientIf: true,
  timezoneOffset: 0,
  templates: {},
  parseLimit: MAX_TEMPLATE_CHARACTERS,
  memoryLimit: MAX_RENDERED_UNITS,
};
const forText = withoutLoops(new Liquid({ ...strict, outputEscape: textOf }));
const forUrl = withoutLoops(
  new Liquid({ ...strict, outputEscape: (value: unknown) => encodeURIComponent(textOf(value)) }),
);

function withoutLoops(liquid: Liquid): Liquid {
  for (const tag of LEFT_OUT) delete liquid.tags[tag];
  return liquid;
}

/** Whether a text holds any markup at all. */
export function isTemplate(text: string): boolean {
  return MARKUP.test(text);
}

/** What is wrong with a template before it ever runs: its syntax, or a root that it cannot have. `null`: nothing. */
export function templateProblem(text: string, roots: readonly TemplateRoot[]): TemplateProblem | null {
  try {
    for (const [root] of forText.globalVariableSegmentsSync(forText.parse(text))) {
      if (typeof root !== "string" || roots.includes(root as TemplateRoot)) continue;
      if (root === "secret")
        return {
          code: "RULE_SECRET",
          message: "A secret may stand in headers alone, where it is never stored or shown",
        };
      const hint = didYouMean(root, roots) || `, use one of ${roots.join(", ")}`;
      return { code: "RULE_TEMPLATE", message: `Template root "${root}" is not known here${hint}` };
    }
    return null;
  } catch (error) {
    return { code: "RULE_TEMPLATE", message: `Cannot read template: ${firstLine(error)}` };
  }
}

/** Renders a text. A text that is exactly one `{{ … }}` keeps the type of its value. */
export function renderValue(text: string, roots: TemplateRoots): Result<Json, string> {
  if (!isTemplate(text)) return succeed(text);
  const [, expression] = ONE_OUTPUT.exec(text.trim()) ?? [];
  if (expression === undefined) return renderText(text, roots);
  return attempt(() => {
    const value: unknown = forText.evalValueSync(expression, { ...roots });
    if (value === undefined) throw new Error("undefined variable");
    return value as Json;
  });
}

/** Renders a text into a text. */
export function renderText(text: string, roots: TemplateRoots): Result<string, string> {
  if (!isTemplate(text)) return succeed(text);
  return attempt(() => String(forText.parseAndRenderSync(text, { ...roots })));
}

/** Renders a URL: every value is percent-encoded, so that it stays within its place. */
export function renderUrl(text: string, roots: TemplateRoots): Result<string, string> {
  if (!isTemplate(text)) return succeed(text);
  return attempt(() => String(forUrl.parseAndRenderSync(text, { ...roots })));
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

function attempt<Value>(render: () => Value): Result<Value, string> {
  try {
    return succeed(render());
  } catch (error) {
    return fail(firstLine(error));
  }
}

/** A value inside a text. Nothing stands for "nothing": that is an error. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) throw new Error("the value is null; allow for it with the default filter");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Liquid's messages name the variable and the place in the template, then quote the template: keep the first line. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0] ?? message;
}
