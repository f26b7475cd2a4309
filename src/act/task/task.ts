// The task action: something for a person to do, kept in KV where any tool can read it.
import { literal, nonempty, optional, refine, string } from "superstruct";
import { DURATION_FORM, durationMs } from "../../time/duration.ts";
import { succeed } from "../../kit/result.ts";
import type { TaskAction } from "../../model/rule.ts";
import type { AnyStruct } from "../../kit/strict-object.ts";
import type { Task } from "../../model/task.ts";
import type { ActionContext, ActionKind, ActionTemplate } from "../contract/action-kind.ts";
import { actionError, unanswered, type AttemptOutcome } from "../contract/outcome.ts";
import { renderText, TEMPLATE_ROOTS } from "../template/template.ts";
import { within } from "../../kit/time-limit.ts";

/** KV holds 1,024 bytes of metadata a key, the title among them. */
const MAX_TITLE_CHARACTERS = 200;
/** KV answers in milliseconds; one that does not may not hold a place for ever. */
export const KV_TIMEOUT_MS = 15_000;

const duration = refine(string(), "duration", (text) => durationMs(text) !== null || `Expected ${DURATION_FORM}`);

const KEYS: { readonly [key: string]: AnyStruct } = {
  type: literal("task"),
  title: nonempty(string()),
  description: optional(string()),
  due: optional(duration),
};

/** The task kind. */
export const task: ActionKind<TaskAction> = {
  leavesTask: true,
  keysOf: () => KEYS,
  host: () => "kv",
  messages: () => null,
  templates,
  findings: () => [],
  perform,
};

function templates({ title, description = "" }: TaskAction): ActionTemplate[] {
  return Object.entries({ title, description }).map(([key, text]) => ({ path: [key], text, roots: TEMPLATE_ROOTS }));
}

async function perform(action: TaskAction, context: ActionContext): Promise<AttemptOutcome> {
  const title = renderText(action.title, context.roots);
  if (!title.ok) return unanswered(actionError("ACTION_TEMPLATE", `Cannot render title: ${title.failure}`));
  const description = action.description === undefined ? succeed(null) : renderText(action.description, context.roots);
  if (!description.ok)
    return unanswered(actionError("ACTION_TEMPLATE", `Cannot render description: ${description.failure}`));
  const dueMs = action.due === undefined ? null : durationMs(action.due);
  const created: Task = {
    id: context.deliveryId,
    locationId: context.locationId,
    contactId: context.contactId,
    title: Array.from(title.value.toWellFormed()).slice(0, MAX_TITLE_CHARACTERS).join(""),
    description: description.value,
    dueAt: dueMs === null ? null : new Date(context.ports.clock() + dueMs).toISOString(),
    state: "open",
    rule: context.rule,
    eventKey: context.eventKey,
    createdAt: context.decidedAt,
    completedAt: null,
  };
  try {
    await within(context.ports.timeLimit(KV_TIMEOUT_MS), context.ports.tasks.put(created));
  } catch {
    return unanswered(actionError("ACTION_TASK_STORE", "KV did not take the task"));
  }
  return { done: true, status: null, answer: null, task: created };
}
