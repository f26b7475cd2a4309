// What contacts do not want, from the events that say so: kept in its own table, so that it outlives the log's
// retention. HighLevel promises no order, so later events that were recorded before an event are applied again after it.
import { kindOf } from "../../act/kinds.ts";
import { channelOf, isNoReply, outcomeOf, recipientsOf } from "../../events/derive.ts";
import { factsOf } from "../../events/event.ts";
import { readDoNotDisturb, switchesFor } from "../../highlevel/contact.ts";
import { stopWordOf } from "../../highlevel/stop-words.ts";
import { isJsonObject, type JsonObject } from "../../kit/json.ts";
import { CHANNEL_TABLE } from "../../model/channels.ts";
import type { Event } from "../../model/event.ts";
import { EVENT_KINDS, type EventKind } from "../../model/event-kinds.ts";
import type { DndChannel, OptOut, OptOutReason } from "../../model/opt-out.ts";
import { MESSAGE_TYPES, type Action } from "../../model/rule.ts";
import { recordedAhead } from "./log.ts";
import { MAX_AHEAD } from "./past.ts";
import { rows, type Sql } from "../store/ports.ts";

/** An opt-out with the event that it came from. */
interface KeptOptOut extends OptOut {
  readonly since: string;
  readonly eventKey: string;
  /** When the contact said so last, and with which event: what happened before that does not lift it. */
  readonly lastAt: string;
  readonly lastKey: string;
}

/** How a provider or a carrier says that it does not deliver since the contact opted out; 21610 is Twilio's code for that. */
const OPTED_OUT = /\bopt(?:ed)?[\s_-]?out\b|\bunsubscribed\b|\b21610\b/i;
const LOOKED_THROUGH_CHARACTERS = 2_000;

/** Notes what an event says about its contact's wishes. It belongs in the transaction that records the event. */
export function note(sql: Sql, event: Event): void {
  if (!changeOf(event)) return;
  const before = of(sql, event.contactId);
  const now = after(sql, before, event);
  if (JSON.stringify(now) === JSON.stringify(before)) return;
  forget(sql, event.contactId);
  for (const { channel, why, since, eventKey, lastAt, lastKey } of now)
    sql.exec(
      "INSERT INTO opt_outs (contact_id, channel, why, since, event_key, last_at, last_key) VALUES (?, ?, ?, ?, ?, ?, ?)",
      event.contactId,
      channel,
      why,
      Date.parse(since),
      eventKey,
      Date.parse(lastAt),
      lastKey,
    );
}

/** Why a contact does not want what an action would send them; `null`: no objection is known, or it sends no message. */
export function against(sql: Sql, contactId: string, action: Action): OptOut | null {
  const type = kindOf(action).messages(action);
  return type === null ? null : ofMessage(of(sql, contactId), switchesFor(type));
}

/** Of a row of `deliveries`: its contact does not want its message. It says of many what `against` says of one. */
export const IS_UNWANTED = `EXISTS (SELECT 1 FROM opt_outs WHERE opt_outs.contact_id = deliveries.contact_id
  AND CASE WHEN json_valid(deliveries.plan) AND json_extract(deliveries.plan, '$.action.call') = 'send-message'
    THEN CASE json_extract(deliveries.plan, '$.action.messageType') ${ownSwitches()} ELSE opt_outs.channel = 'all' END END)`;

/** Whether an opt-out is of one of the switches of a message type. */
function ownSwitches(): string {
  return MESSAGE_TYPES.map((type) => {
    const own = switchesFor(type).map((one) => `'${one}'`);
    return `WHEN '${type}' THEN opt_outs.channel IN (${own.join(", ")})`;
  }).join(" ");
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
  // A version before wrote none of the last.
  const kept = `SELECT channel, why, since, event_key AS eventKey, ifnull(last_at, since) AS lastAt,
    ifnull(last_key, event_key) AS lastKey FROM opt_outs WHERE contact_id = ? ORDER BY channel, why`;
  return rows<OptOutRow>(sql, kept, contactId).map((row) => ({
    ...row,
    since: new Date(row.since).toISOString(),
    lastAt: new Date(row.lastAt).toISOString(),
  }));
}

type OptOutRow = Omit<KeptOptOut, "since" | "lastAt"> & { readonly since: number; readonly lastAt: number };

function ofMessage(optOuts: readonly OptOut[], switches: readonly OptOut["channel"][]): OptOut | null {
  return optOuts.find(({ channel }) => switches.includes(channel)) ?? null;
}

