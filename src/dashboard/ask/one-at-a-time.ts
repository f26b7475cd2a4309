/**
 * Asks, never twice at once: a wish that comes meanwhile is answered by asking once more afterwards, however many come.
 * So a question whose answer is slower than the wishes still gets answers. `ask` reports what fails itself.
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
