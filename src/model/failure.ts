import { SECRET_FORM } from "../kit/standard-webhooks.ts";

/** One thing that is wrong with an input: where it is, and what was expected. Never the value itself. */
export interface Issue {
  /** JSON pointer into the input. */
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

/** The expected failures, with codes prefixed by the stage. One switch below defines what the caller sees. */
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

/** What the caller sees of a failure: the only place where failures become HTTP. */
export function problemOf(failure: Failure): Problem {
  switch (failure.code) {
    case "REQUEST_NOT_FOUND":
      return problem(404, failure.code, "There is no such route", "See docs/api.md for the routes");
    case "REQUEST_METHOD":
      return problem(405, failure.code, "The method is not allowed here", `Use ${failure.allow}`, {
        allow: failure.allow,
      });
    case "REQUEST_MEDIA_TYPE":
      return problem(415, failure.code, "The content type is not supported", "Send application/json, uncompressed");
    case "REQUEST_TOO_LARGE":
      return problem(413, failure.code, "The body is too large", `Send at most ${failure.maxBytes} bytes`);
    case "REQUEST_NOT_JSON":
      return problem(400, failure.code, "The body is not JSON", "Send one JSON document in UTF-8");
    case "REQUEST_PARAMETER":
      return withIssues(problem(400, failure.code, "The request holds values that cannot be used"), failure.issues);
    case "EVENT_SIGNATURE":
      return problem(
        401,
        failure.code,
        "The signature is missing or wrong",
        "Send X-GHL-Signature over the raw body; a gateway sends webhook-signature, as Standard Webhooks 1.0 has it",
      );
    case "EVENT_NOT_ALLOWED":
      return problem(
        403,
        failure.code,
        "The location or app is not allowed",
        "Name it in ALLOWED_LOCATIONS and HIGHLEVEL_APP_IDS",
      );
    case "EVENT_UNUSABLE":
      return withIssues(problem(422, failure.code, "The event cannot be used"), failure.issues);
    case "CONFIGURATION_KEYS":
      return problem(
        429,
        failure.code,
        "Signatures cannot be checked now",
        "Put PEM public keys into HIGHLEVEL_PUBLIC_KEYS",
        { "retry-after": "60" },
      );
    case "HOOK_CLOSED":
      return problem(401, failure.code, "The hook of gateways is closed", `Set GATEWAY_SECRET to ${SECRET_FORM}`);
    case "CONFIGURATION_TOKEN_KEY": {
      const detail = `${failure.what}: put what "openssl rand -base64 32" prints into it`;
      return problem(400, failure.code, "Tokens cannot be kept", detail);
    }
    case "LEDGER_UNAVAILABLE":
      return problem(429, failure.code, "The ledger cannot be asked now", "Send it again later", {
        "retry-after": String(failure.retryAfterSeconds),
      });
    case "LEDGER_OVER_BUDGET":
      return problem(429, failure.code, "The location sends more than EVENTS_PER_SECOND", "Send it again later", {
        "retry-after": String(failure.retryAfterSeconds),
      });
    case "LEDGER_NOT_FOUND":
      return problem(404, failure.code, `There is no such ${failure.what}`);
    case "RULES_REFUSED":
      return withIssues(problem(422, failure.code, "The rules are not admitted"), failure.issues);
    case "RULES_OVERWRITES": {
      const detail = `It would overwrite ${failure.told}: look at it, and publish over version ${failure.version}`;
      return problem(409, failure.code, "Somebody has published since", detail);
    }
    case "RULES_CHANGED": {
      const detail = `Since then: ${failure.told}. Look at it, and ask again after change ${failure.change}`;
      return problem(409, failure.code, "What is in force has changed", detail);
    }
    case "RULES_FROM_DEPLOY": {
      const detail = 'Set RULES_FROM to "published", or deploy the rules; a published set can run in the shadow';
      return problem(409, failure.code, "Only deployed rules decide here", detail);
    }
    case "RULES_NOTHING_BEFORE":
      return problem(409, failure.code, "There is nothing to roll back to", "Activate a version instead");
    case "LEDGER_DELIVERY_STATE":
      return problem(
        409,
        failure.code,
        "The state of the delivery does not allow it",
        `The delivery is ${failure.state}`,
      );
    case "LEDGER_PAUSES":
      return problem(409, failure.code, "Too many rules are paused", "Pause the location, or end a pause");
    case "LEDGER_IMPORT":
      return problem(409, failure.code, "The log cannot be imported", failure.why);
    case "LEDGER_EXPORT":
      return problem(409, failure.code, "HighLevel's export cannot be looked through now", failure.why);
    case "ALERT_NOWHERE":
      return problem(409, failure.code, "Alerts go nowhere", "Set ALERT_URL, or give the location a URL of its own");
    case "ALERT_FAILED":
      return problem(409, failure.code, "The alert did not arrive", failure.why);
    case "API_CLOSED":
      return problem(401, failure.code, "The operator's API is closed", "Set ADMIN_TOKEN or ADMIN_TOKEN_HASHES", {
        "www-authenticate": "Bearer",
      });
    case "API_TOKEN":
      return problem(401, failure.code, "The token is missing or wrong", "Send Authorization: Bearer <token>", {
        "www-authenticate": "Bearer",
      });
    case "BUG":
      return problem(500, failure.code, "Something went wrong inside Afterbeep", "The log has the details");
  }
}

function problem(
  status: number,
  code: FailureCode,
  title: string,
  detail?: string,
  headers: Record<string, string> = {},
): Problem {
  const body = {
    type: `urn:afterbeep:problem:${code}`,
    title,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
  };
  return { status, headers: { "content-type": "application/problem+json", ...headers }, body };
}

function withIssues(told: Problem, issues: readonly Issue[]): Problem {
  return { ...told, body: { ...told.body, issues } };
}
