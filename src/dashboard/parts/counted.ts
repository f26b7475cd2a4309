/** A count as people read it: `12,345`. */
export function counted(count: number): string {
  return count.toLocaleString("en-GB");
}
