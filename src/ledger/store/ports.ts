// What a ledger needs from the world, so that its logic also runs in a simulated one.
import type { ActionPorts } from "../../act/contract/action-kind.ts";
import type { HighLevelAccount, Tokens } from "../../highlevel/account.ts";
import type { AlertSilence, VersionedAlerts } from "../../model/alert.ts";
import type { HighLevelSettings } from "../../model/configuration.ts";
import type { InForce, RulesFrom } from "../../model/published.ts";
import type { Everywhere } from "../../model/pause.ts";
import type { AgencyToken } from "../../model/rpc.ts";
import type { RuleSet } from "../../model/rule.ts";

export type SqlValue = string | number | null;

/** The SQL of a Durable Object, or of any SQLite: statements without an `await` between them are one transaction. */
export interface Sql {
  exec(statement: string, ...values: SqlValue[]): SqlRows;
}

/** What a statement found: all rows at once, or one by one as long as no other statement runs in between. */
interface SqlRows extends Iterable<{ [column: string]: unknown }> {
  toArray(): { [column: string]: unknown }[];
}

/**
 * Durable storage with one alarm. What is written between two awaits is committed together, `setAlarm` with it, and
 * nothing leaves the object before that. A throw undoes statements only inside `transactionSync`.
 */
export interface LedgerStorage {
  readonly sql: Sql;
  transactionSync<Value>(work: () => Value): Value;
  /** What the tables take, in bytes: pages that are free again are not counted. */
  sizeBytes(): number;
  getAlarm(): Promise<number | null>;
  setAlarm(atMs: number): Promise<void>;
  /** Resolves once everything that was written is on disk. */
  sync(): Promise<void>;
}

/** Everything a ledger works with besides its own storage. */
export interface LedgerPorts {
  readonly ruleSet: RuleSet;
  readonly retentionDays: number;
  /** From this size on the oldest history is forgotten, whatever its age. */
  readonly maxBytes: number;
  /** IANA name; used if a rule names no zone. */
  readonly timeZone: string;
  /** How much a location may send, and how much one destination gets from it, per second at most. */
  readonly eventsPerSecond: number;
  readonly requestsPerSecond: number;
  /** Whether what HighLevel sent a location no webhook of is looked for in its export. */
  readonly reconciles: (locationId: string) => boolean;
  /** 0…1 */
  readonly random: () => number;
  readonly actions: ActionPorts;
  readonly highlevel: HighLevelSettings;
  /** Called instead of HighLevel with the location's token: stories have one that accepts everything. */
  readonly account?: HighLevelAccount | undefined;
  /** Used instead of the HighLevel token that the location was given. */
  readonly tokens?: Tokens | undefined;
  /** Asks an agency for a token of this location; absent: there are no agencies. Rejects if it cannot be reached. */
  readonly agencyToken?: AgencyToken | undefined;
  /** Asks the directory what is paused in every location; absent: nothing is. Rejects if it cannot be asked. */
  readonly pausedEverywhere?: (() => Promise<Everywhere>) | undefined;
  /** Resolves after so many milliseconds. */
  readonly timer: (ms: number) => Promise<void>;
  /** The rule sets that were published beside that of the bundle; absent: there are none. */
  readonly published?: PublishedRules | undefined;
  /** Empties the storage, alarm and all, and begins anew: what a ledger from before still does has no effect. */
  readonly startOver?: (() => Promise<void>) | undefined;
  /** Tells the directory that this location exists; rejects if it cannot be told. */
  readonly announce: (locationId: string, name: string | null) => Promise<void>;
  /** Who is told what somebody has to know; absent: nothing is looked for. */
  readonly alerts?: AlertPorts | undefined;
}

/** Where alerts go. */
export interface AlertPorts {
  /** `null`: nowhere, unless the location has a URL of its own. */
  readonly url: string | null;
  readonly silence: AlertSilence;
  /** Tells the directory; rejects if it cannot be told. */
  readonly tell: (locationId: string, alerts: VersionedAlerts) => Promise<void>;
}

/** The published rule sets, as a ledger asks for them. Each call rejects if the registry cannot be reached. */
export interface PublishedRules {
  readonly from: RulesFrom;
  /** What is in force; the location is told of changes from then on. */
  readonly inForce: (locationId: string) => Promise<InForce>;
  /** The rules of a set that are for the location, each as JSON; `null`: there is no such set. */
  readonly rules: (ruleSet: string, locationId: string) => Promise<readonly string[] | null>;
  /** Says that the canary of a change sent more than it was said to. */
  readonly halt: (change: number, locationId: string, why: string) => Promise<void>;
}

/** The rows of a statement, typed as the schema defines them. */
export function rows<Row>(sql: Sql, statement: string, ...values: SqlValue[]): Row[] {
  return sql.exec(statement, ...values).toArray() as Row[];
}

/** The rows of a statement one by one, if they may be too many to hold; no other statement may run before the last. */
export function eachRow<Row>(sql: Sql, statement: string, ...values: SqlValue[]): Iterable<Row> {
  return sql.exec(statement, ...values) as Iterable<Row>;
}

/** The first row of a statement, if there is one. */
export function firstRow<Row>(sql: Sql, statement: string, ...values: SqlValue[]): Row | undefined {
  return rows<Row>(sql, statement, ...values)[0];
}
