// What is in force, in plain words.
import { canaryInWords, capital, setInWords } from "../../language/published-words.ts";
import type { InForce, InForceVersions, RulesFrom, RulesState, RuleSetVersion } from "../../model/published.ts";

/** What `GET /api/rule-sets` answers. */
export interface PublishedState extends RulesState {
  readonly versions: readonly RuleSetVersion[];
  readonly cursor: string | null;
}

/** What of it decides: where the deployed rules do, a published set runs in the shadow alone. */
export function deciding<Known extends InForce>(inForce: Known, rulesFrom: RulesFrom): Known {
  return rulesFrom === "deploy" ? { ...inForce, live: null, liveVersion: null, canary: null } : inForce;
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
