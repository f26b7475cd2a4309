// What a ledger looks up when it starts, in one statement: most locations are cold at most of their events, and each
// statement has to be prepared anew. Everything else is looked up by the part that needs it, once it does.
import { LAST_DECIDED, SENDING } from "./deliveries/deliveries.ts";
import { decidedAtMs } from "./deliveries/ids.ts";
import { EARLIEST_BY_HOST } from "./deliveries/lists.ts";
import * as undecided from "./log/undecided.ts";
import { NEXT_WRITE } from "./deliveries/tasks.ts";
import { rows, type Sql } from "./store/ports.ts";

/** How the previous instance left a ledger. */
interface Start {
  readonly marks: ReadonlyMap<string, string>;
  /** The deliveries that it was sending. */
  readonly interrupted: readonly { readonly id: string; readonly host: string }[];
  /** Whether an event waits to be decided. */
  readonly isAnyUndecided: boolean;
  /** Of deliveries, writes to KV, reports and events that wait none may be due before, milliseconds since 1970; `Infinity`: none waits. */
  readonly dueAtMs: number;
  /** The latest time at which a delivery was decided, milliseconds since 1970; 0: there is none. */
  readonly decidedAtMs: number;
}

/** Rows of three columns, by the first. A Durable Object's SQLite joins no more than five. */
const AT_START = `
  SELECT 'mark' AS what, name AS a, value AS b FROM marks
  UNION ALL SELECT 'sending', id, host FROM (${SENDING})
  UNION ALL SELECT 'due', dueAtMs, NULL FROM (${EARLIEST_BY_HOST})
  UNION ALL SELECT 'due', at, NULL FROM (${NEXT_WRITE}) WHERE at IS NOT NULL
  UNION ALL SELECT 'last', (${LAST_DECIDED}), EXISTS (SELECT 1 FROM reports) + 2 * ${undecided.ANY}`;

export function atStart(sql: Sql): Start {
  const found = rows<{ what: "mark" | "sending" | "due" | "last"; a: string; b: string }>(sql, AT_START);
  const of = (kind: (typeof found)[number]["what"]) => found.filter(({ what }) => what === kind);
  const [last] = of("last");
  const waits = Number(last?.b);
  return {
    marks: new Map(of("mark").map(({ a, b }) => [a, b])),
    interrupted: of("sending").map(({ a, b }) => ({ id: a, host: b })),
    isAnyUndecided: waits >= 2,
    dueAtMs: waits > 0 ? 0 : Math.min(...of("due").map(({ a }) => Number(a))),
    decidedAtMs: last?.a ? decidedAtMs(last.a) : 0,
  };
}
