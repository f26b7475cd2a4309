// What the doctor looks at: a running Worker, asked from outside with the operator's token. Nothing is changed there.
import type { Health } from "../../model/health.ts";
import type { KnownLocation } from "../../model/ledger.ts";
import type { RulesState } from "../../model/published.ts";
import type { ShownToken, TokenAnswer } from "../../model/token.ts";

/** How the Worker is reached. */
export interface Patient {
  readonly url: string;
  readonly adminToken: string | undefined;
  readonly fetch: (
    url: URL,
    init: { readonly headers: { readonly [name: string]: string }; readonly signal: AbortSignal },
  ) => Promise<Response>;
  /** Milliseconds since 1970, by this machine's clock. */
  readonly clock: () => number;
}

/** Why it does not tell about itself. */
export type Unanswered =
  /** Nothing answers there, or it is something else. */
  | { readonly kind: "unreachable"; readonly why: string }
  /** It lets nobody into its API, or not with this token. */
  | { readonly kind: "closed" }
  | { readonly kind: "refused" }
  /** Its version has no such call yet. */
  | { readonly kind: "older" }
  /** JURISDICTION is no place: it keeps nothing. */
  | { readonly kind: "placeless" }
  | { readonly kind: "broken"; readonly status: number };

/** What was found of a location that may send. */
export interface ExaminedLocation {
  readonly locationId: string;
  /** Milliseconds since 1970: when its last event came; `null`: none ever did, as far as is kept. */
  readonly lastEventMs: number | null;
  /** `null`: it has none. */
  readonly token: ShownToken | null;
}

/** All that was found. */
export interface Examined {
  readonly health: Health;
  /** By how much its clock is ahead of this machine's, less half of what asking took, milliseconds. */
  readonly aheadMs: number;
  readonly atMs: number;
  /** `null`: it did not answer, such as where the registry is not bound. */
  readonly rules: RulesState | null;
  readonly locations: readonly ExaminedLocation[];
  /** How many more there are than were looked at. */
  readonly notLookedAt: number;
}

/** Longer than a large location takes to tell of its last event. */
const PATIENCE_MS = 30_000;
const MOST_LOCATIONS = 200;
const TOGETHER = 10;
/** A Worker from before did not tell what was refused. */
const NOT_TOLD = { scopes: [], refusedScopes: [] };

/** Looks at it. */
export async function examine(patient: Patient): Promise<Examined | Unanswered> {
  return looked(patient).catch((error: unknown): Unanswered => {
    if (!(error instanceof Unheard)) throw error;
    return { kind: "unreachable", why: "not every question is answered" };
  });
}

/** A question to which nothing was answered. */
class Unheard extends Error {}

async function looked(patient: Patient): Promise<Examined | Unanswered> {
  const outside = await ask(patient, "/healthz").catch(() => null);
  if (outside === null) return { kind: "unreachable", why: "nothing answers" };
  const { status } = ((await outside.json().catch(() => null)) ?? {}) as { status?: unknown };
  if (!outside.ok || status !== "ok")
    return { kind: "unreachable", why: `what answers is no Afterbeep (status ${outside.status})` };
  const askedMs = patient.clock();
  const answer = await ask(patient, "/api/health");
  const atMs = patient.clock();
  if (answer.status === 401) return { kind: (await codeOf(answer)) === "API_CLOSED" ? "closed" : "refused" };
  if (answer.status === 404) return { kind: "older" };
  if (!answer.ok)
    return (await codeOf(answer)) === "CONFIGURATION_PLACE"
      ? { kind: "placeless" }
      : { kind: "broken", status: answer.status };
  const health = (await answer.json()) as Health;
  const ids = await locationIds(patient, health);
  const some = ids.slice(0, MOST_LOCATIONS);
  const locations: ExaminedLocation[] = [];
  for (let from = 0; from < some.length; from += TOGETHER)
    locations.push(...(await Promise.all(some.slice(from, from + TOGETHER).map((id) => examined(patient, id)))));
  return {
    health,
    aheadMs: Date.parse(health.now) - (askedMs + atMs) / 2,
    atMs,
    rules: await told<RulesState>(patient, "/api/rule-sets?limit=1"),
    locations,
    notLookedAt: ids.length - some.length,
  };
}

async function ask({ url, adminToken, fetch }: Patient, path: string): Promise<Response> {
  const headers = { authorization: `Bearer ${adminToken ?? ""}` };
  return fetch(new URL(path, url), { headers, signal: AbortSignal.timeout(PATIENCE_MS) }).catch((error: unknown) => {
    throw new Unheard("Nothing was answered", { cause: error });
  });
}

async function codeOf(response: Response): Promise<unknown> {
  return ((await response.json().catch(() => null)) as { code?: unknown } | null)?.code;
}

/** What it answers; `null`: nothing of use. */
async function told<Answer>(patient: Patient, path: string): Promise<Answer | null> {
  const response = await ask(patient, path);
  return response.ok ? ((await response.json()) as Answer) : null;
}

/** Those that the setting names; for any location, those that have sent something. */
async function locationIds(patient: Patient, { variables }: Health): Promise<readonly string[]> {
  const named = (variables["ALLOWED_LOCATIONS"] ?? "").split(",").map((id) => id.trim());
  if (!named.includes("*")) return [...new Set(named.filter((id) => id !== ""))];
  const found: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const path: string = `/api/locations?limit=200&cursor=${encodeURIComponent(cursor)}`;
    const page: { locations: readonly KnownLocation[]; cursor: string | null } | null = await told(patient, path);
    found.push(...(page?.locations ?? []).map(({ locationId }) => locationId));
    cursor = page?.cursor ?? null;
  }
  return found;
}

async function examined(patient: Patient, locationId: string): Promise<ExaminedLocation> {
  const at = `/api/locations/${encodeURIComponent(locationId)}`;
  const log = await told<{ events: readonly { receivedAt: string }[] }>(patient, `${at}/events?limit=1`);
  const receivedAt = log?.events[0]?.receivedAt;
  const token = (await told<TokenAnswer>(patient, `${at}/token`))?.token;
  return {
    locationId,
    lastEventMs: receivedAt === undefined ? null : Date.parse(receivedAt),
    token: token ? { ...NOT_TOLD, ...token } : null,
  };
}
