/** The command was called wrongly: told with a word on what to write, and exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
