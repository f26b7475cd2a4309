// Installing the marketplace app: a person goes to HighLevel's page, chooses a location or all of an agency, and comes back
// with a code.
// Answers are texts for that person. No answer and no log line holds a token, a code or a secret.
import { isLocationId } from "../events/structs.ts";
import { sealKeys } from "../highlevel/seal.ts";
import { sealGrant } from "../highlevel/sealed-token.ts";
import { appIdOf, askForToken, codeForm, installUrl, type OAuthApp } from "../highlevel/tokens.ts";
import { isOnList, type Configuration } from "../model/configuration.ts";
import { logError, logInstall, type InstallOutcome } from "../model/log-line.ts";
import type { SealedToken } from "../model/token.ts";
import { isCompanyId } from "./lifecycle.ts";

export interface OAuthPorts {
  readonly configuration: Pick<Configuration, "highlevel" | "locations" | "companies">;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly fetch: (request: Request) => Promise<Response>;
  /** A signal that aborts after so many milliseconds. */
  readonly timeLimit: (ms: number) => AbortSignal;
  /** Hands a token to its location. Durable once it resolves. */
  readonly install: (locationId: string, token: SealedToken) => Promise<void>;
  /** Hands a token to its agency, which asks for those of its locations. Durable once it resolves. */
  readonly installAgency: (companyId: string, token: SealedToken) => Promise<void>;
}

const TIMEOUT_MS = 20_000;
const CALLBACK = "/oauth/callback";
/** What a code may be: it goes only into a form. */
const CODE = /^[!-~]{1,2048}$/;

/** What the person is told, and with which status. */
const TOLD: { readonly [outcome in InstallOutcome]: readonly [status: number, text: string] } = {
  installed: [200, "Done: Afterbeep may now act in location {id}. You can close this page."],
  "no-app": [
    400,
    "Nothing was installed. Set HIGHLEVEL_CLIENT_ID and HIGHLEVEL_CLIENT_SECRET, then open /oauth/start.",
  ],
  "no-key": [
    400,
    'Nothing was installed. Put what "openssl rand -base64 32" prints into HIGHLEVEL_TOKEN_KEY, then open /oauth/start.',
  ],
  "unknown-app": [
    400,
    "Nothing was installed: HighLevel does not know HIGHLEVEL_CLIENT_ID with HIGHLEVEL_CLIENT_SECRET. Set those of your app, then open /oauth/start.",
  ],
  "no-code": [400, "Nothing was installed: HighLevel gave no code. Open /oauth/start to begin again."],
  "code-refused": [
    400,
    "Nothing was installed: the code is wrong or was used before. Open /oauth/start to begin again.",
  ],
  "agency-installed": [
    200,
    "Done: Afterbeep now fetches a token for each sub-account of agency {id} that has the app and that ALLOWED_LOCATIONS admits. They appear on its page as they come, and so will those that you add later. You can close this page.",
  ],
  "agency-waits": [
    200,
    "The token of agency {id} is stored, but ALLOWED_LOCATIONS admits no sub-account. Name them there, or * for all, and deploy: they get their tokens within the hour. Nothing more is to do in HighLevel.",
  ],
  "agency-not-allowed": [
    403,
    "Nothing was installed: the agency {id} is not in HIGHLEVEL_COMPANY_INSTALL. Name it there, then open /oauth/start. Or let sub-accounts install the app, and choose one.",
  ],
  "not-allowed": [
    403,
    "Nothing was installed: the location is not in ALLOWED_LOCATIONS. Name it there, then open /oauth/start.",
  ],
  unclear: [
    502,
    "Nothing was installed: HighLevel gave no answer that could be used. Open /oauth/start to begin again.",
  ],
  "not-stored": [503, "Nothing was installed: the token could not be stored. Open /oauth/start to begin again."],
};

/** Sends a person to the page where they choose a location. */
export function startInstall(request: Request, { configuration }: Pick<OAuthPorts, "configuration">): Response {
  const app = appOf(configuration);
  if (app === null) return told("no-app");
  const location = installUrl(app.clientId, callbackUrl(request));
  return new Response(null, { status: 302, headers: { location, "cache-control": "no-store" } });
}

/** Receives the person coming back: exchanges the code, and hands the token to its location or its agency. */
export async function finishInstall(request: Request, ports: OAuthPorts): Promise<Response> {
  const { outcome, locationId, companyId } = await installed(request, ports);
  logInstall({ outcome, locationId, companyId });
  return told(outcome, locationId ?? companyId ?? "");
}

interface Installed {
  readonly outcome: InstallOutcome;
  /** Named only if the install was allowed. */
  readonly locationId: string | null;
  /** Named only if the app was installed in the agency. */
  readonly companyId?: string | undefined;
}

async function installed(request: Request, ports: OAuthPorts): Promise<Installed> {
  const nothing = (outcome: InstallOutcome): Installed => ({ outcome, locationId: null });
  const { configuration, clock, fetch, timeLimit } = ports;
  // A code can be exchanged only once, so whatever would fail afterwards is checked first.
  const app = appOf(configuration);
  if (app === null) return nothing("no-app");
  const keys = await sealKeys(configuration.highlevel.tokenKeys);
  if (!keys.ok) return nothing("no-key");
  const code = new URL(request.url).searchParams.get("code") ?? "";
  if (!CODE.test(code)) return nothing("no-code");
  const form = codeForm(app, code, callbackUrl(request));
  const answer = await askForToken(configuration.highlevel, form, { fetch, signal: timeLimit(TIMEOUT_MS) });
  if (answer.kind === "refused") return nothing("code-refused");
  if (answer.kind !== "granted") return nothing(answer.kind);
  const token = await sealGrant(keys.value, answer.grant, appIdOf(app.clientId), clock());
  const { locationId, companyId } = answer.grant;
  if (locationId === null) return isCompanyId(companyId) ? inAgency(companyId, token, ports) : nothing("unclear");
  if (!isLocationId(locationId)) return nothing("unclear");
  if (!isOnList(configuration.locations, locationId)) return nothing("not-allowed");
  return stored({ outcome: "installed", locationId }, () => ports.install(locationId, token));
}

async function inAgency(companyId: string, token: SealedToken, ports: OAuthPorts): Promise<Installed> {
  const { companies, locations } = ports.configuration;
  const one = { locationId: null, companyId };
  if (!isOnList(companies, companyId)) return { ...one, outcome: "agency-not-allowed" };
  const outcome = locations.any || locations.names.size > 0 ? "agency-installed" : "agency-waits";
  return stored({ ...one, outcome }, () => ports.installAgency(companyId, token));
}

async function stored(done: Installed, store: () => Promise<void>): Promise<Installed> {
  try {
    await store();
    return done;
  } catch (error) {
    const { outcome: _, ...place } = done;
    logError("A token could not be stored", place, error);
    return { ...place, outcome: "not-stored" };
  }
}

function appOf({ highlevel: { clientId, clientSecret } }: OAuthPorts["configuration"]): OAuthApp | null {
  return clientId === null || clientSecret === null ? null : { clientId, clientSecret };
}

/** It has to be the same for HighLevel's page and for the exchange, and one of the app's redirect URLs. */
function callbackUrl(request: Request): string {
  return new URL(CALLBACK, request.url).href;
}

/** Plain text, so that nothing in it is ever taken for markup. */
function told(outcome: InstallOutcome, id = ""): Response {
  const [status, text] = TOLD[outcome];
  const headers = {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
  return new Response(`${text.replace("{id}", id)}\n`, { status, headers });
}
