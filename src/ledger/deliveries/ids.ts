// The id of a delivery: the time of its decision, a hash of what it is about, and the number of the action.

/** How many hex digits of the time an id begins with. */
export const TIME_DIGITS = 12;
/** How many decimal digits number the actions of a decision, at the end of an id. */
export const ORDINAL_DIGITS = 4;

/** When the decision of a delivery was made, milliseconds since 1970. */
export function decidedAtMs(id: string): number {
  return Number.parseInt(id.slice(0, TIME_DIGITS), 16);
}
