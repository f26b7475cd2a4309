// Stands in for eventemitter2 in the bundle: see docs/decisions/0023-nobody-listens.md.

/** The base of json-rules-engine's rules and engines. They call it without `new`, which a class does not allow. */
export default function Emitter(): void {
  // There are no listeners to keep.
}

Object.assign(Emitter.prototype as object, {
  /** Throws: `match/engine.ts` uses what evaluating returns instead. */
  on(): never {
    throw new Error("Nobody listens to the engine");
  },
  /** Tells nobody. */
  emitAsync: (): Promise<readonly unknown[]> => Promise.resolve([]),
});
