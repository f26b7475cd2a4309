// Stands in for eventemitter2 in the bundle: see docs/decisions/0023-nobody-listens.md.

/** What json-rules-engine's rules and engines are made from, which call it as functions call each other: no class can. */
export default function Emitter(): void {
  // It has nobody to remember.
}

Object.assign(Emitter.prototype as object, {
  /** Throws: `match/engine.ts` reads what evaluating returns. */
  on(): never {
    throw new Error("Nobody listens to the engine");
  },
  /** Tells nobody. */
  emitAsync: (): Promise<readonly unknown[]> => Promise.resolve([]),
});
