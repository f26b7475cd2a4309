// `rules activate`: puts a published version in force for all, for some, or in the shadow, and `rules rollback`: takes the
// last change back. Both wait until every location knows.
import { defineCommand } from "citty";
import { UsageError } from "../kit/usage-error.ts";
import { DEFAULT_WORKER_URL } from "../local/project.ts";
import { changedLines, changeOn, known, stateOf, type ForWhom, type PublishedState } from "./published.ts";
import type { WorkerApi } from "./worker-api.ts";
import { adminToken, workerUrl } from "./worker-url.ts";

const WORDS = ["all", "shadow", "nobody"] as const;
const NOT_KNOWN_EXIT_CODE = 1;

/** What the options say of whom it is for. */
export interface Options {
  readonly for?: string | undefined;
  readonly share?: string | undefined;
  readonly locations?: string | undefined;
  readonly "messages-per-hour"?: string | undefined;
}

/** For whom, from the options; a usage error says what they take. */
export function forWhomIn({ for: word, share, locations, "messages-per-hour": perHour }: Options): ForWhom {
  const isCanary = share !== undefined || locations !== undefined;
  if (perHour !== undefined && !isCanary)
    throw new UsageError("--messages-per-hour bounds a canary: name --share or --locations, too");
  if (isCanary && word !== undefined)
    throw new UsageError("A canary is for a --share of contacts or for --locations, leave --for out");
  if (!isCanary) {
    const found = WORDS.find((one) => one === (word ?? "all"));
    if (!found) throw new UsageError(`--for takes ${WORDS.join(", ")}; a canary takes --share or --locations`);
    return found;
  }
  return {
    ...(share === undefined ? {} : { share: shareIn(share) }),
    ...(locations === undefined ? {} : { locations: locations.split(",").map((id) => id.trim()) }),
    ...(perHour === undefined ? {} : { messagesPerHour: wholeIn(perHour) }),
  };
}

/** `0.1` and `10%` are the same. */
function shareIn(text: string): number {
  const value = text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (!(value > 0 && value <= 1)) throw new UsageError("--share takes a part of the contacts, such as 10% or 0.1");
  return value;
}

function wholeIn(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new UsageError("--messages-per-hour takes a whole number");
  return value;
}

const ARGS = {
  worker: { type: "string", description: "the Worker's URL", default: DEFAULT_WORKER_URL },
  reason: { type: "string", description: "why, for those who look at the changes", default: "" },
  by: { type: "string", description: "who", default: process.env["USER"] ?? "" },
  after: { type: "string", description: "the last change that you have seen: another one since is not overwritten" },
  json: { type: "boolean", description: "print the answer as JSON" },
} as const;

interface Asked {
  readonly worker: string;
  readonly reason: string;
  readonly by: string;
  readonly after?: string | undefined;
  readonly json?: boolean | undefined;
}

async function change(path: string, args: Asked, body: { readonly [key: string]: ForWhom }): Promise<void> {
  const worker: WorkerApi = { url: workerUrl(args.worker), adminToken: adminToken(), fetch };
  const after = args.after === undefined ? (await stateOf(worker, 1)).inForce.change : wholeIn(args.after);
  const request = { ...body, reason: args.reason, by: args.by === "" ? null : args.by, after };
  const done = await changeOn(worker, path, request);
  const state = await known(worker, done.change, {
    told: progress,
    pause: (ms) => new Promise((over) => setTimeout(over, ms)),
  });
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  if (args.json) console.log(JSON.stringify({ change: done, state }, null, 2));
  else for (const line of changedLines(done, state)) console.log(line);
  if (state.told < state.locations) process.exitCode = NOT_KNOWN_EXIT_CODE;
}

function progress({ told, locations }: PublishedState): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${told} of ${locations} locations know of it`);
}

export const activate = defineCommand({
  args: {
    version: { type: "positional", required: true, description: "the version, as rules versions lists it" },
    for: { type: "string", description: "all (as without it), shadow: it decides and does nothing, nobody: it ends" },
    share: { type: "string", description: "only for a share of the contacts, such as 10%" },
    locations: { type: "string", description: "only for these locations, comma between them" },
    "messages-per-hour": { type: "string", description: "a canary that would send more in a location halts itself" },
    ...ARGS,
  },
  async run({ args }) {
    const version = Number(args.version);
    if (!Number.isInteger(version) || version < 1)
      throw new UsageError("Name a version by its number: npm run rules versions");
    await change(`/api/rule-sets/${version}/activate`, args, { for: forWhomIn(args) });
  },
});

export const rollback = defineCommand({
  args: ARGS,
  run: ({ args }) => change("/api/rule-sets/rollback", args, {}),
});
