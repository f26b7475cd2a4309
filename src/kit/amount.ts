/** A count with its noun, for people: `1 message`, `1,204 messages`. */
export function amount(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
