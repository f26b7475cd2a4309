// A question to the API that a part of the page shows the answer of, asked again when the answer may have changed.
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";
import { createContext } from "preact";
import { get, Problem, type Parameters } from "./api.ts";

/** What is known of an answer. The one before stays until the next is there, so nothing jumps. */
export interface Asked<Answer> {
  readonly answer: Answer | null;
  /** Why the last time of asking failed. */
  readonly problem: Problem | null;
  /** Nothing was answered yet to this question. */
  readonly isLoading: boolean;
  readonly askAgain: () => void;
}

/** Tells of every change in the location that is shown: an opaque text that differs after each. */
export const Change = createContext<string>("");

/** Asks whenever the path or parameters change, and whenever the location has changed. `null`: does not ask. */
export function useQuery<Answer>(path: string | null, parameters: Parameters = {}): Asked<Answer> {
  const change = useContext(Change);
  const question = path === null ? null : JSON.stringify([path, parameters]);
  const [state, setState] = useState<{ question: string | null; answer: Answer | null; problem: Problem | null }>({
    question: null,
    answer: null,
    problem: null,
  });
  const [again, setAgain] = useState(0);
  const latest = useRef(0);
  useEffect(() => {
    if (path === null) return undefined;
    const aborted = new AbortController();
    const turn = (latest.current += 1);
    get<Answer>(path, parameters, aborted.signal).then(
      (answer) => {
        if (turn === latest.current) setState({ question, answer, problem: null });
      },
      (error: unknown) => {
        if (aborted.signal.aborted || turn !== latest.current) return;
        const problem =
          error instanceof Problem ? error : new Problem(0, "BUG", "This page has a fault", String(error));
        // What was known stays, as long as it answers the same question.
        setState((before) => ({ question, answer: before.question === question ? before.answer : null, problem }));
      },
    );
    return () => aborted.abort();
    // The question holds path and parameters.
  }, [question, change, again]);
  const askAgain = useCallback(() => setAgain((count) => count + 1), []);
  const isLoading = question !== null && state.question !== question;
  return { answer: state.answer, problem: state.problem, isLoading, askAgain };
}
