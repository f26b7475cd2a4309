/** A page of a hundred e-mails is smaller than this. */
const MAX_ANSWER_BYTES = 8 * 1_048_576;

/** The text of an answer, cut if it is too long. It throws if the connection breaks or time runs out. */
export async function answerText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let left = MAX_ANSWER_BYTES;
  const reader = body?.getReader();
  while (reader && left > 0) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value.subarray(0, left), { stream: true });
    left -= value.byteLength;
  }
  // The rest is not wanted, so nobody waits for it.
  void reader?.cancel().catch(() => undefined);
  return text;
}
