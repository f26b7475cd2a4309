import { SECRET_FORM } from "../kit/standard-webhooks.ts";

/** One thing that is wrong with an input: where it is, and what was expected. Never the value itself. */
export interface Issue {
  /** JSON pointer into the input. */
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

/** The expected failures, with codes prefixed by the stage. One table below defines what the caller sees. */
export type Failure =
  | { readonly code: "REQUEST_NOT_FOUND" } // no such route
  | { readonly code: "REQUEST_METHOD"; readonly allow: string } // the route exists, but not for this method
  | { readonly code: "REQUEST_MEDIA_TYPE" } // not application/json, or compressed
  | { readonly code: "REQUEST_TOO_LARGE"; readonly maxBytes: number }
  | { readonly code: "REQUEST_NOT_JSON" } // not UTF-8 or not JSON
  | { readonly code: "REQUEST_PARAMETER"; readonly issues: readonly Issue[] } // a query parameter or an API body
  | { readonly code: "EVENT_SIGNATURE" } // missing, wrong, doubled or N/A: one text for all
  | { readonly code: "EVENT_NOT_ALLOWED" } // the location or the app is not on the operator's list
  | { readonly code: "EVENT_UNUSABLE"; readonly issues: readonly Issue[] }
  | { readonly code: "CONFIGURATION_KEYS" } // HIGHLEVEL_PUBLIC_KEYS holds no usable key
  | { readonly code: "CONFIGURATION_PLACE" } // JURISDICTION is no place that objects can be bound to
  | { readonly code: "HOOK_CLOSED" } // GATEWAY_SECRET is not set, or a secret in it cannot be used
  | { readonly code: "CONFIGURATION_TOKEN_KEY"; readonly what: string } // HIGHLEVEL_TOKEN_KEY is missing or unusable
  | { readonly code: "LEDGER_UNAVAILABLE"; readonly retryAfterSeconds: number } // could not be stored
  | { readonly code: "LEDGER_OVER_BUDGET"; readonly retryAfterSeconds: number } // the location sends too much
  | {
      readonly code: "LEDGER_NOT_FOUND";
      readonly what:
        | "event" | "delivery" | "task" | "quarantined event" | "rule" | "rule set" | "agency" | "user" | "location"; // prettier-ignore
    }
  | { readonly code: "RULES_REFUSED"; readonly issues: readonly Issue[] } // files that admission refuses
  | { readonly code: "RULES_OVERWRITES"; readonly version: number; readonly told: string } // somebody else has published since
  | { readonly code: "RULES_CHANGED"; readonly change: number; readonly told: string } // something else was put in force since
  | { readonly code: "RULES_FROM_DEPLOY" } // only the set of the bundle may decide here
  | { readonly code: "RULES_NOTHING_BEFORE" } // there is nothing to roll back to
  | { readonly code: "LEDGER_DELIVERY_STATE"; readonly state: string } // retry, release or cancel came too late
  | { readonly code: "LEDGER_PAUSES" } // as many rules are paused as may be
  | { readonly code: "LEDGER_IMPORT"; readonly why: string } // a log cannot be imported there
  | { readonly code: "LEDGER_EXPORT"; readonly why: string } // HighLevel's export cannot be looked through now
  | { readonly code: "ALERT_NOWHERE" } // there is no URL for alerts
  | { readonly code: "ALERT_FAILED"; readonly why: string } // the URL for alerts did not take one
  | { readonly code: "API_CLOSED" } // neither a token nor Access is configured
  | { readonly code: "API_TOKEN" } // neither a token nor an Access JWT that is valid: one text for all
  | { readonly code: "BUG" }; // an unexpected exception

export type FailureCode = Failure["code"];

/** RFC 9457 problem details, and the headers that go with them. */
export interface Problem {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: {
    readonly type: string;
    readonly title: string;
    readonly status: number;
    readonly code: FailureCode;
    readonly detail?: string;
    readonly issues?: readonly Issue[];
  };
}

type Text<Fails> = string | ((failure: Fails) => string);

/** What the caller sees of a failure; headers that are always the same stand behind what to do. */
type Told<Fails> = readonly [status: number, title: Text<Fails>, detail?: Text<Fails>, headers?: Problem["headers"]];

const BEARER = { "www-authenticate": "Bearer" };
const LATER = "Send it again later";
const why = (failure: { readonly why: string }): string => failure.why;

/** The only place where failures become HTTP. */
const TOLD: { readonly [Code in FailureCode]: Told<Extract<Failure, { readonly code: Code }>> } = {
  REQUEST_NOT_FOUND: [404, "There is no such route", "See docs/api.md for the routes"],
  REQUEST_METHOD: [405, "The method is not allowed here", ({ allow }) => `Use ${allow}`],
  REQUEST_MEDIA_TYPE: [415, "The content type is not supported", "Send application/json, uncompressed"],
  REQUEST_TOO_LARGE: [413, "The body is too large", ({ maxBytes }) => `Send at most ${maxBytes} bytes`],
  REQUEST_NOT_JSON: [400, "The body is not JSON", "Send one JSON document in UTF-8"],
  REQUEST_PARAMETER: [400, "The request holds values that cannot be used"],
  EVENT_SIGNATURE: [
    401,
    "The signature is missing or wrong",
    "Send X-GHL-Signature over the raw body; a gateway sends webhook-signature, as Standard Webhooks 1.0 has it",
  ],
  EVENT_NOT_ALLOWED: [403, "The location or app is not allowed", "Name it in ALLOWED_LOCATIONS and HIGHLEVEL_APP_IDS"],
  EVENT_UNUSABLE: [422, "The event cannot be used"],
  CONFIGURATION_KEYS: [
    429,
    "Signatures cannot be checked now",
    "Put PEM public keys into HIGHLEVEL_PUBLIC_KEYS",
    { "retry-after": "60" },
  ],
  CONFIGURATION_PLACE: [429, "Nothing can be kept now", "JURISDICTION is eu, us or empty", { "retry-after": "60" }],
  HOOK_CLOSED: [401, "The hook of gateways is closed", `Set GATEWAY_SECRET to ${SECRET_FORM}`],
  CONFIGURATION_TOKEN_KEY: [
    400,
    "Tokens cannot be kept",
    ({ what }) => `${what}: put what "openssl rand -base64 32" prints into it`,
  ],
  LEDGER_UNAVAILABLE: [429, "The ledger cannot be asked now", LATER],
  LEDGER_OVER_BUDGET: [429, "The location sends more than EVENTS_PER_SECOND", LATER],
  LEDGER_NOT_FOUND: [404, ({ what }) => `There is no such ${what}`],
  RULES_REFUSED: [422, "The rules are not admitted"],
  RULES_OVERWRITES: [
    409,
    "Somebody has published since",
    ({ told, version }) => `It would overwrite ${told}: look at it, and publish over version ${version}`,
  ],
  RULES_CHANGED: [
    409,
    "What is in force has changed",
    ({ told, change }) => `Since then: ${told}. Look at it, and ask again after change ${change}`,
  ],
  RULES_FROM_DEPLOY: [
    409,
    "Only deployed rules decide here",
    'Set RULES_FROM to "published", or deploy the rules; a published set can run in the shadow',
  ],
  RULES_NOTHING_BEFORE: [409, "There is nothing to roll back to", "Activate a version instead"],
  LEDGER_DELIVERY_STATE: [
    409,
    "The state of the delivery does not allow it",
    ({ state }) => `The delivery is ${state}`,
  ],
  LEDGER_PAUSES: [409, "Too many rules are paused", "Pause the location, or end a pause"],
  LEDGER_IMPORT: [409, "The log cannot be imported", why],
  LEDGER_EXPORT: [409, "HighLevel's export cannot be looked through now", why],
  ALERT_NOWHERE: [409, "Alerts go nowhere", "Set ALERT_URL, or give the location a URL of its own"],
  ALERT_FAILED: [409, "The alert did not arrive", why],
  API_CLOSED: [401, "The operator's API is closed", "Set ADMIN_TOKEN or ADMIN_TOKEN_HASHES", BEARER],
  API_TOKEN: [401, "The token is missing or wrong", "Send Authorization: Bearer <token>", BEARER],
  BUG: [500, "Something went wrong inside Afterbeep", "The log has the details"],
};

/** What the caller sees of a failure. */
export function problemOf(failure: Failure): Problem {
  const { code } = failure;
  const [status, title, detail, headers] = TOLD[code] as Told<Failure>;
  const text = (told: Text<Failure>): string => (typeof told === "string" ? told : told(failure));
  return {
    status,
    headers: {
      "content-type": "application/problem+json",
      ...headers,
      ...("allow" in failure ? { allow: failure.allow } : {}),
      ...("retryAfterSeconds" in failure ? { "retry-after": String(failure.retryAfterSeconds) } : {}),
    },
    body: {
      type: `urn:afterbeep:problem:${code}`,
      title: text(title),
      status,
      code,
      ...(detail === undefined ? {} : { detail: text(detail) }),
      ...("issues" in failure ? { issues: failure.issues } : {}),
    },
  };
}
