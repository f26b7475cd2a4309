// How large what is stored may get. docs/storage.md says for each row what keeps it within its bound.

/**
 * What one text of a row may take as JSON, in bytes of UTF-8. A row of a Durable Object holds 2 MB, all its columns
 * together (Cloudflare's documentation, "Durable Objects: Limits"): the other half megabyte is for those.
 */
export const MAX_STORED_BYTES = 1_500_000;
