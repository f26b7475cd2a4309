// An agency that has the app installed for its locations. Its token has one owner, this object; with it the object lists
// the locations, and asks for a token for each, which it hands to that location's ledger. What is to be done stands in
// the tables, and an alarm does it: an agency of forty, or of a thousand, is done within HighLevel's limits, whatever
// breaks on the way. docs/decisions/0050-an-agency-object.md says why it is so.
import { isoOf } from "../kit/moment.ts";
import type { ActionPorts } from "../act/contract/action-kind.ts";
import { outcomeFrom } from "../act/highlevel/answer.ts";
import { isLocationId } from "../events/structs.ts";
import type { HighLevelAnswer, NoToken } from "../highlevel/account.ts";
import { installedIn, installedRequest, locationGrantIn, locationTokenRequest } from "../highlevel/agency.ts";
import { sealKeys } from "../highlevel/seal.ts";
import { sealGrant } from "../highlevel/sealed-token.ts";
import { appIdOf } from "../highlevel/tokens.ts";
import { fail, succeed, type Result } from "../kit/result.ts";
import { LedgerAccount } from "../ledger/highlevel/account.ts";
import { HighLevelLimits } from "../ledger/highlevel/limits.ts";
import { LedgerTokens, ofAgency } from "../ledger/highlevel/tokens.ts";
import { Alarm } from "../ledger/store/alarm.ts";
import { mark, setMark } from "../ledger/store/marks.ts";
import type { LedgerStorage } from "../ledger/store/ports.ts";
import { migrate } from "../ledger/store/schema.ts";
import type { AgencyLocationState, AgencyQuery, AgencyTold } from "../model/agency.ts";
import { isOnList, type AllowList, type HighLevelSettings } from "../model/configuration.ts";
import { logError, logInstall } from "../model/log-line.ts";
import type { AgencyCalls, Answering, DirectoryCalls, LedgerCalls } from "../model/rpc.ts";
import type { Install, SealedToken, Uninstall, Uninstalled } from "../model/token.ts";
import * as locations from "./locations.ts";
import * as progress from "./progress.ts";
import { AGENCY_MIGRATIONS } from "./tables.ts";

/** Everything an agency works with besides its own storage. */
export interface AgencyPorts {
  readonly highlevel: HighLevelSettings;
  /** The locations that may have a token. */
  readonly admitted: AllowList;
  readonly actions: Pick<ActionPorts, "clock" | "fetch" | "timeLimit">;
  readonly ledger: (locationId: string) => Pick<LedgerCalls, "token" | "offerToken">;
  readonly directory: Pick<DirectoryCalls, "installed" | "named">;
}

/** A location takes four of the thousand calls that an alarm may make; six of HighLevel's may be open at once. */
const GIVEN_AT_ONCE = 200;
const ASKED_TOGETHER = 4;
const PAGES_AT_ONCE = 20;
/** Of a hundred locations each: a list that does not end is given up. */
const MOST_PAGES = 200;
const TOKEN_GONE = "An agency's token can no longer be used: it has to install the app again";
const LISTED_NO_MORE = "An agency's locations cannot be listed, it is tried again later";

/** What a location's token was asked for with. */
type Asked =
  | { readonly kind: "granted"; readonly token: SealedToken }
  /** HighLevel gives none for this location: what it answered. */
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "later"; readonly failure: NoToken };

export class InstalledAgency implements Answering<AgencyCalls> {
  readonly #storage: LedgerStorage;
  readonly #ports: AgencyPorts;
  readonly #tokens: LedgerTokens;
  readonly #limits: HighLevelLimits;
  readonly #account: LedgerAccount;
  readonly #alarm: Alarm;

