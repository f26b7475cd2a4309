// The part of a destination's answer that is stored: its beginning, without secrets that it may have echoed.
import { MIN_SECRET_CHARACTERS } from "./named-secrets.ts";
import { LONGEST_FORM, withoutSecrets } from "./strike.ts";

const MAX_ANSWER_BYTES = 1_000;
const MAX_CHARACTER_BYTES = 4;

/**
 * The first 1,000 bytes of an answer as text. The rest is not read; the request's time limit applies here, too. An
 * answer that breaks off is kept as far as it came: its status has arrived, and that is what decides.
 */
export async function shortAnswer(response: Response, secrets: readonly string[]): Promise<string> {
  const values = secrets.filter((value) => value.length >= MIN_SECRET_CHARACTERS);
  // Reads past the cut by the longest form of a secret, so that none is cut in two and kept in part, plus one character.
  const sizes = values.map((value) => new TextEncoder().encode(value).byteLength);
  const longest = Math.max(0, ...sizes) * LONGEST_FORM + MAX_CHARACTER_BYTES;
  const bytes = await firstBytes(response, MAX_ANSWER_BYTES + longest);
  const text = new TextDecoder().decode(bytes);
  const kept = new TextEncoder().encode(withoutSecrets(text, values, "[secret]"));
  // A character split by the cut is left out: the decoder waits for the rest of it.
  const isCut = kept.byteLength > MAX_ANSWER_BYTES;
  return new TextDecoder().decode(kept.subarray(0, MAX_ANSWER_BYTES), { stream: isCut });
}

async function firstBytes({ body }: Response, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  let length = 0;
  const reader = body?.getReader();
  try {
    while (reader && length < count) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes.set(value.subarray(0, count - length), length);
      length = Math.min(count, length + value.byteLength);
    }
    await reader?.cancel();
  } catch {
    // It broke off.
  }
  return bytes.subarray(0, length);
}
