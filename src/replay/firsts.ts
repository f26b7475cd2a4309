// The first of many things, by the place in the log of what they are about, in whichever order they come.

/** As many as are wanted, and no more than about twice as many on the way. */
export interface Firsts<Item> {
  /** Whether one of this place would be among the first. */
  wants(place: number): boolean;
  /** Adds one; of the same place, in the order in which they come. */
  add(place: number, item: Item): void;
  found(): readonly Item[];
}

const LEAST_ROOM = 64;

export function firsts<Item>(atMost: number): Firsts<Item> {
  let all: { readonly place: number; readonly item: Item }[] = [];
  let last = Infinity;
  const inOrder = (): typeof all => all.toSorted((a, b) => a.place - b.place).slice(0, atMost);
  const wants = (place: number): boolean => atMost > 0 && place <= last;
  return {
    wants,
    add(place, item) {
      if (!wants(place)) return;
      all.push({ place, item });
      if (all.length < 2 * atMost + LEAST_ROOM) return;
      all = inOrder();
      last = all.at(-1)?.place ?? Infinity;
    },
    found: () => inOrder().map(({ item }) => item),
  };
}
