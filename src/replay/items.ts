// What an export says, put together: its rule sets, what was known before, and each event with what followed from it.
import type {
  ExportedContact,
  ExportedDelivery,
  ExportedEvent,
  ExportedOptOut,
  ExportHead,
  ExportLine,
} from "../model/export.ts";
import type { KeptRule, RuleSet } from "../model/rule.ts";

/** An event, and its deliveries in the order of the decision's actions. */
export interface LogItem extends Omit<ExportedEvent, "type" | "v"> {
  readonly deliveries: readonly ExportedDelivery[];
  /** What is known of its contact now; absent: the export says nothing of it. */
  readonly contact?: ExportedContact | undefined;
}

/** What stands before the events. */
export interface LogStart {
  readonly head: ExportHead;
  /** The sets that are kept whole, by hash. */
  readonly ruleSets: ReadonlyMap<string, RuleSet>;
  readonly optOuts: readonly ExportedOptOut[];
}

/** A log that is being read. */
export interface ReadLog {
  readonly start: LogStart;
  readonly items: AsyncIterable<LogItem>;
}

/** Reads an export. The events come as they are read, so that a long log need not be held. */
export async function readLog(lines: AsyncIterable<ExportLine>): Promise<ReadLog> {
  const rest = lines[Symbol.asyncIterator]();
  const rules = new Map<string, KeptRule[]>();
  const optOuts: ExportedOptOut[] = [];
  let head: ExportHead | null = null;
  let next = await rest.next();
  for (; next.done !== true; next = await rest.next()) {
    const line = next.value;
    if (line.type === "export") head = line;
    if (line.type === "rules") rules.set(line.ruleSet, [...(rules.get(line.ruleSet) ?? []), ...line.rules]);
    if (line.type === "opt-out") optOuts.push(line);
    if (line.type === "event" || line.type === "contact") break;
  }
  if (head === null) throw new Error("An export has no first line");
  const whole = [...rules].filter(([, own]) => own.every(isWhole));
  const ruleSets = new Map(whole.map(([hash, own]): [string, RuleSet] => [hash, { hash, rules: own, findings: [] }]));
  return { start: { head, ruleSets, optOuts }, items: itemsIn(next.done === true ? null : next.value, rest) };
}

/** Every rule does something; one that is not kept whole is kept without that. */
function isWhole({ actions, isTooLarge }: KeptRule): boolean {
  return actions.length > 0 && isTooLarge !== true;
}

async function* itemsIn(first: ExportLine | null, rest: AsyncIterator<ExportLine>): AsyncGenerator<LogItem> {
  let event: ExportedEvent | null = null;
  let deliveries: ExportedDelivery[] = [];
  const contacts = new Map<string, ExportedContact>();
  const item = (whole: ExportedEvent): LogItem => itemOf(whole, deliveries, contacts.get(whole.event.contactId));
  for (let line = first; line !== null; line = await lineOf(rest)) {
    // Before the contact of the next event is known otherwise.
    if (event !== null && (line.type === "event" || line.type === "contact")) {
      yield item(event);
      event = null;
    }
    if (line.type === "contact") contacts.set(line.contactId, line);
    if (line.type === "event") [event, deliveries] = [line, []];
    if (line.type === "delivery") deliveries.push(line);
  }
  if (event !== null) yield item(event);
}

async function lineOf(rest: AsyncIterator<ExportLine>): Promise<ExportLine | null> {
  const next = await rest.next();
  return next.done === true ? null : next.value;
}

function itemOf(
  event: ExportedEvent,
  deliveries: readonly ExportedDelivery[],
  contact: ExportedContact | undefined,
): LogItem {
  const { type: _, v: __, ...line } = event;
  return { ...line, deliveries, ...(contact === undefined ? {} : { contact }) };
}

/** The delivery of ours that an event is about: its message, or how it ended. */
export function senderOf({ event, decision }: LogItem): string | undefined {
  const { deliveryId } = event.payload;
  if (decision.sentBy !== undefined) return decision.sentBy;
  return event.key.startsWith("report-") && typeof deliveryId === "string" ? deliveryId : undefined;
}
