/** ISO order: Monday is 1. */
export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** A window has this word instead of a zone if it opens in each contact's own hours. */
export const CONTACT_TIME_ZONE = "contact";

/** The hours in which an action may happen. Outside them it waits for the next opening; it is never dropped. */
export interface Window {
  /** Days on which the window opens; absent: every day. */
  readonly days?: readonly Weekday[] | undefined;
  /** `HH:MM`, local time, included; absent: from midnight. */
  readonly from?: string | undefined;
  /** `HH:MM` or `24:00`, local time, excluded; not later than `from`: on the next day. Absent: until midnight. */
  readonly to?: string | undefined;
  /** IANA name, or `contact` for the contact's own, else the location's, else `TIME_ZONE`; absent: `TIME_ZONE`. */
  readonly timeZone?: string | undefined;
  /** Dates on which it does not open, `YYYY-MM-DD`. */
  readonly holidays?: readonly string[] | undefined;
}
