// `rules pause` and `rules resume`: a rule in a location or in every location, or a location with all of its rules.
import { defineCommand } from "citty";
import type { Json } from "../kit/json.ts";
import { isoMoment } from "../kit/moment.ts";
import { UsageError } from "../kit/usage-error.ts";
import type { EverywhereAnswer, Pause, PauseAnswer } from "../model/pause.ts";
import { DEFAULT_WORKER_URL } from "../local/project.ts";
import { durationMs } from "../time/duration.ts";
import { asked, type WorkerApi } from "./worker-api.ts";
import { adminToken, workerUrl } from "./worker-url.ts";

/** What is paused, or goes on. */
export interface Paused {
  /** `null`: all rules of the location. */
  readonly rule: string | null;
  /** `null`: every location. */
  readonly location: string | null;
}

type Answer = PauseAnswer | EverywhereAnswer;

/** What the arguments name; a usage error says that it is nothing. */
export function pausedIn(rule: string | undefined, location: string | undefined): Paused {
  if (rule === undefined && location === undefined)
    throw new UsageError("Name a rule, or a location with --location: a rule alone is paused in every location");
  return { rule: rule ?? null, location: location ?? null };
}

/** When a pause ends, ISO 8601 in UTC: in how long, such as `2h`, or when. */
export function untilOf(given: string, nowMs: number): string {
  const within = durationMs(given);
  const atMs = within === null ? isoMoment(given)?.atMs : nowMs + within;
  if (atMs === undefined || atMs <= nowMs)
    throw new UsageError('Cannot read --until: write for how long, such as "2h", or a time to come in ISO 8601');
  return new Date(atMs).toISOString();
}

/** Pauses. */
export async function pauseOn(
  worker: WorkerApi,
  paused: Paused,
  { reason, until }: { readonly reason: string; readonly until: string | null },
): Promise<string[]> {
  const body = { reason, ...(until === null ? {} : { until }) };
  return lines(paused, await changed(worker, paused, { method: "PUT", body }));
}

/** Ends a pause. */
export async function resumeOn(worker: WorkerApi, paused: Paused): Promise<string[]> {
  return lines(paused, await changed(worker, paused, { method: "DELETE" }));
}

async function changed(
  worker: WorkerApi,
  { rule, location }: Paused,
  asking: { readonly method: "PUT" | "DELETE"; readonly body?: Json },
): Promise<Answer> {
  const ofRule = rule === null ? "" : `/rules/${encodeURIComponent(rule)}`;
  const ofLocation = location === null ? "" : `/locations/${encodeURIComponent(location)}`;
  const answer = await asked<Answer>(`/api${ofLocation}${ofRule}/pause`, "pause", worker, asking);
  if (answer !== null) return answer;
  const where = location === null ? "" : ` of location ${location}`;
  throw new UsageError(
    rule === null
      ? `There is no location ${location ?? ""}, or the Worker is older than pauses`
      : `There is no rule ${rule}${where}: none of that name is in force, and nothing of it waits`,
  );
}

/** What is so now. */
function lines({ rule, location }: Paused, answer: Answer): string[] {
  const what = rule === null ? `Location ${location ?? ""}` : `The rule ${rule}`;
  const where = rule === null ? "" : location === null ? " in every location" : ` in location ${location}`;
  const known = "told" in answer ? [`${answer.told} of ${answer.locations} locations know of it`] : [];
  const held =
    "held" in answer && answer.held > 0
      ? [`${answer.held} held: look at them, then release or discard them on the page, or by POST …/deliveries/release`]
      : [];
  return [`${what}${where} ${stateOf(answer.pause)}`, ...known, ...held];
}

function stateOf(pause: Pause | null): string {
  if (pause === null) return "is not paused";
  const { since, until, by, reason } = pause;
  return `is paused since ${since}${until === null ? ", until somebody ends it" : ` until ${until}`}, by ${by}: ${reason}`;
}

const ARGS = {
  rule: { type: "positional", required: false, description: "the rule; without it all rules of the location" },
  location: { type: "string", description: "the location; without it every one" },
  worker: { type: "string", description: "the Worker's URL", default: DEFAULT_WORKER_URL },
} as const;

export const pause = defineCommand({
  args: {
    ...ARGS,
    reason: { type: "string", description: "why, for those who look at what is held", default: "" },
    until: {
      type: "string",
      description: "for how long, such as 2h, or until when; without it until somebody ends it",
    },
  },
  async run({ args }) {
    const paused = pausedIn(args.rule, args.location);
    if (args.reason.trim() === "")
      throw new UsageError("Say why with --reason: whoever looks at what is held needs it");
    const until = args.until === undefined ? null : untilOf(args.until, Date.now());
    const worker = { url: workerUrl(args.worker), adminToken: adminToken(), fetch };
    for (const line of await pauseOn(worker, paused, { reason: args.reason, until })) console.log(line);
  },
});

export const resume = defineCommand({
  args: ARGS,
  async run({ args }) {
    const paused = pausedIn(args.rule, args.location);
    const worker = { url: workerUrl(args.worker), adminToken: adminToken(), fetch };
    for (const line of await resumeOn(worker, paused)) console.log(line);
  },
});
