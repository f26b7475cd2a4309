// The task action: something for a person to do, kept in KV where any tool can read it.
import { isoOf } from "../../kit/moment.ts";
import { durationMs } from "../../time/duration.ts";
import { firstCharacters } from "../../kit/characters.ts";
import { succeed } from "../../kit/result.ts";
import { bytesOf } from "../../kit/utf8.ts";
import { inMegabytes, MAX_STORED_BYTES } from "../../model/row-bounds.ts";
import type { TaskAction } from "../../model/rule.ts";
import { taskKey, type Task } from "../../model/task.ts";
import type { ActionContext, ActionKind } from "../contract/action-kind.ts";
import { actionError, unanswered, type AttemptOutcome } from "../contract/outcome.ts";
import { shapeOf, templatesIn } from "../contract/shape.ts";
import { Budget } from "../template/budget.ts";
import { renderText } from "../template/template.ts";
import { within } from "../../kit/time-limit.ts";

/** KV holds 1,024 bytes of metadata per key, including the title. */
const MAX_TITLE_CHARACTERS = 200;
/** KV answers in milliseconds; if it does not, it must not occupy a place for ever. */
export const KV_TIMEOUT_MS = 15_000;

const SHAPE = shapeOf<TaskAction>({
  title: { form: "text", required: true },
  description: { form: "any-text" },
  due: { form: "duration" },
});

/** The task kind. */
export const task: ActionKind<TaskAction> = {
  leavesTask: true,
  needsToken: false,
  shape: SHAPE,
  host: () => "kv",
  messages: () => null,
  changes: () => null,
  templates: (action) => templatesIn(SHAPE, action),
  findings: () => [],
  perform,
};

async function perform(action: TaskAction, context: ActionContext): Promise<AttemptOutcome> {
  const budget = new Budget();
  const title = renderText(action.title, context.roots, budget);
  if (!title.ok) return unanswered(actionError("ACTION_TEMPLATE", `Cannot render title: ${title.failure}`));
  const description =
    action.description === undefined ? succeed(null) : renderText(action.description, context.roots, budget);
  if (!description.ok)
    return unanswered(actionError("ACTION_TEMPLATE", `Cannot render description: ${description.failure}`));
  const dueMs = action.due === undefined ? null : durationMs(action.due);
  const created: Task = {
    id: context.deliveryId,
    locationId: context.locationId,
    contactId: context.contactId,
    title: firstCharacters(title.value.toWellFormed(), MAX_TITLE_CHARACTERS),
    description: description.value,
    dueAt: dueMs === null ? null : isoOf(context.ports.clock() + dueMs),
    state: "open",
    rule: context.rule,
    eventKey: context.eventKey,
    createdAt: context.decidedAt,
    completedAt: null,
  };
  const body = JSON.stringify(created);
  const bytes = bytesOf(body);
  if (bytes > MAX_STORED_BYTES) {
    const message = `The task takes ${inMegabytes(bytes)}, and at most ${inMegabytes(MAX_STORED_BYTES)} are kept of one`;
    return unanswered(actionError("ACTION_TEMPLATE", message));
  }
  const { locationId, id } = created;
  context.leaving({ method: "PUT", url: `kv:${taskKey(locationId, id)}`, headers: {}, body });
  try {
    await within(context.ports.timeLimit(KV_TIMEOUT_MS), context.ports.tasks.put(created));
  } catch {
    return unanswered(actionError("ACTION_TASK_STORE", "KV did not take the task"));
  }
  return { done: true, status: null, answer: null, task: created };
}
