// The HighLevel token of a location, or of an agency: one row, its secret sealed. Only the object that keeps it refreshes
// it, one refresh at a time, and new tokens are on disk before they are used: HighLevel accepts a refresh token only once.
import type { HighLevelAnswer, HighLevelRequest, NoToken, Tokens } from "../../highlevel/account.ts";
import { isElsewhere, lacksScope, scopeOf } from "../../highlevel/scopes.ts";
import { sealKeys } from "../../highlevel/seal.ts";
import { agencyOwner, openPair, sealGrant } from "../../highlevel/sealed-token.ts";
import { askForToken, refreshForm, type Grant } from "../../highlevel/tokens.ts";
import { notBefore } from "../../kit/not-before.ts";
import { fail, succeed, type Result } from "../../kit/result.ts";
import { logError } from "../../model/log-line.ts";
import type { ShownToken, SealedToken, TokenSource, TokenState, Uninstall, Uninstalled } from "../../model/token.ts";
import type { ActionPorts } from "../../act/contract/action-kind.ts";
import type { HighLevelSettings } from "../../model/configuration.ts";
import { mark, setMark } from "../store/marks.ts";
import { firstRow, type LedgerStorage } from "../store/ports.ts";

interface TokenRow {
  source: TokenSource;
  sealed: string | null;
  expires_at: number | null;
  company_id: string | null;
  app_id: string | null;
  scopes: string;
  stored_at: number;
  state: TokenState;
  state_at: number;
  refreshed_at: number | null;
  refresh_began_at: number | null;
}

/** A token that can be used. */
interface Usable {
  readonly row: TokenRow & { readonly sealed: string };
  readonly accessToken: string;
  readonly refreshToken: string | null;
}

const AHEAD_MS = 5 * 60_000;
/** A token refreshed this recently is not refreshed again: what HighLevel refuses then is a scope. */
const FRESH_MS = 5 * 60_000;
const TIMEOUT_MS = 20_000;
/** Less than the first wait after an attempt that failed: whoever comes then asks. */
const UNCLEAR_MS = 4_000;
/** How long an uninstall is remembered: HighLevel repeats an event for some days. */
const REMEMBERED_MS = 30 * 86_400_000;

/** What asking for a token takes. */
interface TokenPorts {
  readonly actions: Pick<ActionPorts, "clock" | "fetch" | "timeLimit">;
  readonly highlevel: HighLevelSettings;
}

/** Whose token it is, and what that means for it. */
export interface TokenOwner {
  /** What texts and HighLevel call it. */
  readonly noun: "location" | "agency";
  readonly userType: "Location" | "Company";
  /** What the token is sealed for; `undefined`: nothing has come yet. */
  readonly id: () => string | undefined;
  /** The owner that an answer of HighLevel's names. */
  readonly named: (grant: Grant) => string;
  /** Asks an agency for another token; absent: none can be asked. It rejects if the agency cannot be reached. */
  readonly anew?: ((companyId: string) => Promise<Result<SealedToken, NoToken>>) | undefined;
}

/** A location, whose token may have come with its agency's. */
export function ofLocation(id: TokenOwner["id"], anew?: TokenOwner["anew"]): TokenOwner {
  return { noun: "location", userType: "Location", id, named: ({ locationId }) => locationId ?? "", anew };
}

/** An agency; `id` gives its own id. */
export function ofAgency(id: () => string | undefined): TokenOwner {
  const owner = (companyId: string | null | undefined) => (companyId ? agencyOwner(companyId) : "");
  return {
    noun: "agency",
    userType: "Company",
    id: () => owner(id()),
    named: ({ locationId, companyId }) => (locationId === null ? owner(companyId) : ""),
  };
}

/** Why there is no token, for a location or an agency. */
const reasonsFor = (noun: TokenOwner["noun"]) => ({
  none: noToken(`The ${noun} has no HighLevel token: docs/highlevel.md says how to give it one`),
  uninstalled: noToken(
    `The app was uninstalled from the ${noun}: install it again, or give the location a private integration's token`,
  ),
  takenAway: noToken(`HighLevel no longer takes the ${noun}'s token: install the app again`),
  cutOff: noToken(`A refresh of the ${noun}'s token was cut off, and HighLevel gives no other: install the app again`),
  noApp: later(`The ${noun}'s token cannot be refreshed: set HIGHLEVEL_CLIENT_ID and HIGHLEVEL_CLIENT_SECRET`),
  unknownApp: later(
    `The ${noun}'s token cannot be refreshed: HighLevel does not know HIGHLEVEL_CLIENT_ID with HIGHLEVEL_CLIENT_SECRET`,
  ),
  notNow: later(`The ${noun}'s token cannot be refreshed now: HighLevel gave no answer that could be used`),
  shut: later(
    `The ${noun}'s token does not open: put the key that it was kept under into HIGHLEVEL_TOKEN_KEY, or give it again`,
  ),
});

