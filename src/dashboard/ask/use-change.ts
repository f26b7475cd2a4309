import { useEffect, useState } from "preact/hooks";
import { get, locationPath, problemOf, type Problem } from "./api.ts";
import { whileSeen } from "./while-seen.ts";

const ASK_EVERY_MS = 2_000;

/** What is known about changes in a location. */
export interface Changed {
  /** An opaque text, different after each change; `null` until the first call ends, empty if that call failed. */
  readonly change: string | null;
  /** Why the latest call failed. */
  readonly problem: Problem | null;
}

const NOTHING: Changed = { change: null, problem: null };

/** A location's change text, asked for every two seconds while the tab is visible. `null`: nothing is asked. */
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
