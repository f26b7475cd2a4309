// The parameters that calls take: each form, and what it expects, is written once for query strings and bodies.
import { AGENCY_LOCATION_STATES } from "../model/agency.ts";
import { DELIVERY_STATES, type DeliveryBatch } from "../model/delivery.ts";
import { CHANNELS } from "../model/channels.ts";
import { NONE, OUTCOMES } from "../model/event.ts";
import { EVENT_KINDS } from "../model/event-kinds.ts";
import type { Failure, Issue } from "../model/failure.ts";
import { isJsonObject, jsonPointer, type Json } from "../kit/json.ts";
import type { ContactQuery } from "../model/known-contact.ts";
import type { LogQuery, TaskQuery } from "../model/ledger.ts";
import { isoOf, isoMoment } from "../kit/moment.ts";
import { HOME_SORTS, TROUBLES } from "../model/home.ts";
import { SEARCHED } from "../model/search.ts";
import { fail, succeed, type Result } from "../kit/result.ts";
import { BUCKET_MS, MINUTES_REACH_BACK_MS, type BucketName, type Buckets } from "../model/statistics.ts";

/** What a parameter may be: its value, or `undefined` for text that cannot be used. */
interface Form<Value> {
  readonly read: (text: string) => Value | undefined;
  /** Completes a sentence that begins with "Expected". */
  readonly expected: string;
}

/** Parameters by name, each with its form. */
export type FormTable = { readonly [name: string]: Form<unknown> };
/** The values of parameters; `undefined` for those not given. */
export type Given<Forms> = {
  readonly [Name in keyof Forms]?: (Forms[Name] extends Form<infer Value> ? Value : never) | undefined;
};

const DEFAULT_LIMIT = 50;
/** The most deliveries that one call moves. */
const MAX_BATCH = 1_000;
const MAX_LIMIT = 200;
const MAX_BUCKETS = 1_000;
const DAY_MS = 86_400_000;

const text = (form: RegExp, expected: string): Form<string> => ({
  read: (given) => (form.test(given) ? given : undefined),
  expected,
});
const oneOf = <Word extends string>(...words: readonly Word[]): Form<Word> => ({
  read: (given) => words.find((word) => word === given),
  expected: `one of ${words.join(", ")}`,
});
const wholeNumber = (most: number): Form<number> => ({
  read: (given) => {
    const number = /^\d{1,15}$/.test(given) ? Number(given) : 0;
    return number >= 1 && number <= most ? number : undefined;
  },
  expected: `a whole number from 1 to ${most}`,
});

const A_PAGE_BEFORE = "the cursor of a page before";
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z$/;
/** From 1970 on, and on a day that exists: 24:00 is on the next. */
function isTime(text: string): boolean {
  const at = ISO_TIME.test(text) ? (isoMoment(text)?.atMs ?? -1) : -1;
  return at >= 0 && isoOf(at).startsWith(text.slice(0, 10));
}

const TIME: Form<string> = {
  read: (given) => (isTime(given) ? given : undefined),
  expected: "a time in ISO 8601, UTC",
};
const RULE = text(/^[!-~]{1,128}$/, "the name of a rule");
const CONTACT = text(/^[!-~]{1,128}$/, "the id of a contact");

/** What a header can carry; it excludes the white space that copying adds. */
const TOKEN = /^[!-~]{8,4096}$/;

const LIMIT = wholeNumber(MAX_LIMIT);

/** Where a page of what has an id starts. */
export const PAGE = { cursor: text(/^[!-~]{1,128}$/, A_PAGE_BEFORE) };
/** Where a page of the quarantine starts: a moment, and what came in it. */
export const QUARANTINE = { cursor: text(/^\d{1,16}\.[!-~]{1,100}$/, A_PAGE_BEFORE) };
/** Where a page of what is numbered starts. */
export const NUMBERED = { cursor: text(/^\d{1,16}$/, A_PAGE_BEFORE) };
export const LOCATIONS = { ...PAGE, search: text(SEARCHED, "part of the id or the name of a location") };
export const HOME = {
  search: LOCATIONS.search,
  sort: oneOf(...HOME_SORTS),
  trouble: oneOf(...TROUBLES),
  cursor: encoded(/^[!-~]{0,800}%0A[!-~]{1,400}$/),
};
export const AGENCY = { ...PAGE, state: oneOf(...AGENCY_LOCATION_STATES) };
export const EVENT = { contact: CONTACT, whatIf: oneOf("1") };
/** Contacts in short. */
const CONTACTS = {
  search: text(SEARCHED, "a name, a phone, an e-mail or an id"),
  ids: text(/^[!-~]{1,128}(?: [!-~]{1,128}){0,199}$/, "ids of contacts, 200 at most, with a space between"),
};
const EVENTS = {
  cursor: text(/^\d{1,16}$/, A_PAGE_BEFORE),
  contact: CONTACT,
  rule: RULE,
  message: text(/^[!-~]{1,128}$/, "the id of a message"),
  kind: oneOf(...EVENT_KINDS),
  channel: oneOf(...CHANNELS, NONE),
  outcome: oneOf(...OUTCOMES, NONE),
  from: TIME,
  to: TIME,
  fired: oneOf("yes", "no"),
};
/** Selects deliveries. */
export const DELIVERY_FILTER = {
  rule: RULE,
  host: text(/^[!-~]{1,260}$/, "a host, with its port if it has one"),
  contact: CONTACT,
  error: text(/^[A-Z_]{1,64}$/, "the code of an error, such as DESTINATION_TIMEOUT"),
  since: TIME,
  until: TIME,
};
export const DELIVERIES = { ...PAGE, ...DELIVERY_FILTER, state: oneOf(...DELIVERY_STATES) };
/** Where an export goes on. */
const EXPORT_CURSOR =
  /^(?:rules\.\d{1,9}|opt-outs\.[!-~]{0,1000}|events\.(?:\d{1,16}\.[!-~]{0,1000})?|rows\.[a-z_]{1,30}\.[!-~]{0,4000})$/;
