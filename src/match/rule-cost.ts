// The estimated cost of deciding one rule: where there is no clock, work is bounded by how much it will look at.
import type { Event } from "../model/event.ts";
import { isJsonObject } from "../kit/json.ts";
import { NOTHING_KNOWN, type Known } from "../model/known.ts";
import type { Rule } from "../model/rule.ts";
import { comparisons, searchesOf, valuesOf } from "../language/conditions.ts";
import { isLogFact } from "../language/log-facts.ts";
import { searchSteps } from "../language/pattern.ts";

/** What a rule is decided on. */
export interface Asked {
  /** The length of the event, and of what is known beside it, as JSON: no text in them is longer. */
  readonly characters: number;
  /** How many events of the contact came before. */
  readonly past: number;
}

/** In tenths of a microsecond: a quarter of a second, the longest that trying a draft may take. */
const MAX_DRAFT_WORK = 2_500_000;
const WORK_OF_COMPARISON = 20;
/** A comparison may read a text to its end, and some copy it first. */
const CHARACTERS_OF_WORK = 100;
const STEPS_OF_WORK = 2;

/** The most that a rule may cost, in tenths of a microsecond, depending on what it is decided on. */
export function workOf({ conditions, limit }: Rule): (asked: Asked) => number {
  const all = [...comparisons(conditions, [])].map(({ condition }) => condition);
  const values = all.reduce((sum, condition) => sum + valuesOf(condition).length, 0);
  const searches = all.flatMap(searchesOf);
  const asks = all.filter(({ fact, value }) =>
    [fact, isJsonObject(value) ? value["fact"] : null].some((name) => typeof name === "string" && isLogFact(name)),
  );
  const ofPast = asks.length + (limit ? 1 : 0);
  return ({ characters, past }) => {
    const steps = searches.reduce((sum, search) => sum + searchSteps(search, characters), 0);
    return values * (WORK_OF_COMPARISON + characters / CHARACTERS_OF_WORK) + ofPast * past + steps / STEPS_OF_WORK;
  };
}

/** Whether a draft may be decided on an event while others wait. */
export function isAffordable(draft: Rule, { payload }: Event, past: number, known: Known = NOTHING_KNOWN): boolean {
  const characters = JSON.stringify(payload).length + JSON.stringify(known).length;
  return workOf(draft)({ characters, past }) <= MAX_DRAFT_WORK;
}
