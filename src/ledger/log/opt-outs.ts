// What contacts do not want, from the events that say so: kept in its own table, so that it outlives the log's
// retention. HighLevel promises no order, so later events that were recorded before an event are applied again after it.
import { kindOf } from "../../act/kinds.ts";
import { factsOf } from "../../events/event.ts";
import { readDoNotDisturb, switchesFor } from "../../highlevel/contact.ts";
import { stopWordOf } from "../../highlevel/stop-words.ts";
import type { Event } from "../../model/event.ts";
import type { DndChannel, OptOut, OptOutReason } from "../../model/opt-out.ts";
import type { Action } from "../../model/rule.ts";
import { recordedAhead } from "./log.ts";
import { rows, type Sql } from "../store/ports.ts";

/** An opt-out with the event that it came from. */
interface KeptOptOut extends OptOut {
  readonly since: string;
  readonly eventKey: string;
}

/** The channels on which a word such as STOP counts, by the fact `channel`. */
const STOPPABLE: ReadonlyMap<unknown, DndChannel> = new Map([
  ["sms", "SMS"],
  // A message of a custom provider may name no other channel.
  ["custom", "SMS"],
  ["whatsapp", "WhatsApp"],
]);

/** Notes what an event says about its contact's wishes. It belongs in the transaction that records the event. */
export function note(sql: Sql, event: Event): void {
  if (!changeOf(event)) return;
  const before = of(sql, event.contactId);
  const now = after(sql, before, event);
  if (JSON.stringify(now) === JSON.stringify(before)) return;
  forget(sql, event.contactId);
  for (const { channel, why, since, eventKey } of now)
    sql.exec(
      "INSERT INTO opt_outs (contact_id, channel, why, since, event_key) VALUES (?, ?, ?, ?, ?)",
      event.contactId,
      channel,
      why,
      Date.parse(since),
      eventKey,
    );
}

/** Why a contact does not want what an action would send them; `null`: no objection is known, or it sends no message. */
export function against(sql: Sql, contactId: string, action: Action): OptOut | null {
  const type = kindOf(action).messages(action);
  return type === null ? null : ofMessage(of(sql, contactId), switchesFor(type));
}

/** What `against` will say once an event is recorded. */
export function againstAfter(sql: Sql, event: Event, action: Action): OptOut | null {
  const type = kindOf(action).messages(action);
  if (type === null) return null;
  const kept = of(sql, event.contactId);
  return ofMessage(changeOf(event) ? after(sql, kept, event) : kept, switchesFor(type));
}

/** Forgets a contact. */
export function forget(sql: Sql, contactId: string): void {
  sql.exec("DELETE FROM opt_outs WHERE contact_id = ?", contactId);
}

function of(sql: Sql, contactId: string): readonly KeptOptOut[] {
  const kept = "SELECT channel, why, since, event_key FROM opt_outs WHERE contact_id = ? ORDER BY channel, why";
  return rows<{ channel: OptOut["channel"]; why: OptOutReason; since: number; event_key: string }>(
    sql,
    kept,
    contactId,
  ).map(({ channel, why, since, event_key }) => ({
    channel,
    why,
    since: new Date(since).toISOString(),
    eventKey: event_key,
  }));
}

function ofMessage(optOuts: readonly OptOut[], switches: readonly OptOut["channel"][]): OptOut | null {
  return optOuts.find(({ channel }) => switches.includes(channel)) ?? null;
}

/** The opt-outs after an event and after those that happened later but were recorded before it. */
function after(sql: Sql, before: readonly KeptOptOut[], event: Event): readonly KeptOptOut[] {
  const happenedAt = Date.parse(event.occurredAt);
  const ahead = recordedAhead(sql, event.contactId, happenedAt + 1);
  return [event, ...ahead.toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt))]
    .reduce((optOuts, one) => changeOf(one)?.(optOuts) ?? optOuts, before)
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

type Change = (optOuts: readonly KeptOptOut[]) => readonly KeptOptOut[];

/** What an event changes; `null`: it says nothing about opt-outs. */
function changeOf(event: Event): Change | null {
  if (event.kind === "ContactDndUpdate") return dndChange(event);
  return event.kind === "InboundMessage" ? stopChange(event) : null;
}

/** The event has the whole state, so it replaces the switches; one that is off also lifts a STOP. */
function dndChange(event: Event): Change {
  const { on, off } = readDoNotDisturb(factsOf(event)["dnd"], event.payload["dndSettings"]);
  return (optOuts) => [
    ...optOuts.filter(({ why, channel }) => why === "stop" && !off.has(channel) && !off.has("all")),
    ...[...on].map((channel) => begun(optOuts, event, channel, "dnd")),
  ];
}

function stopChange(event: Event): Change | null {
  const word = stopWordOf(event.payload["body"]);
  const channel = word === null ? undefined : STOPPABLE.get(factsOf(event)["channel"]);
  if (channel === undefined) return null;
  return (optOuts) => [
    ...optOuts.filter((one) => one.why !== "stop" || one.channel !== channel),
    ...(word === "stop" ? [begun(optOuts, event, channel, "stop")] : []),
  ];
}

/** An opt-out since this event, unless it began earlier. */
function begun(
  optOuts: readonly KeptOptOut[],
  { occurredAt, key }: Event,
  channel: OptOut["channel"],
  why: OptOutReason,
): KeptOptOut {
  const known = optOuts.find((one) => one.channel === channel && one.why === why);
  const isOlder = known && Date.parse(known.since) <= Date.parse(occurredAt);
  return isOlder ? known : { channel, why, since: occurredAt, eventKey: key };
}

function keyOf({ channel, why }: OptOut): string {
  return `${channel} ${why}`;
}