/** Selects a part of the log. */
export const EXPORT = {
  cursor: encoded(EXPORT_CURSOR),
  since: TIME,
  until: TIME,
  whole: oneOf("true"),
};
const TASKS = { ...PAGE, state: oneOf("open", "done"), contact: CONTACT, order: oneOf("newest", "due") };
const TASKS_BY_DUE = { ...TASKS, cursor: text(/^\d{1,16}\.[!-~]{1,100}$/, A_PAGE_BEFORE) };
const BUCKETS = { from: TIME, to: TIME, bucket: oneOf("minute", "quarter", "hour") };

/** Reads the parameters of a query string, or names each that cannot be used. An empty one counts as absent. */
export function parameters<Forms extends FormTable>(url: URL, forms: Forms): Result<Given<Forms>, Failure> {
  const read = readQuery(url, forms);
  return read.ok ? read : failed(read.failure);
}

/** Reads the limit of a list and its other parameters. */
export function listQuery<Forms extends FormTable>(
  url: URL,
  forms: Forms,
): Result<Given<Forms> & { readonly limit: number }, Failure> {
  const page = readQuery(url, { limit: LIMIT });
  const others = readQuery(url, forms);
  if (page.ok && others.ok) return succeed({ ...others.value, limit: page.value.limit ?? DEFAULT_LIMIT });
  return failed([page, others].flatMap((read) => (read.ok ? [] : read.failure)));
}

/** Reads which entries of the log are meant. */
export function logQuery(url: URL): Result<LogQuery, Failure> {
  const read = listQuery(url, EVENTS);
  if (!read.ok) return read;
  const { contact: contactId, message: messageId, ...others } = read.value;
  return messageId !== undefined && contactId === undefined
    ? refused("/message", "API_MESSAGE", "Expected the contact of the message, too")
    : succeed({ ...others, contactId, messageId });
}

/** Reads which contacts are meant. */
export function contactQuery(url: URL): Result<ContactQuery, Failure> {
  const read = parameters(url, CONTACTS);
  const { search, ids } = read.ok ? read.value : {};
  return !read.ok || search !== undefined || ids !== undefined
    ? read
    : refused("/search", "API_SEARCH", `Expected ${CONTACTS.search.expected}`);
}

/** Reads which tasks are meant; each order has its own kind of cursor. */
export function taskQuery(url: URL): Result<TaskQuery, Failure> {
  return listQuery(url, url.searchParams.get("order") === "due" ? TASKS_BY_DUE : TASKS);
}

/** Reads a body that is a filter with a `limit` and `dryRun`, or names the keys that cannot be used. `{}`: any `MAX_BATCH`. */
export function deliveryBatch(body: Json): Result<DeliveryBatch, Failure> {
  if (!isJsonObject(body)) return refused("", "API_FILTER", "Expected an object");
  const { limit = MAX_BATCH, dryRun = false, ...filter } = body;
  const read = readAll(Object.entries(filter), DELIVERY_FILTER, () => "API_FILTER");
  if (!read.ok) return failed(read.failure);
  if (typeof dryRun !== "boolean") return refused("/dryRun", "API_DRY_RUN", "Expected true or false");
  return typeof limit === "number" && Number.isInteger(limit) && limit >= 1 && limit <= MAX_BATCH
    ? succeed({ filter: read.value, limit, ...(dryRun ? { dryRun } : {}) })
    : refused("/limit", "API_LIMIT", `Expected a whole number from 1 to ${MAX_BATCH}`);
}

/** Reads a body that says since when something is looked for, milliseconds since 1970. */
export function sinceIn(body: Json): Result<number, Failure> {
  const read = alone(body, "since", "API_SINCE");
  if (!read.ok) return read;
  const time = timeIn(read.value ?? null);
  return time === undefined ? refused("/since", "API_SINCE", `Expected ${TIME.expected}`) : succeed(Date.parse(time));
}

/** Reads a body that gives a location a name; `null`: none. */
export function nameIn(body: Json): Result<string | null, Failure> {
  const { name, ...others } = isJsonObject(body) ? body : { "": null };
  const text = typeof name === "string" ? name.trim() : name;
  const isName = text === null || (typeof text === "string" && /^[^\p{C}]{1,100}$/u.test(text));
  return isName && Object.keys(others).length === 0
    ? succeed(text)
    : refused("/name", "API_NAME", "Expected name alone, of at most 100 characters, or null");
}

