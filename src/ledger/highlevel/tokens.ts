// The HighLevel token of a location: one row, its secret sealed. Only the location's ledger refreshes it, one refresh at
// a time, and new tokens are on disk before they are used: HighLevel accepts a refresh token only once.
import type { NoToken, Tokens } from "../../highlevel/account.ts";
import { sealKeys } from "../../highlevel/seal.ts";
import { openPair, sealGrant } from "../../highlevel/sealed-token.ts";
import { askForToken, refreshForm } from "../../highlevel/tokens.ts";
import { notBefore } from "../../kit/not-before.ts";
import { fail, succeed, type Result } from "../../kit/result.ts";
import { logError } from "../../model/log-line.ts";
import type { ShownToken, SealedToken, TokenSource, TokenState, Uninstall, Uninstalled } from "../../model/token.ts";
import { firstRow, type LedgerPorts, type LedgerStorage } from "../store/ports.ts";

interface TokenRow {
  source: TokenSource;
  sealed: string | null;
  expires_at: number | null;
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

const NONE = noToken("The location has no HighLevel token: docs/highlevel.md says how to give it one");
const UNINSTALLED = noToken(
  "The app was uninstalled from the location: install it again, or give the location a private integration's token",
);
const TAKEN_AWAY = noToken("HighLevel no longer takes the location's token: install the app again");
const CUT_OFF = noToken(
  "A refresh of the location's token was cut off, and HighLevel gives no other: install the app again",
);
const NO_APP = later("The location's token cannot be refreshed: set HIGHLEVEL_CLIENT_ID and HIGHLEVEL_CLIENT_SECRET");
const UNKNOWN_APP = later(
  "The location's token cannot be refreshed: HighLevel does not know HIGHLEVEL_CLIENT_ID with HIGHLEVEL_CLIENT_SECRET",
);
const NOT_NOW = later("The location's token cannot be refreshed now: HighLevel gave no answer that could be used");
const SHUT = later(
  "The location's token does not open: put the key that it was kept under into HIGHLEVEL_TOKEN_KEY, or give it again",
);

export class LedgerTokens implements Tokens {
  readonly #storage: LedgerStorage;
  readonly #ports: Pick<LedgerPorts, "actions" | "highlevel">;
  readonly #locationId: () => string | undefined;
  #refreshing: Promise<Result<string, NoToken>> | null = null;
  /** HighLevel is not asked for a token before this: it has just given no usable answer. */
  #askFromMs = 0;
  /** The token that was unsealed last: it is read far more often than it changes. */
  #opened: Usable | null = null;

  constructor(
    storage: LedgerStorage,
    ports: Pick<LedgerPorts, "actions" | "highlevel">,
    locationId: () => string | undefined,
  ) {
    this.#storage = storage;
    this.#ports = ports;
    this.#locationId = locationId;
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
      expiresAt: row.expires_at === null ? null : new Date(row.expires_at).toISOString(),
      storedAt: new Date(row.stored_at).toISOString(),
    };
  }

  /** Stores a token, replacing any other. */
  store({ source, sealed, expiresAtMs, companyId, appId, scopes }: SealedToken): void {
    const now = this.#now();
    this.#storage.sql.exec(
      `INSERT OR REPLACE INTO tokens (id, source, sealed, expires_at, company_id, app_id, scopes, stored_at, state, state_at)
       VALUES (1, ?, ?, ?, ?, ?, ?, ?, 'active', ?)`,
      source,
      sealed,
      expiresAtMs,
      companyId,
      appId,
      JSON.stringify(scopes),
      now,
      now,
    );
  }

  forget(): void {
    this.#opened = null;
    this.#storage.sql.exec("DELETE FROM tokens");
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
      row?.source === "oauth" &&
      row.app_id === appId &&
      (atMs === null || atMs >= row.stored_at || row.stored_at > now);
    if (!isMeant) return "kept";
    this.#opened = null;
    sql.exec("UPDATE tokens SET state = 'uninstalled', state_at = ?, sealed = NULL, expires_at = NULL", now);
    return "uninstalled";
  }

  /** Why there is no token that could be used, as far as can be told without opening it; `null`: there may be one. */
  lacking(): string | null {
    const row = this.#row();
    if (!row) return NONE.message;
    if (row.state === "uninstalled") return UNINSTALLED.message;
    return row.sealed === null ? TAKEN_AWAY.message : null;
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
    if (nowMs < this.#askFromMs) return Promise.resolve(fail({ ...NOT_NOW, untilMs: this.#askFromMs }));
    this.#refreshing ??= this.#refresh(usable)
      .then((refreshed) => {
        if (!refreshed.ok && refreshed.failure === NOT_NOW) this.#askFromMs = this.#now() + UNCLEAR_MS;
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
    const { highlevel, actions } = this.#ports;
    const { api, clientId, clientSecret, tokenKeys } = highlevel;
    const keys = await sealKeys(tokenKeys);
    if (clientId === null || clientSecret === null || refreshToken === null || !keys.ok) return fail(NO_APP);
    this.#set("refresh_began_at = ?", row.sealed, this.#now());
    const answer = await askForToken(api, refreshForm({ clientId, clientSecret }, refreshToken), {
      fetch: actions.fetch,
      signal: actions.timeLimit(TIMEOUT_MS),
    });
    switch (answer.kind) {
      case "granted": {
        if (answer.grant.locationId !== this.#locationId()) return fail(NOT_NOW);
        const next = await sealGrant(keys.value, answer.grant, row.app_id ?? "", this.#now());
        return this.#replaced(row.sealed, next, answer.grant.accessToken);
      }
      case "refused":
        this.#set(
          "state = 'refused', state_at = ?, sealed = NULL, expires_at = NULL, refresh_began_at = ?",
          row.sealed,
          this.#now(),
          row.refresh_began_at,
        );
        return this.#standing();
      case "unknown-app":
        this.#set("refresh_began_at = ?", row.sealed, row.refresh_began_at);
        return fail(UNKNOWN_APP);
      case "company":
      case "unclear":
        logError("HighLevel gave no answer to a refresh that could be used, it is asked again later", {
          locationId: this.#locationId() ?? null,
        });
        return fail(NOT_NOW);
    }
  }

  /** Replaces the tokens that were refreshed by those of the answer; they are on disk before they are used. */
  async #replaced(before: string, next: SealedToken, accessToken: string): Promise<Result<string, NoToken>> {
    const isReplaced = this.#set(
      "sealed = ?, expires_at = ?, scopes = ?, refreshed_at = ?, refresh_began_at = NULL, state = 'active'",
      before,
      next.sealed,
      next.expiresAtMs,
      JSON.stringify(next.scopes),
      this.#now(),
    );
    await this.#storage.sync();
    return isReplaced ? succeed(accessToken) : this.#standing();
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
    if (!row) return fail(NONE);
    if (row.state === "uninstalled") return fail(UNINSTALLED);
    const { sealed } = row;
    if (sealed === null) return fail(row.refresh_began_at === null ? TAKEN_AWAY : CUT_OFF);
    if (this.#opened?.row.sealed === sealed) return succeed({ ...this.#opened, row: { ...row, sealed } });
    const keys = await sealKeys(this.#ports.highlevel.tokenKeys);
    if (!keys.ok) return fail(later(`The location's token does not open: ${keys.failure}`));
    const pair = await openPair(keys.value, sealed, this.#locationId() ?? "");
    if (!pair.ok) return fail(SHUT);
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
