// What deciding one rule can cost, counted: where no clock can be asked, work is bounded by what it will look at.
import type { Event } from "../model/event.ts";
import { isJsonObject } from "../kit/json.ts";
import type { Rule } from "../model/rule.ts";
import { comparisons, searchesOf, valuesOf } from "../language/conditions.ts";
import { searchSteps } from "../language/pattern.ts";
import { asksHistory } from "./facts.ts";

/** What a rule is decided on. */
export interface Asked {
  /** Of the event, as JSON: no text in it is longer. */
  readonly characters: number;
  /** How many events of the contact came before. */
  readonly past: number;
}

/** Tenths of a microsecond: a quarter of a second, which is as long as a draft may take where it is only tried. */
const MAX_DRAFT_WORK = 2_500_000;
const WORK_OF_COMPARISON = 20;
/** A comparison may read a text to its end, some of them after making it anew. */
const CHARACTERS_OF_WORK = 100;
const STEPS_OF_WORK = 2;

/** Tells what a rule may cost on what it is decided on, in tenths of a microsecond. */
export function workOf({ conditions, limit }: Rule): (asked: Asked) => number {
  const all = [...comparisons(conditions, [])].map(({ condition }) => condition);
  const values = all.reduce((sum, condition) => sum + valuesOf(condition).length, 0);
  const searches = all.flatMap(searchesOf);
  const asks = all.filter(({ fact, value }) =>
    [fact, isJsonObject(value) ? value["fact"] : null].some((name) => typeof name === "string" && asksHistory(name)),
  );
  const ofPast = asks.length + (limit ? 1 : 0);
  return ({ characters, past }) => {
    const steps = searches.reduce((sum, search) => sum + searchSteps(search, characters), 0);
    return values * (WORK_OF_COMPARISON + characters / CHARACTERS_OF_WORK) + ofPast * past + steps / STEPS_OF_WORK;
  };
}

/** Whether a draft may be decided on an event where others wait for it. */
export function isAffordable(draft: Rule, { payload }: Event, past: number): boolean {
  return workOf(draft)({ characters: JSON.stringify(payload).length, past }) <= MAX_DRAFT_WORK;
}
