// What a ledger's tables hold at the end, read directly, not through the ledger.
import type { Plan } from "../src/ledger/deliveries/deliveries.ts";
import type { LogRecord } from "../src/ledger/log/log.ts";
import type { CancelledBy } from "../src/model/delivery.ts";
import type { KnownPart } from "../src/model/known.ts";
import type { RuleSet } from "../src/model/rule.ts";
import type { SentRequest } from "../src/model/sent-request.ts";
import { durationMs } from "../src/time/duration.ts";
import { nextOpening } from "../src/time/window.ts";
import type { CountedSend, EndedDelivery, KeptWish, RecordedEvent } from "./history.ts";

/** Queries the tables: returns the rows of a statement. */
export type Ask = (statement: string, ...values: string[]) => { [column: string]: unknown }[];

export function tablesOf(
  ask: Ask,
  ruleSets: readonly RuleSet[],
): { events: RecordedEvent[]; deliveries: EndedDelivery[] } {
  return {
    events: ask("SELECT seq, record FROM events WHERE record IS NOT NULL ORDER BY seq").map((row) =>
      toEvent(row, ruleSets),
    ),
    deliveries: ask("SELECT id, event_key, contact_id, rule, host, state, plan, cancelled_by FROM deliveries").map(
      (row) => toDelivery(ask, row),
    ),
  };
}

/** The messages that deliveries were allowed to send. */
export function sendsOf(ask: Ask): CountedSend[] {
  return ask("SELECT delivery_id, message_id FROM sends").map((row) => ({
    deliveryId: String(row["delivery_id"]),
    messageId: typeof row["message_id"] === "string" ? row["message_id"] : null,
  }));
}

/** What contacts do not want. */
export function keptWishesOf(ask: Ask): KeptWish[] {
  return ask("SELECT contact_id, why FROM opt_outs").map((row) => ({
    contactId: String(row["contact_id"]),
    why: String(row["why"]),
  }));
}

function toEvent(row: { [column: string]: unknown }, ruleSets: readonly RuleSet[]): RecordedEvent {
  const { event, decision } = JSON.parse(String(row["record"])) as LogRecord;
  const rules = ruleSets.find(({ hash }) => hash === decision.ruleSet)?.rules ?? [];
  const { messageId, originalMessageId, status, source } = event.payload;
  const fired = rules.filter(({ name }) => decision.fired.includes(name));
  const sawOf = (name: string): number | null => {
    const [asked] = decision.verdicts.find(({ rule }) => rule === name)?.conditions ?? [];
    return asked && "saw" in asked ? Number(asked.saw) : null;
  };
  return {
    key: event.key,
    contactId: event.contactId,
    seq: Number(row["seq"]),
    kind: event.kind,
    occurredAt: Date.parse(event.occurredAt),
    decidedAt: Date.parse(decision.decidedAt),
    rules: rules.map(({ name }) => name),
    fired: decision.fired,
    messageId: typeof messageId === "string" ? messageId : null,
    status: typeof status === "string" ? status : null,
    isFromApi: source === "api",
    planned: fired.reduce((sum, { actions }) => sum + actions.length, 0),
    retryOf: typeof originalMessageId === "string" ? originalMessageId : null,
    ledBy: decision.chain ?? [],
    counted: sawOf("counted"),
    countedMessages: sawOf("messages"),
    tags: tagsIn(decision.known?.contact),
    held: decision.verdicts.filter(({ reason }) => reason === "limit").map(({ rule }) => rule),
    paused: decision.verdicts.filter(({ reason }) => reason === "paused").map(({ rule }) => rule),
  };
}

function tagsIn(contact: KnownPart): readonly string[] | null {
  const tags = contact?.["tags"];
  return Array.isArray(tags) ? tags.map(String) : null;
}

function toDelivery(ask: Ask, row: { [column: string]: unknown }): EndedDelivery {
  const id = String(row["id"]);
  const { action, window } = JSON.parse(String(row["plan"])) as Plan;
  const by = JSON.parse(String(row["cancelled_by"])) as CancelledBy | null;
  const decidedAt = Number.parseInt(id.slice(0, 12), 16);
  const dueAt = decidedAt + (durationMs(action.after ?? "") ?? 0);
  return {
    id,
    eventKey: String(row["event_key"]),
    contactId: String(row["contact_id"]),
    rule: String(row["rule"]),
    host: String(row["host"]),
    highlevelCall: action.type === "highlevel" ? action.call : null,
    state: String(row["state"]),
    cancelsOnReply: action.cancelOn !== undefined,
    cancelledByEvent: by?.by === "event" ? by.eventKey : null,
    isReplaced: by?.by === "event" && by.trigger === "restart",
    dueAt: (window && nextOpening(window, dueAt, "UTC")) ?? dueAt,
    attempts: ask("SELECT at, error FROM attempts WHERE delivery_id = ? ORDER BY n", id).map(({ at, error }) => ({
      at: Number(at),
      error: typeof error === "string" ? error : null,
    })),
    kept: keptOf(ask, id),
  };
}

/** What is kept of what a delivery sent; a body that several attempts share is with one of them. */
function keptOf(ask: Ask, id: string): SentRequest[] {
  type Stored = SentRequest & { readonly bodyOf?: number };
  const stored = ask("SELECT n, request FROM attempts WHERE delivery_id = ? AND request IS NOT NULL", id).map(
    ({ n, request }) => [Number(n), JSON.parse(String(request)) as Stored] as const,
  );
  const bodies = new Map(stored.map(([n, { body }]) => [n, body]));
  const told = stored.map(([, one]) =>
    one.bodyOf === undefined ? one : { ...one, body: bodies.get(one.bodyOf) ?? null },
  );
  const marked = ["sends", "changes"].flatMap((table) =>
    ask(`SELECT requests FROM ${table} WHERE delivery_id = ? AND requests IS NOT NULL`, id).flatMap(
      ({ requests }) => JSON.parse(String(requests)) as SentRequest[],
    ),
  );
  return [...told, ...marked];
}
