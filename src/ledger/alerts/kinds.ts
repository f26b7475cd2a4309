// The table of alerts: how each kind is seen. What is seen opens an alert, stays one while it is, and ends with it.
import type { AlertKind } from "../../model/alert.ts";
import type { DriftFinding } from "../../model/drift.ts";
import type { TokenState } from "../../model/token.ts";
import { GIVE_UP_AFTER_MS } from "../deliveries/moves.ts";
import { EARLIEST_BY_HOST } from "../deliveries/lists.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** So many rows are counted at most: a look costs the same in an outage as on any day. */
const MOST_ROWS = 1_000;
const NEARLY_FULL = { opens: 0.9, ends: 0.85 } as const;
/** So many in an hour are a rise if they are that many times as many as in an hour of the week before. */
const RISING = { opens: 10, ends: 3, times: 5 } as const;

/** What a look sees besides the tables. */
export interface AlertWorld {
  readonly sql: Sql;
  readonly nowMs: number;
  /** How much of what a ledger may hold it does, 0…1. */
  readonly fill: number;
  /** `null`: there is none. */
  readonly token: TokenState | null;
  readonly isTokenUnclear: boolean;
  readonly isSilent: boolean;
  /** Whether more came lately than is let in. */
  readonly isRefused: boolean;
  /** The change whose canary has halted itself; `null`: none has. */
  readonly halted: number | null;
  /** `null`: not looked for this time. */
  readonly drift: readonly DriftFinding[] | null;
}

/** One thing that is so. */
export interface Seen {
  readonly about: string;
  readonly count?: number | null;
  readonly code?: string | null;
}

interface Kind {
  /** It has to be seen for so long; absent: once is enough. */
  readonly afterMs?: number;
  /** It is over after so long, and is not told again; absent: once it is not seen any more. */
  readonly forMs?: number;
  /** How soon to look again while it is so. */
  readonly againMs: number;
  /** What is so; `null`: nobody knows now. */
  readonly look: (world: AlertWorld, isOpen: boolean) => readonly Seen[] | null;
}

/** Deliveries by their rule, with the code of the one that is last. */
const byRule = (which: string): string => `
  SELECT about, count, substr(error, 1, instr(error, ':') - 1) AS code FROM (
    SELECT rule AS about, COUNT(*) AS count, MAX(at), error FROM (
      SELECT rule, at, (SELECT error FROM attempts WHERE delivery_id = id ORDER BY n DESC LIMIT 1) AS error
      FROM (${which} LIMIT ${MOST_ROWS})) WHERE ifnull(error, '') NOT LIKE 'ACTION_PAUSED:%' GROUP BY rule)`;
const DIED = byRule(
  "SELECT id, rule, ended_at AS at FROM deliveries WHERE state = 'dead' AND ended_at > ? ORDER BY ended_at DESC",
);
const HELD = byRule("SELECT id, rule, give_up_at AS at FROM deliveries WHERE state = 'held' AND give_up_at <= ?");
const FAILING = `SELECT host AS about FROM hosts WHERE open_until IS NOT NULL
  AND EXISTS (SELECT 1 FROM deliveries WHERE state = 'scheduled' AND deliveries.host = hosts.host AND due_at IS NOT NULL)`;
const OVERDUE = `SELECT host AS about FROM (${EARLIEST_BY_HOST})
  WHERE dueAtMs < ? AND host NOT IN (SELECT host FROM hosts WHERE open_until IS NOT NULL)`;
const QUARANTINED = `SELECT COUNT(*) AS n FROM (SELECT 1 FROM quarantine WHERE received_at > ? AND received_at <= ? LIMIT ${MOST_ROWS})`;
const FOUND = "SELECT '' AS about, found AS count FROM gaps WHERE taken_until > ? ORDER BY id DESC LIMIT 1";

const one = (is: boolean, about = ""): readonly Seen[] => (is ? [{ about }] : []);

/** Complete, or it does not compile. */
export const KINDS: { readonly [K in AlertKind]: Kind } = {
  dead: { againMs: HOUR_MS, look: ({ sql, nowMs }) => rows<Seen>(sql, DIED, nowMs - DAY_MS) },
  held: {
    againMs: 15 * MINUTE_MS,
    // It is given up a week after it was held.
    look: ({ sql, nowMs }) => rows<Seen>(sql, HELD, nowMs + GIVE_UP_AFTER_MS - HOUR_MS),
  },
  token: {
    againMs: HOUR_MS,
    look: ({ token }) =>
      one(token !== null && token !== "active", token === "uninstalled" ? "gone, its app was uninstalled" : "refused"),
  },
  "token-unclear": {
    afterMs: 10 * MINUTE_MS,
    againMs: 5 * MINUTE_MS,
    look: ({ isTokenUnclear }) => one(isTokenUnclear),
  },
  // What waits for the host has the watchdog look, too.
  circuit: { afterMs: 10 * MINUTE_MS, againMs: HOUR_MS, look: ({ sql }) => rows<Seen>(sql, FAILING) },
  quarantine: { againMs: 15 * MINUTE_MS, look: rising },
  silence: { againMs: DAY_MS, look: ({ isSilent }) => one(isSilent) },
  gaps: { againMs: HOUR_MS, look: ({ sql, nowMs }) => rows<Seen>(sql, FOUND, nowMs - 6 * HOUR_MS) },
  overdue: {
    againMs: 5 * MINUTE_MS,
    look: ({ sql, nowMs }) => rows<Seen>(sql, OVERDUE, nowMs - 15 * MINUTE_MS),
  },
  budget: { againMs: 5 * MINUTE_MS, look: ({ isRefused }) => one(isRefused) },
  full: {
    againMs: HOUR_MS,
    look: ({ fill }, isOpen) => one(fill >= (isOpen ? NEARLY_FULL.ends : NEARLY_FULL.opens)),
  },
  drift: {
    againMs: DAY_MS,
    look: ({ drift }) =>
      drift &&
      drift.flatMap(({ isAlert, what, rule, place, words = [] }) =>
        isAlert ? [{ about: [what, rule, ...(place === undefined ? [] : [place]), ...words].join(" ") }] : [],
      ),
  },
  canary: { forMs: DAY_MS, againMs: HOUR_MS, look: ({ halted }) => one(halted !== null, String(halted)) },
};

function rising({ sql, nowMs }: AlertWorld, isOpen: boolean): readonly Seen[] {
  const count = (from: number, to: number): number => firstRow<{ n: number }>(sql, QUARANTINED, from, to)?.n ?? 0;
  const lately = count(nowMs - HOUR_MS, nowMs);
  if (lately < (isOpen ? RISING.ends : RISING.opens)) return [];
  const anHour = count(nowMs - 7 * DAY_MS, nowMs - HOUR_MS) / (7 * 24 - 1);
  return isOpen || lately > RISING.times * anHour ? [{ about: "", count: lately }] : [];
}
