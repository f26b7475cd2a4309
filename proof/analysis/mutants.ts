// Bugs that somebody could introduce into the analysis. Each is planted in turn, and brute force has to find it.
import type { Mutant } from "../sim/mutants.ts";

export const ANALYSIS_MUTANTS: readonly Mutant[] = [
  {
    name: "opposites-keep-their-joint",
    file: "analysis/values/logic.ts",
    from: "? { any: logic.all.map((part) => opposite(part, ofLeaf)) }",
    to: "? { all: logic.all.map((part) => opposite(part, ofLeaf)) }",
  },
  {
    name: "some-values-are-all",
    file: "analysis/values/want.ts",
    from: '(first === "someValue") === isMet ? "any" : "all"',
    to: 'isMet ? "all" : "any"',
  },
  {
    name: "lists-are-taken-for-absent",
    file: "analysis/values/lists.ts",
    from: "isAsWanted({ operator, value, isMet }, [])",
    to: "isAsWanted({ operator, value, isMet }, undefined)",
  },
  {
    name: "nothing-between-two-numbers",
    file: "analysis/values/one.ts",
    from: "(bound + (bounds[at + 1] ?? bound + 2)) / 2,",
    to: "bound,",
  },
  {
    name: "no-text-but-one-that-could-still-be-met",
    file: "analysis/values/texts.ts",
    from: "reader.won !== undefined && states[at] === reader.won",
    to: "states[at] === LOST",
  },
  {
    name: "nothing-inside-is-never-absent",
    file: "analysis/values/tree.ts",
    from: "if (isNothingInside) {",
    to: "if (isNothingInside && at.length > 9) {",
  },
  {
    name: "a-contact-is-always-known",
    file: "analysis/groups/known.ts",
    from: 'shapes: ["absent", "object"]',
    to: 'shapes: ["object"]',
  },
  {
    name: "every-type-means-the-same-outcome",
    file: "analysis/groups/words.ts",
    from: "((meanings[pair] ?? 0) * statuses.length + status)",
    to: "status",
  },
  {
    name: "a-count-leaves-itself-out",
    file: "analysis/space.ts",
    from: 'joined("all", [isOwn, adding(1)])',
    to: 'joined("all", [isOwn, adding(0)])',
  },
  {
    name: "within-includes-its-end",
    file: "analysis/groups/past.ts",
    from: "isMeant(question, kind) && agoMs < question.withinMs ? [at] : []",
    to: "isMeant(question, kind) && agoMs <= question.withinMs ? [at] : []",
  },
  {
    name: "the-last-event-may-be-younger",
    file: "analysis/groups/past.ts",
    from: "return age !== null && agoMs >= age * SECOND_MS;",
    to: "return age !== null;",
  },
  {
    name: "each-event-is-a-message",
    file: "analysis/groups/past.ts",
    from: 'if (apart.is === "met" || ofMessages.length === 0) return apart;',
    to: "if (ofMessages.length < 100) return apart;",
  },
  {
    name: "ages-are-of-one-question",
    file: "analysis/groups/past.ts",
    from: "agesOf(sinces, agesAround(questions))",
    to: "agesOf(sinces, agesAround(sinces))",
  },
  {
    name: "the-api-hides-comments",
    file: "analysis/firing.ts",
    from: "...guards.slice(0, at).map((other) => this.#is(other, false)),",
    to: "...guards.filter((other) => other !== guard).map((other) => this.#is(other, false)),",
  },
  {
    name: "nobody-is-stopped",
    file: "analysis/set.ts",
    from: "...stops.map((stop) => rules.isSilent(stop))",
    to: "",
  },
  {
    name: "a-model-knows-nothing-of-stops",
    file: "analysis/pairs.ts",
    from: "if (a.model && b.isFree && firesOn(b.rule, a.model) === true)",
    to: "if (a.model && firesOn(b.rule, a.model) === true)",
  },
  {
    name: "a-choice-that-is-met-is-taken-for-all",
    file: "analysis/search.ts",
    from: "if (left === null) return NEVER;",
    to: "if (left === null || left.length > 1) return NEVER;",
  },
];
