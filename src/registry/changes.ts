// The changes of what is in force. Each row says what is in force after it, and to which change a roll-back returns.
import { isoOf } from "../kit/moment.ts";
import {
  NOTHING_PUBLISHED,
  type Activation,
  type ChangeKind,
  type InForce,
  type RulesChange,
} from "../model/published.ts";
import { firstRow, rows, type Sql } from "../ledger/store/ports.ts";

const TOLD = 100;

interface ChangeRow {
  at: number;
  by: string | null;
  what: ChangeKind;
  version: number | null;
  reason: string;
  inForce: string;
}

/** What is said of a change besides what is in force after it. */
export interface About {
  readonly by: string | null;
  readonly what: ChangeKind;
  readonly version: number | null;
  readonly reason: string;
}

/** What is in force after a set was put in force for somebody. */
export function activated(before: InForce, ruleSet: string, activation: Activation): InForce {
  const change = before.change + 1;
  const canary = before.canary?.ruleSet === ruleSet ? null : before.canary;
  const shadow = before.shadow === ruleSet ? null : before.shadow;
  switch (activation.for) {
    case "all":
      return { change, live: ruleSet, canary: null, shadow };
    case "shadow":
      return { ...before, change, shadow: ruleSet };
    case "nobody":
      return { ...before, change, canary, shadow };
    case "canary": {
      const { locations, share, messagesPerHour } = activation;
      return { ...before, change, shadow, canary: { ruleSet, locations, share, messagesPerHour } };
    }
  }
}

/** What is in force without a set that may not be: a live one gives way to that of the bundle. */
export function without(before: InForce, ruleSet: string): InForce {
  return {
    change: before.change + 1,
    live: before.live === ruleSet ? null : before.live,
    canary: before.canary?.ruleSet === ruleSet ? null : before.canary,
    shadow: before.shadow === ruleSet ? null : before.shadow,
  };
}

/** Every set that is in force for somebody, or in the shadow. */
export function setsIn({ live, canary, shadow }: InForce): readonly string[] {
  return [...new Set([live, canary?.ruleSet ?? null, shadow])].filter((one) => one !== null);
}

/** What is in force now. */
export function current(sql: Sql): InForce {
  const row = firstRow<{ inForce: string }>(
    sql,
    "SELECT in_force AS inForce FROM changes ORDER BY change DESC LIMIT 1",
  );
  return row ? (JSON.parse(row.inForce) as InForce) : NOTHING_PUBLISHED;
}

/** Notes a change. A roll-back from it returns to what was in force before. */
export function note(
  sql: Sql,
  inForce: InForce,
  { by, what, version, reason }: About,
  nowMs: number,
  back = inForce.change - 1,
): void {
  sql.exec(
    "INSERT INTO changes (change, at, by, what, version, reason, in_force, back) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    inForce.change,
    nowMs,
    by,
    what,
    version,
    reason,
    JSON.stringify(inForce),
    back,
  );
}

/**
 * What a roll-back would put in force, and where the next one would return to; `null`: nothing else came before. What was
 * put in force once more is passed over: taking that back would change nothing. A canary that has halted itself since does
 * not come back by it.
 */
export function before(sql: Sql): { readonly inForce: InForce; readonly back: number } | null {
  const now = current(sql);
  const { change } = now;
  const row = (at: number): { inForce: string; back: number } | undefined =>
    firstRow(sql, "SELECT in_force AS inForce, back FROM changes WHERE change = ?", at);
  for (let back = row(change)?.back; back !== undefined; back = row(back)?.back) {
    const found = row(back);
    const then = { ...(found ? withoutHalted(sql, JSON.parse(found.inForce) as InForce) : NOTHING_PUBLISHED), change };
    if (JSON.stringify(then) !== JSON.stringify(now))
      return { inForce: { ...then, change: change + 1 }, back: found?.back ?? 0 };
  }
  return null;
}

function withoutHalted(sql: Sql, then: InForce): InForce {
  const halted = `SELECT 1 FROM changes AS halt JOIN changes AS last ON last.change = halt.change - 1
    WHERE halt.what = 'halt' AND halt.change > ? AND json_extract(last.in_force, '$.canary.ruleSet') = ?`;
  const isHalted = then.canary !== null && firstRow(sql, halted, then.change, then.canary.ruleSet) !== undefined;
  return isHalted ? { ...then, canary: null } : then;
}

/** The last change; `undefined`: nothing was ever published. */
export function last(sql: Sql): RulesChange | undefined {
  return list(sql, 1)[0];
}

/** The last changes, newest first. */
export function list(sql: Sql, most = TOLD): RulesChange[] {
  const found = rows<ChangeRow>(
    sql,
    "SELECT at, by, what, version, reason, in_force AS inForce FROM changes ORDER BY change DESC LIMIT ?",
    most,
  );
  return found.map(({ at, inForce, ...row }) => ({
    ...(JSON.parse(inForce) as InForce),
    ...row,
    at: isoOf(at),
  }));
}
