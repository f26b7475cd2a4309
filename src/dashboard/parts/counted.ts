/** A count with separators: `12,345`. */
export function counted(count: number): string {
  return count.toLocaleString("en-GB");
}
