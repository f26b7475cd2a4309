// Moves many deliveries, call by call, until as many as were counted are moved, somebody stops it, or a call fails.

/** How many one call moved, and whether there are more. */
export interface Moved {
  readonly moved: number;
  readonly more: boolean;
}

/** How it ended: all moved, stopped between two calls, or failed with what a call threw. */
export type MoveEnd =
  | { readonly end: "done"; readonly moved: number }
  | { readonly end: "stopped"; readonly moved: number }
  | { readonly end: "failed"; readonly moved: number; readonly error: unknown };

const AT_ONCE = 1_000;

/**
 * Moves no more than were counted, since those that died afterwards were not shown. `move` is given how many it may
 * move; a call that moves none is the last.
 */
export async function moveAll(
  total: number,
  move: (limit: number) => Promise<Moved>,
  isStopped: () => boolean,
  onMoved: (moved: number) => void,
): Promise<MoveEnd> {
  for (let moved = 0; ;) {
    if (isStopped()) return { end: "stopped", moved };
    try {
      const step = await move(Math.min(AT_ONCE, total - moved));
      moved += step.moved;
      onMoved(moved);
      if (!step.more || step.moved === 0 || moved >= total) return { end: "done", moved };
    } catch (error) {
      return { end: "failed", moved, error };
    }
  }
}
