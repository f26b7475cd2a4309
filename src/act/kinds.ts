// The registry of action kinds, and the one way to perform an action of any kind.
import { logError } from "../model/log-line.ts";
import type { Action } from "../model/rule.ts";
import type { ActionContext, ActionKind, ActionKinds } from "./contract/action-kind.ts";
import { keysFrom, type Keys } from "./contract/shape.ts";
import { actionError, unanswered, type AttemptOutcome } from "./contract/outcome.ts";
import { highlevel } from "./highlevel/highlevel.ts";
import { task } from "./task/task.ts";
import { webhook } from "./webhook/webhook.ts";

/** Every kind of action. */
export const ACTION_KINDS: ActionKinds = { webhook, task, highlevel };

/** The kind that an action belongs to. */
export function kindOf<A extends Action>(action: A): ActionKind<A> {
  return ACTION_KINDS[action.type] as unknown as ActionKind<A>;
}

const KEYS = new Map(Object.entries(ACTION_KINDS).map(([type, { shape }]) => [type, keysFrom(type, shape)]));

/** The keys of an action as written, each with its struct, without `after` and `cancelOn`; `null`: it is of no kind. */
export function keysOf(action: { readonly [key: string]: unknown }): Keys | null {
  const { type } = action;
  return (typeof type === "string" ? KEYS.get(type)?.(action) : null) ?? null;
}

/** Tries an action once. Never throws: a bug is an outcome, too, and is tried again. */
export async function perform(action: Action, context: ActionContext): Promise<AttemptOutcome> {
  try {
    return await kindOf(action).perform(action, context);
  } catch (error) {
    const { deliveryId, eventKey, locationId } = context;
    logError("An action threw", { deliveryId, eventKey, locationId }, error);
    return unanswered(actionError("ACTION_BUG", "The action failed inside Afterbeep, the log has the details"));
  }
}
