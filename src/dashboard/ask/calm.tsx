import type { ComponentChildren, JSX } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { Change } from "./use-query.ts";

const EVERY_MS = 10_000;

/**
 * Tells what is inside of a change at once after a quiet time, and while changes keep coming every ten seconds: for
 * answers that are larger than a page of a list.
 */
export function Calm({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const change = useContext(Change);
  const [told, setTold] = useState(change);
  const toldAt = useRef(-Infinity);
  useEffect(() => {
    if (change === told) return undefined;
    const timer = setTimeout(
      () => {
        // The first of a page tells where it stands, and of nothing that is new.
        if (told !== "") toldAt.current = performance.now();
        setTold(change);
      },
      Math.max(0, toldAt.current + EVERY_MS - performance.now()),
    );
    return () => clearTimeout(timer);
  }, [change, told]);
  return <Change.Provider value={told}>{children}</Change.Provider>;
}
