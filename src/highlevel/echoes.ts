// What a change that we made in HighLevel comes back as: the events that it causes, by which a chain of our own changes
// is recognised. Calls that no event tells about have no entry.
import type { Json, JsonObject } from "../kit/json.ts";
import type { Event } from "../model/event.ts";
import type { EventKind } from "../model/event-kinds.ts";
import type { HighLevelCall } from "../model/rule.ts";

/** What is known about a contact before an event. */
export interface Before {
  /** The tags of its last `ContactTagUpdate`; `null`: there was none. */
  readonly tags: readonly string[] | null;
}

interface Echo {
  /** Only one event comes of it; else everything that fits for an hour. */
  readonly isSingle: boolean;
  /** Whether an event comes of the call with a body. */
  readonly isOf: (event: Event, body: JsonObject, before: Before) => boolean;
}

/** How long after a call its events are looked for: HighLevel sends a webhook again when it was not taken. */
export const ECHO_MS = 3_600_000;

/** The kinds of event that a call causes, besides messages and tags. */
export const CAUSED = {
  "create-task": ["TaskCreate"],
  "create-note": ["NoteCreate"],
  "update-opportunity-status": ["OpportunityUpdate", "OpportunityStatusUpdate"],
  "update-contact": ["ContactUpdate"],
  assign: ["ContactUpdate"],
  "create-opportunity": ["OpportunityCreate"],
  "move-opportunity": [
    "OpportunityUpdate",
    "OpportunityStageUpdate",
    "OpportunityStatusUpdate",
    "OpportunityMonetaryValueUpdate",
    "OpportunityAssignedToUpdate",
  ],
} as const satisfies { readonly [Call in HighLevelCall]?: readonly EventKind[] };
/** Those that a workflow may cause. */
export const CAUSED_BY_WORKFLOWS: ReadonlySet<EventKind> = new Set<EventKind>([
  "ContactTagUpdate",
  "ContactDndUpdate",
  ...Object.values(CAUSED).flat(),
]);

/** What each call comes back as; absent: as nothing that is received. */
const ECHOES: { readonly [Call in HighLevelCall]?: Echo } = {
  ...Object.fromEntries(Object.entries(CAUSED).map(([call, kinds]) => [call, ofKinds(kinds)])),
  "add-tags": ofTags(
    (added, now) => added.every((tag) => now.includes(tag)),
    (added, before) => added.some((tag) => !before.includes(tag)),
  ),
  "remove-tags": ofTags(
    (removed, now) => !removed.some((tag) => now.includes(tag)),
    (removed, before) => removed.some((tag) => before.includes(tag)),
  ),
  "add-to-workflow": {
    isSingle: false,
    isOf: ({ kind, payload }) => {
      return CAUSED_BY_WORKFLOWS.has(kind) || (kind === "OutboundMessage" && isAutomatic(payload));
    },
  },
};

/** What a call comes back as; `undefined`: as nothing that is received. */
export function echoOf(call: string): Echo | undefined {
  const known: { readonly [call: string]: Echo } = ECHOES;
  return Object.hasOwn(known, call) ? known[call] : undefined;
}

/** The echo of a change of which events of some kinds come: of several there may be several. */
function ofKinds(kinds: readonly EventKind[]): Echo {
  return { isSingle: kinds.length === 1, isOf: ({ kind }) => kinds.includes(kind) };
}

type Compares = (changed: readonly string[], others: readonly string[]) => boolean;

/** The echo of a change of tags that is done in the tags now, and was not before. */
function ofTags(isDone: Compares, isNew: Compares): Echo {
  return {
    isSingle: true,
    isOf: ({ kind, payload }, body, { tags: before }) => {
      if (kind !== "ContactTagUpdate") return false;
      const [now, changed] = [tagsIn(payload["tags"]), tagsIn(body["tags"])];
      // The same tags as before are no echo: HighLevel may tell an old list again between a change and its event.
      return isDone(changed, now) && (before === null || isNew(changed, before));
    },
  };
}

/** Tags as HighLevel keeps them: in lower case. */
export function tagsIn(value: Json | undefined): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((tag) => (typeof tag === "string" ? [tag.trim().toLowerCase()] : []));
}

/** Whether no person sent a message. */
function isAutomatic({ source, userId }: JsonObject): boolean {
  const isPersons = typeof userId === "string" && userId !== "";
  return typeof source === "string" && source.trim() !== "" ? source.trim().toLowerCase() === "workflow" : !isPersons;
}
