// What is known of the contact and the location when an event is decided again: what the rules that decided had asked is as
// it was then, so that they see the same; the rest is as it is known now.
import { isJsonObject, type Json, type JsonObject } from "../kit/json.ts";
import type { KnownPlace } from "../match/known.ts";
import { readyRules } from "../match/ready-rules.ts";
import type { KnownFact } from "../language/known-facts.ts";
import { NOTHING_KNOWN, type Known, type KnownPart } from "../model/known.ts";
import type { RuleSet } from "../model/rule.ts";
import type { LogItem } from "./items.ts";

/** `decidedBy`: the rules that decided then; `null`: they are not known. */
export function knownBeside({ event, decision, contact: line }: LogItem, decidedBy: RuleSet | null): Known {
  const then = decision.known ?? NOTHING_KNOWN;
  if (!line) return then;
  const asked = decidedBy === null ? [] : readyRules(decidedBy).asked.on(event);
  const joined = (fact: KnownFact, now: JsonObject | null): KnownPart => {
    const places = asked.filter((place) => place.fact === fact);
    const was = then[fact];
    // Whether there is such a contact at all was asked, too.
    if (now === null || (!was && places.some(({ field }) => field === null))) return was;
    return over(unasked(now, places), was ?? {});
  };
  return { ...then, contact: joined("contact", line.contact), location: joined("location", line.location) };
}

/** A record without what was asked of it. */
function unasked(record: JsonObject, places: readonly KnownPlace[]): JsonObject {
  const left: { [field: string]: Json } = { ...record };
  for (const { field, part } of places) {
    if (field === null) continue;
    const holder = left[field];
    if (part === null || !isJsonObject(holder)) delete left[field];
    else left[field] = Object.fromEntries(Object.entries(holder).filter(([name]) => name !== part));
  }
  return left;
}

/** One record over another, with what both have inside of `custom` and `owner`. */
function over(below: JsonObject, above: JsonObject): JsonObject {
  const joined = Object.entries(above).map(([field, value]): [string, Json] => {
    const other = below[field];
    return [field, isJsonObject(value) && isJsonObject(other) ? { ...other, ...value } : value];
  });
  return { ...below, ...Object.fromEntries(joined) };
}
