// What two rules do to one contact on one event: both write to it, or one undoes what the other does.
import { kindOf } from "../act/kinds.ts";
import { hasMarkup } from "../act/template/markup.ts";
import { tagsIn } from "../highlevel/echoes.ts";
import { isJsonObject, type Json, type JsonObject } from "../kit/json.ts";
import type { Action, HighLevelAction, HighLevelCall, MessageType, Rule } from "../model/rule.ts";
import { durationMs } from "../time/duration.ts";

/** The types of message that a rule sends the contact. */
export function messagesOf({ actions }: Rule): readonly MessageType[] {
  return actions.flatMap((action) => kindOf(action).messages(action) ?? []);
}

/** What two rules do against each other, a clause, and which is done last; `null`: that is left to chance. */
interface Clash {
  readonly clause: string;
  readonly last: string | null;
}

/** What one of two rules does and the other undoes, or sets to something else; `null`: nothing. What is left to chance first. */
export function clashOf(one: Rule, other: Rule): Clash | null {
  const found: Clash[] = [];
  for (const [a, b] of [
    [one, other],
    [other, one],
  ] as const)
    for (const does of callsOf(a))
      for (const undoes of callsOf(b)) {
        const clause = undone(a, does, b, undoes) ?? (a === one ? setTwice(a, does, b, undoes) : null);
        if (clause !== null) found.push({ clause, last: lastOf(a, does, b, undoes) });
      }
  return found.find(({ last }) => last === null) ?? found[0] ?? null;
}

/** Which of two actions is done last, if that hangs on their delays alone. */
function lastOf(a: Rule, one: HighLevelAction, b: Rule, other: HighLevelAction): string | null {
  const [first = 0, second = 0] = [one, other].map(({ after }) => (after === undefined ? 0 : (durationMs(after) ?? 0)));
  if (first === second || a.window || b.window) return null;
  const [{ name }, { after }] = first > second ? [a, one] : [b, other];
  return `"${name}" does it last, ${after} after the event`;
}

function callsOf({ actions }: Rule): readonly HighLevelAction[] {
  return actions.filter((action: Action): action is HighLevelAction => action.type === "highlevel");
}

interface Undoing {
  readonly by: HighLevelCall;
  /** What a call is about: those with a text in common are about the same. */
  readonly about: (action: HighLevelAction) => readonly string[];
  readonly does: string;
  readonly undoes: string;
}

const TAGS = ({ tags }: HighLevelAction): readonly string[] => tagsIn(tags as Json);
const WORKFLOW = ({ workflowId }: HighLevelAction): readonly string[] =>
  typeof workflowId === "string" ? [workflowId] : [];

/** Calls that another one undoes. */
const UNDONE: { readonly [Call in HighLevelCall]?: Undoing } = {
  "add-tags": { by: "remove-tags", about: TAGS, does: "adds the tag", undoes: "removes" },
  "add-to-workflow": {
    by: "remove-from-workflow",
    about: WORKFLOW,
    does: "adds the contact to the workflow",
    undoes: "takes it out of",
  },
};

/** What calls of which the last one counts set: of what, and each field with its value. */
const SETS: {
  readonly [Call in HighLevelCall]?: (action: HighLevelAction) => readonly [of: string, fields: JsonObject];
} = {
  assign: ({ assignedTo }) => ["contact", { assignedTo: assignedTo as Json }],
  "update-contact": (action) => ["contact", fieldsOf(action)],
  "update-opportunity-status": (action) => [`opportunity ${String(action["opportunityId"])}`, fieldsOf(action)],
  "move-opportunity": (action) => [`opportunity ${String(action["opportunityId"])}`, fieldsOf(action)],
  "update-message-status": ({ messageId = "{{ event.messageId }}", status }) => [
    `message ${String(messageId)}`,
    { status: status as Json },
  ],
};
const NO_FIELDS: ReadonlySet<string> = new Set(["type", "call", "after", "cancelOn", "restart"]);

/** The fields of a call, each custom field as one. */
function fieldsOf(action: HighLevelAction): JsonObject {
  const fields = Object.entries(action).filter(([name]) => !NO_FIELDS.has(name)) as [string, Json][];
  return Object.fromEntries(
    fields.flatMap(([name, value]) =>
      isJsonObject(value) ? Object.entries(value).map(([key, own]) => [`${name}.${key}`, own]) : [[name, value]],
    ),
  );
}

function undone(a: Rule, does: HighLevelAction, b: Rule, undoes: HighLevelAction): string | null {
  const entry = UNDONE[does.call];
  if (entry?.by !== undoes.call) return null;
  const undone = entry.about(undoes);
  const both = entry.about(does).find((one) => !hasMarkup(one) && undone.includes(one));
  return both === undefined ? null : `"${a.name}" ${entry.does} "${both}", which "${b.name}" ${entry.undoes}`;
}

function setTwice(a: Rule, one: HighLevelAction, b: Rule, other: HighLevelAction): string | null {
  const [of, first] = SETS[one.call]?.(one) ?? [];
  const [same, second] = SETS[other.call]?.(other) ?? [];
  if (!first || !second || of !== same) return null;
  const isPlain = (value: unknown): value is string | number =>
    typeof value === "number" || (typeof value === "string" && !hasMarkup(value));
  const name = Object.keys(first).find(
    (field) => isPlain(first[field]) && isPlain(second[field]) && first[field] !== second[field],
  );
  return name === undefined ? null : `"${a.name}" and "${b.name}" set ${name} to different values`;
}
