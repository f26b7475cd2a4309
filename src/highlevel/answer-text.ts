/** A page of a hundred e-mails is smaller. */
const MAX_ANSWER_BYTES = 8 * 1_048_576;

/** The text of an answer, of a longer one its beginning. It throws where the connection breaks, or time is over. */
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
  // Nobody waits for what is not wanted.
  void reader?.cancel().catch(() => undefined);
  return text;
}
