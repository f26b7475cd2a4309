/** What says whether the page is visible: a `Document`. */
export interface Seen extends EventTarget {
  readonly hidden: boolean;
}

/**
 * Runs `turn` now and then repeatedly, resting in between, while the page is visible: never twice at once, and without
 * delay when the page becomes visible again. `turn` reports its own failures. Returns what stops it.
 */
export function whileSeen(turn: () => Promise<void> | void, restMs: number, page: Seen): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isBusy = false;
  let isOver = false;
  const go = async (): Promise<void> => {
    clearTimeout(timer);
    if (isBusy || isOver || page.hidden) return;
    isBusy = true;
    await turn();
    isBusy = false;
    if (!isOver) timer = setTimeout(() => void go(), restMs);
  };
  const look = (): void => void go();
  page.addEventListener("visibilitychange", look);
  void go();
  return () => {
    isOver = true;
    clearTimeout(timer);
    page.removeEventListener("visibilitychange", look);
  };
}
