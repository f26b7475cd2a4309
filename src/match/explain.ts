// What would be decided on an event, without recording anything: the same function that decides live.
import { readEvent, routeOf } from "../events/event.ts";
import { decide } from "./decide.ts";
import type { Decision, PlannedAction } from "../model/decision.ts";
import type { Event } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import { isJsonObject, type Json } from "../model/json.ts";
import { fail, succeed, type Result } from "../model/result.ts";
import type { RuleSet } from "../model/rule.ts";

export interface Explanation {
  readonly event: Event;
  readonly decision: Decision;
  readonly actions: readonly PlannedAction[];
}

/** Explains `{ event, locationId? }`: `event` is a payload as HighLevel sends it, `locationId` stands in for its own. */
export async function explain(request: Json, ruleSet: RuleSet, nowMs: number): Promise<Result<Explanation, Failure>> {
  const given = isJsonObject(request) ? request["event"] : undefined;
  if (!isJsonObject(request) || !isJsonObject(given)) {
    return fail({
      code: "REQUEST_PARAMETER",
      issues: [{ pointer: "/event", code: "API_EVENT", message: "Expected the payload of an event" }],
    });
  }
  const { locationId } = request;
  const payload = locationId === undefined ? given : { ...given, locationId };
  const now = new Date(nowMs).toISOString();
  const read = readEvent(payload, {
    key: typeof payload["webhookId"] === "string" ? payload["webhookId"] : "explained",
    route: routeOf(payload),
    receivedAt: now,
  });
  if (read.status === "ignored") {
    return fail({
      code: "EVENT_UNUSABLE",
      issues: [
        { pointer: "/event/type", code: "EVENT_TYPE", message: "Expected a kind of event that Afterbeep knows" },
      ],
    });
  }
  if (read.status === "unusable") {
    return fail({
      code: "EVENT_UNUSABLE",
      issues: read.issues.map((issue) => ({ ...issue, pointer: `/event${issue.pointer}` })),
    });
  }
  return succeed({ event: read.event, ...(await decide(read.event, ruleSet, now)) });
}
