// Whether statements can hold together, and on what event. A search over the ways in which they can: each group keeps what
// is wanted of it so far, and a way ends as soon as one group cannot have it. What a group was once asked is kept.
import type { Group, Literal, Part } from "./groups/group.ts";
import type { Logic } from "./values/logic.ts";
import type { Found } from "./values/want.ts";

/** What is wanted of one group. The same literals are always the same object. */
class Wanted {
  readonly group: Group;
  readonly literals: readonly Literal[];
  readonly #book: Book;
  readonly #with = new Map<number, Wanted | null>();
  #found: Found<Part> | null = null;

  constructor(group: Group, literals: readonly Literal[], book: Book) {
    this.group = group;
    this.literals = literals;
    this.#book = book;
  }

  get found(): Found<Part> {
    return (this.#found ??= this.group.partThat(this.literals));
  }

  /** With one literal more; `null`: it contradicts one that is there. */
  with(literal: Literal): Wanted | null {
    const name = numberOf(literal);
    const known = this.#with.get(name);
    if (known !== undefined) return known;
    const isOpposite = this.has({ ...literal, isMet: !literal.isMet });
    const made = isOpposite ? null : this.has(literal) ? this : this.#book.of(this.group, [...this.literals, literal]);
    this.#with.set(name, made);
    return made;
  }

  has({ atom, isMet }: Literal): boolean {
    return this.literals.some((own) => own.atom === atom && own.isMet === isMet);
  }
}

/** All that was wanted of groups, by its name. */
class Book {
  readonly #known = new Map<Group, Map<string, Wanted>>();

  of(group: Group, literals: readonly Literal[]): Wanted {
    const sorted = literals.toSorted((a, b) => numberOf(a) - numberOf(b));
    const name = sorted.map(numberOf).join();
    let own = this.#known.get(group);
    if (!own) this.#known.set(group, (own = new Map()));
    let wanted = own.get(name);
    if (!wanted) own.set(name, (wanted = new Wanted(group, sorted, this)));
    return wanted;
  }
}

function numberOf({ atom, isMet }: Literal): number {
  return atom.id * 2 + (isMet ? 1 : 0);
}

/** The parts of an event on which statements hold together. */
export type Answer = Found<readonly Part[]>;

type Chosen = ReadonlyMap<Group, Wanted>;

/** What statements want of groups, and the choices that they leave. */
export interface Begun {
  readonly chosen: Chosen;
  readonly choices: readonly Choice[];
}

const NOTHING: Begun = { chosen: new Map(), choices: [] };

const MOST_STEPS = 20_000;
const NEVER: Answer = { is: "never" };
const TOO_MANY: Answer = { is: "open", why: "there are too many ways in which the conditions can be met" };

/** Searches for events of one kind. */
export class Search {
  readonly #book = new Book();
  #steps = 0;

  /** Whether statements can hold together, perhaps with some that were begun with. */
  answer(statements: readonly Logic<Literal>[], begun: Begun = NOTHING): Answer {
    this.#steps = 0;
    const chosen = new Map(begun.chosen);
    const choices = [...begun.choices];
    return statements.every((statement) => this.#take(statement, chosen, choices))
      ? this.#decide(chosen, choices)
      : NEVER;
  }

  /** What a statement wants, to be asked together with others; `null`: it never holds. */
  begin(statement: Logic<Literal>): Begun | null {
    const chosen = new Map<Group, Wanted>();
    const choices: Choice[] = [];
    return this.#take(statement, chosen, choices) ? { chosen, choices } : null;
  }

  /** Adds what a statement wants; `false`: a group cannot have it. */
  #take(statement: Logic<Literal>, chosen: Map<Group, Wanted>, choices: Choice[]): boolean {
    if ("all" in statement) return statement.all.every((part) => this.#take(part, chosen, choices));
    if ("any" in statement) {
      choices.push(statement.any);
      return statement.any.length > 0;
    }
    const { group } = statement.is.atom;
    const wanted =
      chosen.get(group)?.with(statement.is) ?? (chosen.has(group) ? null : this.#book.of(group, [statement.is]));
    if (wanted === null || wanted.found.is === "never") return false;
    chosen.set(group, wanted);
    return true;
  }

  #decide(given: Chosen, before: readonly Choice[]): Answer {
    if ((this.#steps += 1) > MOST_STEPS) return TOO_MANY;
    const chosen = new Map(given);
    const left = this.#settled(chosen, before);
    if (left === null) return NEVER;
    const [choice] = left.toSorted((a, b) => a.length - b.length);
    if (choice === undefined) return partsOf(chosen);
    let open: Answer | null = null;
    for (const way of choice) {
      const next = new Map(chosen);
      const others = left.filter((other) => other !== choice);
      const answer = this.#take(way, next, others) ? this.#decide(next, others) : NEVER;
      if (answer.is === "met") return answer;
      if (answer.is === "open") open ??= answer;
    }
    return open ?? NEVER;
  }

  /** The choices that are left once those with one way are taken, and those that are met already left out; `null`: one has none. */
  #settled(chosen: Map<Group, Wanted>, before: readonly Choice[]): readonly Choice[] | null {
    let waiting = before;
    for (let hasChanged = true; hasChanged;) {
      hasChanged = false;
      const left: Choice[] = [];
      for (const choice of waiting) {
        if (choice.some((way) => "is" in way && chosen.get(way.is.atom.group)?.has(way.is))) continue;
        const ways = choice.filter((way) => this.#isPossible(way, chosen));
        const [only] = ways;
        if (only === undefined) return null;
        if (ways.length > 1) left.push(ways);
        else if (this.#take(only, chosen, left)) hasChanged = true;
        else return null;
      }
      waiting = left;
    }
    return waiting;
  }

  #isPossible(way: Logic<Literal>, chosen: Chosen): boolean {
    if (!("is" in way)) return true;
    const { group } = way.is.atom;
    const wanted = chosen.get(group);
    const more = wanted === undefined ? this.#book.of(group, [way.is]) : wanted.with(way.is);
    return more !== null && more.found.is !== "never";
  }
}

/** Ways of which one has to be taken. */
type Choice = readonly Logic<Literal>[];

function partsOf(chosen: Chosen): Answer {
  const parts: Part[] = [];
  let open: Found<never> | null = null;
  for (const { found } of chosen.values()) {
    if (found.is === "met") parts.push(found.value);
    else if (found.is === "open") open ??= found;
  }
  return open ?? { is: "met", value: parts };
}