/** Reads a body that says where alerts go; `null`: nowhere. */
export function alertUrl(body: Json): Result<string | null, Failure> {
  const { url, ...others } = isJsonObject(body) ? body : {};
  const isUrl = url === null || (typeof url === "string" && TOKEN.test(url));
  return isUrl && Object.keys(others).length === 0
    ? succeed(url)
    : refused("/url", "API_URL", "Expected url alone: a URL, or null so that nobody is told");
}

/** Reads a body that confirms what is to be deleted, by its id. */
export function confirmedId(body: Json, id: string): Result<null, Failure> {
  const isConfirmed = isJsonObject(body) && body["confirm"] === id && Object.keys(body).length === 1;
  return isConfirmed ? succeed(null) : refused("/confirm", "API_CONFIRM", "Expected confirm alone: the location's id");
}

/** Reads a body that gives a location a token. */
export function givenToken(body: Json): Result<string, Failure> {
  const read = alone(body, "token", "API_TOKEN");
  if (!read.ok) return read;
  const token = read.value;
  return typeof token === "string" && TOKEN.test(token)
    ? succeed(token)
    : refused("/token", "API_TOKEN", "Expected the token of a private integration, such as pit-…");
}

/** What a body has under the one key that it may have. */
function alone(body: Json, key: string, code: string): Result<Json | undefined, Failure> {
  if (!isJsonObject(body)) return refused("", code, "Expected an object");
  const other = Object.keys(body).find((name) => name !== key);
  return other === undefined ? succeed(body[key]) : refused(jsonPointer([other]), code, `Expected no key but ${key}`);
}

/**
 * Reads `from`, `to` and `bucket`, and widens the stretch to whole buckets. The default is the last day in quarters of
 * an hour; for minutes, the two hours for which they are kept.
 */
export function bucketsQuery(url: URL, nowMs: number): Result<Buckets, Failure> {
  const read = parameters(url, BUCKETS);
  if (!read.ok) return read;
  const bucket: BucketName = read.value.bucket ?? "quarter";
  const bucketMs = BUCKET_MS[bucket];
  const toMs = Math.ceil(timeOf(read.value.to, nowMs + 1) / bucketMs) * bucketMs;
  const reach = bucket === "minute" ? MINUTES_REACH_BACK_MS : DAY_MS;
  const fromMs = Math.floor(timeOf(read.value.from, toMs - reach) / bucketMs) * bucketMs;
  if (fromMs >= toMs) return refused("/from", "API_FROM", "Expected a time before that of to");
  return (toMs - fromMs) / bucketMs > MAX_BUCKETS
    ? refused("/from", "API_FROM", `Expected at most ${MAX_BUCKETS} buckets: take a longer bucket, or a shorter time`)
    : succeed({ fromMs, toMs, bucketMs });
}

/** A cursor that holds a text of any characters. */
function encoded(form: RegExp): Form<string> {
  return { read: (given) => (form.test(given) && isEncoded(given) ? given : undefined), expected: A_PAGE_BEFORE };
}

function isEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== "";
  } catch {
    return false;
  }
}

function timeOf(given: string | undefined, otherwiseMs: number): number {
  return given === undefined ? otherwiseMs : Date.parse(given);
}

function readQuery<Forms extends FormTable>(
  { searchParams }: URL,
  forms: Forms,
): Result<Given<Forms>, readonly Issue[]> {
  const given = Object.keys(forms).flatMap((name) => {
    const value = searchParams.get(name) ?? "";
    return value === "" ? [] : [[name, value] as const];
  });
  return readAll(given, forms, (name) => `API_${name.toUpperCase()}`);
}

function readAll<Forms extends FormTable>(
  given: readonly (readonly [name: string, value: Json])[],
  forms: Forms,
  codeOf: (name: string) => string,
): Result<Given<Forms>, readonly Issue[]> {
  const issues: Issue[] = [];
  const values = given.map(([name, value]) => {
    const form = Object.hasOwn(forms, name) ? forms[name] : undefined;
    const read = typeof value === "string" ? form?.read(value) : undefined;
    if (read === undefined) {
      const expected = form?.expected ?? `one of ${Object.keys(forms).join(", ")}`;
      issues.push({ pointer: jsonPointer([name]), code: codeOf(name), message: `Expected ${expected}` });
    }
    return [name, read];
  });
  return issues.length > 0 ? fail(issues) : succeed(Object.fromEntries(values) as Given<Forms>);
}

/** A time in ISO 8601, UTC; `undefined`: it is none. */
export function timeIn(value: Json): string | undefined {
  return typeof value === "string" ? TIME.read(value) : undefined;
}

/** A body that cannot be used: where, and what was expected. */
export function refused(pointer: string, code: string, message: string): Result<never, Failure> {
  return failed([{ pointer, code, message }]);
}

export function failed(issues: readonly Issue[]): Result<never, Failure> {
  return fail({ code: "REQUEST_PARAMETER", issues });
}
