// Which rules would act in HighLevel for locations without a token, according to a running Worker.
import { kindOf } from "../act/kinds.ts";
import type { KnownLocation } from "../model/ledger.ts";
import type { Finding } from "../model/rule.ts";
import type { TokenAnswer } from "../model/token.ts";
import type { AdmittedRule } from "../rules/admission.ts";
import { finding } from "../rules/report.ts";
import { asked, type WorkerApi } from "./worker-api.ts";

interface LocationPage {
  readonly locations: readonly KnownLocation[];
  readonly cursor: string | null;
}

const TOLD: { readonly [state: string]: string } = {
  none: "has no HighLevel token: install the app there, or give it a private integration's token",
  refused: "has a token that HighLevel refuses: install the app again, or give it another",
  uninstalled: "has had the app uninstalled: install it again, or give it a private integration's token",
};

/** A warning for each rule with an action in HighLevel and each of its locations that has no active token. */
export async function tokenFindings(rules: readonly AdmittedRule[], worker: WorkerApi): Promise<readonly Finding[]> {
  const acting = rules.flatMap((admitted) => {
    const index = admitted.rule.actions.findIndex((action) => kindOf(action).needsToken);
    return index === -1 || admitted.rule.enabled === false ? [] : [{ ...admitted, index }];
  });
  if (acting.length === 0) return [];
  const known = await knownLocations(worker);
  const states = new Map<string, string>();
  const findings: Finding[] = [];
  for (const { file, rule, index } of acting)
    for (const locationId of rule.locations ?? known) {
      const state = states.get(locationId) ?? (await stateOf(locationId, worker));
      states.set(locationId, state);
      const told = TOLD[state];
      const message = `Location "${locationId}" ${told}, or the action is a dead letter`;
      if (told !== undefined) findings.push(finding(file, ["actions", index], "RULE_TOKEN", message));
    }
  return findings;
}

async function knownLocations(worker: WorkerApi): Promise<readonly string[]> {
  const found: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const path: string = `/api/locations?limit=200&cursor=${encodeURIComponent(cursor)}`;
    const page: LocationPage | null = await asked<LocationPage>(path, worker);
    found.push(...(page?.locations ?? []).map(({ locationId }) => locationId));
    cursor = page?.cursor ?? null;
  }
  return found;
}

async function stateOf(locationId: string, worker: WorkerApi): Promise<string> {
  const answer = await asked<TokenAnswer>(`/api/locations/${encodeURIComponent(locationId)}/token`, worker);
  return answer?.token?.state ?? "none";
}
