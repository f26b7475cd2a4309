// What can be done with a version now, and what would follow from it, said before it is done.
import { canaryInWords, setInWords } from "../../language/published-words.ts";
import type { Canary, RulesState } from "../../model/published.ts";
import { deciding, inForceLines } from "./in-words.ts";

/** A version as far as it is put in force. */
export interface Named {
  readonly version: number;
  readonly ruleSet: string;
}

/** For whom a version can be put in force; `nobody` ends it. */
export type Offer = "all" | "canary" | "shadow" | "nobody";

/** For whom a canary decides. */
export type Bounds = Omit<Canary, "ruleSet">;

type Known = Pick<RulesState, "rulesFrom" | "inForce" | "bundled">;

/** What can be done with a version, in the order in which it is offered. */
export function offersOf({ ruleSet }: Named, { rulesFrom, inForce, bundled }: Known): Offer[] {
  const { live, canary } = deciding(inForce, rulesFrom);
  const isLive = (live ?? bundled) === ruleSet;
  const mayDecide = rulesFrom === "published";
  return [
    ...(mayDecide && (!isLive || live === null || canary !== null) ? (["all"] as const) : []),
    ...(mayDecide && !isLive ? (["canary"] as const) : []),
    ...(!isLive && inForce.shadow !== ruleSet ? (["shadow"] as const) : []),
    ...(isIn(ruleSet, inForce) ? (["nobody"] as const) : []),
  ];
}

/** What follows, a sentence for each thing that changes. `bounds`: of a canary, as far as they are typed. */
export function consequencesOf(
  offer: Offer,
  { version, ruleSet }: Named,
  { rulesFrom, inForce }: Known,
  bounds: Bounds | null,
): string[] {
  const { liveVersion, canary, canaryVersion } = deciding(inForce, rulesFrom);
  const isCanary = canary?.ruleSet === ruleSet;
  const isShadow = inForce.shadow === ruleSet;
  const leaves = isShadow ? [`Version ${version} leaves the shadow.`] : [];
  const plans = "What waits already keeps the plan that it was made with.";
  switch (offer) {
    case "all":
      return [
        `Version ${version} decides every event, in every location, within about ten seconds. Until now: ${setInWords(liveVersion)}.`,
        ...(canary === null
          ? []
          : [isCanary ? "It is no canary any more." : `The canary, version ${canaryVersion}, ends.`]),
        ...leaves,
        plans,
      ];
    case "canary":
      return [
        `Version ${version} decides for ${bounds === null ? "whom you say below" : canaryInWords(bounds)}. For everybody else: ${setInWords(liveVersion)}.`,
        "The same share has the same contacts in every canary.",
        ...(bounds?.messagesPerHour === null ? ["Nothing halts it but you."] : []),
        ...(canary === null
          ? []
          : [isCanary ? "This takes the place of what it was for." : `The canary, version ${canaryVersion}, ends.`]),
        ...leaves,
        plans,
      ];
    case "shadow":
      return [
        `Version ${version} decides every event beside what is in force, and nothing of it leaves: no message, no task, no request.`,
        'What would have been otherwise stands in each location under "Shadow".',
        ...(isCanary ? ["It stays the canary, too."] : []),
        ...(inForce.shadow === null ? [] : [`Version ${inForce.shadowVersion} leaves the shadow.`]),
      ];
    case "nobody":
      return [
        ...(inForce.canary?.ruleSet === ruleSet
          ? [
              `The canary ends: ${setInWords(liveVersion)} ${liveVersion === null ? "decide" : "decides"} for its contacts again.`,
              plans,
            ]
          : []),
        ...leaves,
      ];
  }
}

/** What a roll-back does; nothing, if there is nothing to roll back to. */
export function rollBackInWords({ rulesFrom, before }: Pick<RulesState, "rulesFrom" | "before">): string[] {
  if (before === null) return [];
  return [
    "What was in force before comes back.",
    ...inForceLines(deciding(before, rulesFrom)),
    "What waits already keeps the plan that it was made with.",
  ];
}

/** What is typed of a canary. */
export interface TypedBounds {
  /** In per cent. */
  readonly share: string;
  /** Ids, with commas, spaces or lines between them. */
  readonly locations: string;
  /** Empty: no bound. */
  readonly messagesPerHour: string;
}

/** What is proposed. */
export const FIRST_BOUNDS: TypedBounds = { share: "10", locations: "", messagesPerHour: "20" };

const MAX_MESSAGES = 1_000;

/** Reads what is typed of a canary, or says what to do about it. */
export function boundsIn({ share, locations, messagesPerHour }: TypedBounds): Bounds | string {
  const part = Number(share.trim().replace(/\s*%$/, "").replace(",", ".")) / 100;
  if (share.trim() === "" || !(part > 0 && part <= 1)) return "The share is a number above 0, up to 100.";
  const ids = [...new Set(locations.split(/[\s,;]+/).filter((id) => id !== ""))];
  if (part === 1 && ids.length === 0) return "A canary is for some: name locations, or a share below 100 %.";
  const bound = messagesPerHour.trim();
  const most = bound === "" ? null : Number(bound);
  if (most !== null && !(Number.isInteger(most) && most >= 0 && most <= MAX_MESSAGES))
    return `The messages an hour are a whole number up to ${MAX_MESSAGES}; leave them out for no bound.`;
  return { share: part, locations: ids, messagesPerHour: most };
}

function isIn(ruleSet: string, { canary, shadow }: RulesState["inForce"]): boolean {
  return canary?.ruleSet === ruleSet || shadow === ruleSet;
}
