// How large what is stored may get. A row of a Durable Object holds 2 MB, all of its columns together (Cloudflare's
// documentation, "Durable Objects: Limits"). docs/storage.md says for each row what keeps it within that.

/** One text of a row, as JSON in bytes of UTF-8; the other half megabyte is for the other columns. */
export const MAX_STORED_BYTES = 1_500_000;

/** The names of the rules that fire on one event, as a JSON list: its row has them twice. */
export const MAX_FIRED_BYTES = 400_000;

/** What a decision keeps of the contact and the location, as JSON: its row has the event and the verdicts as well. */
export const MAX_KNOWN_BYTES = 200_000;

/** What a ledger keeps of one rule set. */
export const MAX_KEPT_SET_BYTES = 10_000_000;

/** A size for people: `2.4 MB`. */
export function inMegabytes(bytes: number): string {
  return `${Math.round(bytes / 10_000) / 100} MB`;
}
