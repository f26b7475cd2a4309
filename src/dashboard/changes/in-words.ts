// What is in force, and what changed it, in plain words.
import { canaryInWords } from "../../language/published-words.ts";
import {
  NOTHING_PUBLISHED,
  type Canary,
  type InForce,
  type InForceVersions,
  type RulesChange,
  type RulesFrom,
  type RulesState,
  type RuleSetVersion,
} from "../../model/published.ts";

/** What `GET /api/rule-sets` answers. */
export interface PublishedState extends RulesState {
  readonly versions: readonly RuleSetVersion[];
  readonly cursor: string | null;
}

/** What of it decides: where the deployed rules do, a published set runs in the shadow alone. */
export function deciding<Known extends InForce>(inForce: Known, rulesFrom: RulesFrom): Known {
  return rulesFrom === "deploy" ? { ...inForce, live: null, liveVersion: null, canary: null } : inForce;
}

/** `version 3`, or `the rules of the last deploy`. */
export function setInWords(version: number | null): string {
  return version === null ? "the rules of the last deploy" : `version ${version}`;
}

/** What would decide, a sentence for each set: of a roll-back, before it is done. */
export function inForceLines({ liveVersion, canary, canaryVersion, shadowVersion }: InForceVersions): string[] {
  return [
    `${capital(setInWords(liveVersion))} ${liveVersion === null ? "decide" : "decides"} for all.`,
    ...(canary === null
      ? ["There is no canary."]
      : [`The canary is version ${canaryVersion}, for ${canaryInWords(canary)}.`]),
    shadowVersion === null ? "Nothing is in the shadow." : `Version ${shadowVersion} is in the shadow.`,
  ];
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

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
