// HighLevel's OAuth tokens: what POST /oauth/token is sent, and what its answers mean. A refresh token is good for one
// use, and the answer to it brings the next. Source: HighLevel's public API description (oauth), 19 June 2026.
import { is, nullable, number, optional, pattern, size, string, type, union } from "superstruct";
import { jsonObjectIn } from "../kit/json.ts";
import type { HighLevelSettings } from "../model/configuration.ts";
import { answerText } from "./answer-text.ts";
import { CALLS } from "./calls.ts";
import { inOneSpelling, spelledIn, spokenIn } from "./versions.ts";

/** The marketplace app that locations install. */
export interface OAuthApp {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What HighLevel grants: for one location, or for an agency, with which locations' tokens are asked for. */
export interface Grant {
  readonly accessToken: string;
  /** `null`: it is asked for anew instead of being refreshed. Only a location's that was asked for with an agency's. */
  readonly refreshToken: string | null;
  readonly expiresInMs: number;
  readonly scopes: readonly string[];
  /** `null`: it is the agency's own. */
  readonly locationId: string | null;
  /** The agency; `null` if the answer names none, which only a location's may. */
  readonly companyId: string | null;
}

/** The outcome of asking for a token. */
export type TokenAnswer =
  | { readonly kind: "granted"; readonly grant: Grant }
  /** The code or refresh token is wrong, used, or revoked: HighLevel says so in JSON. */
  | { readonly kind: "refused" }
  /** HighLevel knows no app with this id and secret. */
  | { readonly kind: "unknown-app" }
  /** No usable answer: it is not known whether the code or refresh token is used up. */
  | { readonly kind: "unclear" };

const OTHER_SCOPES = [
  "contacts.readonly",
  "conversations/message.readonly",
  "locations.readonly",
  "locations/customFields.readonly",
  "users.readonly",
];
/** With which an agency's token lists its locations, and asks for theirs. */
const AGENCY_SCOPES = ["oauth.readonly", "oauth.write"];
/** Every scope that Afterbeep needs. */
const SCOPES: readonly string[] = [
  ...new Set([...Object.values(CALLS).map(({ scope }) => scope), ...OTHER_SCOPES, ...AGENCY_SCOPES]),
].toSorted();

const CHOOSE_LOCATION = "https://marketplace.gohighlevel.com/oauth/chooselocation";
/** A token that claims to expire sooner is used this long, or until refused: otherwise each call would refresh it. */
const SHORTEST_S = 600;
const LONGEST_S = 366 * 86_400;
/** Statuses of a refusal; what else says no may stand between us and HighLevel. */
const REFUSALS: ReadonlySet<number> = new Set([400, 401, 403, 422]);
const UNKNOWN_APP = /invalid[ _-]?client|client credentials/i;
/** RFC 6749, section 5.2, and HighLevel's words for it. */
const REFUSED =
  /invalid[ _-]?grant|(?:invalid|expired|revoked|unknown) (?:refresh[ _-]?token|(?:authorization )?code)|refresh[ _-]?token\b.*\b(?:invalid|expired|revoked|(?:already|been) used|not found)\b|^(?:the |this )?(?:authorization )?code\b.*\b(?:invalid|expired|used|not found|not be empty)\b/i;
/** What a header and a form can carry. */
const token = pattern(string(), /^[!-~]{1,100000}$/);
/** An answer in the spelling of v3. */
const GRANTED = type({
  accessToken: token,
  refreshToken: optional(nullable(token)),
  expiresIn: union([number(), pattern(string(), /^\d{1,12}$/)]),
  locationId: optional(nullable(size(string(), 0, 200))),
  scope: optional(nullable(size(string(), 0, 100_000))),
  userType: optional(nullable(string())),
  companyId: optional(nullable(size(string(), 0, 200))),
});

/** The page where a person chooses the location to install the app in. */
export function installUrl(clientId: string, redirectUri: string): string {
  const query = { response_type: "code", client_id: clientId, redirect_uri: redirectUri, scope: SCOPES.join(" ") };
  return `${CHOOSE_LOCATION}?${new URLSearchParams(query).toString()}`;
}

/** The id of an app, as in events: the part of its client id before the first dash. */
export function appIdOf(clientId: string): string {
  return clientId.split("-", 1)[0] ?? clientId;
}

/** A form in the dated spelling; `askForToken` respells it. */
export interface TokenForm {
  readonly [name: string]: string;
}

/** The form that exchanges a code. What was chosen on HighLevel's page says whose token comes: it is not asked for. */
export function codeForm({ clientId, clientSecret }: OAuthApp, code: string, redirectUri: string): TokenForm {
  const grant = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
  return { client_id: clientId, client_secret: clientSecret, ...grant };
}

/** The form that exchanges a refresh token for the next tokens. */
export function refreshForm(
  { clientId, clientSecret }: OAuthApp,
  refreshToken: string,
  userType: "Location" | "Company",
): TokenForm {
  const grant = { user_type: userType, grant_type: "refresh_token", refresh_token: refreshToken };
  return { client_id: clientId, client_secret: clientSecret, ...grant };
}

/** Asks for a token. It never throws because of the network. */
export async function askForToken(
  { api, apiVersion }: Pick<HighLevelSettings, "api" | "apiVersion">,
  form: TokenForm,
  ports: { readonly fetch: (request: Request) => Promise<Response>; readonly signal: AbortSignal },
): Promise<TokenAnswer> {
  const { path, version } = spokenIn(apiVersion, "/oauth/token");
  const request = new Request(api + path, {
    method: "POST",
    headers: {
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
      "user-agent": "Afterbeep",
      ...(version === null ? {} : { version }),
    },
    body: spelledIn(apiVersion, form).toString(),
    redirect: "manual",
    signal: ports.signal,
  });
  try {
    const response = await ports.fetch(request);
    return readTokenAnswer(response.status, await answerText(response));
  } catch {
    return { kind: "unclear" };
  }
}

/** What an answer means. */
export function readTokenAnswer(status: number, body: string): TokenAnswer {
  if (status >= 200 && status < 300) {
    const grant = grantIn(body);
    // Without a refresh token it would end with its day.
    return grant?.refreshToken ? { kind: "granted", grant } : { kind: "unclear" };
  }
  if (!REFUSALS.has(status)) return { kind: "unclear" };
  const reasons = reasonsIn(body);
  if (reasons.some((reason) => UNKNOWN_APP.test(reason))) return { kind: "unknown-app" };
  return { kind: reasons.some((reason) => REFUSED.test(reason)) ? "refused" : "unclear" };
}

/** What an answer gives as its reasons. A page of whatever stands in between may hold any words, and proves nothing. */
function reasonsIn(body: string): readonly string[] {
  const { error, error_description: description, message } = jsonObjectIn(body) ?? {};
  return [error, description, message].flat().filter((reason) => typeof reason === "string");
}

/** What an answer grants, in either generation's spelling; `null`: it cannot be used. */
export function grantIn(body: string): Grant | null {
  const object = jsonObjectIn(body);
  const answer = object && inOneSpelling(object);
  if (!is(answer, GRANTED)) return null;
  const isAgencys = answer.userType === "Company";
  const locationId = isAgencys ? null : answer.locationId || null;
  const companyId = answer.companyId || null;
  if ((isAgencys ? companyId : locationId) === null) return null;
  return {
    accessToken: answer.accessToken,
    refreshToken: answer.refreshToken || null,
    expiresInMs: Math.min(Math.max(Number(answer.expiresIn), SHORTEST_S), LONGEST_S) * 1_000,
    scopes: (answer.scope ?? "").split(/\s+/).filter((scope) => scope !== ""),
    locationId,
    companyId,
  };
}
