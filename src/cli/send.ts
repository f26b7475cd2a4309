// `rules send <sample>`: sends a realistic event, signed as by its real sender with the keys in `.dev.vars`, and shows
// the decision about it.
import { defineCommand } from "citty";
import { isJsonObject, type Json, type JsonObject } from "../kit/json.ts";
import { sendEvent, storyOf, type Sent, type EventOutcome, type Target } from "../local/hook-client.ts";
import { deliveryLine, verdictLines } from "./print.ts";
import { DEFAULT_WORKER_URL, devVariables } from "../local/project.ts";
import { payloadOf, SAMPLES } from "../events/samples.ts";
import { WORD_SAMPLES } from "../events/word-samples.ts";
import { developmentKey, gatewaySecret } from "../local/sign.ts";
import { didYouMean } from "../kit/suggestion.ts";
import { UsageError } from "../kit/usage-error.ts";

/** Reads `--set path=value` pairs. A value is parsed as JSON if possible, else taken as text; `a.b` reaches into objects. */
export function readSets(rawArgs: readonly string[]): JsonObject {
  const pairs = rawArgs.flatMap((arg, index) =>
    arg === "--set" ? [rawArgs[index + 1] ?? ""] : arg.startsWith("--set=") ? [arg.slice("--set=".length)] : [],
  );
  const set: JsonObject = {};
  for (const pair of pairs) {
    const [, path, text] = /^([A-Za-z0-9_.-]+)=([\s\S]*)$/.exec(pair) ?? [];
    if (path === undefined || text === undefined)
      throw new UsageError(`Cannot read --set ${pair}: write --set key=value`);
    assign(set, path.split("."), jsonOrText(text));
  }
  return set;
}

function assign(target: JsonObject, [key = "", ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = target[key];
  const next = isJsonObject(inner) ? inner : {};
  target[key] = next;
  assign(next, rest, value);
}

function jsonOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** The samples, and one for each of HighLevel's words for a channel. */
const ALL_SAMPLES = { ...WORD_SAMPLES, ...SAMPLES };

function sampleList(): string {
  const width = Math.max(...Object.keys(SAMPLES).map((name) => name.length));
  const lines = Object.entries(SAMPLES).map(([name, { about }]) => `  ${name.padEnd(width)}  ${about}`);
  const words = Object.keys(WORD_SAMPLES).join(", ");
  return `${lines.join("\n")}\n  and one of an InboundMessage for each of HighLevel's words for a channel: ${words}`;
}

/** An answer, as shown to a person. */
export function answerLines(sent: Sent, story: EventOutcome | null): string[] {
  const { httpStatus, answer } = sent;
  if (httpStatus !== 202)
    return [`${httpStatus} ${answer.title ?? ""}`, ...(answer.detail ? [`  ${answer.detail}`] : [])];
  const issues = (answer.issues ?? []).map(({ pointer, message }) => `  ${pointer || "/"}: ${message}`);
  const head = `${httpStatus} ${String(answer.status)}${answer.eventKey ? ` ${answer.eventKey}` : ""}`;
  const fired =
    answer.fired && !story?.decision.deciding
      ? [`fired: ${(story?.decision.fired ?? answer.fired).join(", ") || "nothing"}`]
      : [];
  return [head, ...issues, ...fired, ...(story ? storyLines(story) : [])];
}

function storyLines({ decision, deliveries }: EventOutcome): string[] {
  if (decision.deciding) return ["  is being decided: HighLevel is asked about the contact first"];
  const verdicts = decision.verdicts.length === 0 ? ["  no rule looks at this kind of event"] : verdictLines(decision);
  return [...verdicts, ...deliveries.map(deliveryLine)];
}

export const send = defineCommand({
  args: {
    sample: { type: "positional", required: false, description: "which sample, see --list" },
    list: { type: "boolean", description: "list the samples" },
    set: { type: "string", description: "key=value over the sample, may be repeated", valueHint: "callDuration=31" },
    to: { type: "string", description: "the Worker's URL", default: DEFAULT_WORKER_URL },
    json: { type: "boolean", description: "print the answer and the decision as JSON" },
  },
  async run({ args, rawArgs }) {
    if (args.list) return console.log(sampleList());
    if (!args.sample) throw new UsageError(`Name a sample:\n${sampleList()}`);
    const sample = Object.hasOwn(ALL_SAMPLES, args.sample) ? ALL_SAMPLES[args.sample] : undefined;
    if (!sample)
      throw new UsageError(
        `Sample "${args.sample}" is not known${didYouMean(args.sample, Object.keys(ALL_SAMPLES)) || ", see --list"}`,
      );
    if (!URL.canParse(args.to)) throw new UsageError("Cannot read --to: write a URL such as http://localhost:8787");
    const payload = payloadOf(sample, readSets(rawArgs), new Date());
    const variables = devVariables();
    const isGateway = sample.route === "gateway";
    const key = isGateway ? gatewaySecret(variables) : developmentKey(variables);
    if (!key.ok) throw new UsageError(key.failure);
    const target: Target = {
      url: args.to,
      privateKey: isGateway ? "" : key.value,
      gatewaySecret: isGateway ? key.value : undefined,
      adminToken: variables["ADMIN_TOKEN"],
    };
    const sent = await sendEvent(target, sample.route, payload).catch(() => null);
    if (sent === null) {
      console.error(`No Worker answers at ${args.to}: start one with \`npm run dev\`, or name it with --to`);
      process.exitCode = 1;
      return;
    }
    const { eventKey } = sent.answer;
    const story =
      eventKey && typeof payload["locationId"] === "string"
        ? await storyOf(target, payload["locationId"], eventKey)
        : null;
    if (args.json)
      console.log(
        JSON.stringify(
          { httpStatus: sent.httpStatus, answer: sent.answer, payload, decision: story?.decision ?? null },
          null,
          2,
        ),
      );
    else for (const line of answerLines(sent, story)) console.log(line);
    process.exitCode = sent.httpStatus === 202 ? 0 : 1;
  },
});
