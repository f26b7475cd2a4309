import type { JSX } from "preact";
import { useState } from "preact/hooks";

/** Which page of a list is shown, and how to reach its neighbours. */
export interface Paging {
  /** The cursor of the page that is shown; `null`: the first page. */
  readonly cursor: string | null;
  readonly number: number;
  readonly older: (cursor: string) => void;
  readonly newer: () => void;
}

/** The paging of a list; a different question starts again at the first page. */
export function usePaging(question: string): Paging {
  const [state, setState] = useState<{ readonly question: string; readonly cursors: readonly string[] }>({
    question,
    cursors: [],
  });
  const cursors = state.question === question ? state.cursors : [];
  return {
    cursor: cursors.at(-1) ?? null,
    number: cursors.length + 1,
    older: (cursor) => setState({ question, cursors: [...cursors, cursor] }),
    newer: () => setState({ question, cursors: cursors.slice(0, -1) }),
  };
}

/** The buttons under a list. They stay in place even when they lead nowhere. */
export function Pager({ paging, next }: { readonly paging: Paging; readonly next: string | null }): JSX.Element | null {
  if (next === null && paging.number === 1) return null;
  return (
    <nav class="pager" aria-label="Pages">
      <button type="button" disabled={paging.number === 1} onClick={paging.newer}>
        ← Back
      </button>
      <span>Page {paging.number}</span>
      <button type="button" disabled={next === null} onClick={() => next !== null && paging.older(next)}>
        Next →
      </button>
    </nav>
  );
}
