/**
 * Runs `ask`, never twice at once: any number of calls during a run lead to one more run after it. So a query gets its
 * answers even when calls come faster than they do. `ask` reports its own failures.
 */
export function oneAtATime(ask: () => Promise<void>, signal: AbortSignal): () => void {
  let isAsking = false;
  let isStale = false;
  const run = async (): Promise<void> => {
    isAsking = true;
    do {
      isStale = false;
      await ask();
    } while (isStale && !signal.aborted);
    isAsking = false;
  };
  return () => {
    if (isAsking) isStale = true;
    else if (!signal.aborted) void run();
  };
}
