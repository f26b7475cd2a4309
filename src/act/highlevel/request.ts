// From an action's fields to the request of its call: templates rendered, names as HighLevel spells them.
import type { HighLevelRequest } from "../../highlevel/account.ts";
import { CALLS, type CallField } from "../../highlevel/calls.ts";
import { isJsonObject, type Json } from "../../kit/json.ts";
import { fail, succeed, type Result } from "../../kit/result.ts";
import type { HighLevelAction } from "../../model/rule.ts";
import { durationMs } from "../../time/duration.ts";
import type { ActionContext } from "../contract/action-kind.ts";
import { actionError, type ActionError } from "../contract/outcome.ts";
import { renderText, type TemplateRoots } from "../template/template.ts";

/** The request of an attempt: always the same except for a due date, which counts from the time of the attempt. */
export function buildRequest(action: HighLevelAction, context: ActionContext): Result<HighLevelRequest, ActionError> {
  const { method, path, version, fields, fixed = {}, namesContact, oneOf } = CALLS[action.call];
  const values = new Map<string, Json>([["contactId", context.contactId]]);
  for (const [name, field] of Object.entries(fields)) {
    const value = fieldValue(action[name] ?? field.otherwise, field, context);
    if (!value.ok) return fail(actionError("ACTION_TEMPLATE", `Cannot render ${name}: ${value.failure}`));
    if (value.value !== undefined) values.set(name, value.value);
    else if (field.required || field.otherwise !== undefined)
      return fail(actionError("ACTION_TEMPLATE", `Field ${name} came out empty`));
  }
  if (oneOf && !oneOf.some((name) => values.has(name)))
    return fail(actionError("ACTION_TEMPLATE", `Each of ${oneOf.join(", ")} came out empty`));
  const inPath = new Set([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ""));
  for (const name of inPath)
    if (/^\.{0,2}$/.test(textOf(values.get(name))))
      return fail(actionError("ACTION_TEMPLATE", `Field ${name} came out as a step of a path`));
  const body = Object.entries(fields).flatMap(([name, { as = name }]) => {
    const value = values.get(name);
    return value === undefined || inPath.has(name) ? [] : [[as, value] as const];
  });
  return succeed({
    method,
    path: path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(textOf(values.get(name)))),
    version,
    body: { ...Object.fromEntries(body), ...fixed, ...(namesContact ? { contactId: context.contactId } : {}) },
  });
}

/** A field rendered; `undefined` if it comes out empty. */
function fieldValue(
  value: unknown,
  { form }: CallField,
  { roots, ports }: ActionContext,
): Result<Json | undefined, string> {
  if (value === undefined) return succeed(undefined);
  if (form === "duration") return succeed(new Date(ports.clock() + (durationMs(textOf(value)) ?? 0)).toISOString());
  if (form === "texts") {
    const rendered = allRendered(Array.isArray(value) ? value.map(textOf) : [], roots);
    return rendered.ok ? succeed(rendered.value.length === 0 ? undefined : rendered.value) : rendered;
  }
  if (form !== "text" && "texts" in form) return objectOf(isJsonObject(value) ? value : {}, form.texts, roots);
  const rendered = renderText(textOf(value), roots);
  if (!rendered.ok || rendered.value.trim() === "") return rendered.ok ? succeed(undefined) : rendered;
  if (form !== "text" && !form.words.includes(rendered.value))
    return fail(`it came out as none of ${form.words.join(", ")}`);
  return rendered;
}

/** A value that the struct has proved to be text. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Texts rendered, without those that come out empty. */
function allRendered(texts: readonly string[], roots: TemplateRoots): Result<string[], string> {
  const rendered: string[] = [];
  for (const text of texts) {
    const one = renderText(text, roots);
    if (!one.ok) return one;
    if (one.value.trim() !== "") rendered.push(one.value);
  }
  return succeed(rendered);
}

function objectOf(
  value: { readonly [key: string]: unknown },
  keys: readonly string[],
  roots: TemplateRoots,
): Result<Json | undefined, string> {
  const rendered: { [key: string]: string } = {};
  for (const key of keys) {
    const one = renderText(textOf(value[key]), roots);
    if (!one.ok) return one;
    rendered[key] = one.value;
  }
  return succeed(Object.values(rendered).every((text) => text.trim() === "") ? undefined : rendered);
}
