// From an action's fields to the request of its call: templates rendered, names as HighLevel spells them.
import type { HighLevelRequest } from "../../highlevel/account.ts";
import { CALLS, type CallEntry, type CallField } from "../../highlevel/calls.ts";
import { decimalOf } from "../../kit/decimal.ts";
import { isJsonObject, type Json } from "../../kit/json.ts";
import { fail, succeed, type Result } from "../../kit/result.ts";
import type { HighLevelAction } from "../../model/rule.ts";
import { durationMs } from "../../time/duration.ts";
import type { ActionContext } from "../contract/action-kind.ts";
import { actionError, type ActionError } from "../contract/outcome.ts";
import { Budget } from "../template/budget.ts";
import { renderPath, renderText, renderTexts, type TemplateRoots } from "../template/template.ts";

/** The request of an attempt: always the same except for a due date, which counts from the time of the attempt. */
export function buildRequest(action: HighLevelAction, context: ActionContext): Result<HighLevelRequest, ActionError> {
  const { method, path, fields, fixed = {}, namesContact, namesLocation, oneOf } = CALLS[action.call];
  const inPath = fieldsInPath(CALLS[action.call]);
  const budget = new Budget();
  const values = new Map<string, Json>([["contactId", context.contactId]]);
  for (const [name, field] of Object.entries(fields)) {
    const value = fieldValue(action[name] ?? field.otherwise, field, inPath.has(name), context, budget);
    if (!value.ok) return fail(actionError("ACTION_TEMPLATE", `Cannot render ${name}: ${value.failure}`));
    if (value.value !== undefined) values.set(name, value.value);
    else if (field.required || field.otherwise !== undefined)
      return fail(actionError("ACTION_TEMPLATE", `Field ${name} came out empty`));
  }
  if (oneOf && !oneOf.some((name) => values.has(name)))
    return fail(actionError("ACTION_TEMPLATE", `Each of ${oneOf.join(", ")} came out empty`));
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
    body: {
      ...Object.fromEntries(body),
      ...fixed,
      ...(namesContact ? { contactId: context.contactId } : {}),
      ...(namesLocation ? { locationId: context.locationId } : {}),
    },
  });
}

/** The fields of a call that stand in its path, and the contact. */
export function fieldsInPath({ path }: CallEntry): ReadonlySet<string> {
  return new Set([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ""));
}

/** A field rendered; `undefined` if it comes out empty. */
function fieldValue(
  value: unknown,
  { form }: CallField,
  isInPath: boolean,
  { roots, ports }: ActionContext,
  budget: Budget,
): Result<Json | undefined, string> {
  if (value === undefined) return succeed(undefined);
  if (form === "duration") return succeed(new Date(ports.clock() + (durationMs(textOf(value)) ?? 0)).toISOString());
  if (form === "texts") {
    const rendered = renderTexts(Array.isArray(value) ? value.map(textOf) : [], roots, budget);
    if (!rendered.ok) return rendered;
    const kept = rendered.value.filter((text) => text.trim() !== "");
    return succeed(kept.length === 0 ? undefined : kept);
  }
  if (form === "number") return numberOf(value, roots, budget);
  if (form === "named-texts") return customFieldsOf(isJsonObject(value) ? value : {}, roots, budget);
  if (form !== "text" && "texts" in form) return objectOf(isJsonObject(value) ? value : {}, form.texts, roots, budget);
  const rendered = (isInPath ? renderPath : renderText)(textOf(value), roots, budget);
  if (!rendered.ok || rendered.value.trim() === "") return rendered.ok ? succeed(undefined) : rendered;
  if (form !== "text" && !form.words.includes(rendered.value))
    return fail(`it came out as none of ${form.words.join(", ")}`);
  return rendered;
}

/** A value that the struct has proved to be text. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown, roots: TemplateRoots, budget: Budget): Result<Json | undefined, string> {
  if (typeof value === "number") return succeed(value);
  const rendered = renderText(textOf(value), roots, budget);
  if (!rendered.ok || rendered.value.trim() === "") return rendered.ok ? succeed(undefined) : rendered;
  const number = decimalOf(rendered.value.trim());
  return number === null ? fail("it came out as no number") : succeed(number);
}

/** HighLevel's ids of custom fields have twenty letters and digits; anything else is the key of one. */
const CUSTOM_FIELD_ID = /^(?=.*[A-Z0-9])[A-Za-z0-9]{20}$/;

/** Custom fields as HighLevel takes them; those that come out empty are left out, and so stay as they are. */
function customFieldsOf(
  fields: { readonly [name: string]: unknown },
  roots: TemplateRoots,
  budget: Budget,
): Result<Json | undefined, string> {
  const list: Json[] = [];
  for (const [name, text] of Object.entries(fields)) {
    const rendered = renderText(textOf(text), roots, budget);
    if (!rendered.ok) return rendered;
    const named = CUSTOM_FIELD_ID.test(name) ? { id: name } : { key: name.replace(/^contact\./, "") };
    if (rendered.value.trim() !== "") list.push({ ...named, field_value: rendered.value });
  }
  return succeed(list.length === 0 ? undefined : list);
}

function objectOf(
  value: { readonly [key: string]: unknown },
  keys: readonly string[],
  roots: TemplateRoots,
  budget: Budget,
): Result<Json | undefined, string> {
  const rendered: { [key: string]: string } = {};
  for (const key of keys) {
    const one = renderText(textOf(value[key]), roots, budget);
    if (!one.ok) return one;
    rendered[key] = one.value;
  }
  return succeed(Object.values(rendered).every((text) => text.trim() === "") ? undefined : rendered);
}
