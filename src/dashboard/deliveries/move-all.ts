// Many deliveries moved by one call after another, until all that were counted are, somebody stops it, or a call fails.

/** What one call moved, and whether there are others. */
export interface Moved {
  readonly moved: number;
  readonly more: boolean;
}

/** How it ended: all that there were, stopped between two calls, or what a call threw. */
export type MoveEnd =
  | { readonly end: "done"; readonly moved: number }
  | { readonly end: "stopped"; readonly moved: number }
  | { readonly end: "failed"; readonly moved: number; readonly error: unknown };

/**
 * Moves at most as many as were counted, to the size of a call: one that dies again meanwhile is not taken up for ever.
 * A call that moves none is the last.
 */
export async function moveAll(
  total: number,
  move: () => Promise<Moved>,
  isStopped: () => boolean,
  onMoved: (moved: number) => void,
): Promise<MoveEnd> {
  for (let moved = 0; ;) {
    if (isStopped()) return { end: "stopped", moved };
    try {
      const step = await move();
      moved += step.moved;
      onMoved(moved);
      if (!step.more || step.moved === 0 || moved >= total) return { end: "done", moved };
    } catch (error) {
      return { end: "failed", moved, error };
    }
  }
}
