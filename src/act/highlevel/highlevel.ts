// The HighLevel action: one call of HighLevel's API for the event's contact. The table of `highlevel/calls.ts` says what
// each call takes and answers; the only call named here is the one that sends messages, because none may be sent twice.
import { CALLS } from "../../highlevel/calls.ts";
import { MESSAGE_TYPES, type HighLevelAction, type MessageType } from "../../model/rule.ts";
import type {
  ActionContext,
  ActionFinding,
  ActionKind,
  ActionTemplate,
  TemplatePlace,
} from "../contract/action-kind.ts";
import { outcomeOf } from "./answer.ts";
import { buildRequest, fieldsInPath } from "./request.ts";
import { sendOnce } from "./send.ts";
import { unanswered, type AttemptOutcome } from "../contract/outcome.ts";
import { templatesIn } from "../contract/shape.ts";
import { TEMPLATE_ROOTS } from "../template/template.ts";

/** The HighLevel kind. */
export const highlevel: ActionKind<HighLevelAction> = {
  leavesTask: false,
  needsToken: true,
  shape: { by: "call", shapes: CALLS },
  host: () => HIGHLEVEL_HOST,
  messages: messageTypeOf,
  changes: ({ call }) => (WRITES.has(CALLS[call].method) ? call : null),
  templates,
  findings: (action) => [...findingsOf(action)],
  perform,
};

/** The host that all deliveries to HighLevel count by. */
export const HIGHLEVEL_HOST = "highlevel";

/** The methods of calls that change something. */
const WRITES: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** The type of message that the action sends the contact; `null`: it sends none. */
function messageTypeOf({ call, messageType }: HighLevelAction): MessageType | null {
  return call === "send-message" ? (MESSAGE_TYPES.find((type) => type === messageType) ?? null) : null;
}

/** The default text of a field that was left out is reported at the call. */
function* templates(action: HighLevelAction): Generator<ActionTemplate> {
  const inPath = fieldsInPath(CALLS[action.call]);
  const placeOf = (name: string | number | undefined, place: TemplatePlace): TemplatePlace =>
    inPath.has(String(name)) ? "path" : place;
  for (const [name, { otherwise }] of Object.entries(CALLS[action.call].fields))
    if (action[name] === undefined && otherwise !== undefined)
      yield { path: ["call"], text: otherwise, roots: TEMPLATE_ROOTS, place: placeOf(name, "text") };
  for (const template of templatesIn(CALLS[action.call], action)) {
    const [name] = template.path;
    yield { ...template, place: placeOf(name, template.place) };
  }
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
