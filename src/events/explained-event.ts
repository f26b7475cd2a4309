// Reads an event that is to be explained, as if it had come in: explaining is deciding without recording anything.
import { readEvent } from "./event.ts";
import { routeOf } from "./kind-of.ts";
import type { Event } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import { isJsonObject, type Json } from "../kit/json.ts";
import { fail, succeed, type Result } from "../kit/result.ts";

/** Reads `{ event, locationId? }`: `event` is a payload as HighLevel sends it, `locationId` replaces its own. */
export function explainedEvent(request: Json, nowMs: number): Result<Event, Failure> {
  const given = isJsonObject(request) ? request["event"] : undefined;
  if (!isJsonObject(request) || !isJsonObject(given)) {
    const issues = [{ pointer: "/event", code: "API_EVENT", message: "Expected the payload of an event" }];
    return fail({ code: "REQUEST_PARAMETER", issues });
  }
  const { locationId } = request;
  const payload = locationId === undefined ? given : { ...given, locationId };
  const { webhookId } = payload;
  const key = typeof webhookId === "string" ? webhookId : "explained";
  const read = readEvent(payload, { key, route: routeOf(payload), receivedAt: new Date(nowMs).toISOString() });
  switch (read.status) {
    case "event":
      return succeed(read.event);
    case "ignored": {
      const message = "Expected a kind of event that Afterbeep knows";
      return fail({ code: "EVENT_UNUSABLE", issues: [{ pointer: "/event/type", code: "EVENT_TYPE", message }] });
    }
    case "unusable": {
      const issues = read.issues.map((issue) => ({ ...issue, pointer: `/event${issue.pointer}` }));
      return fail({ code: "EVENT_UNUSABLE", issues });
    }
  }
}
