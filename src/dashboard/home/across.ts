// Moves deliveries in many locations, one location after another: each by the same call as its own page makes.
import { moveAll, type Moved } from "../deliveries/move-all.ts";

/** A location, and how many it is known to have. */
export interface Troubled {
  readonly locationId: string;
  readonly name: string | null;
  readonly count: number;
}

/** How it ended: how many moved, and where it failed. What was not reached is `left`. */
export interface AcrossEnd {
  readonly moved: number;
  readonly failed: readonly { readonly location: Troubled; readonly error: unknown }[];
  readonly left: number;
}

/** A location that does not answer keeps none of the others waiting: it is told at the end. */
export async function moveAcross(
  locations: readonly Troubled[],
  move: (locationId: string, limit: number) => Promise<Moved>,
  isStopped: () => boolean,
  onMoved: (moved: number, at: Troubled) => void,
): Promise<AcrossEnd> {
  let moved = 0;
  const failed: { location: Troubled; error: unknown }[] = [];
  for (const [index, location] of locations.entries()) {
    if (isStopped()) return { moved, failed, left: locations.length - index };
    const before = moved;
    onMoved(before, location);
    // What it has may have grown since it was told: what was decided later is left by the filter's end.
    const end = await moveAll(
      Infinity,
      (limit) => move(location.locationId, limit),
      isStopped,
      (here) => onMoved(before + here, location),
    );
    moved += end.moved;
    if (end.end === "failed") failed.push({ location, error: end.error });
  }
  return { moved, failed, left: 0 };
}
