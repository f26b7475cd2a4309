/** What tells whether the page is seen: a `Document`. */
export interface Seen extends EventTarget {
  readonly hidden: boolean;
}

/**
 * Does something now and again and again, with a rest between, as long as the page is seen: never twice at once, and at
 * once when it is seen again. `turn` reports what fails itself. Gives back what ends it.
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
