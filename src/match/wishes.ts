// What a contact does not want, from the events that say so. HighLevel promises no order, so later events that were
// recorded before an event are applied again after it. Pure: what was known before, and what was recorded, is passed in.
import { channelOf, isNoReply, namesNoChannel, outcomeOf, recipientsOf } from "../events/derive.ts";
import { factsOf } from "../events/event.ts";
import { readDoNotDisturb, switchesFor } from "../highlevel/contact.ts";
import { stopWordOf } from "../highlevel/stop-words.ts";
import { isJsonObject, type JsonObject } from "../kit/json.ts";
import { CHANNEL_TABLE } from "../model/channels.ts";
import type { Event, Outcome } from "../model/event.ts";
import { EVENT_KINDS, type EventKind } from "../model/event-kinds.ts";
import type { DndChannel, OptOut, OptOutReason } from "../model/opt-out.ts";
import type { MessageType } from "../model/rule.ts";

/** An opt-out with the event that it came from. */
export interface KeptOptOut extends OptOut {
  readonly since: string;
  readonly eventKey: string;
  /** When the contact said so last, and with which event: what happened before that does not lift it. */
  readonly lastAt: string;
  readonly lastKey: string;
}

/** How a provider or a carrier says that it does not deliver since the contact opted out; 21610 is Twilio's code for that. */
const OPTED_OUT = /\bopt(?:ed)?[\s_-]?out\b|\bunsubscribed\b|\b21610\b/i;
const LOOKED_THROUGH_CHARACTERS = 2_000;
/** What became of a message that the contact wants no more of. */
const UNWANTED: ReadonlySet<Outcome> = new Set(["opted-out", "complained", "unsubscribed"]);

/** Why a contact does not want a message of a type; `null`: none of their wishes is against it. */
export function objectionTo(optOuts: readonly KeptOptOut[], type: MessageType): KeptOptOut | null {
  const switches = switchesFor(type);
  return optOuts.find(({ channel }) => switches.includes(channel)) ?? null;
}

/**
 * The opt-outs after an event and after those that happened later but were recorded before it: `recordedAhead` gives, of
 * some kinds, what happened at a time or later, in that order, `atMost` of them.
 */
export function wishesAfter(
  before: readonly KeptOptOut[],
  event: Event,
  recordedAhead: (afterMs: number, kinds: readonly EventKind[]) => readonly Event[],
  atMost: number,
): readonly KeptOptOut[] {
  const happenedAt = Date.parse(event.occurredAt);
  const ahead = recordedAhead(happenedAt + 1, WISHES);
  // More came later than is looked at: what it lifts may have begun again since, and stays.
  if (ahead.length >= atMost) return added(before, applied(before, event));
  return [event, ...ahead].reduce(applied, before).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
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
  InboundMessage: (event) => stopChange(event, channelThatStops(event), wishIn(event) ?? takenFor(event)),
  OutboundMessage: (event) => refusalChange(event, channelThatStops(event)),
  EmailStatus: emailChange,
  GatewayStatus: (event) => refusalChange(event, isOfEmail(event) ? "Email" : "SMS"),
};

/** The kinds that may. */
export const WISHES: readonly EventKind[] = EVENT_KINDS.filter((kind) => CHANGE_OF[kind] !== undefined);

/** Whether an event says anything about its contact's wishes. */
export function isWish(event: Event): boolean {
  return changeOf(event) !== null;
}

function changeOf(event: Event): Change | null {
  return CHANGE_OF[event.kind]?.(event) ?? null;
}

/** A message that names no channel is taken for a text: what it says is not lost. */
function channelThatStops({ kind, payload }: Event): DndChannel | undefined {
  return CHANNEL_TABLE[channelOf(kind, payload)].stops ?? (namesNoChannel(payload) ? "SMS" : undefined);
}

/** HighLevel, or who delivered a message of theirs, took it for an opt-out, whichever words it has. */
function takenFor(event: Event): "stop" | null {
  return outcomeIn(event) === "opted-out" ? "stop" : null;
}

function outcomeIn({ kind, payload }: Event): Outcome {
  return outcomeOf(channelOf(kind, payload), payload);
}

/** What is said in public may stop messages, but lifts nothing: it was not said to us. */
function wishIn(event: Event): "stop" | "start" | null {
  const said = wordOf(event);
  return said === "start" && isNoReply(event.payload) ? null : said;
}

/**
 * Which kind of word an event's text is, as a contact may write it. An e-mail may say it in its text, in its HTML, or in a
 * subject alone, as the links of mail programs do.
 */
export function wordOf(event: Event): "stop" | "start" | null {
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
  const outcome = outcomeIn(event);
  const isOptedOut = UNWANTED.has(outcome) || (outcome === "failed" && OPTED_OUT.test(errorIn(event.payload)));
  return isOptedOut ? stopChange(event, channel, "stop") : null;
}

/** The contact said to the mail service that they want no more, or it knows so. */
function emailChange(event: Event): Change | null {
  const { outcome, reason } = factsOf(event);
  const isUnwanted = UNWANTED.has(outcome as Outcome);
  const isRefused = outcome === "bounced" || outcome === "failed";
  const isSaid = isRefused && typeof reason === "string" && OPTED_OUT.test(reason.slice(0, LOOKED_THROUGH_CHARACTERS));
  return isUnwanted || isSaid ? stopChange(event, "Email", "stop") : null;
}

/** What an error says, in whichever form, without the names of its fields: `"optedOut": false` says nothing. */
function errorIn({ error = "" }: JsonObject): string {
  return JSON.stringify(error)
    .slice(0, LOOKED_THROUGH_CHARACTERS)
    .replaceAll(/"[^"\\]*":/g, "");
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
