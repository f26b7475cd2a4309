// Sending a message once. HighLevel has no idempotency key: an attempt whose outcome is unknown may have sent it. It is
// not repeated before the log and HighLevel were checked for the message; if neither can tell, it is given up, because
// getting the same text twice is worse than a missing follow-up that the operator hears about.
// docs/decisions/0025-a-message-is-sent-once.md
import type { HighLevelAnswer, HighLevelRequest } from "../../highlevel/account.ts";
import { findSent, lookFor, type SentMessage } from "../../highlevel/sent-messages.ts";
import { jsonObjectIn } from "../../kit/json.ts";
import type { HighLevelAction, HighLevelCall } from "../../model/rule.ts";
import type { ActionContext } from "../contract/action-kind.ts";
import { isOutOfTurn, isRefusal, outcomeOf } from "./answer.ts";
import { actionError, unanswered, type AttemptOutcome } from "../contract/outcome.ts";

/** HighLevel may show a message some time after accepting it: it is queried this often before sending again. */
const LOOKS = 2;
/** The number of looks once a person has looked in the conversation: then no other proof is needed. */
export const LOOKED_BY_HAND = LOOKS;
const LOOK_AGAIN_MS = 5 * 60_000;
/** How long to wait for the event of the message if HighLevel may not be queried. */
const WAIT_FOR_EVENT_MS = 15 * 60_000;

const END_UNKNOWN = actionError(
  "HIGHLEVEL_END_UNKNOWN",
  "Whether the message was sent is not known: HighLevel is asked before it is sent again",
);
const UNKNOWN = actionError(
  "HIGHLEVEL_UNKNOWN",
  "Whether the message was sent cannot be found out: look at the contact's conversation, and retry if it is not there",
);

/** Sends a message, unless an earlier attempt did, or may have and that cannot be ruled out. */
export async function sendOnce(
  action: HighLevelAction,
  request: HighLevelRequest,
  context: ActionContext,
): Promise<AttemptOutcome> {
  const { sends, highlevel } = context;
  const earlier = sends.earlier();
  if (earlier !== null) {
    const looked = await look(action.call, request, earlier, context);
    if (looked !== "send") return looked;
  }
  const answer = await highlevel.call(request, () => sends.leaves());
  const outcome = outcomeOf(action.call, answer);
  if (outcome.done) return { ...outcome, ...messageIdsIn(answer) };
  if (isRefusal(answer)) return outcome;
  return { ...outcome, error: END_UNKNOWN, retryAfterMs: null, ...silence(answer) };
}

type EarlierAttempt = NonNullable<ReturnType<ActionContext["sends"]["earlier"]>>;

/** What to do about an attempt whose outcome is unknown. */
async function look(
  call: HighLevelCall,
  { body = {} }: HighLevelRequest,
  { leftAtMs, leftThereMs = leftAtMs, looks }: EarlierAttempt,
  { sends, highlevel, contactId, locationId, ports }: ActionContext,
): Promise<AttemptOutcome | "send"> {
  const isClaimed = (messageId: string): boolean => sends.isClaimed(messageId);
  const wanted = lookFor(body, leftThereMs);
  const inLog = findSent(wanted, sends.seen(Math.min(leftAtMs, leftThereMs)), isClaimed);
  if (inLog.found === "yes" && sends.isAlone()) return found(inLog.message);
  const { request, read } = wanted.question(locationId, contactId);
  const answer = await highlevel.call(request);
  const messages = answer.kind === "answer" && answer.status === 200 ? read(answer.body) : null;
  const isSettled = looks >= LOOKED_BY_HAND;
  if (messages === null) {
    // It can be queried once there is room: this says nothing about the message.
    if (isOutOfTurn(answer)) return outcomeOf(call, answer);
    // If HighLevel refuses the query, the event that a sent message causes can still be waited for.
    const mayNotAsk = isRefusal(answer) && answer.kind !== "later";
    // Then nothing is sent again, so it matters less which delivery the message belongs to.
    if (mayNotAsk && inLog.found === "yes") return found(inLog.message);
    if (mayNotAsk && isSettled) return "send";
    const isOver = mayNotAsk && ports.clock() - leftAtMs >= WAIT_FOR_EVENT_MS;
    return { ...(isOver ? unanswered(UNKNOWN) : unanswered(END_UNKNOWN, LOOK_AGAIN_MS)), ...silence(answer) };
  }
  const inHighLevel = findSent(wanted, messages, isClaimed);
  switch (inHighLevel.found) {
    case "yes":
      return found(inHighLevel.message);
    case "perhaps":
      return isSettled ? "send" : unanswered(UNKNOWN);
    case "no":
      if (looks + 1 >= LOOKS) return "send";
      sends.looked();
      return unanswered(END_UNKNOWN, LOOK_AGAIN_MS);
  }
}

/** What circuit breakers need to know: whether HighLevel answered at all. */
function silence({ kind }: HighLevelAnswer): { readonly isSilent?: true } {
  return kind === "timeout" || kind === "broken" ? { isSilent: true } : {};
}

/** The outcome if an earlier attempt had sent the message after all. */
function found({ id, emailMessageId }: SentMessage): AttemptOutcome {
  return { done: true, status: null, answer: null, messageId: id, emailMessageId: emailMessageId ?? null };
}

/** Both ids of a message, since HighLevel's events name an e-mail by either. */
function messageIdsIn(answer: HighLevelAnswer): { messageId: string | null; emailMessageId: string | null } {
  const body = answer.kind === "answer" ? jsonObjectIn(answer.body) : null;
  const [messageId, emailMessageId] = [body?.["messageId"], body?.["emailMessageId"]].map(idOf);
  return { messageId: messageId ?? null, emailMessageId: emailMessageId ?? null };
}

function idOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