  constructor(storage: LedgerStorage, ports: AgencyPorts) {
    migrate(storage, AGENCY_MIGRATIONS);
    const { clock } = ports.actions;
    this.#storage = storage;
    this.#ports = ports;
    this.#tokens = new LedgerTokens(
      storage,
      ports,
      ofAgency(() => mark(storage.sql, "company")),
    );
    this.#limits = new HighLevelLimits(storage, clock);
    this.#account = new LedgerAccount(ports.highlevel, ports.actions, this.#tokens, this.#limits);
    this.#alarm = new Alarm(storage, clock, () => this.#nextAt());
  }

  /** Sets an alarm that was lost. */
  open(): Promise<void> {
    return this.#alarm.repair();
  }

  install(companyId: string, token: SealedToken): void {
    this.#storage.transactionSync(() => {
      setMark(this.#storage.sql, "company", companyId);
      this.#tokens.store(token);
      progress.note(this.#storage.sql, progress.INSTALLED, {});
    });
    this.#alarm.set(this.#now());
  }

  joined({ companyId, locationId, appId, atMs }: Install & { readonly companyId: string }): void {
    const { sql } = this.#storage;
    if (appId !== this.#appId()) return;
    const row = locations.find(sql, locationId);
    const isOld = row?.state === "left" && atMs !== null && atMs < row.state_at;
    if (row?.state === "wanting" || isOld) return;
    this.#storage.transactionSync(() => {
      if (row === undefined) setMark(sql, "company", companyId);
      locations.put(sql, locationId, "wanting", Math.min(atMs ?? Infinity, this.#now()));
    });
    if (this.#isInstalled()) this.#alarm.bringForward(Math.max(this.#now(), this.#progress().waitsUntilMs));
  }

  left(locationId: string, { appId, atMs }: Uninstall): void {
    if (appId !== this.#appId()) return;
    const { sql } = this.#storage;
    const row = locations.find(sql, locationId);
    const isOld = row !== undefined && atMs !== null && atMs < row.state_at;
    if (row?.state !== "left" && !isOld) locations.put(sql, locationId, "left", atMs ?? this.#now());
  }

  deleted(locationId: string): void {
    locations.put(this.#storage.sql, locationId, "left", this.#now());
  }

  look(): void {
    if (!this.#isInstalled()) return;
    progress.note(this.#storage.sql, this.#progress(), { listAtMs: this.#now() });
    this.#alarm.bringForward(Math.max(this.#now(), this.#progress().waitsUntilMs));
  }

  uninstall(event: Uninstall): Uninstalled {
    return this.#storage.transactionSync(() => {
      const done = this.#tokens.uninstall(event);
      if (done === "uninstalled") locations.leaveAll(this.#storage.sql, this.#now());
      return done;
    });
  }

  async tokenFor(locationId: string): Promise<Result<SealedToken, NoToken>> {
    const row = locations.find(this.#storage.sql, locationId);
    if (row === undefined || row.state === "left" || !isOnList(this.#ports.admitted, locationId)) return fail(NOT_ITS);
    const asked = await this.#askFor(locationId);
    this.#limits.write();
    if (asked.kind === "granted") return succeed(asked.token);
    if (asked.kind === "later") return fail(asked.failure);
    locations.settle(this.#storage.sql, row, "refused", this.#now(), asked.why);
    return fail(NOT_ITS);
  }

  told(query: AgencyQuery): AgencyTold {
    const { listedMs, waitsUntilMs, failure } = this.#progress();
    return {
      companyId: this.#companyId(),
      token: this.#tokens.told(),
      listedAt: isoOf(listedMs),
      waitsUntil: waitsUntilMs > this.#now() ? isoOf(waitsUntilMs) : null,
      failure: failure ? { at: isoOf(failure.atMs), why: failure.why } : null,
      ...locations.told(this.#storage.sql, query),
    };
  }

  async poke(): Promise<{ isOpen: boolean }> {
    await this.#alarm.repair();
    return { isOpen: this.#isInstalled() };
  }

  /** Does the alarm's work. Never throws. */
  async alarm(): Promise<void> {
    this.#alarm.rings();
    try {
      if (this.#isInstalled() && this.#progress().waitsUntilMs <= this.#now() && (await this.#list()))
        await this.#give();
      this.#limits.write();
    } catch (error) {
      logError("An agency's locations could not be given their tokens, it is tried again", this.#place(), error);
      this.#strike("A ledger or the directory did not answer");
    }
    this.#alarm.setForNext();
  }

  /** Lists the locations, if that is due; `false`: HighLevel cannot be asked now. */
  async #list(): Promise<boolean> {
    const { sql } = this.#storage;
    for (let pages = 0; pages < PAGES_AT_ONCE && this.#progress().listAtMs <= this.#now(); pages++) {
      const { from, isFirst, pages: before } = this.#progress();
      const { apiVersion } = this.#ports.highlevel;
      const about = { companyId: this.#companyId(), appId: this.#appId(), from };
      const answer = await this.#account.call(installedRequest(apiVersion, about));
      if (answer.kind !== "answer" || isForLater(answer.status)) return this.#waits(answer, "oauth.readonly");
      if (!this.#isInstalled()) return false;
      const page = answer.status < 300 ? installedIn(apiVersion, answer.body, from) : null;
      const failure = page === null ? this.#failure(whyOf(answer, "oauth.readonly")) : null;
      if (page === null) logError(LISTED_NO_MORE, this.#place());
      // The directory first: a name that it was not told is still another one when the list comes again.
      const found = (page?.locations ?? []).filter(({ id }) => isLocationId(id));
      for (const { id, name } of found)
        if (name !== null && this.#isRenamed(id, name)) await this.#ports.directory.named(id, name);
      this.#storage.transactionSync(() => {
        const nowMs = this.#now();
        for (const one of found)
          locations.list(sql, one, { isFirst, isAdmitted: isOnList(this.#ports.admitted, one.id), nowMs });
        const isOver = !page?.next || before + 1 >= MOST_PAGES;
        const then = isOver ? progress.listed(nowMs, page !== null) : { from: page.next, pages: before + 1 };
        progress.note(sql, this.#progress(), { ...then, strikes: 0, failure });
      });
    }
    return true;
  }

  #isRenamed(locationId: string, name: string): boolean {
    const row = locations.find(this.#storage.sql, locationId);
    return (row?.state === "given" || row?.state === "own") && row.name !== name;
  }

  /** Gives tokens to locations that want one, until none does, HighLevel has no room, or it is enough for one alarm. */
  async #give(): Promise<void> {
    for (let given = 0; given < GIVEN_AT_ONCE && this.#isInstalled(); given += ASKED_TOGETHER) {
      const together = locations.wanting(this.#storage.sql, ASKED_TOGETHER);
      if (together.length === 0) return;
      const done = await Promise.all(together.map((row) => this.#giveTo(row)));
      if (done.includes(false)) return;
    }
  }

  /** Gives a location its token; `false`: HighLevel cannot be asked now. */
  async #giveTo(row: locations.LocationRow): Promise<boolean> {
    const { sql } = this.#storage;
    const { admitted, directory } = this.#ports;
    const locationId = row.location_id;
    const askedAtMs = this.#now();
    const settle = (state: AgencyLocationState, why?: string): true => {
      // As of when it was asked: an uninstall may have come while HighLevel answered.
      locations.settle(sql, row, state, askedAtMs, why);
      return true;
    };
    if (!isOnList(admitted, locationId)) {
      logInstall({ outcome: "not-allowed", locationId });
      return settle("outside");
    }
    const ledger = this.#ports.ledger(locationId);
    const token = await ledger.token();
    // Of one from before the app was installed again nobody knows whether HighLevel still takes it.
    const isNewer = token?.source !== "agency" || Date.parse(token.storedAt) >= row.state_at;
    if (token?.state === "active" && isNewer) {
      if (row.name !== null) await directory.named(locationId, row.name);
      return settle(token.source === "agency" ? "given" : "own");
    }
    const asked = await this.#askFor(locationId);
    if (asked.kind === "later") return false;
    if (asked.kind === "refused") {
      logInstall({ outcome: "location-refused", locationId });
      return settle("refused", asked.why);
    }
    // The directory first: it has to know where an agency's tokens are.
    await directory.installed(locationId, this.#companyId(), row.name);
    // Meanwhile the app may have been uninstalled there, or everywhere.
    const now = locations.find(sql, locationId);
    if (!this.#isInstalled() || now?.state !== row.state || now.state_at !== row.state_at) return true;
    const isTaken = await ledger.offerToken(locationId, asked.token, askedAtMs);
    if (isTaken) logInstall({ outcome: "installed", locationId });
    return settle(isTaken ? "given" : "own");
  }

  /** Asks for a location's token with the agency's. */
  async #askFor(locationId: string): Promise<Asked> {
    const companyId = this.#companyId();
    const keys = await sealKeys(this.#ports.highlevel.tokenKeys);
    if (!keys.ok) return this.#later({ kind: "later", message: keys.failure });
    const answer = await this.#account.call(locationTokenRequest(companyId, locationId));
    if (answer.kind !== "answer" || isForLater(answer.status)) return this.#later(answer);
    if (answer.status >= 300) return { kind: "refused", why: whyOf(answer, "oauth.write") };
    const grant = locationGrantIn(answer.body, companyId, locationId);
    if (grant === null) return this.#later(answer);
    const sealed = await sealGrant(keys.value, grant, this.#appId(), this.#now());
    const { strikes, failure } = this.#progress();
    if (strikes > 0 || failure) progress.note(this.#storage.sql, this.#progress(), { strikes: 0, failure: null });
    return { kind: "granted", token: { ...sealed, source: "agency" } };
  }

  #later(answer: HighLevelAnswer): Asked {
    this.#waits(answer, "oauth.write");
    return { kind: "later", failure: answer.kind === "no-token" ? answer : NOT_NOW };
  }

  /** Waits after an answer that said nothing: until HighLevel's limits have room, or longer each time. */
  #waits(answer: HighLevelAnswer, scope: string): false {
    if (answer.kind === "no-token") logError(TOKEN_GONE, this.#place());
    const isLimit = answer.kind === "no-room" || (answer.kind === "answer" && answer.status === TOO_MANY_REQUESTS);
    if (isLimit) this.#pause(this.#limits.mayBeginAt(this.#now()));
    else if (answer.kind === "later" && answer.untilMs !== undefined) this.#pause(answer.untilMs);
    else this.#strike(whyOf(answer, scope));
    return false;
  }

  #failure(why: string): NonNullable<progress.Progress["failure"]> {
    return { atMs: this.#now(), why };
  }

  #pause(untilMs: number): void {
    const waitsUntilMs = Math.max(untilMs, this.#now() + SHORTEST_PAUSE_MS);
    progress.note(this.#storage.sql, this.#progress(), { waitsUntilMs });
  }

  /** Of several that broke together only the first counts. */
  #strike(why: string): void {
    const before = this.#progress();
    if (before.waitsUntilMs > this.#now()) return;
    const struck = { ...progress.struck(before, this.#now()), failure: this.#failure(why) };
    progress.note(this.#storage.sql, before, struck);
  }

  #nextAt(): number | null {
    if (!this.#isInstalled()) return null;
    const { listAtMs, waitsUntilMs } = this.#progress();
    const isWanting = locations.wanting(this.#storage.sql, 1).length > 0;
    return Math.max(this.#now(), isWanting ? 0 : listAtMs, waitsUntilMs);
  }

  #isInstalled(): boolean {
    return this.#tokens.told()?.state === "active";
  }

  #progress(): progress.Progress {
    return progress.progress(this.#storage.sql, this.#now());
  }

  #companyId(): string {
    return mark(this.#storage.sql, "company") ?? "";
  }

  #appId(): string {
    return appIdOf(this.#ports.highlevel.clientId ?? "");
  }

  #place(): { readonly companyId: string } {
    return { companyId: this.#companyId() };
  }

  #now(): number {
    return this.#ports.actions.clock();
  }
}

const TOO_MANY_REQUESTS = 429;
const SHORTEST_PAUSE_MS = 1_000;

/** A status that says nothing about what was asked. */
function isForLater(status: number): boolean {
  return status === TOO_MANY_REQUESTS || status === 408 || status >= 500;
}

/** What an answer says went wrong, with HighLevel's own words. */
function whyOf(answer: HighLevelAnswer, scope: string): string {
  const outcome = outcomeFrom({ scope }, answer);
  return outcome.done ? "HighLevel's answer cannot be read" : outcome.error.message;
}

const NOT_NOW: NoToken = { kind: "later", message: "HighLevel gave the agency no token for the location now" };
const NOT_ITS: NoToken = {
  kind: "no-token",
  message: "The agency's installation does not cover the location: install the app there again",
};
