// How many cases a run takes if there are many: `npm test` a share, always the same one; `npm run test:all` all of them.
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** Whether this is `npm test`. */
    readonly isQuick: boolean;
  }
}

const isQuick = inject("isQuick");

/** How many cases are made: a share in `npm test`, all in `npm run test:all`. */
export function upTo(quick: number, all: number): number {
  return isQuick ? quick : all;
}

/** The items of a list to use: in `npm test` this many, the first one and others spread as far apart as possible. */
export function share<Item>(all: readonly Item[], quick: number): readonly Item[] {
  if (!isQuick || quick >= all.length) return all;
  return Array.from({ length: quick }, (_, index) => all[Math.floor((index * all.length) / quick)]).filter(
    (item) => item !== undefined,
  );
}
