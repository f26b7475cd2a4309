// Completion in the form that CodeMirror expects.
import {
  autocompletion,
  snippet,
  startCompletion,
  type Completion,
  type CompletionSource,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import type { JsonObject } from "../../kit/json.ts";
import { completionAt, type Candidate } from "./completion.ts";

const TYPES = { key: "property", word: "enum", part: "class" } as const;
const IS_WORD = /^[\w$.:-]*$/;

/** Offers what the schema allows. Without being asked, it does so only within a word or quotes. */
export function complete(schema: JsonObject): Extension {
  return autocompletion({ override: [sourceOf(schema)], icons: false });
}

function sourceOf(schema: JsonObject): CompletionSource {
  return ({ state, pos, explicit }) => {
    const text = state.doc.toString();
    const completion = completionAt(text, pos, schema);
    if (!completion) return null;
    const { from, to, candidates } = completion;
    if (!explicit && from === to) return null;
    // What is typed is compared without its quotes: they are put back when a candidate is chosen.
    const isQuoted = text[from] === '"';
    const isClosed = isQuoted && to - from > 1 && text[to - 1] === '"';
    const before = isQuoted ? 1 : 0;
    const after = isClosed ? 1 : 0;
    return {
      from: from + before,
      to: to - after,
      options: candidates.map((candidate, index) => optionOf(candidate, index, before, after)),
      validFor: IS_WORD,
    };
  };
}

function optionOf(
  { label, about, kind, template }: Candidate,
  index: number,
  before: number,
  after: number,
): Completion {
  return {
    label,
    type: TYPES[kind],
    // Without a word to search for, candidates keep the schema's order.
    boost: -Math.min(index, 99),
    ...(about === "" ? {} : { info: about }),
    apply: (view, option, from, to) => {
      snippet(template)(view, option, from - before, to + after);
      if (template.includes("${}")) startCompletion(view);
    },
  };
}
