// HighLevel's OAuth tokens: what POST /oauth/token is sent, and what its answers mean. A refresh token is good for one
// use, and the answer to it brings the next. Source: HighLevel's public API description (oauth), 19 June 2026.
import { is, nullable, number, optional, pattern, size, string, type, union } from "superstruct";
import { jsonObjectIn } from "../kit/json.ts";
import { answerText } from "./answer-text.ts";
import { CALLS } from "./calls.ts";

/** The marketplace app that locations install. */
export interface OAuthApp {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What HighLevel grants for one location. */
export interface Grant {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInMs: number;
  readonly scopes: readonly string[];
  readonly locationId: string;
  /** The agency; `null` if the answer names none. */
  readonly companyId: string | null;
}

/** The outcome of asking for a token. */
export type TokenAnswer =
  | { readonly kind: "granted"; readonly grant: Grant }
  /** An agency's token, which gives access to no location. */
  | { readonly kind: "company" }
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
/** Every scope that Afterbeep needs. */
const SCOPES: readonly string[] = [
  ...new Set([...Object.values(CALLS).map(({ scope }) => scope), ...OTHER_SCOPES]),
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
/** What is kept of an answer has a bound: it is one row. */
const id = size(string(), 1, 200);
/** What a header and a form can carry. */
const token = pattern(string(), /^[!-~]{1,100000}$/);
const LOCATION_TOKEN = type({
  access_token: token,
  refresh_token: token,
  expires_in: union([number(), pattern(string(), /^\d{1,12}$/)]),
  locationId: id,
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

/** The form that exchanges a code. */
export function codeForm(app: OAuthApp, code: string, redirectUri: string): URLSearchParams {
  return form(app, { grant_type: "authorization_code", code, redirect_uri: redirectUri });
}

/** The form that exchanges a refresh token for the next tokens. */
export function refreshForm(app: OAuthApp, refreshToken: string): URLSearchParams {
  return form(app, { grant_type: "refresh_token", refresh_token: refreshToken });
}

function form(app: OAuthApp, fields: { readonly [name: string]: string }): URLSearchParams {
  return new URLSearchParams({
    client_id: app.clientId,
    client_secret: app.clientSecret,
    user_type: "Location",
    ...fields,
  });
}

/** Asks for a token. It never throws because of the network. */
export async function askForToken(
  api: string,
  asked: URLSearchParams,
  ports: { readonly fetch: (request: Request) => Promise<Response>; readonly signal: AbortSignal },
): Promise<TokenAnswer> {
  const request = new Request(`${api}/oauth/token`, {
    method: "POST",
    headers: {
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
      "user-agent": "Afterbeep",
    },
    body: asked.toString(),
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
  if (status >= 200 && status < 300) return granted(body);
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

function granted(body: string): TokenAnswer {
  const answer = jsonObjectIn(body);
  if (answer?.["userType"] === "Company") return { kind: "company" };
  if (!is(answer, LOCATION_TOKEN)) return { kind: "unclear" };
  const grant = {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token,
    expiresInMs: Math.min(Math.max(Number(answer.expires_in), SHORTEST_S), LONGEST_S) * 1_000,
    scopes: (answer.scope ?? "").split(/\s+/).filter((scope) => scope !== ""),
    locationId: answer.locationId,
    companyId: answer.companyId || null,
  };
  return { kind: "granted", grant };
}
