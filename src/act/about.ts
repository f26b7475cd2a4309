// The descriptions of every kind of action: three tables that do not compile if a kind is missing. They are apart from
// the kinds, and from each other, because the operator's page and the Worker use the words and not the rest.
import { CALL_PHRASES, CALL_SAMPLES } from "../highlevel/call-phrases.ts";
import { CALL_WORDS } from "../highlevel/call-words.ts";
import type { ActionFieldName } from "../model/action-shape.ts";
import { HIGHLEVEL_CALLS, type Action, type ActionType, type HighLevelAction } from "../model/rule.ts";
import { withoutTemplates } from "./template/markup.ts";

/** The action of a type. */
type ActionOf<T extends ActionType> = Extract<Action, { readonly type: T }>;

/** How a kind reads. */
interface KindWords<A extends Action> {
  /** What an action does, as a part of a sentence: `POST to example.com/hook`. */
  readonly inWords: (action: A) => string;
  /** The one host of the kind and what people call it; `null`: each action has its own host, which speaks for itself. */
  readonly host: { readonly name: string; readonly inWords: string } | null;
  /** What an action is called if there is room for one word; absent: by its type. */
  readonly call?: (action: A) => string;
}

/** The words of every kind. */
export const KIND_WORDS: { readonly [T in ActionType]: KindWords<ActionOf<T>> } = {
  webhook: {
    inWords: ({ url, method = "POST", report }) =>
      `${method} to ${placeOf(url)}${report === true ? ", and report what it answers" : ""}`,
    host: null,
  },
  task: {
    inWords: ({ title, due }) =>
      `leave the task “${withoutTemplates(title)}”${due === undefined ? "" : `, due ${due} after`}`,
    host: { name: "kv", inWords: "the task store" },
  },
  highlevel: {
    inWords: (action) =>
      CALL_WORDS[action.call](
        (name) => quoted(action[name]),
        (name) => String(action[name]),
      ),
    host: { name: "highlevel", inWords: "highlevel" },
    call: ({ call }) => call,
  },
};

/** The words of an action's kind. */
export function kindWords<A extends Action>(action: A): KindWords<A> {
  return KIND_WORDS[action.type] as unknown as KindWords<A>;
}

/** What an action is called in one word: its call, or its type. */
export function actionName(action: Action): string {
  return callName(action) ?? action.type;
}

/** Which call an action makes if its kind has several; `null`: its kind has none to choose from. */
export function callName(action: Action): string | null {
  return kindWords(action).call?.(action) ?? null;
}

/** What the keys of an action are, for the schema of rules and the OpenAPI document. */
export interface Phrases {
  readonly about: string;
  readonly fields: { readonly [name: string]: string };
}

/** The phrases of a kind, or of each of its calls. */
export type KindPhrases = { readonly component: string } & (
  | Phrases
  | { readonly about: string; readonly each: { readonly [word: string]: Phrases } }
);

/** The phrases of every kind; `component` is what docs/openapi.json calls it. */
export const KIND_PHRASES: {
  readonly [T in ActionType]: KindPhrases &
    (string extends keyof ActionOf<T>
      ? unknown
      : { readonly fields: { readonly [Name in ActionFieldName<ActionOf<T>>]: string } });
} = {
  webhook: {
    component: "WebhookAction",
    about: "a signed HTTP request",
    fields: {
      url: "https; templates may stand in path and query",
      method: "absent: POST",
      headers: "texts, which may hold templates and secrets",
      body: "any JSON whose texts may hold templates; absent: the Standard Webhooks form",
      report: "true: what it answers is recorded as a GatewayStatus of the message",
    },
  },
  task: {
    component: "TaskAction",
    about: "a task for a person, in KV",
    fields: {
      title: "may hold templates",
      description: "may hold templates",
      due: "how long after the task appears",
    },
  },
  highlevel: {
    component: "HighLevelAction",
    about: "a call of HighLevel's API for the event's contact",
    each: CALL_PHRASES,
  },
};

/** Realistic samples of each kind as rules write it: together, those of a kind have every key that it takes. */
export const KIND_SAMPLES: { readonly [T in ActionType]: readonly ActionOf<T>[] } = {
  webhook: [
    { type: "webhook", url: "https://crm.example.com/hooks/missed-call" },
    {
      type: "webhook",
      url: "https://gateway.example.com/contacts/{{ event.contactId }}/messages?channel={{ facts.channel }}",
      method: "PUT",
      headers: { authorization: "Bearer {{ secret.CRM_KEY }}" },
      body: { to: "{{ event.from | default: '' }}", lines: ["{{ event.body | default: '' }}", 1, true, null] },
      report: true,
    },
  ],
  task: [
    { type: "task", title: "Call {{ event.contactId }} back" },
    { type: "task", title: "Check the number", description: "{{ facts.outcome }}", due: "2h" },
  ],
  // Marked, so that bundles that use no samples can leave this table out.
  highlevel: /* @__PURE__ */ HIGHLEVEL_CALLS.flatMap((call): HighLevelAction[] =>
    CALL_SAMPLES[call].map((fields) => ({ type: "highlevel", call, ...fields })),
  ),
};

/** A URL in words: host and path. */
function placeOf(url: string): string {
  return withoutTemplates(url).replaceAll(/^[a-z]+:\/\/|[?#].*$/g, "");
}

/** The texts of a field in quotes. */
function quoted(value: unknown): string {
  const texts = (Array.isArray(value) ? value : [value]).filter((text) => typeof text === "string");
  return texts.map((text) => `“${withoutTemplates(text)}”`).join(", ");
}
