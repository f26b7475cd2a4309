// How much of what is many a run takes: `npm test` a share, `npm run test:all` all of it. The share is the same each time.
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** Whether this is `npm test`. */
    readonly isQuick: boolean;
  }
}

const isQuick = inject("isQuick");

/** How many cases are made: so many in `npm test`, and all in `npm run test:all`. */
export function upTo(quick: number, all: number): number {
  return isQuick ? quick : all;
}

/** What is taken of a list: in `npm test` so many of it, the first one and others as far from each other as can be. */
export function share<Item>(all: readonly Item[], quick: number): readonly Item[] {
  if (!isQuick || quick >= all.length) return all;
  return Array.from({ length: quick }, (_, index) => all[Math.floor((index * all.length) / quick)]).filter(
    (item) => item !== undefined,
  );
}
