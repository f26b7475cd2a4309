// The HighLevel action: one call of HighLevel's API for the event's contact. What each call takes and answers stands in
// the table of `highlevel/calls.ts`; nothing here knows a call by its name but that a message may not be sent twice.
import { array, enums, literal, nonempty, optional, refine, string, type Struct } from "superstruct";
import { CALLS, type CallField } from "../../highlevel/calls.ts";
import { HIGHLEVEL_CALLS, MESSAGE_TYPES, type HighLevelAction, type MessageType } from "../../model/rule.ts";
import { strictObject, type AnyStruct } from "../../kit/strict-object.ts";
import { DURATION_FORM, durationMs } from "../../time/duration.ts";
import type { ActionContext, ActionFinding, ActionKind, ActionTemplate } from "../contract/action-kind.ts";
import { outcomeOf } from "./answer.ts";
import { buildRequest, templatesOf } from "./request.ts";
import { sendOnce } from "./send.ts";
import { unanswered, type AttemptOutcome } from "../contract/outcome.ts";
import { TEMPLATE_ROOTS } from "../template/template.ts";

const MARKUP = /\{\{|\{%/;
const duration = refine(string(), "duration", (text) => durationMs(text) !== null || `Expected ${DURATION_FORM}`);

/** The keys of each call, made from its table. */
const KEYS = Object.fromEntries(
  HIGHLEVEL_CALLS.map((call) => [
    call,
    {
      type: literal("highlevel"),
      call: literal(call),
      ...Object.fromEntries(Object.entries(CALLS[call].fields).map(([name, field]) => [name, structOf(name, field)])),
    },
  ]),
) as unknown as { readonly [call: string]: { readonly [key: string]: AnyStruct } };
const UNKNOWN_CALL = { type: literal("highlevel"), call: enums(HIGHLEVEL_CALLS) } as unknown as (typeof KEYS)[string];

/** The HighLevel kind. */
export const highlevel: ActionKind<HighLevelAction> = {
  leavesTask: false,
  keysOf: ({ call }) =>
    (typeof call === "string" && Object.hasOwn(KEYS, call) ? KEYS[call] : undefined) ?? UNKNOWN_CALL,
  host: () => HIGHLEVEL_HOST,
  messages: messageTypeOf,
  templates,
  findings: (action) => [...findingsOf(action)],
  perform,
};

/** What deliveries to HighLevel are counted by: a location has one HighLevel. */
export const HIGHLEVEL_HOST = "highlevel";

function structOf(name: string, { form, required }: CallField): AnyStruct {
  const struct = formStruct(name, form);
  return required ? struct : (optional(struct) as AnyStruct);
}

function formStruct(name: string, form: CallField["form"]): AnyStruct {
  if (form === "text") return nonempty(string()) as AnyStruct;
  if (form === "texts") return nonempty(array(nonempty(string()))) as AnyStruct;
  if (form === "duration") return duration as AnyStruct;
  if ("texts" in form)
    return strictObject(Object.fromEntries(form.texts.map((key) => [key, string() as AnyStruct]))) as AnyStruct;
  // What a message is sent as decides who may get it, so it is no template.
  const mayBeTemplate = name !== "messageType";
  const expected = `Expected ${form.join(", ")}${mayBeTemplate ? " or a template" : ""}`;
  return refine(
    string() as Struct<string>,
    "word",
    (text) => form.includes(text) || (mayBeTemplate && MARKUP.test(text)) || expected,
  ) as AnyStruct;
}

/** What the action sends the contact; `null`: nothing that reaches them. */
function messageTypeOf({ call, messageType }: HighLevelAction): MessageType | null {
  return call === "send-message" ? (MESSAGE_TYPES.find((type) => type === messageType) ?? null) : null;
}

function* templates(action: HighLevelAction): Generator<ActionTemplate> {
  for (const { path, text } of templatesOf(action)) yield { path, text, roots: TEMPLATE_ROOTS };
}

function* findingsOf(action: HighLevelAction): Generator<ActionFinding> {
  const { oneOf } = CALLS[action.call];
  if (oneOf && !oneOf.some((name) => action[name] !== undefined))
    yield { path: [], code: "RULE_SHAPE", message: `Call "${action.call}" needs one of ${oneOf.join(", ")}` };
}

async function perform(action: HighLevelAction, context: ActionContext): Promise<AttemptOutcome> {
  const request = buildRequest(action, context);
  if (!request.ok) return unanswered(request.failure);
  if (messageTypeOf(action) !== null) return sendOnce(action, request.value, context);
  return outcomeOf(action.call, await context.highlevel.call(request.value));
}
