/** How many bytes a text takes in UTF-8. */
export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

/** The beginning of a text that takes no more than so many bytes in UTF-8, whole code points. */
export function firstBytes(text: string, count: number): string {
  // A code unit takes at most three bytes.
  if (text.length * 3 <= count) return text;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(Math.max(0, count)));
  return text.slice(0, read);
}