/** The opt-outs after an event and after those that happened later but were recorded before it. */
function after(sql: Sql, before: readonly KeptOptOut[], event: Event): readonly KeptOptOut[] {
  const happenedAt = Date.parse(event.occurredAt);
  const ahead = recordedAhead(sql, event.contactId, happenedAt + 1, WISHES);
  // More came later than is looked at: what it lifts may have begun again since, and stays.
  if (ahead.length >= MAX_AHEAD) return added(before, applied(before, event));
  return [event, ...ahead.toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt))]
    .reduce(applied, before)
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/**
 * The opt-outs after one event. What the contact said again since is not lifted, whether or not the log still has the
 * event that said it: it then stands since that one.
 */
function applied(before: readonly KeptOptOut[], event: Event): readonly KeptOptOut[] {
  const now = changeOf(event)?.(before) ?? before;
  const standing = new Set(now.map(keyOf));
  const outlast = before.filter(
    (one) => !standing.has(keyOf(one)) && Date.parse(one.lastAt) > Date.parse(event.occurredAt),
  );
  return [...now, ...outlast.map((one) => ({ ...one, since: one.lastAt, eventKey: one.lastKey }))];
}

/** What was and what is new, one for each channel and reason. */
function added(before: readonly KeptOptOut[], now: readonly KeptOptOut[]): readonly KeptOptOut[] {
  const all = new Map([...before, ...now].map((one) => [keyOf(one), one]));
  return [...all.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

type Change = (optOuts: readonly KeptOptOut[]) => readonly KeptOptOut[];

/** What an event of a kind changes; `null`, and the kinds that are not here: it says nothing about opt-outs. */
const CHANGE_OF: { readonly [Kind in EventKind]?: (event: Event) => Change | null } = {
  ContactDndUpdate: dndChange,
  ContactCreate: recordChange,
  ContactUpdate: recordChange,
  InboundMessage: (event) => stopChange(event, channelThatStops(event), wishIn(event)),
  OutboundMessage: (event) => refusalChange(event, channelThatStops(event)),
  EmailStatus: emailChange,
  GatewayStatus: (event) => refusalChange(event, isOfEmail(event) ? "Email" : "SMS"),
};

/** The kinds that may. */
const WISHES: readonly EventKind[] = EVENT_KINDS.filter((kind) => CHANGE_OF[kind] !== undefined);

function changeOf(event: Event): Change | null {
  return CHANGE_OF[event.kind]?.(event) ?? null;
}

function channelThatStops({ kind, payload }: Event): DndChannel | undefined {
  return CHANNEL_TABLE[channelOf(kind, payload)].stops;
}

/** What is said in public may stop messages, but lifts nothing: it was not said to us. */
function wishIn(event: Event): "stop" | "start" | null {
  const said = wordIn(event);
  return said === "start" && isNoReply(event.payload) ? null : said;
}

/** An e-mail may say it in its text, in its HTML, or in a subject alone, as the links of mail programs do. */
function wordIn(event: Event): "stop" | "start" | null {
  const { body, plainText, subject } = event.payload;
  const html = typeof body === "string" && channelThatStops(event) === "Email" ? textOfHtml(body) : null;
  return stopWordOf(body) ?? stopWordOf(plainText) ?? stopWordOf(html) ?? stopWordOf(subject);
}

/** How much HTML is read; what follows stays as it is, so that it still stands below. */
const HTML_CHARACTERS = 20_000;

function textOfHtml(body: string): string {
  const text = body
    .slice(0, HTML_CHARACTERS)
    .replaceAll(/<(style|script|title)\b(?:[^]*?<\/\1\s*>|[^]*)|<!--(?:[^]*?-->|[^]*)/gi, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/<blockquote\b[^<>]*>/gi, "\n> ")
    .replaceAll(/<hr\b[^<>]*>/gi, "\n--\n")
    .replaceAll(/<(?:br|\/?(?:p|div|tr|li|h[1-6]|table|blockquote))\b[^<>]*>/gi, "\n")
    .replaceAll(/<[^<>]*>/g, "")
    .replaceAll(/&(?:nbsp|#160|#xa0|zwnj|#8203|amp|quot|lt|gt);/gi, " ")
    .replaceAll(/&(?:#39|apos|rsquo|#8217);/gi, "'");
  return text + body.slice(HTML_CHARACTERS);
}

/** What became of a message of ours: the contact had opted out where we did not see it. */
function refusalChange(event: Event, channel: DndChannel | undefined): Change | null {
  const outcome = outcomeOf(channelOf(event.kind, event.payload), event.payload);
  const isOptedOut = outcome === "opted-out" || (outcome === "failed" && OPTED_OUT.test(errorIn(event.payload)));
  return isOptedOut ? stopChange(event, channel, "stop") : null;
}

/** The contact said to the mail service that they want no more, or it knows so. */
function emailChange(event: Event): Change | null {
  const { outcome, reason } = factsOf(event);
  const isUnwanted = outcome === "complained" || outcome === "unsubscribed";
  const isRefused = outcome === "bounced" || outcome === "failed";
  const isSaid = isRefused && typeof reason === "string" && OPTED_OUT.test(reason.slice(0, LOOKED_THROUGH_CHARACTERS));
  return isUnwanted || isSaid ? stopChange(event, "Email", "stop") : null;
}

function errorIn({ error }: JsonObject): string {
  const told = isJsonObject(error) ? [error["code"], error["type"], error["message"]] : [error];
  return told
    .filter((part) => typeof part === "string" || typeof part === "number")
    .join(" ")
    .slice(0, LOOKED_THROUGH_CHARACTERS);
}

/** A gateway names no channel. */
function isOfEmail({ kind, payload }: Event): boolean {
  const { emailMessageId } = payload;
  const isNamed = typeof emailMessageId === "string" && emailMessageId !== "";
  return isNamed || recipientsOf(kind, payload).some((one) => one.includes("@"));
}

/**
 * The event has the whole state, so it replaces what was. It lifts a STOP only where the channel's own switch goes from on
 * to off: it comes for any other change as well, and then says "inactive" of a channel that never was anything else.
 */
function dndChange(event: Event): Change {
  const { on, off } = readDoNotDisturb(factsOf(event)["dnd"], event.payload["dndSettings"]);
  const happenedAt = Date.parse(event.occurredAt);
  const wasOn = (optOuts: readonly KeptOptOut[], channel: OptOut["channel"]): boolean =>
    optOuts.some((one) => one.why === "dnd" && one.channel === channel && Date.parse(one.since) <= happenedAt);
  return (optOuts) => [
    ...optOuts.filter(({ why, channel }) => why === "stop" && !(off.has(channel) && wasOn(optOuts, channel))),
    ...[...on].map((channel) => begun(optOuts, event, channel, "dnd")),
  ];
}

/** A record without its settings by channel can say that nothing is wanted on any, and says nothing of one of them. */
function recordChange(event: Event): Change | null {
  if (isJsonObject(event.payload["dndSettings"])) return dndChange(event);
  if (!readDoNotDisturb(factsOf(event)["dnd"], undefined).isOn) return null;
  const isOfAll = ({ channel, why }: KeptOptOut): boolean => channel === "all" && why === "dnd";
  return (optOuts) => [...optOuts.filter((one) => !isOfAll(one)), begun(optOuts, event, "all", "dnd")];
}

function stopChange(event: Event, channel: DndChannel | undefined, word: "stop" | "start" | null): Change | null {
  if (channel === undefined || word === null) return null;
  return (optOuts) => [
    ...optOuts.filter((one) => one.why !== "stop" || one.channel !== channel),
    ...(word === "stop" ? [begun(optOuts, event, channel, "stop")] : []),
  ];
}

/** An opt-out since this event, unless it began earlier; said last by this event, unless it was said later. */
function begun(
  optOuts: readonly KeptOptOut[],
  { occurredAt, key }: Event,
  channel: OptOut["channel"],
  why: OptOutReason,
): KeptOptOut {
  const known = optOuts.find((one) => one.channel === channel && one.why === why);
  const happenedAt = Date.parse(occurredAt);
  const isOlder = known && Date.parse(known.since) <= happenedAt;
  const isLater = known && Date.parse(known.lastAt) >= happenedAt;
  return {
    channel,
    why,
    ...(isOlder ? { since: known.since, eventKey: known.eventKey } : { since: occurredAt, eventKey: key }),
    ...(isLater ? { lastAt: known.lastAt, lastKey: known.lastKey } : { lastAt: occurredAt, lastKey: key }),
  };
}

function keyOf({ channel, why }: OptOut): string {
  return `${channel} ${why}`;
}
