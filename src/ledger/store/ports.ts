// What a ledger needs of the world, so that its logic runs on a simulated one too.
import type { ActionPorts } from "../../act/contract/action-kind.ts";
import type { HighLevelAccount, Tokens } from "../../highlevel/account.ts";
import type { HighLevelSettings } from "../../model/configuration.ts";
import type { RuleSet } from "../../model/rule.ts";

export type SqlValue = string | number | null;

/** The SQL of a Durable Object, or of any SQLite: statements without an `await` between them are one transaction. */
export interface Sql {
  exec(statement: string, ...values: SqlValue[]): SqlRows;
}

/** What a statement found: all at once, or row by row as long as no other statement comes in between. */
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
  getAlarm(): Promise<number | null>;
  setAlarm(atMs: number): Promise<void>;
  /** Resolves once everything that was written is on disk. */
  sync(): Promise<void>;
}

/** Everything a ledger works with besides its own storage. */
export interface LedgerPorts {
  readonly ruleSet: RuleSet;
  readonly retentionDays: number;
  /** IANA name, where a rule names none. */
  readonly timeZone: string;
  /** What a location may send, and what one destination gets from it, in a second at most. */
  readonly eventsPerSecond: number;
  readonly requestsPerSecond: number;
  /** 0…1 */
  readonly random: () => number;
  readonly actions: ActionPorts;
  readonly highlevel: HighLevelSettings;
  /** HighLevel as it is called instead of by the location's token: stories have one that takes everything. */
  readonly account?: HighLevelAccount | undefined;
  /** Tokens for HighLevel instead of those that the location was given. */
  readonly tokens?: Tokens | undefined;
  /** Resolves after so many milliseconds. */
  readonly timer: (ms: number) => Promise<void>;
  /** Tells the directory that this location exists. */
  readonly announce: (locationId: string) => Promise<void>;
}

/** The rows of a statement, as the type that the schema makes them. */
export function rows<Row>(sql: Sql, statement: string, ...values: SqlValue[]): Row[] {
  return sql.exec(statement, ...values).toArray() as Row[];
}

/** The rows of a statement one by one, where there may be too many to hold; no other may run before the last. */
export function eachRow<Row>(sql: Sql, statement: string, ...values: SqlValue[]): Iterable<Row> {
  return sql.exec(statement, ...values) as Iterable<Row>;
}

/** The first row of a statement, if there is one. */
export function firstRow<Row>(sql: Sql, statement: string, ...values: SqlValue[]): Row | undefined {
  return rows<Row>(sql, statement, ...values)[0];
}
