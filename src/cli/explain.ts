// `rules explain event.json`: in words, for every rule, fired or not, each condition with what it saw.
import { defineCommand } from "citty";
import { explainedRequest } from "../events/explained-event.ts";
import { withWhatIf } from "../counterfactual/what-if.ts";
import { explain as explainEvent } from "../match/decide.ts";
import { plannedTold } from "../match/planned-told.ts";
import type { Decision } from "../model/decision.ts";
import type { Delivery } from "../model/delivery.ts";
import type { ExplainedAction } from "../model/playground.ts";
import { isJsonObject } from "../kit/json.ts";
import { storyOf } from "../local/hook-client.ts";
import { readJsonFile } from "./json-file.ts";
import { deliveryLine, explanationLines, plannedLines, sentLines } from "./print.ts";
import { DEFAULT_WORKER_URL, devVariables, projectConfiguration } from "../local/project.ts";
import { namedRules, RULES_ARGUMENT } from "./rules-argument.ts";
import { UsageError } from "../kit/usage-error.ts";
import { didYouMean } from "../kit/suggestion.ts";

/** A decision, and what would follow from it or did. */
interface Told {
  readonly decision: Decision;
  readonly actions?: readonly ExplainedAction[];
  readonly deliveries?: readonly Delivery[];
}

/** The decision about an event in a file, by rule files as they are now, with no earlier events. */
async function decisionOnFile(file: string, rules: string | undefined, isWhatIf: boolean): Promise<Told> {
  const given = readJsonFile(file);
  const now = Date.now();
  const request = isJsonObject(given) && isJsonObject(given["event"]) ? given : { event: given };
  const asked = explainedRequest(request, now);
  if (!asked.ok) {
    const issues = "issues" in asked.failure ? asked.failure.issues : [];
    throw new UsageError(
      `The event cannot be read:\n${issues.map(({ pointer, message }) => `${pointer}: ${message}`).join("\n")}`,
    );
  }
  const configuration = projectConfiguration(true);
  const ruleSet = await namedRules(rules, configuration);
  const { event, known } = asked.value;
  const context = { nowMs: now, timeZone: configuration.timeZone, known };
  const decided = await explainEvent(event, ruleSet, context);
  const decision = isWhatIf ? await withWhatIf(decided.decision, event, ruleSet, context) : decided.decision;
  return { decision, actions: await plannedTold(event, decided) };
}

async function storedDecision(
  url: string,
  locationId: string | undefined,
  eventKey: string,
  isWhatIf: boolean,
): Promise<Told> {
  if (locationId === undefined) throw new UsageError("Name the location of the event with --location");
  const target = { url, privateKey: "", adminToken: devVariables()["ADMIN_TOKEN"] };
  const story = await storyOf(target, locationId, eventKey, isWhatIf).catch(() => null);
  if (story === null)
    throw new UsageError(
      `No Worker at ${url} knows event ${eventKey} of location ${locationId}: start one with \`npm run dev\`, or name it with --to`,
    );
  return story;
}

export const explain = defineCommand({
  args: {
    file: {
      type: "positional",
      required: false,
      description: "a payload as HighLevel sends it, or { event, locationId, contact, location }",
    },
    rules: RULES_ARGUMENT,
    event: { type: "string", description: "instead of a file: the key of an event that a running Worker recorded" },
    location: { type: "string", description: "the location of that event" },
    to: { type: "string", description: "the Worker's URL", default: DEFAULT_WORKER_URL },
    rule: { type: "string", description: "this rule alone" },
    "what-if": { type: "boolean", description: "say what would have been enough for each rule that did not fire" },
    json: { type: "boolean", description: "print the decision, and what would follow or did, as JSON" },
  },
  async run({ args }) {
    if (!args.file && !args.event)
      throw new UsageError("Name a file with an event, or a recorded one with --event KEY --location L");
    if (args.event && args.file)
      throw new UsageError(
        "A recorded event was decided by the rules of its time: leave --event out, or the file and the rules",
      );
    const told = args.event
      ? await storedDecision(args.to, args.location, args.event, args["what-if"] === true)
      : await decisionOnFile(args.file ?? "", args.rules, args["what-if"] === true);
    const { decision } = told;
    const isAsked = ({ rule }: { readonly rule: string }): boolean => args.rule === undefined || rule === args.rule;
    const followed = {
      ...(told.actions ? { actions: told.actions.filter(isAsked) } : {}),
      ...(told.deliveries ? { deliveries: told.deliveries.filter(isAsked) } : {}),
    };
    const verdicts = decision.verdicts.filter(isAsked);
    if (args.rule !== undefined && verdicts.length === 0) {
      const names = decision.verdicts.map(({ rule }) => rule);
      throw new UsageError(`No rule "${args.rule}" looks at this kind of event${didYouMean(args.rule, names)}`);
    }
    if (args.json) return console.log(JSON.stringify({ ...decision, verdicts, ...followed }, null, 2));
    for (const line of explanationLines({ ...decision, verdicts })) console.log(line);
    for (const line of plannedLines(followed.actions ?? [])) console.log(line);
    for (const delivery of followed.deliveries ?? [])
      for (const line of [deliveryLine(delivery), ...sentLines(delivery)]) console.log(line);
  },
});
