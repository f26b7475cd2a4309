import { MAX_EVENT_BYTES } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import { fail, succeed, type Result } from "../kit/result.ts";

/** The whole body, or a failure as soon as it exceeds the limit, whatever Content-Length said. */
export async function readBody(
  request: Request,
  maxBytes = MAX_EVENT_BYTES,
): Promise<Result<Uint8Array<ArrayBuffer>, Failure>> {
  const tooLarge = fail<Failure>({ code: "REQUEST_TOO_LARGE", maxBytes });
  const declared = request.headers.get("content-length");
  if (Number(declared ?? 0) > maxBytes) return tooLarge;
  if (request.body === null) return succeed(new Uint8Array());
  // HTTP itself keeps a body to its declared length, so reading it in one go is bounded, and fast. Beside chunks a
  // declared length does not count (RFC 9112, section 6.3).
  if (declared !== null && !request.headers.has("transfer-encoding")) {
    const body = await request.arrayBuffer().catch(() => null);
    if (body === null) return fail({ code: "REQUEST_NOT_JSON" });
    return body.byteLength > maxBytes ? tooLarge : succeed(new Uint8Array(body));
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = request.body.getReader();
  for (;;) {
    const next = await reader.read().catch(() => null);
    // The connection broke, or the chunks are malformed: what came is not what was sent.
    if (next === null) return fail({ code: "REQUEST_NOT_JSON" });
    const { done, value } = next;
    if (done) break;
    length += value.byteLength;
    if (length > maxBytes) {
      await reader.cancel().catch(() => undefined);
      return tooLarge;
    }
    chunks.push(value);
  }
  const [only] = chunks;
  if (only && chunks.length === 1) return succeed(only);
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return succeed(body);
}
