/** A switch that may have come as text, in any case; `null` for what is none. */
export function switchOf(value: unknown): boolean | null {
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.trim().toLowerCase() : "";
  return word === "true" || (word === "false" ? false : null);
}
