// A log as an export has it, of a few events that a test names.
import type { JsonObject } from "../../../src/kit/json.ts";
import {
  EXPORT_VERSION,
  type ExportedDelivery,
  type ExportedEvent,
  type ExportLine,
} from "../../../src/model/export.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { anEvent, LOCATION } from "../../builders.ts";

export const START = Date.parse("2026-03-04T12:00:00Z");
const MINUTE_MS = 60_000;

/** An event, decided so many minutes after the beginning. */
export function anItem(
  minutes: number,
  fields: JsonObject,
  more: Partial<ExportedEvent> & { fired?: string[] } = {},
): ExportedEvent {
  const at = new Date(START + minutes * MINUTE_MS).toISOString();
  const { fired = [], ...line } = more;
  const messageId = typeof fields["messageId"] === "string" ? fields["messageId"] : `message-${minutes}`;
  const event = anEvent({ messageId, timestamp: at, dateAdded: at, ...fields }, `key-${minutes}`);
  const decision = { eventKey: event.key, decidedAt: at, timeZone: "UTC", ruleSet: "in-force", fired, verdicts: [] };
  return { type: "event", v: 1, chain: messageId, event, decision, ...line };
}

/** A delivery as it is recorded; what a test leaves out was sent at once. */
export function aDelivery(rule: Rule, eventKey: string, fields: Partial<ExportedDelivery> = {}): ExportedDelivery {
  const [action = null] = rule.actions;
  const standing = {
    state: "sent",
    dueAt: null,
    endedAt: null,
    cancelledBy: null,
    hasLeft: true,
    attempts: [],
  } as const;
  return {
    type: "delivery",
    id: `${eventKey}-0`,
    eventKey,
    contactId: "test-contact",
    rule: rule.name,
    action,
    ...standing,
    ...fields,
  };
}

/** The lines of an export. */
export async function* aLog(
  rules: readonly Rule[],
  items: readonly ExportLine[],
  before: readonly ExportLine[] = [],
): AsyncGenerator<ExportLine> {
  const times = {
    exportedAt: new Date(START + 1_440 * MINUTE_MS).toISOString(),
    since: null,
    until: "2030-01-01T00:00:00Z",
  };
  const zone = { timeZone: "UTC", retentionDays: 30, ruleSet: "in-force" };
  yield { type: "export", v: EXPORT_VERSION, locationId: LOCATION, cursor: null, ...times, ...zone };
  yield { type: "rules", ruleSet: "in-force", part: 0, since: null, rules };
  yield* before;
  yield* items;
  yield { type: "end", events: items.filter(({ type }) => type === "event").length };
}
