/** The command was called wrongly: reported with a hint about what to write, and exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
