// Texts in the order in which they came, as bytes: a million of them are no million objects.

export interface PackedTexts {
  /** Keeps a text, and gives its number: the same again for the text that was kept last. */
  add(text: string): number;
  at(number: number): string;
}

const CHUNK_BYTES = 1 << 18;
/** A character of UTF-16 is this many bytes of UTF-8 at most. */
const MOST_BYTES = 3;

export function packedTexts(): PackedTexts {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const chunks: Uint8Array[] = [];
  /** For each text its chunk, where it begins there and where it ends. */
  let places = new Uint32Array(3 * 1_024);
  let [count, used] = [0, CHUNK_BYTES];
  let last: string | null = null;
  return {
    add(text) {
      if (text === last) return count - 1;
      const most = text.length * MOST_BYTES;
      if (used + most > CHUNK_BYTES) {
        chunks.push(new Uint8Array(Math.max(CHUNK_BYTES, most)));
        used = 0;
      }
      const chunk = chunks.length - 1;
      const { written } = encoder.encodeInto(text, chunks[chunk]?.subarray(used) ?? new Uint8Array());
      if (places.length < (count + 1) * 3) {
        const more = new Uint32Array(places.length * 2);
        more.set(places);
        places = more;
      }
      places.set([chunk, used, used + written], count * 3);
      used += written;
      count += 1;
      last = text;
      return count - 1;
    },
    at(number) {
      const [chunk = 0, from, to] = places.subarray(number * 3, number * 3 + 3);
      return decoder.decode(chunks[chunk]?.subarray(from, to));
    },
  };
}
