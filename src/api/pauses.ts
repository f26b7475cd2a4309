// Pausing a rule, a location, or a rule in every location.
import { isoOf } from "../kit/moment.ts";
import { fail, succeed, type Result } from "../kit/result.ts";
import type { Failure } from "../model/failure.ts";
import { MAX_PAUSES, MAX_REASON, type Pause, type PauseRequest } from "../model/pause.ts";
import { isJsonObject, jsonPointer, type Json } from "../kit/json.ts";
import { withBody, type Answer, type ApiCall, type NoteOf } from "./route.ts";
import type { ApiPorts } from "./ports.ts";
import { refused, timeIn } from "./query.ts";

/** Pauses a rule of a location or (`null`) the location. */
export function pauseHere(
  call: ApiCall,
  rule: string | null,
  { changes, clock }: Pick<ApiPorts, "changes" | "clock">,
  note: NoteOf,
): Promise<Answer> {
  return withBody(call, pauseRequest(clock()), (request) => {
    const { locationId } = call;
    const noted = note({ ...aboutOf(rule), ...request });
    return changes(locationId, noted).pause(locationId, rule, request, noted.by.name);
  });
}

/** Ends that. */
export async function resumeHere(
  { locationId }: ApiCall,
  rule: string | null,
  { changes }: Pick<ApiPorts, "changes">,
  note: NoteOf,
): Promise<Answer> {
  return succeed(await changes(locationId, note(aboutOf(rule))).resume(rule));
}

/** Pauses a rule in every location. */
export function pauseEverywhere(call: ApiCall, ports: ApiPorts, note: NoteOf): Promise<Answer> {
  const rule = call.parameter("rule");
  return withBody(call, pauseRequest(ports.clock()), async (request) => {
    if (!(await ports.isRule(rule))) return fail({ code: "LEDGER_NOT_FOUND", what: "rule" });
    const { pauses } = await ports.everywhere();
    if (pauses.length >= MAX_PAUSES && !pauses.some((one) => one.rule === rule)) return fail({ code: "LEDGER_PAUSES" });
    const noted = note({ ...aboutOf(rule), ...request });
    const since = isoOf(ports.clock());
    const { until = null, reason } = request;
    const pause: Pause = { scope: "everywhere", rule, since, until, reason, by: noted.by.name };
    return succeed(await ports.pauseEverywhere(noted, rule, pause));
  });
}

/** Ends that. */
export async function resumeEverywhere({ parameter }: ApiCall, ports: ApiPorts, note: NoteOf): Promise<Answer> {
  const rule = parameter("rule");
  return succeed(await ports.pauseEverywhere(note(aboutOf(rule)), rule, null));
}

function aboutOf(rule: string | null): { readonly rule?: string } {
  return rule === null ? {} : { rule };
}

/** Reads a body that says why something is paused, and until when. */
const pauseRequest =
  (nowMs: number) =>
  (body: Json): Result<PauseRequest, Failure> => {
    const { reason, until = null, ...others } = isJsonObject(body) ? body : { "": null };
    const [other] = Object.keys(others);
    if (other !== undefined) return refused(other && jsonPointer([other]), CODE, "Expected reason and until alone");
    const text = typeof reason === "string" ? reason.trim() : "";
    if (text === "" || text.length > MAX_REASON || /\p{C}/u.test(text))
      return refused("/reason", CODE, `Expected why, in at most ${MAX_REASON} characters`);
    if (until === null) return succeed({ reason: text });
    const time = Date.parse(timeIn(until) ?? "");
    return time > nowMs
      ? succeed({ reason: text, until: isoOf(time) })
      : refused("/until", CODE, "Expected a time in ISO 8601, UTC, still to come");
  };

const CODE = "API_PAUSE";
