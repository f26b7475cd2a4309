// Which deliveries the page's address describes: for the list, the counts and the bulk actions.
import type { DeliveryFilter } from "../../model/delivery.ts";
import { hostInWords } from "../../language/in-words.ts";
import type { Query } from "./routes.ts";
import { timeInWords } from "../time/time.ts";

/** The ages to choose from, by their name in the address. With `between`, `since` and `until` are the bounds. */
export const AGES: Readonly<Record<string, string>> = {
  hour: "last hour",
  day: "last day",
  week: "last week",
  older: "older than a week",
  between: "between two times",
};
const LENGTH_MS: Readonly<Record<string, number>> = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 };
const WEEK_MS = 604_800_000;
const MINUTE_MS = 60_000;

/** The codes that an attempt's error may begin with. */
export const ERROR_CODES = [
  "ACTION_BREAKER",
  "ACTION_BUG",
  "ACTION_FORM",
  "ACTION_LOST",
  "ACTION_NOT_RELEASED",
  "ACTION_OVERTAKEN",
  "ACTION_PAUSED",
  "ACTION_SECRET",
  "ACTION_SIZE",
  "ACTION_TASK_STORE",
  "ACTION_TEMPLATE",
  "CONTACT_DND",
  "CONTACT_STOPPED",
  "CONTACT_UNKNOWN",
  "DESTINATION_GONE",
  "DESTINATION_HELD_UP",
  "DESTINATION_REDIRECT",
  "DESTINATION_REFUSED",
  "DESTINATION_STATUS",
  "DESTINATION_TIMEOUT",
  "DESTINATION_UNREACHABLE",
  "HIGHLEVEL_EARLY",
  "HIGHLEVEL_END_UNKNOWN",
  "HIGHLEVEL_LIMIT",
  "HIGHLEVEL_REFUSED",
  "HIGHLEVEL_TOKEN",
  "HIGHLEVEL_TOKEN_LATER",
  "HIGHLEVEL_TOKEN_REFUSED",
  "HIGHLEVEL_UNKNOWN",
] as const;

/** The filter that an address means at `now`. Ages go by whole minutes, so a list is not refetched all the time. */
export function filterOf(query: Query, now: number): DeliveryFilter {
  const { rule, host, contact, error } = query;
  return { rule, host, contact, error, ...stretchOf(query, now) };
}

/** The name of the age in an address: `between` for explicit times, empty for none. */
export function ageOf({ age, since, until }: Query): string {
  if (age !== undefined && Object.hasOwn(AGES, age)) return age;
  return since || until ? "between" : "";
}

/** The same filter, without anything decided from now on. */
export function frozen(filter: DeliveryFilter, now: number): DeliveryFilter {
  const at = new Date(now).toISOString();
  const isEarlier = filter.until !== undefined && Date.parse(filter.until) < now;
  return isEarlier ? filter : { ...filter, until: at };
}

/** A filter in words, one phrase for each field that is set. */
export function filterInWords(filter: DeliveryFilter, zone: string, now: number): readonly string[] {
  const { rule, host, contact, error, since, until } = filter;
  const time = (at: string): string => (Number.isNaN(Date.parse(at)) ? at : timeInWords(at, zone, now));
  return [
    rule ? `of the rule ${rule}` : null,
    host ? `to ${hostInWords(host)}` : null,
    contact ? `for the contact ${contact}` : null,
    error ? `whose last attempt ended with ${error}` : null,
    since ? `decided at ${time(since)} or later` : null,
    until ? `decided before ${time(until)}` : null,
  ].filter((phrase) => phrase !== null);
}

function stretchOf(query: Query, now: number): Pick<DeliveryFilter, "since" | "until"> {
  const age = ageOf(query);
  const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  if (age === "between") return { since: query["since"] || undefined, until: query["until"] || undefined };
  if (age === "older") return { until: new Date(minute - WEEK_MS).toISOString() };
  const lengthMs = LENGTH_MS[age];
  return lengthMs === undefined ? {} : { since: new Date(minute - lengthMs).toISOString() };
}
