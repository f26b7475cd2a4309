import { useEffect, useState } from "preact/hooks";
import { get, locationPath, problemOf, type Problem } from "./api.ts";
import { whileSeen } from "./while-seen.ts";

const ASK_EVERY_MS = 2_000;

/** What is known of the changes in a location. */
export interface Changed {
  /** An opaque text that differs after each; empty when asking for the first one failed, `null` until then. */
  readonly change: string | null;
  /** Why the last time of asking failed. */
  readonly problem: Problem | null;
}

const NOTHING: Changed = { change: null, problem: null };

/** What a location says has changed, asked every two seconds while the tab is seen. `null`: none is asked. */
export function useChange(locationId: string | null): Changed {
  const [state, setState] = useState<{ readonly of: string | null; readonly known: Changed }>({
    of: null,
    known: NOTHING,
  });
  useEffect(() => {
    if (locationId === null) return undefined;
    const aborted = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const { change } = await get<{ change: string }>(locationPath(locationId, "changes"), {}, aborted.signal);
        setState({ of: locationId, known: { change, problem: null } });
      } catch (error) {
        if (aborted.signal.aborted) return;
        const problem = problemOf(error);
        setState(({ of, known }) => ({
          of: locationId,
          known: { change: (of === locationId ? known.change : null) ?? "", problem },
        }));
      }
    };
    const end = whileSeen(ask, ASK_EVERY_MS, document);
    return () => {
      end();
      aborted.abort();
    };
  }, [locationId]);
  return state.of === locationId ? state.known : NOTHING;
}
