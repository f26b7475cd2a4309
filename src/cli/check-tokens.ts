// Which rules would act in HighLevel for locations without a token, according to a running Worker.
import { kindOf } from "../act/kinds.ts";
import type { KnownLocation } from "../model/ledger.ts";
import type { Finding } from "../model/rule.ts";
import type { TokenAnswer } from "../model/token.ts";
import type { AdmittedRule } from "../rules/admission.ts";
import { finding } from "../rules/report.ts";
import { UsageError } from "../kit/usage-error.ts";

/** A running Worker's API. */
export interface WorkerApi {
  /** Its address, such as `https://afterbeep.agency.workers.dev`. */
  readonly url: string;
  readonly adminToken: string | undefined;
  readonly fetch: (url: URL, init: { readonly headers: { readonly [name: string]: string } }) => Promise<Response>;
}

interface LocationPage {
  readonly locations: readonly KnownLocation[];
  readonly cursor: string | null;
}

const NOT_FOUND = 404;
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

/** What the Worker answers; `null`: it does not know such a thing. */
async function asked<Answer>(path: string, { url, adminToken, fetch }: WorkerApi): Promise<Answer | null> {
  const headers = { authorization: `Bearer ${adminToken ?? ""}` };
  const response = await fetch(new URL(path, url), { headers }).catch(() => null);
  if (response === null) throw new UsageError(`No Worker answers at ${url}`);
  if (response.status === NOT_FOUND) return null;
  if (response.status === 401)
    throw new UsageError(`The Worker at ${url} refuses the token: put its ADMIN_TOKEN into the environment`);
  if (!response.ok) throw new UsageError(`The Worker at ${url} answered ${response.status}`);
  return (await response.json()) as Answer;
}