export class LedgerTokens implements Tokens {
  readonly #storage: LedgerStorage;
  readonly #ports: TokenPorts;
  readonly #owner: TokenOwner;
  readonly #reasons: ReturnType<typeof reasonsFor>;
  #refreshing: Promise<Result<string, NoToken>> | null = null;
  /** HighLevel is not asked for a token before this: it has just given no usable answer. */
  #askFromMs = 0;
  /** The token that was unsealed last: it is read far more often than it changes. */
  #opened: Usable | null = null;
  /** Scopes that HighLevel refused, and since when, milliseconds since 1970; `null`: not read yet. */
  #lacked: ReadonlyMap<string, number> | null = null;

  constructor(storage: LedgerStorage, ports: TokenPorts, owner: TokenOwner) {
    this.#storage = storage;
    this.#ports = ports;
    this.#owner = owner;
    this.#reasons = reasonsFor(owner.noun);
  }

  /** What may be shown about the token; `null`: there is none. */
  told(): ShownToken | null {
    const row = this.#row();
    if (!row) return null;
    return {
      source: row.source,
      state: row.state,
      since: new Date(row.state_at).toISOString(),
      scopes: JSON.parse(row.scopes) as string[],
      refusedScopes: [...this.#refusedScopes()].map(([scope, atMs]) => ({
        scope,
        since: new Date(atMs).toISOString(),
      })),
      expiresAt: row.expires_at === null ? null : new Date(row.expires_at).toISOString(),
      storedAt: new Date(row.stored_at).toISOString(),
    };
  }

  /** Whether HighLevel was asked for another token, and has not said whether there is one. */
  isUnclear(): boolean {
    const row = this.#row();
    return row?.state === "active" && row.refresh_began_at !== null && this.#refreshing === null;
  }

  /** Stores a token, replacing any other; `atMs`: as of when, milliseconds since 1970. */
  store({ source, sealed, expiresAtMs, companyId, appId, scopes }: SealedToken, atMs = this.#now()): void {
    this.#storage.sql.exec(
      `INSERT OR REPLACE INTO tokens (id, source, sealed, expires_at, company_id, app_id, scopes, stored_at, state, state_at)
       VALUES (1, ?, ?, ?, ?, ?, ?, ?, 'active', ?)`,
      source,
      sealed,
      expiresAtMs,
      companyId,
      appId,
      JSON.stringify(scopes),
      atMs,
      atMs,
    );
    this.#isAnother();
  }

  /**
   * Stores a token that was asked for with the agency's, and returns whether it did: not in the place of another that is
   * good, and not if the app was uninstalled since it was asked for.
   */
  offer(token: SealedToken, askedAtMs: number): boolean {
    const row = this.#row();
    const isOthers = row?.state === "active" && row.source !== "agency";
    if (isOthers || (row?.state === "uninstalled" && row.state_at >= askedAtMs)) return false;
    this.store(token, Math.min(askedAtMs, this.#now()));
    return true;
  }

  forget(): void {
    this.#storage.sql.exec("DELETE FROM tokens");
    this.#isAnother();
  }

  /** What was known of the token before is not of this one. */
  #isAnother(): void {
    this.#opened = null;
    if (this.#refusedScopes().size > 0) this.#storage.sql.exec("DELETE FROM marks WHERE name = 'refused-scopes'");
    this.#lacked = null;
  }

  /**
   * Notes a scope that HighLevel refuses, or grants after all; and of a private integration's token, which nothing
   * refreshes, whether it is taken. Never throws: the answer counts, whether or not it can be noted.
   */
  heard(token: string, request: HighLevelRequest, answer: Extract<HighLevelAnswer, { kind: "answer" }>): void {
    if (this.#opened?.accessToken !== token) return;
    const { row } = this.#opened;
    const isTaken = answer.status >= 200 && answer.status < 300;
    try {
      const [lacked, scope] = [new Map(this.#refusedScopes()), scopeOf(request)];
      if (isTaken ? lacked.delete(scope) : lacksScope(answer) && !lacked.has(scope) && lacked.set(scope, this.#now())) {
        setMark(this.#storage.sql, "refused-scopes", JSON.stringify([...lacked]));
        this.#lacked = lacked;
      }
      const state = isTaken ? "active" : "refused";
      if (row.source === "private" && row.state !== state && (isTaken || isElsewhere(answer)))
        this.#set("state = ?, state_at = ?", row.sealed, state, this.#now());
    } catch (error) {
      logError("What HighLevel says of a token could not be noted", { locationId: this.#owner.id() ?? null }, error);
    }
  }

  #refusedScopes(): ReadonlyMap<string, number> {
    return (this.#lacked ??= new Map(
      JSON.parse(mark(this.#storage.sql, "refused-scopes") ?? "[]") as [string, number][],
    ));
  }

  /**
   * Forgets the token of an app that was uninstalled. A repeated event, one of another app, and one from before the
   * token was stored change nothing; nor does any event if the token did not come from an installation.
   */
  uninstall({ eventKey, appId, atMs }: Uninstall): Uninstalled {
    const { sql } = this.#storage;
    const now = this.#now();
    sql.exec("DELETE FROM uninstalls WHERE at < ?", now - REMEMBERED_MS);
    const isNew = firstRow(
      sql,
      "INSERT OR IGNORE INTO uninstalls (event_key, at) VALUES (?, ?) RETURNING at",
      eventKey,
      now,
    );
    if (!isNew) return "repeated";
    const row = this.#row();
    // A token that was stored by a clock that was ahead is older than that.
    const isMeant =
      row !== undefined &&
      row.source !== "private" &&
      row.app_id === appId &&
      (atMs === null || atMs >= row.stored_at || row.stored_at > now);
    if (!isMeant) return "kept";
    this.#opened = null;
    // As of when that was: another token may have been asked for since.
    const sinceMs = Math.min(atMs ?? now, now);
    sql.exec("UPDATE tokens SET state = 'uninstalled', state_at = ?, sealed = NULL, expires_at = NULL", sinceMs);
    return "uninstalled";
  }

  /** Why there is no token that could be used, as far as can be told without opening it; `null`: there may be one. */
  lacking(): string | null {
    const row = this.#row();
    if (!row) return this.#reasons.none.message;
    if (row.state === "uninstalled") return this.#reasons.uninstalled.message;
    return row.sealed === null ? this.#reasons.takenAway.message : null;
  }

  async current(): Promise<Result<string, NoToken>> {
    const usable = await this.#usable();
    if (!usable.ok) return usable;
    const { row, accessToken } = usable.value;
    if (row.expires_at === null || row.expires_at - this.#now() > AHEAD_MS) return succeed(accessToken);
    const refreshed = await this.#refreshed(usable.value);
    const isStillGood = !refreshed.ok && refreshed.failure.kind === "later" && row.expires_at > this.#now();
    return isStillGood ? succeed(accessToken) : refreshed;
  }

  async insteadOf(refused: string): Promise<Result<string, NoToken> | null> {
    const usable = await this.#usable();
    if (!usable.ok) return usable;
    const { row, accessToken } = usable.value;
    if (accessToken !== refused) return succeed(accessToken);
    if (row.source === "private") {
      // Shown to people, but it stops no calls: the integration may be given the scope that it lacked.
      if (row.state !== "refused") this.#set("state = 'refused', state_at = ?", row.sealed, this.#now());
      return null;
    }
    if (row.refreshed_at !== null && isWithin(row.refreshed_at, FRESH_MS, this.#now())) return null;
    return this.#refreshed(usable.value);
  }

  /**
   * Whoever needs a new token while one is being fetched waits for that one; and whoever comes soon after an answer that
   * said nothing, for the next time that HighLevel is asked: a thousand deliveries do not ask a thousand times.
   */
  #refreshed(usable: Usable): Promise<Result<string, NoToken>> {
    const nowMs = this.#now();
    this.#askFromMs = notBefore(this.#askFromMs, UNCLEAR_MS, nowMs);
    if (nowMs < this.#askFromMs) return Promise.resolve(fail({ ...this.#reasons.notNow, untilMs: this.#askFromMs }));
    this.#refreshing ??= this.#refresh(usable)
      .then((refreshed) => {
        if (!refreshed.ok && refreshed.failure === this.#reasons.notNow) this.#askFromMs = this.#now() + UNCLEAR_MS;
        return refreshed;
      })
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  /**
   * If an earlier refresh was cut off (no answer, or the object died before it was on disk), the refresh token may be
   * used up. It is tried again all the same: that request may never have arrived. If it is then refused, only installing
   * the app again helps.
   */
  async #refresh({ row, refreshToken }: Usable): Promise<Result<string, NoToken>> {
    if (refreshToken === null && row.source === "agency") return this.#anew(row);
    const { highlevel, actions } = this.#ports;
    const { clientId, clientSecret, tokenKeys } = highlevel;
    const keys = await sealKeys(tokenKeys);
    if (clientId === null || clientSecret === null || refreshToken === null || !keys.ok)
      return fail(this.#reasons.noApp);
    this.#set("refresh_began_at = ?", row.sealed, this.#now());
    const form = refreshForm({ clientId, clientSecret }, refreshToken, this.#owner.userType);
    const answer = await askForToken(highlevel, form, {
      fetch: actions.fetch,
      signal: actions.timeLimit(TIMEOUT_MS),
    });
    switch (answer.kind) {
      case "granted": {
        if (this.#owner.named(answer.grant) !== this.#owner.id()) return fail(this.#reasons.notNow);
        const next = await sealGrant(keys.value, answer.grant, row.app_id ?? "", this.#now());
        return this.#replaced(row.sealed, next, answer.grant.accessToken);
      }
      case "refused":
        if (row.source === "agency") return this.#anew(row);
        return this.#refused(row);
      case "unknown-app":
        this.#set("refresh_began_at = ?", row.sealed, row.refresh_began_at);
        return fail(this.#reasons.unknownApp);
      case "unclear":
        logError("HighLevel gave no answer to a refresh that could be used, it is asked again later", {
          locationId: this.#owner.id() ?? null,
        });
        return fail(this.#reasons.notNow);
    }
  }

  /** Asks the agency for another token, instead of one that cannot be refreshed. */
  async #anew(row: Usable["row"]): Promise<Result<string, NoToken>> {
    const { anew } = this.#owner;
    if (!anew || row.company_id === null) return this.#refused(row);
    const answer = await anew(row.company_id).catch((error: unknown) => {
      logError(
        "The agency of a location did not answer, it is asked again later",
        { locationId: this.#owner.id() ?? null },
        error,
      );
      return fail(this.#reasons.notNow);
    });
    if (!answer.ok) return answer.failure.kind === "no-token" ? this.#refused(row) : fail(this.#reasons.notNow);
    return this.#replaced(row.sealed, answer.value);
  }

  /** The token is gone for good. What is known of a refresh that was cut off stays. */
  #refused({ sealed, refresh_began_at }: Usable["row"]): Promise<Result<string, NoToken>> {
    const gone = "state = 'refused', state_at = ?, sealed = NULL, expires_at = NULL, refresh_began_at = ?";
    this.#set(gone, sealed, this.#now(), refresh_began_at);
    return this.#standing();
  }

  /** Replaces the tokens that were refreshed by those of the answer; they are on disk before they are used. */
  async #replaced(before: string, next: SealedToken, accessToken?: string): Promise<Result<string, NoToken>> {
    const isReplaced = this.#set(
      "sealed = ?, expires_at = ?, scopes = ?, refreshed_at = ?, refresh_began_at = NULL, state = 'active'",
      before,
      next.sealed,
      next.expiresAtMs,
      JSON.stringify(next.scopes),
      this.#now(),
    );
    await this.#storage.sync();
    return isReplaced && accessToken !== undefined ? succeed(accessToken) : this.#standing();
  }

  /** The token that counts after an answer: meanwhile, the app may have been installed again, or uninstalled. */
  async #standing(): Promise<Result<string, NoToken>> {
    const usable = await this.#usable();
    return usable.ok ? succeed(usable.value.accessToken) : usable;
  }

  /** Changes the row if it is still the one that was read, and returns whether it was. */
  #set(assignments: string, sealed: string, ...values: (string | number | null)[]): boolean {
    const statement = `UPDATE tokens SET ${assignments} WHERE sealed = ? RETURNING id`;
    return this.#storage.transactionSync(() => firstRow(this.#storage.sql, statement, ...values, sealed) !== undefined);
  }

  async #usable(): Promise<Result<Usable, NoToken>> {
    const row = this.#row();
    if (!row) return fail(this.#reasons.none);
    if (row.state === "uninstalled") return fail(this.#reasons.uninstalled);
    const { sealed } = row;
    if (sealed === null) return fail(row.refresh_began_at === null ? this.#reasons.takenAway : this.#reasons.cutOff);
    if (this.#opened?.row.sealed === sealed)
      return succeed((this.#opened = { ...this.#opened, row: { ...row, sealed } }));
    const keys = await sealKeys(this.#ports.highlevel.tokenKeys);
    if (!keys.ok) return fail(later(`The ${this.#owner.noun}'s token does not open: ${keys.failure}`));
    const pair = await openPair(keys.value, sealed, this.#owner.id() ?? "");
    if (!pair.ok) return fail(this.#reasons.shut);
    this.#opened = { row: { ...row, sealed }, ...pair.value };
    return succeed(this.#opened);
  }

  #row(): TokenRow | undefined {
    return firstRow<TokenRow>(this.#storage.sql, "SELECT * FROM tokens");
  }

  #now(): number {
    return this.#ports.actions.clock();
  }
}

/** Whether a time is no longer ago than that. One in the future is from a clock that was ahead, and says nothing. */
function isWithin(atMs: number, ms: number, nowMs: number): boolean {
  return atMs <= nowMs && nowMs - atMs < ms;
}

function noToken(message: string): NoToken {
  return { kind: "no-token", message };
}

function later(message: string): NoToken & { readonly kind: "later" } {
  return { kind: "later", message };
}
