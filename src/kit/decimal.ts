const DECIMAL = /^\s*-?\d+(?:\.\d+)?\s*$/;

/** The form of a text that is a number, for the JSON Schema: digits, a point among them, a minus before them. */
export const DECIMAL_PATTERN = DECIMAL.source;

/**
 * Reads a number, or a text that is one as people write it: `45`, `-1.5`, spaces around it. `null` for anything else,
 * such as `0x40`, `1e3`, `1,299.50`, a list of one number, or what no double holds.
 */
export function decimalOf(value: unknown): number | null {
  if (typeof value !== "number" && !(typeof value === "string" && DECIMAL.test(value))) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
