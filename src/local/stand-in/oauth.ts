// Tokens: those of private integrations, and those of an OAuth app, whose refresh tokens are good for one use.
import type { JsonObject } from "../../kit/json.ts";
import { text } from "./form.ts";
import { SCOPES } from "./published.ts";
import { refused, type Reply, wrongForm } from "./reply.ts";

/** The marketplace app. */
export interface App {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What a token gives access to; no `scopes` means all of them, no `expiresAtMs` that it never expires. */
export interface Grant {
  /** `""`: it is the agency's. */
  readonly locationId: string;
  readonly companyId: string;
  readonly scopes?: readonly string[];
  readonly expiresAtMs?: number;
}

/** A day less a second, as published. */
const EXPIRES_IN_S = 86_399;

/** Issues and checks tokens. `newId` makes a text that was never given before. */
export class Tokens {
  /** Whether a location's token that was asked for with its agency's can be refreshed: HighLevel publishes both. */
  hasRefresh = true;
  readonly #app: App;
  readonly #newId: (about: string) => string;
  readonly #expiresInS: number;
  readonly #access = new Map<string, Grant>();
  readonly #codes = new Map<string, Grant>();
  readonly #refresh = new Map<string, Grant>();

  constructor(app: App, newId: (about: string) => string, expiresInS = EXPIRES_IN_S) {
    this.#app = app;
    this.#newId = newId;
    this.#expiresInS = expiresInS;
  }

  /** Registers a private integration token. */
  addPrivate(token: string, grant: Grant): void {
    this.#access.set(token, grant);
  }

  /** The code that a user's consent yields: good for one exchange. */
  authorize(grant: Grant): string {
    const code = this.#newId("code");
    this.#codes.set(code, grant);
    return code;
  }

  /** Revokes every token of a location, as an uninstall does. */
  revoke(locationId: string): void {
    for (const kept of [this.#access, this.#codes, this.#refresh]) {
      for (const [token, grant] of kept) if (grant.locationId === locationId) kept.delete(token);
    }
  }

  /** Revokes every token of an agency and of its locations, as its uninstall does. */
  revokeCompany(companyId: string): void {
    for (const kept of [this.#access, this.#codes, this.#refresh]) {
      for (const [token, grant] of kept) if (grant.companyId === companyId) kept.delete(token);
    }
  }

  /** The tokens of a location that are asked for with its agency's. */
  forLocation(locationId: string, companyId: string, nowMs: number): JsonObject {
    const granted = this.#issue({ locationId, companyId }, nowMs);
    if (this.hasRefresh) return granted;
    this.#refresh.delete(text(granted, "refresh_token"));
    return Object.fromEntries(Object.entries(granted).filter(([name]) => name !== "refresh_token"));
  }

  /** Expires a location's access tokens early; its refresh token stays good. */
  expire(locationId: string): void {
    for (const [token, grant] of this.#access) if (grant.locationId === locationId) this.#access.delete(token);
  }

  /** What an access token gives access to at `nowMs`, null if it is unknown or expired. */
  grantOf(token: string, nowMs: number): Grant | null {
    const grant = this.#access.get(token);
    return grant && nowMs < (grant.expiresAtMs ?? Infinity) ? grant : null;
  }

  /** Answers POST /oauth/token, once its form is known to be right; in v3 the form's fields are spelled otherwise. */
  exchange(given: JsonObject, nowMs: number): Reply {
    const form = Object.fromEntries(Object.entries(given).map(([name, value]) => [inSnakeCase(name), value]));
    if (form["client_id"] !== this.#app.clientId || form["client_secret"] !== this.#app.clientSecret) {
      return { status: 401, body: { error: "invalid_client", error_description: "Invalid client credentials" } };
    }
    switch (text(form, "grant_type")) {
      case "authorization_code":
        return this.#redeem(this.#codes, form, "code", nowMs);
      case "refresh_token":
        return this.#redeem(this.#refresh, form, "refresh_token", nowMs);
      default:
        return refused(400, "The stand-in does not know client_credentials");
    }
  }

  #redeem(kept: Map<string, Grant>, form: JsonObject, field: string, nowMs: number): Reply {
    const token = text(form, field);
    if (token === "") return wrongForm(422, [`${field} should not be empty`]);
    const grant = kept.get(token);
    if (!grant) return { status: 400, body: { error: "invalid_grant" } };
    const userType = grant.locationId === "" ? "Company" : "Location";
    if ((form["user_type"] ?? userType) !== userType) return wrongForm(422, [`user_type must be ${userType}`]);
    kept.delete(token);
    return { status: 200, body: this.#issue(grant, nowMs) };
  }

  #issue(grant: Grant, nowMs: number): JsonObject {
    const { locationId, companyId, scopes } = grant;
    const access = this.#newId("access");
    const refresh = this.#newId("refresh");
    this.#access.set(access, { ...grant, expiresAtMs: nowMs + this.#expiresInS * 1000 });
    this.#refresh.set(refresh, grant);
    return {
      access_token: access,
      token_type: "Bearer",
      expires_in: this.#expiresInS,
      refresh_token: refresh,
      scope: (scopes ?? SCOPES).join(" "),
      userType: locationId === "" ? "Company" : "Location",
      ...(locationId === "" ? {} : { locationId }),
      companyId,
      userId: "user-of-the-stand-in",
    };
  }
}

function inSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
