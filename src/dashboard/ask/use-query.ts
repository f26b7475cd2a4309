// A question to the API whose answer a part of the page shows, asked again when the answer may have changed.
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";
import { createContext } from "preact";
import { get, problemOf, type Parameters, type Problem } from "./api.ts";
import { oneAtATime } from "./one-at-a-time.ts";

/** What is known of an answer. The previous one stays until the next arrives, so that nothing jumps. */
export interface Asked<Answer> {
  readonly answer: Answer | null;
  /** Why the latest call failed. */
  readonly problem: Problem | null;
  readonly askAgain: () => void;
}

/** The current question. */
interface Asking {
  readonly question: string;
  readonly ask: () => void;
  readonly giveUp: () => void;
}

/** An opaque text that is different after every change in the location that is shown. */
export const Change = createContext<string>("");

/** Asks whenever the path or the parameters change, and after every change in the location. `null`: does not ask. */
export function useQuery<Answer>(path: string | null, parameters: Parameters = {}): Asked<Answer> {
  return useQueryAt<Answer>(useContext(Change), path, parameters);
}

/**
 * The same, with `change` saying when something changed. Only a different question aborts the call under way; after a
 * change, the same question is asked again once that call is answered.
 */
export function useQueryAt<Answer>(change: string, path: string | null, parameters: Parameters): Asked<Answer> {
  const question = path === null ? null : JSON.stringify([path, parameters]);
  const [state, setState] = useState<{ question: string | null; answer: Answer | null; problem: Problem | null }>({
    question: null,
    answer: null,
    problem: null,
  });
  const asking = useRef<Asking | null>(null);
  const begin = (asked: string, at: string): Asking => {
    const aborted = new AbortController();
    const once = async (): Promise<void> => {
      try {
        const answer = await get<Answer>(at, parameters, aborted.signal);
        if (!aborted.signal.aborted) setState({ question: asked, answer, problem: null });
      } catch (error) {
        if (aborted.signal.aborted) return;
        const problem = problemOf(error);
        // The previous answer stays if it is to the same question.
        setState((before) => ({ question: asked, answer: before.question === asked ? before.answer : null, problem }));
      }
    };
    return { question: asked, ask: oneAtATime(once, aborted.signal), giveUp: () => aborted.abort() };
  };
  useEffect(() => {
    if (asking.current?.question !== question) {
      asking.current?.giveUp();
      asking.current = question === null || path === null ? null : begin(question, path);
    }
    asking.current?.ask();
  }, [question, change]);
  useEffect(() => () => asking.current?.giveUp(), []);
  const askAgain = useCallback(() => asking.current?.ask(), []);
  return { answer: state.answer, problem: state.problem, askAgain };
}
