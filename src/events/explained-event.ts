// Reads an event that is to be explained, as if it had come in: explaining is deciding without recording anything.
import { isoOf } from "../kit/moment.ts";
import { readEvent } from "./event.ts";
import { routeOf } from "./kind-of.ts";
import type { Event } from "../model/event.ts";
import type { Failure, Issue } from "../model/failure.ts";
import type { Known } from "../model/known.ts";
import { isJsonObject, jsonPointer, type Json } from "../kit/json.ts";
import { UNKNOWN_KEY } from "../kit/strict-object.ts";
import { KNOWN_NAMES, type KnownFact } from "../language/known-facts.ts";
import { KNOWN_STRUCTS } from "./structs.ts";
import { fail, succeed, type Result } from "../kit/result.ts";

/** What is to be explained: an event, and what the request says is known beside it. */
export interface ExplainedRequest {
  readonly event: Event;
  /** Absent: the request says nothing of it, so that it is what the location's ledger knows. */
  readonly known?: Known;
}

/** Reads `{ event, locationId?, contact?, location? }`, the last two in our own names. */
export function explainedRequest(request: Json, nowMs: number): Result<ExplainedRequest, Failure> {
  const event = explainedEvent(request, nowMs);
  if (!event.ok || !isJsonObject(request)) return event.ok ? succeed({ event: event.value }) : event;
  const issues = KNOWN_NAMES.flatMap((name) => knownIssues(name, request[name]));
  if (issues.length > 0) return fail({ code: "REQUEST_PARAMETER", issues });
  const [contact, location] = [request["contact"], request["location"]].map((part) =>
    isJsonObject(part) ? part : undefined,
  );
  const isGiven = contact !== undefined || location !== undefined;
  return succeed({ event: event.value, ...(isGiven ? { known: { contact, location } } : {}) });
}

function knownIssues(name: KnownFact, part: Json | undefined): readonly Issue[] {
  const [error] = part === undefined ? [undefined] : KNOWN_STRUCTS[name].validate(part);
  return (error?.failures() ?? []).map(({ path, type, message }) => ({
    pointer: jsonPointer([name, ...path]),
    code: "API_EVENT",
    // superstruct puts the value into its own messages.
    message: type === UNKNOWN_KEY ? message : `Expected ${type === "never" ? "nothing" : type}`,
  }));
}

/** Reads `{ event, locationId? }`: `event` is a payload as HighLevel sends it, `locationId` replaces its own. */
function explainedEvent(request: Json, nowMs: number): Result<Event, Failure> {
  const given = isJsonObject(request) ? request["event"] : undefined;
  if (!isJsonObject(request) || !isJsonObject(given)) {
    const issues = [{ pointer: "/event", code: "API_EVENT", message: "Expected the payload of an event" }];
    return fail({ code: "REQUEST_PARAMETER", issues });
  }
  const { locationId } = request;
  const payload = locationId === undefined ? given : { ...given, locationId };
  const { webhookId } = payload;
  const key = typeof webhookId === "string" ? webhookId : "explained";
  const read = readEvent(payload, { key, route: routeOf(payload), receivedAt: isoOf(nowMs) });
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
