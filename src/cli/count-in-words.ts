/** A number of things in words: `1 rule`, `1,200 rules`. */
export function countInWords(count: number, one: string): string {
  return `${count.toLocaleString("en-US")} ${one}${count === 1 ? "" : "s"}`;
}
