// Installing the marketplace app: a person goes to HighLevel's page, chooses a location, and comes back with a code.
// Answers are texts for that person. No answer and no log line holds a token, a code or a secret.
import { isLocationId } from "../events/structs.ts";
import { sealKeys } from "../highlevel/seal.ts";
import { sealGrant } from "../highlevel/sealed-token.ts";
import { appIdOf, askForToken, codeForm, installUrl, type OAuthApp } from "../highlevel/tokens.ts";
import type { Configuration } from "../model/configuration.ts";
import { logError, logInstall, type InstallOutcome } from "../model/log-line.ts";
import type { SealedToken } from "../model/token.ts";

export interface OAuthPorts {
  readonly configuration: Pick<Configuration, "highlevel" | "locations">;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly fetch: (request: Request) => Promise<Response>;
  /** A signal that aborts after so many milliseconds. */
  readonly timeLimit: (ms: number) => AbortSignal;
  /** Hands a token to its location. Durable once it resolves. */
  readonly install: (locationId: string, token: SealedToken) => Promise<void>;
}

const TIMEOUT_MS = 20_000;
const CALLBACK = "/oauth/callback";
/** What a code may be: it goes only into a form. */
const CODE = /^[!-~]{1,2048}$/;

/** What the person is told, and with which status. */
const TOLD: { readonly [outcome in InstallOutcome]: readonly [status: number, text: string] } = {
  installed: [200, "Done: Afterbeep may now act in location {location}. You can close this page."],
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
  company: [
    400,
    "Nothing was installed: this was an agency. In the settings of your app let sub-accounts install it, then open /oauth/start and choose a sub-account.",
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

/** Receives the person coming back: exchanges the code, and hands the token to its location. */
export async function finishInstall(request: Request, ports: OAuthPorts): Promise<Response> {
  const { outcome, locationId } = await installed(request, ports);
  logInstall({ outcome, locationId });
  return told(outcome, locationId ?? "");
}

interface Installed {
  readonly outcome: InstallOutcome;
  /** Named only if the install was allowed. */
  readonly locationId: string | null;
}

async function installed(request: Request, ports: OAuthPorts): Promise<Installed> {
  const nothing = (outcome: InstallOutcome): Installed => ({ outcome, locationId: null });
  const { configuration, clock, fetch, timeLimit, install } = ports;
  // A code can be exchanged only once, so whatever would fail afterwards is checked first.
  const app = appOf(configuration);
  if (app === null) return nothing("no-app");
  const keys = await sealKeys(configuration.highlevel.tokenKeys);
  if (!keys.ok) return nothing("no-key");
  const code = new URL(request.url).searchParams.get("code") ?? "";
  if (!CODE.test(code)) return nothing("no-code");
  const form = codeForm(app, code, callbackUrl(request));
  const answer = await askForToken(configuration.highlevel.api, form, { fetch, signal: timeLimit(TIMEOUT_MS) });
  if (answer.kind === "refused") return nothing("code-refused");
  if (answer.kind !== "granted") return nothing(answer.kind);
  const { locationId } = answer.grant;
  if (!isLocationId(locationId)) return nothing("unclear");
  const { any, names } = configuration.locations;
  if (!any && !names.has(locationId)) return nothing("not-allowed");
  try {
    await install(locationId, await sealGrant(keys.value, answer.grant, appIdOf(app.clientId), clock()));
    return { outcome: "installed", locationId };
  } catch (error) {
    logError("The ledger did not take a token", { locationId }, error);
    return { outcome: "not-stored", locationId };
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
function told(outcome: InstallOutcome, locationId = ""): Response {
  const [status, text] = TOLD[outcome];
  const headers = {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
  return new Response(`${text.replace("{location}", locationId)}\n`, { status, headers });
}
