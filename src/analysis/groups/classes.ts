// A group of which every sort of sample that the conditions tell apart can be listed: what is asked of it is a set of
// places in that list for each atom, and their intersection.
import { NEVER_FOUND, type Found } from "../values/want.ts";
import type { Atom, Group, Literal, Part } from "./group.ts";

/** The samples of a group, the likeliest first. */
export interface Samples<Sample> {
  readonly all: readonly Sample[];
  /** Why samples may be lacking of a sort that these literals tell apart, a clause; `null`: there are samples of every sort. */
  readonly lacks?: (literals: readonly Literal[]) => string | null;
}

/** How a group lists its samples. */
interface Listing<Sample> {
  readonly name: string;
  readonly list: (atoms: readonly Atom[]) => Samples<Sample>;
  /** Tells of samples whether an atom holds on them. */
  readonly test: (atom: Atom) => (sample: Sample) => boolean;
  readonly part: (sample: Sample) => Part;
}

const BITS = 32;

/** A group by a list of its samples. */
export class ListedGroup<Sample> implements Group {
  readonly #listing: Listing<Sample>;
  readonly #atoms = new Map<number, Atom>();
  #samples: Samples<Sample> | null = null;
  readonly #sets = new Map<number, Int32Array>();

  constructor(listing: Listing<Sample>) {
    this.#listing = listing;
  }

  get name(): string {
    return this.#listing.name;
  }

  note(atom: Atom): void {
    if (this.#atoms.has(atom.id)) return;
    this.#atoms.set(atom.id, atom);
    this.#samples = null;
    this.#sets.clear();
  }

  partThat(literals: readonly Literal[]): Found<Part> {
    const samples = (this.#samples ??= this.#listing.list([...this.#atoms.values()]));
    const words = Math.ceil(samples.all.length / BITS);
    const sets = literals.map(({ atom, isMet }) => ({ set: this.#setOf(atom, samples.all), isMet }));
    for (let word = 0; word < words; word++) {
      let left = word === words - 1 ? lastWord(samples.all.length) : -1;
      for (const { set, isMet } of sets) left &= isMet ? (set[word] ?? 0) : ~(set[word] ?? 0);
      if (left === 0) continue;
      const sample = samples.all[word * BITS + (BITS - 1 - Math.clz32(left & -left))];
      if (sample !== undefined) return { is: "met", value: this.#listing.part(sample) };
    }
    const why = samples.lacks?.(literals) ?? null;
    return why === null ? NEVER_FOUND : { is: "open", why };
  }

  #setOf(atom: Atom, all: readonly Sample[]): Int32Array {
    let set = this.#sets.get(atom.id);
    if (set) return set;
    set = new Int32Array(Math.ceil(all.length / BITS));
    const holds = this.#listing.test(atom);
    for (const [place, sample] of all.entries())
      if (holds(sample)) set[place >> 5] = (set[place >> 5] ?? 0) | (1 << (place & 31));
    this.#sets.set(atom.id, set);
    return set;
  }
}

function lastWord(length: number): number {
  const rest = length % BITS;
  return rest === 0 ? -1 : (1 << rest) - 1;
}
