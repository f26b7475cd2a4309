import type fc from "fast-check";

/** Something that holds for every input. It throws, or does not resolve, where it does not hold. */
export interface Model {
  readonly name: string;
  /** What holds, in one sentence. */
  readonly about: string;
  /** How many of a hundred cases it gets. */
  readonly share: number;
  /** Inputs, as one value each. */
  readonly inputs: fc.Arbitrary<unknown>;
  readonly holds: (input: never) => void | Promise<void>;
}

/** A model, whose property takes what its inputs are. */
export function model<Input>(
  parts: Omit<Model, "inputs" | "holds"> & {
    readonly inputs: fc.Arbitrary<Input>;
    readonly holds: (input: Input) => void | Promise<void>;
  },
): Model {
  return parts;
}

/** Throws with what should have been. */
export function claim(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}
