// The scopes of a token: which one a request needs, and what is asked to find out which of them HighLevel grants. Nothing
// can be asked of those that change something: what lacks one shows when it is first used.
import type { HighLevelAnswer, HighLevelRequest } from "./account.ts";
import { exportRequest } from "./export.ts";
import { contactQuestion, RECORD_QUESTIONS } from "./questions.ts";

/** The scope that a request needs: HighLevel names it by the first part of the path, and by whether something changes. */
export function scopeOf({ method, path }: HighLevelRequest): string {
  const [, part = ""] = path.split(/[/?]/);
  const name = path.includes("/customFields") ? "locations/customFields" : part;
  return `${name === "conversations" ? "conversations/message" : name}.${method === "GET" ? "readonly" : "write"}`;
}

/** Whether HighLevel refuses a token that is valid but not for this call: another one of the same app would be no better. */
export function lacksScope({ status, body }: Answered): boolean {
  return status === 401 && /not authorized for this scope/i.test(body);
}

/** Whether it refuses a token that is valid but of another location. */
export function isElsewhere({ status, body }: Answered): boolean {
  return status === 403 && /not have access to this location/i.test(body);
}

type Answered = Pick<Extract<HighLevelAnswer, { kind: "answer" }>, "status" | "body">;

/** One request for each scope to read something. What they name need not be there: a scope is refused before. */
export function readingRequests(locationId: string): readonly HighLevelRequest[] {
  const ofMessages = { locationId, channel: null, order: "changed", sinceMs: 0, cursor: null, limit: 10 } as const;
  return [
    ...Object.values(RECORD_QUESTIONS).map((question) => question(locationId).request),
    contactQuestion(locationId).request,
    exportRequest(ofMessages),
  ];
}
