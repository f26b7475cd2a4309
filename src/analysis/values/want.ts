// What is wanted of one value: that a comparison is met, or that it is not. The comparison is the engine's own.
import type { Json } from "../../kit/json.ts";
import { takeApart } from "../../language/operators.ts";
import { comparisonOf } from "../../match/engine.ts";
import { constant, joined, type Logic } from "./logic.ts";

/** A comparison with a constant, and whether it has to be met. */
export interface Want {
  /** With the decorators that are left. */
  readonly operator: string;
  readonly value: Json;
  readonly isMet: boolean;
  /** Only a text can meet it: an item of a list of which the comparison does not look into lists. */
  readonly isOfText?: true;
}

/** Whether a value is as wanted; `undefined` is absent. */
export function isAsWanted({ operator, value, isMet, isOfText }: Want, given: unknown): boolean {
  if (isOfText && typeof given !== "string") return !isMet;
  return (comparisonOf(operator)?.(given, value) ?? false) === isMet;
}

/** Whether a value is all that is wanted of it. */
export function isAll(wants: readonly Want[], given: unknown): boolean {
  return wants.every((want) => isAsWanted(want, given));
}

/** What could be found: a value, that there is none, or that nobody knows, with a clause for people. */
export type Found<Value> =
  | { readonly is: "met"; readonly value: Value }
  | { readonly is: "never" }
  | { readonly is: "open"; readonly why: string };

export const NEVER_FOUND: Found<never> = { is: "never" };

/** The same comparison without the decorators before it that turn it round, or take the items of its value. */
export function undecorated(written: string, value: Json, isMet: boolean): Logic<Want> {
  const { decorators } = takeApart(written);
  const [first] = decorators;
  const rest = first === undefined ? written : written.slice(first.length + 1);
  if (first === "not") return undecorated(rest, value, !isMet);
  // The engine takes these for the opposites of two others, whatever the fact.
  if (written === "notEqual") return undecorated("equal", value, !isMet);
  if (written === "notIn" && Array.isArray(value)) return undecorated("in", value, !isMet);
  if (first !== "someValue" && first !== "everyValue") return { is: { operator: written, value, isMet } };
  if (!Array.isArray(value)) return constant(!isMet);
  const parts = value.map((item) => undecorated(rest, item, isMet));
  return joined((first === "someValue") === isMet ? "any" : "all", parts);
}
