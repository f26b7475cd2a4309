// Published rule sets in words, for the command line and the operator's page.
import { amount } from "../kit/amount.ts";
import { NOTHING_PUBLISHED, type Canary, type InForce, type RulesChange } from "../model/published.ts";

/** For whom a canary decides: `10 % of contacts of location-1, halted beyond 20 messages an hour in a location`. */
export function canaryInWords({ locations, share, messagesPerHour }: Omit<Canary, "ruleSet">): string {
  const contacts = share === 1 ? "all contacts" : `${Number((share * 100).toPrecision(6))} % of contacts`;
  const where = locations.length === 0 ? "" : ` of ${locations.join(", ")}`;
  const bound =
    messagesPerHour === null ? "" : `, halted beyond ${amount(messagesPerHour, "message")} an hour in a location`;
  return `${contacts}${where}${bound}`;
}

/** `version 3`, or `the rules of the last deploy`. */
export function setInWords(version: number | null): string {
  return version === null ? "the rules of the last deploy" : `version ${version}`;
}

/** A change as people read it. */
export interface ChangeInWords {
  readonly what: string;
  /** Afterbeep did it by itself, since something went wrong. */
  readonly isAlarming: boolean;
}

/** What a change did. `before`: the one before it; `null`: it is not known. */
export function changeInWords(change: RulesChange, before: InForce | null): ChangeInWords {
  const version = change.version === null ? "a version" : `version ${change.version}`;
  switch (change.what) {
    case "activate":
      return { what: capital(activatedInWords(change, before, version)), isAlarming: false };
    case "roll-back":
      return { what: `Rolled back: ${setInWords(change.version)} ${decides(change.version)}`, isAlarming: false };
    case "halt":
      return { what: `The canary halted itself: ${version} decides for nobody any more`, isAlarming: true };
    case "not-admitted":
      return {
        what: `${capital(version)} is not admitted by the code that runs now, and is out of force`,
        isAlarming: true,
      };
  }
}

/** The changes, newest first, each with what was in force before it. */
export function withBefore(
  changes: readonly RulesChange[],
): readonly { readonly change: RulesChange; readonly before: InForce | null }[] {
  return changes.map((change, index) => ({
    change,
    before: changes[index + 1] ?? (change.change === 1 ? NOTHING_PUBLISHED : null),
  }));
}

function activatedInWords(now: RulesChange, before: InForce | null, version: string): string {
  if (before === null) return `${version} was put in force, in the shadow, or ended`;
  if (now.live !== before.live) return `${version} was put in force for all`;
  if (now.canary !== null && !isSame(now.canary, before.canary))
    return `${version} became the canary, for ${canaryInWords(now.canary)}`;
  if (now.shadow !== null && now.shadow !== before.shadow) return `${version} went into the shadow`;
  const ended = [
    ...(before.canary !== null && now.canary === null ? ["the canary"] : []),
    ...(before.shadow !== null && now.shadow === null ? ["the shadow"] : []),
  ];
  return ended.length === 0
    ? `${version} was put in force as it was already`
    : `${version} ended as ${ended.join(" and ")}`;
}

function isSame(one: Canary, other: Canary | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function decides(version: number | null): string {
  return version === null ? "decide" : "decides";
}

/** The words with their first letter as a capital. */
export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
