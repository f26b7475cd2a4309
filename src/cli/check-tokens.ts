// Which rules would act in HighLevel for locations without a token, according to a running Worker.
import { kindOf } from "../act/kinds.ts";
import { neededScopes, scopeState } from "../language/needed-scopes.ts";
import type { KnownLocation } from "../model/ledger.ts";
import type { Finding, Rule } from "../model/rule.ts";
import type { ShownToken, TokenAnswer } from "../model/token.ts";
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

/** A warning for each rule with an action in HighLevel and each of its locations that has no active token, or one that lacks a scope. */
export async function tokenFindings(rules: readonly AdmittedRule[], worker: WorkerApi): Promise<readonly Finding[]> {
  const acting = rules.flatMap((admitted) => {
    const index = admitted.rule.actions.findIndex((action) => kindOf(action).needsToken);
    return index === -1 || admitted.rule.enabled === false ? [] : [{ ...admitted, index }];
  });
  if (acting.length === 0) return [];
  const everywhere = await knownLocations(worker);
  const tokens = new Map<string, ShownToken | null>();
  const findings: Finding[] = [];
  for (const { file, rule, index } of acting)
    for (const locationId of rule.locations ?? everywhere) {
      const known = tokens.get(locationId);
      const token = known === undefined ? await tokenOf(locationId, worker) : known;
      tokens.set(locationId, token);
      const told = TOLD[token?.state ?? "none"] ?? lackingOf(token, rule, locationId);
      const message = `Location "${locationId}" ${told}, or the action is a dead letter`;
      if (told !== null) findings.push(finding(file, ["actions", index], "RULE_TOKEN", message));
    }
  return findings;
}

async function knownLocations(worker: WorkerApi): Promise<readonly string[]> {
  const found: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const path: string = `/api/locations?limit=200&cursor=${encodeURIComponent(cursor)}`;
    const page: LocationPage | null = await asked<LocationPage>(path, "locations", worker);
    found.push(...(page?.locations ?? []).map(({ locationId }) => locationId));
    cursor = page?.cursor ?? null;
  }
  return found;
}

async function tokenOf(locationId: string, worker: WorkerApi): Promise<ShownToken | null> {
  const answer = await asked<TokenAnswer>(`/api/locations/${encodeURIComponent(locationId)}/token`, "token", worker);
  // A Worker from before did not tell what was refused.
  return answer?.token ? { ...NOT_TOLD, ...answer.token } : null;
}

const NOT_TOLD = { scopes: [], refusedScopes: [] };

/** The scopes that a rule needs and a token is known to lack, as a clause; `null`: none. */
function lackingOf(token: ShownToken | null, rule: Rule, locationId: string): string | null {
  const lacking = neededScopes([rule], locationId, { reconciles: false })
    .map(({ scope }) => scope)
    .filter((scope) => token && scopeState(scope, token) === "lacking");
  const where =
    token?.source === "private" ? "tick it at the private integration" : "add it to the app, and install that again";
  return lacking.length === 0 ? null : `has a token that lacks ${lacking.join(", ")}: ${where}`;
}
