// For answers that cost more than a page of a list. After a quiet spell a change is passed on at once; while changes
// keep coming, the latest is passed on every ten seconds.
import type { ComponentChildren, JSX } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { Parameters } from "./api.ts";
import { Change, useQueryAt, type Asked } from "./use-query.ts";

const EVERY_MS = 10_000;

/** Everything inside hears of changes at this slower pace. */
export function Calm({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <Change.Provider value={useCalmChange()}>{children}</Change.Provider>;
}

/** A query that hears of changes at this slower pace. A different question and `askAgain` are asked at once. */
export function useCalmQuery<Answer>(path: string | null, parameters: Parameters = {}): Asked<Answer> {
  return useQueryAt<Answer>(useCalmChange(), path, parameters);
}

function useCalmChange(): string {
  const change = useContext(Change);
  const [told, setTold] = useState(change);
  const toldAt = useRef(-Infinity);
  useEffect(() => {
    if (change === told) return undefined;
    const timer = setTimeout(
      () => {
        toldAt.current = performance.now();
        setTold(change);
      },
      Math.max(0, toldAt.current + EVERY_MS - performance.now()),
    );
    return () => clearTimeout(timer);
  }, [change, told]);
  return told;
}
