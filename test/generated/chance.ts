/** Chance from a seed: the same numbers each time. */
export interface Chance {
  /** 0…1, 1 excluded. */
  next(): number;
  /** 0…below-1. */
  below(count: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** Each item as often as its weight says. */
  weighted<Item>(items: readonly (readonly [item: Item, weight: number])[]): Item;
  happens(probability: number): boolean;
}

/** A small generator of the "mulberry" family: 32 bits of state, good enough to vary test data. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    next,
    below,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    weighted: (items) => {
      let left = next() * items.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [item, weight] of items) if ((left -= weight) < 0) return item;
      return (items.at(-1) as (typeof items)[number])[0];
    },
    happens: (probability) => next() < probability,
  };
}
