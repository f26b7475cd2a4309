// What HighLevel's answers mean for a delivery.
import type { HighLevelAnswer } from "../../highlevel/account.ts";
import { CALLS, type CallEntry } from "../../highlevel/calls.ts";
import { jsonObjectIn } from "../../kit/json.ts";
import type { HighLevelCall } from "../../model/rule.ts";
import { actionError, unanswered, type ActionError, type AttemptOutcome } from "../contract/outcome.ts";

const MAX_ANSWER_CHARACTERS = 1_000;
const MAX_MESSAGE_CHARACTERS = 200;
/** A status may be sent five to ten seconds after the message, not before (HighLevel's documentation of the call). */
const EARLY_MS = 10_000;
/** HighLevel counts calls per ten seconds, and its 429 says no time. */
const LIMIT_MS = 10_000;

const TOO_MANY_REQUESTS = 429;
const LIMIT = actionError("HIGHLEVEL_LIMIT", "HighLevel takes no more calls for now");
/** Answers after which nothing left. */
const NOTHING_LEFT: ReadonlySet<HighLevelAnswer["kind"]> = new Set(["no-token", "later", "no-room", "stopped"]);

/** The facts about a call that are needed to understand its answer. */
type AnswerFacts = Pick<CallEntry, "scope" | "isEarlyAt403">;

/** An attempt's outcome, from the answer to its call. */
export function outcomeOf(call: HighLevelCall, answer: HighLevelAnswer): AttemptOutcome {
  return outcomeFrom(CALLS[call], answer);
}

/** The outcome of any call, from its facts and its answer. */
export function outcomeFrom(facts: AnswerFacts, answer: HighLevelAnswer): AttemptOutcome {
  switch (answer.kind) {
    case "no-token":
      return unanswered(actionError("HIGHLEVEL_TOKEN", answer.message));
    case "later":
      return unanswered(actionError("HIGHLEVEL_TOKEN_LATER", answer.message));
    case "no-room":
      return unanswered(LIMIT, LIMIT_MS);
    case "stopped":
      return unanswered(
        actionError(
          "ACTION_OVERTAKEN",
          "Something came while it was under way: it did not leave, and is looked at once more",
        ),
      );
    case "timeout":
      return unanswered(actionError("DESTINATION_TIMEOUT", "HighLevel did not answer in time"));
    case "broken":
      return unanswered(
        actionError("DESTINATION_UNREACHABLE", "The connection to HighLevel could not be made, or broke"),
      );
    case "answer": {
      const { status, body } = answer;
      const kept = body.slice(0, MAX_ANSWER_CHARACTERS);
      // Any 2xx means that it was done: repeating it would create a second task.
      if (status >= 200 && status < 300) return { done: true, status, answer: kept };
      const [error, retryAfterMs] = errorOf(facts, status, body);
      return { done: false, status, answer: kept, error, retryAfterMs };
    }
  }
}

/** Whether an answer proves that nothing was done: nothing left, or HighLevel read the call and refused it. */
export function isRefusal(answer: HighLevelAnswer): boolean {
  if (answer.kind !== "answer") return NOTHING_LEFT.has(answer.kind);
  return answer.status >= 400 && answer.status < 500 && answer.status !== 408;
}

/** Whether a call has to wait for its turn: HighLevel takes no more for now, or would not. */
export function isOutOfTurn(answer: HighLevelAnswer): boolean {
  return answer.kind === "no-room" || (answer.kind === "answer" && answer.status === TOO_MANY_REQUESTS);
}

function errorOf(
  { scope, isEarlyAt403 }: AnswerFacts,
  status: number,
  body: string,
): [ActionError, retryAfterMs: number | null] {
  const said = messageIn(body);
  if (status === TOO_MANY_REQUESTS) return [LIMIT, LIMIT_MS];
  if (status === 401) {
    const what = `HighLevel refuses the token${said}; it may lack the scope ${scope}`;
    return [actionError("HIGHLEVEL_TOKEN_REFUSED", what), null];
  }
  if (status === 403 && isEarlyAt403)
    return [actionError("HIGHLEVEL_EARLY", `HighLevel does not take the status yet${said}`), EARLY_MS];
  if (status >= 300 && status < 500 && status !== 408)
    return [actionError("HIGHLEVEL_REFUSED", `HighLevel answered ${status}${said}`), null];
  return [actionError("DESTINATION_STATUS", `HighLevel answered ${status}`), null];
}

/** HighLevel's message about a refusal, as `: its words`, or `""`. A 422 has a list of messages. */
function messageIn(body: string): string {
  const said = jsonObjectIn(body)?.["message"];
  const text = Array.isArray(said) ? said.filter((part) => typeof part === "string").join("; ") : said;
  return typeof text === "string" && text !== "" ? `: ${text.slice(0, MAX_MESSAGE_CHARACTERS)}` : "";
}
