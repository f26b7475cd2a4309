// What is to happen, in the order of its times: a heap, since a month of waits is long.

/** Something that happens at a time; of the same time, what has the lower rank first, then what was put in first. */
interface Timed<Item> {
  readonly atMs: number;
  readonly rank: number;
  readonly n: number;
  readonly item: Item;
}

/** A queue by time. */
export interface Agenda<Item> {
  put(atMs: number, item: Item, rank?: number): void;
  /** Takes out the next that happens by a time; `undefined`: none does. */
  takeBy(atMs: number): Item | undefined;
}

export function agenda<Item>(): Agenda<Item> {
  const heap: Timed<Item>[] = [];
  let count = 0;
  const isBefore = (a: Timed<Item>, b: Timed<Item>): boolean => (a.atMs - b.atMs || a.rank - b.rank || a.n - b.n) < 0;
  const swap = (a: number, b: number): void => {
    const [one, other] = [heap[a], heap[b]];
    if (one && other) [heap[a], heap[b]] = [other, one];
  };
  const isOut = (above: number, below: number): boolean => {
    const [a, b] = [heap[above], heap[below]];
    return a !== undefined && b !== undefined && isBefore(b, a);
  };
  return {
    put(atMs, item, rank = 0) {
      heap.push({ atMs, rank, n: (count += 1), item });
      for (let at = heap.length - 1; at > 0;) {
        const above = (at - 1) >> 1;
        if (!isOut(above, at)) break;
        swap(above, at);
        at = above;
      }
    },
    takeBy(atMs) {
      const [first] = heap;
      if (!first || first.atMs > atMs) return undefined;
      const last = heap.pop();
      if (last && heap.length > 0) heap[0] = last;
      for (let at = 0; ;) {
        const [left, right] = [2 * at + 1, 2 * at + 2];
        const below = isOut(left, right) ? right : left;
        if (!isOut(at, below)) break;
        swap(at, below);
        at = below;
      }
      return first.item;
    },
  };
}
