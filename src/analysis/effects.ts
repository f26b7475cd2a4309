// What two rules do to one contact on one event: both write to it, or one undoes what the other does.
import { kindOf } from "../act/kinds.ts";
import { hasMarkup } from "../act/template/markup.ts";
import { tagsIn } from "../highlevel/echoes.ts";
import type { Json } from "../kit/json.ts";
import type { Action, HighLevelAction, HighLevelCall, MessageType, Rule } from "../model/rule.ts";

/** The types of message that a rule sends the contact. */
export function messagesOf({ actions }: Rule): readonly MessageType[] {
  return actions.flatMap((action) => kindOf(action).messages(action) ?? []);
}

/** What one of two rules does and the other undoes, or sets to something else, in a clause; `null`: nothing. */
export function clashOf(one: Rule, other: Rule): string | null {
  for (const [a, b] of [
    [one, other],
    [other, one],
  ] as const)
    for (const does of callsOf(a))
      for (const undoes of callsOf(b)) {
        const clash = undone(a, does, b, undoes) ?? (a === one ? setTwice(a, does, b, undoes) : null);
        if (clash !== null) return clash;
      }
  return null;
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

/** Calls of which the last one counts, and the fields that they are about. */
const SETS: {
  readonly [Call in HighLevelCall]?: { readonly same: readonly string[]; readonly sets: readonly string[] | "all" };
} = {
  assign: { same: [], sets: ["assignedTo"] },
  "update-contact": { same: [], sets: "all" },
  "update-opportunity-status": { same: ["opportunityId"], sets: ["status"] },
  "move-opportunity": { same: ["opportunityId"], sets: ["pipelineStageId"] },
};
const NO_FIELDS: ReadonlySet<string> = new Set(["type", "call", "after", "cancelOn", "restart"]);

function undone(a: Rule, does: HighLevelAction, b: Rule, undoes: HighLevelAction): string | null {
  const entry = UNDONE[does.call];
  if (entry?.by !== undoes.call) return null;
  const undone = entry.about(undoes);
  const both = entry.about(does).find((one) => !hasMarkup(one) && undone.includes(one));
  return both === undefined ? null : `"${a.name}" ${entry.does} "${both}", which "${b.name}" ${entry.undoes}`;
}

function setTwice(a: Rule, one: HighLevelAction, b: Rule, other: HighLevelAction): string | null {
  const entry = SETS[one.call];
  if (entry === undefined || one.call !== other.call) return null;
  if (!entry.same.every((name) => one[name] === other[name])) return null;
  const names = entry.sets === "all" ? Object.keys(one).filter((name) => !NO_FIELDS.has(name)) : entry.sets;
  const isPlain = (value: unknown): value is string => typeof value === "string" && !hasMarkup(value);
  const name = names.find((field) => isPlain(one[field]) && isPlain(other[field]) && one[field] !== other[field]);
  return name === undefined ? null : `"${a.name}" and "${b.name}" set ${name} to different values`;
}
