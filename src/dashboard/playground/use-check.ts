// The check of the draft, repeated once typing pauses.
import { useEffect, useRef, useState } from "preact/hooks";
import { isJsonObject, type Json, type JsonObject } from "../../kit/json.ts";
import type { CheckedDraft } from "../../model/playground.ts";
import { post, problemOf, type Problem } from "../ask/api.ts";
import type { Draft } from "./draft.ts";

const TYPING_MS = 150;

/** What is known of a draft. The previous answer stays until the next arrives. */
export interface Checking {
  /** The answer, and the draft that it is about. */
  readonly checked: { readonly answer: CheckedDraft; readonly draft: Draft } | null;
  /** The latest decision, and the name that the draft had in it. */
  readonly explained: { readonly of: NonNullable<CheckedDraft["explained"]>; readonly name: string } | null;
  readonly problem: Problem | null;
}

/** Checks a draft once typing pauses. Answers about earlier texts are dropped. */
export function useCheck(draft: Draft, locationId: string): Checking {
  const [state, setState] = useState<Checking>({ checked: null, explained: null, problem: null });
  const isFirst = useRef(true);
  const { name, text, event } = draft;
  useEffect(() => {
    const aborted = new AbortController();
    const ask = (): void => {
      const payload = payloadIn(event);
      post<CheckedDraft>(
        "/api/check",
        { name, text, locationId, ...(payload ? besides(payload) : {}) },
        aborted.signal,
      ).then(
        (answer) => {
          if (aborted.signal.aborted) return;
          setState(({ explained }) => ({
            checked: { answer, draft },
            explained: answer.explained ? { of: answer.explained, name: answer.name } : explained,
            problem: null,
          }));
        },
        (error: unknown) => {
          if (aborted.signal.aborted) return;
          setState((before) => ({ ...before, problem: problemOf(error) }));
        },
      );
    };
    const timer = setTimeout(ask, isFirst.current ? 0 : TYPING_MS);
    isFirst.current = false;
    return () => {
      clearTimeout(timer);
      aborted.abort();
    };
    // These are all that is sent of a draft.
  }, [name, text, event, locationId]);
  return state;
}

/** Whether what is typed holds the event, and beside it what is known: `{ event, contact, location }`. */
export function isWithKnown({ event }: JsonObject): boolean {
  return isJsonObject(event);
}

/** What is asked about what is typed. */
function besides(typed: JsonObject): JsonObject {
  if (!isWithKnown(typed)) return { event: typed };
  const { event = null, contact, location } = typed;
  return { event, ...(contact === undefined ? {} : { contact }), ...(location === undefined ? {} : { location }) };
}

/** The payload being typed, or `{ event, contact, location }`; `null` if it is not a JSON object yet. */
export function payloadIn(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
