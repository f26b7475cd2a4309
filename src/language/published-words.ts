// Published rule sets in words, for the command line and the operator's page.
import { amount } from "../kit/amount.ts";
import type { Canary } from "../model/published.ts";

/** For whom a canary decides: `10 % of contacts of location-1, halted beyond 20 messages an hour in a location`. */
export function canaryInWords({ locations, share, messagesPerHour }: Omit<Canary, "ruleSet">): string {
  const contacts = share === 1 ? "all contacts" : `${Number((share * 100).toPrecision(6))} % of contacts`;
  const where = locations.length === 0 ? "" : ` of ${locations.join(", ")}`;
  const bound =
    messagesPerHour === null ? "" : `, halted beyond ${amount(messagesPerHour, "message")} an hour in a location`;
  return `${contacts}${where}${bound}`;
}
