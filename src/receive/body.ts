import type { Failure } from "../model/failure.ts";
import { fail, succeed, type Result } from "../model/result.ts";

/** HighLevel truncates payloads at about 256 KB, so a larger body is not its. */
export const MAX_BODY_BYTES = 256 * 1024;

/** The whole body, or a failure as soon as it grows over the limit, whatever Content-Length said. */
export async function readBody(
  request: Request,
  maxBytes = MAX_BODY_BYTES,
): Promise<Result<Uint8Array<ArrayBuffer>, Failure>> {
  const tooLarge = fail<Failure>({ code: "REQUEST_TOO_LARGE", maxBytes });
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return tooLarge;
  if (request.body === null) return succeed(new Uint8Array());
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body.getReader();
  for (;;) {
    const next = await reader.read().catch(() => null);
    // The connection broke, or its chunks are no chunks: what came is not what was sent.
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
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return succeed(body);
}
