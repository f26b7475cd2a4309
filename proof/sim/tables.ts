// What the tables hold at the end, read past the ledger.
import type { Plan } from "../../src/ledger/deliveries.ts";
import type { LogRecord } from "../../src/ledger/log.ts";
import { durationMs } from "../../src/time/duration.ts";
import { nextOpening } from "../../src/time/window.ts";
import type { EndedDelivery, RecordedEvent } from "../history.ts";
import type { Disk } from "./disk.ts";
import { RULE_SETS } from "./rules.ts";

export function tablesOf(disk: Disk): { events: RecordedEvent[]; deliveries: EndedDelivery[] } {
  return {
    events: disk.rows("SELECT contact_id, seq, record FROM events WHERE record IS NOT NULL ORDER BY seq").map(toEvent),
    deliveries: disk
      .rows("SELECT id, event_key, contact_id, host, state, plan FROM deliveries")
      .map((row) => toDelivery(disk, row)),
  };
}

function toEvent(row: { [column: string]: unknown }): RecordedEvent {
  const { event, decision } = JSON.parse(String(row["record"])) as LogRecord;
  const { rules } = RULE_SETS.find(({ hash }) => hash === decision.ruleSet) ?? RULE_SETS[0];
  const fired = rules.filter(({ name }) => decision.fired.includes(name));
  const [asked] = decision.verdicts.find(({ rule }) => rule === "counted")?.conditions ?? [];
  return {
    key: event.key,
    contactId: event.contactId,
    seq: Number(row["seq"]),
    kind: event.kind,
    occurredAt: Date.parse(event.occurredAt),
    planned: fired.reduce((sum, { actions }) => sum + actions.length, 0),
    counted: asked && "saw" in asked ? Number(asked.saw) : null,
  };
}

function toDelivery(disk: Disk, row: { [column: string]: unknown }): EndedDelivery {
  const id = String(row["id"]);
  const { action, window } = JSON.parse(String(row["plan"])) as Plan;
  const decidedAt = Number.parseInt(id.slice(0, 12), 16);
  const dueAt = decidedAt + (durationMs(action.after ?? "") ?? 0);
  const attempts = disk.rows("SELECT at, error FROM attempts WHERE delivery_id = ? ORDER BY n", id);
  return {
    id,
    eventKey: String(row["event_key"]),
    contactId: String(row["contact_id"]),
    host: String(row["host"]),
    state: String(row["state"]),
    cancelsOnReply: action.cancelOn !== undefined,
    dueAt: (window && nextOpening(window, dueAt, "UTC")) ?? dueAt,
    attempts: attempts.map(({ at, error }) => ({ at: Number(at), error: error === null ? null : String(error) })),
  };
}
