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
  readonly locationId: string;
  readonly scopes?: readonly string[];
  readonly expiresAtMs?: number;
}

/** A day less a second, as published. */
const EXPIRES_IN_S = 86_399;

/** Issues and checks tokens. `newId` makes a text that was never given before. */
export class Tokens {
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

  /** Expires a location's access tokens early; its refresh token stays good. */
  expire(locationId: string): void {
    for (const [token, grant] of this.#access) if (grant.locationId === locationId) this.#access.delete(token);
  }

  /** What an access token gives access to at `nowMs`, null if it is unknown or expired. */
  grantOf(token: string, nowMs: number): Grant | null {
    const grant = this.#access.get(token);
    return grant && nowMs < (grant.expiresAtMs ?? Infinity) ? grant : null;
  }

  /** Answers POST /oauth/token, once its form is known to be right. */
  exchange(form: JsonObject, nowMs: number): Reply {
    if (form["client_id"] !== this.#app.clientId || form["client_secret"] !== this.#app.clientSecret) {
      return { status: 401, body: { error: "invalid_client", error_description: "Invalid client credentials" } };
    }
    switch (text(form, "grant_type")) {
      case "authorization_code":
        return this.#redeem(this.#codes, form, "code", nowMs);
      case "refresh_token":
        return this.#redeem(this.#refresh, form, "refresh_token", nowMs);
      default:
        return refused(400, "The stand-in has no company tokens: client_credentials is not supported");
    }
  }

  #redeem(kept: Map<string, Grant>, form: JsonObject, field: string, nowMs: number): Reply {
    const token = text(form, field);
    if (token === "") return wrongForm(422, [`${field} should not be empty`]);
    const grant = kept.get(token);
    if (!grant) return { status: 400, body: { error: "invalid_grant" } };
    kept.delete(token);
    const access = this.#newId("access");
    const refresh = this.#newId("refresh");
    this.#access.set(access, { ...grant, expiresAtMs: nowMs + this.#expiresInS * 1000 });
    this.#refresh.set(refresh, grant);
    const body = {
      access_token: access,
      token_type: "Bearer",
      expires_in: this.#expiresInS,
      refresh_token: refresh,
      scope: (grant.scopes ?? SCOPES).join(" "),
      userType: "Location",
      locationId: grant.locationId,
      companyId: "company-of-the-stand-in",
      userId: "user-of-the-stand-in",
    };
    return { status: 200, body };
  }
}
