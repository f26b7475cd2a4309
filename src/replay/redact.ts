// Makes the lines of an export safe to hand around: names, numbers, addresses and texts become stand-ins, each text always
// the same one, so that rules decide as they did where they do not look at the text. Pure: the hash is passed in.
import { FACTS } from "../language/facts.ts";
import { isJsonObject, type Json, type JsonObject } from "../kit/json.ts";
import { isoMoment } from "../kit/moment.ts";
import { stopWordOf } from "../highlevel/stop-words.ts";
import { wordOf } from "../match/wishes.ts";
import type { KeptKnown, Verdict } from "../model/decision.ts";
import type { ExportedEvent, ExportLine } from "../model/export.ts";

/** A keyed hash of a text, in lower-case hex, 32 digits at least: the same for the same text, in one export. */
export type Hash = (text: string) => string;

/** What holds words of HighLevel's or of the agency, ids and times, besides the fields that the table of facts says it of. */
const WORDS: ReadonlySet<string> = new Set([
  "type",
  "messageType",
  "messageTypeString",
  "contentType",
  "direction",
  "source",
  "status",
  "callStatus",
  "provider",
  "country",
  "currency",
  "altType",
  "fulfillmentStatus",
  "timezone",
  "timeZone",
  "appointmentStatus",
  "tags",
  "code",
  "kind",
  "channel",
  "outcome",
  "sender",
]);
const KEPT_TYPES: ReadonlySet<string> = new Set(["id", "boolean", "number", "time"]);
/** Times that tell who somebody is. */
const PRIVATE: ReadonlySet<string> = new Set(["dateOfBirth"]);
const AN_ID = /^_?id$|[a-z]I[dD]s?$/;
const ADDRESS = /^[^@]*@[^@]*$/;
const NUMBER = /^[+(]?\d[\d\s().-]{5,}\d$/;
/** Seven digits or more are somebody's. */
const SHORT_NUMBER = /^-?\d{1,6}(?:\.\d+)?$/;
const LONG_NUMBER = 1e6;

type Line<T extends ExportLine["type"]> = Extract<ExportLine, { readonly type: T }>;
const AS_IT_IS = <L extends ExportLine>(line: L): L => line;
const REDACTED: { readonly [T in ExportLine["type"]]: (line: Line<T>, hash: Hash) => Line<T> | null } = {
  export: (line) => ({ ...line, redacted: true }),
  rules: AS_IT_IS,
  "opt-out": AS_IT_IS,
  contact: (line, hash) => ({
    ...line,
    contact: line.contact && objectOf(line.contact, hash),
    location: line.location && objectOf(line.location, hash),
  }),
  event: redactedEvent,
  delivery: (line, hash) => ({
    ...line,
    attempts: line.attempts.map((attempt) => ({
      ...attempt,
      error: redactedError(attempt.error, hash),
      answer: null,
      request: null,
    })),
  }),
  rows: () => null,
  page: AS_IT_IS,
  end: AS_IT_IS,
};

/** A line with stand-ins for what is private in it; `null`: it has rows as they are, or is of a type that is not known here. */
export function redacted(line: ExportLine, hash: Hash): ExportLine | null {
  if (!Object.hasOwn(REDACTED, line.type)) return null;
  const redact = REDACTED[line.type] as (line: ExportLine, hash: Hash) => ExportLine | null;
  return redact(line, hash);
}

function redactedEvent(line: ExportedEvent, hash: Hash): ExportedEvent {
  const { event, decision } = line;
  const payload = objectOf(event.payload, hash);
  const word = wordOf(event);
  // A word in the HTML of an e-mail ends messages as well.
  const isLost = word !== null && wordOf({ ...event, payload }) !== word;
  return {
    ...line,
    event: { ...event, payload: isLost ? { ...payload, body: word.toUpperCase() } : payload },
    decision: {
      ...decision,
      verdicts: decision.verdicts.map((verdict) => redactedVerdict(verdict, hash)),
      ...(decision.known ? { known: redactedKnown(decision.known, hash) } : {}),
      ...(decision.paused
        ? { paused: decision.paused.map(({ rule, why }) => ({ rule, why: textOf(why, hash) })) }
        : {}),
    },
  };
}

function redactedKnown(known: KeptKnown, hash: Hash): KeptKnown {
  const { contact, location } = known;
  return { ...known, contact: contact && objectOf(contact, hash), location: location && objectOf(location, hash) };
}

function redactedVerdict(verdict: Verdict, hash: Hash): Verdict {
  const conditions = verdict.conditions.map((condition) =>
    condition.saw === undefined ? condition : { ...condition, saw: valueOf(condition.fact, condition.saw, hash) },
  );
  const { detail } = verdict;
  // A person says in their own words why something is paused.
  const isSaid = verdict.reason === "paused" && detail !== undefined;
  return { ...verdict, ...(isSaid ? { detail: textOf(detail, hash) } : {}), conditions };
}

/** What follows the code may quote an answer, or a person. */
function redactedError(error: string | null, hash: Hash): string | null {
  const [code = "", said] = error?.split(/:(.*)/s, 2) ?? [];
  return said === undefined ? error : `${code}: ${textOf(said, hash)}`;
}

function objectOf(value: JsonObject, hash: Hash): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, valueOf(name, part, hash)]));
}

function valueOf(name: string, value: Json, hash: Hash): Json {
  if (Array.isArray(value)) return value.map((item) => valueOf(name, item, hash));
  if (isJsonObject(value)) return objectOf(value, hash);
  if (typeof value === "number")
    return isKept(name) || Math.abs(value) < LONG_NUMBER ? value : digitsOf(hash(String(value)), 9);
  if (typeof value !== "string" || value === "" || isKept(name)) return value;
  return standIn(value, hash, !PRIVATE.has(name));
}

/** Whether a field holds words, ids, times or counts: nothing that is somebody's. */
function isKept(name: string): boolean {
  if (PRIVATE.has(name)) return false;
  return (
    WORDS.has(name) || AN_ID.test(name) || KEPT_TYPES.has(Object.hasOwn(FACTS, name) ? (FACTS[name]?.type ?? "") : "")
  );
}

/** What stands for a text: of the same sort, and as long as a person needs to tell one from another. */
function standIn(text: string, hash: Hash, mayBeTime: boolean): string {
  const digest = hash(text);
  if (isoMoment(text))
    return mayBeTime ? text : `19${digits(digest, 2)}-0${1 + (digits1(digest) % 9)}-1${digits1(digest)}`;
  if (/^https?:\/\//i.test(text)) return `https://example.com/${digest.slice(0, 12)}`;
  if (ADDRESS.test(text)) return `person-${digest.slice(0, 12)}@example.com`;
  if (SHORT_NUMBER.test(text)) return text;
  if (NUMBER.test(text)) return `${text.startsWith("+") ? "+1" : ""}555${digits(digest, 7)}`;
  const word = stopWordOf(text);
  return word === null ? textOf(text, hash) : word.toUpperCase();
}

function textOf(text: string, hash: Hash): string {
  return `text ${hash(text).slice(0, 12)}`;
}

function digits(digest: string, count: number): string {
  return String(digitsOf(digest, count)).padStart(count, "0");
}

function digits1(digest: string): number {
  return digitsOf(digest, 1);
}

function digitsOf(digest: string, count: number): number {
  return Number.parseInt(digest.slice(0, 12), 16) % 10 ** count;
}
