import { describe, expect, it } from "vitest";
import { MAX_EVENT_BYTES } from "../../../src/model/event.ts";
import { readBody } from "../../../src/receive/body.ts";

interface Sent {
  readonly request: Request;
  readonly stream: { pulled: number; cancelled: number };
}

/** A request whose body comes in these chunks; `endless` repeats the last one for ever. */
function sent(
  chunks: readonly Uint8Array[],
  { contentLength = "", endless = false, cancel = (): unknown => null } = {},
): Sent {
  const stream = { pulled: 0, cancelled: 0 };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[stream.pulled] ?? (endless ? chunks.at(-1) : undefined);
        stream.pulled += 1;
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
      cancel() {
        stream.cancelled += 1;
        return cancel() as Promise<void>;
      },
    },
    { highWaterMark: 0 },
  );
  const init: RequestInit & { duplex: "half" } = { method: "POST", body, duplex: "half" };
  const request = new Request("https://afterbeep.test/hooks/highlevel", init);
  if (contentLength !== "") request.headers.set("content-length", contentLength);
  return { request, stream };
}

const bytes = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(97);

const TOO_LARGE = { ok: false, failure: { code: "REQUEST_TOO_LARGE", maxBytes: MAX_EVENT_BYTES } };

describe("the size limit", () => {
  it("stands at 256 KiB", () => {
    expect(MAX_EVENT_BYTES).toBe(262_144);
  });

  it.each([
    { title: "in one chunk", chunks: [bytes(262_144)] },
    { title: "in many chunks", chunks: Array.from({ length: 64 }, () => bytes(4_096)) },
    { title: "in uneven chunks", chunks: [bytes(1), bytes(262_142), bytes(1)] },
    { title: "with empty chunks between", chunks: [bytes(0), bytes(262_144), bytes(0)] },
  ])("lets exactly the limit through $title", async ({ chunks }) => {
    const result = await readBody(sent(chunks).request);
    expect(result.ok && result.value.byteLength).toBe(262_144);
  });

  it.each([
    { title: "in one chunk", chunks: [bytes(262_145)] },
    { title: "in a last chunk of one byte", chunks: [bytes(262_144), bytes(1)] },
    { title: "in many chunks", chunks: [...Array.from({ length: 64 }, () => bytes(4_096)), bytes(1)] },
  ])("refuses one byte more $title", async ({ chunks }) => {
    expect(await readBody(sent(chunks).request)).toEqual(TOO_LARGE);
  });

  it("is the caller's where the caller names one", async () => {
    expect(await readBody(sent([bytes(10)]).request, 10)).toEqual({ ok: true, value: bytes(10) });
    expect(await readBody(sent([bytes(11)]).request, 10)).toMatchObject({ failure: { maxBytes: 10 } });
  });
});

describe("Content-Length", () => {
  it("that owns up to too much is refused before a byte is read", async () => {
    const { request, stream } = sent([bytes(10)], { contentLength: "262145" });
    expect(await readBody(request)).toEqual(TOO_LARGE);
    expect(stream.pulled).toBe(0);
  });

  it.each(["0", "10", "262144", "-1", "junk", "1e3"])(
    "of %s does not let a larger body through",
    async (contentLength) => {
      const { request } = sent([bytes(262_144), bytes(1)], { contentLength });
      expect(await readBody(request)).toEqual(TOO_LARGE);
    },
  );

  it.each(["0", "3", "262144", "-1", "junk"])("of %s does not cut or pad the body", async (contentLength) => {
    const { request } = sent([bytes(7)], { contentLength });
    expect(await readBody(request)).toEqual({ ok: true, value: bytes(7) });
  });
});

describe("Content-Length beside Transfer-Encoding", () => {
  it("holds nothing to a length: the stream is cancelled as soon as it is over the limit", async () => {
    const { request, stream } = sent(
      Array.from({ length: 400 }, () => bytes(65_536)),
      { contentLength: "5" },
    );
    request.headers.set("transfer-encoding", "chunked");
    expect(await readBody(request)).toEqual(TOO_LARGE);
    expect(stream).toEqual({ pulled: 5, cancelled: 1 });
  });
});

describe("the stream", () => {
  it("is cancelled as soon as it is over the limit, though it never ends", async () => {
    const { request, stream } = sent([bytes(65_536)], { endless: true });
    expect(await readBody(request)).toEqual(TOO_LARGE);
    expect(stream).toEqual({ pulled: 5, cancelled: 1 });
  });

  it("may refuse to be cancelled", async () => {
    const { request } = sent([bytes(262_145)], { cancel: () => Promise.reject(new Error("no")) });
    expect(await readBody(request)).toEqual(TOO_LARGE);
  });

  it("is read to its end within the limit, and never cancelled", async () => {
    const { request, stream } = sent([bytes(2), bytes(3)]);
    expect(await readBody(request)).toEqual({ ok: true, value: bytes(5) });
    expect(stream.cancelled).toBe(0);
  });

  it("keeps the bytes in their order, whatever they are", async () => {
    const chunks = [Uint8Array.of(0, 255), Uint8Array.of(), Uint8Array.of(0xc3), Uint8Array.of(0xa9, 0)];
    expect(await readBody(sent(chunks).request)).toEqual({ ok: true, value: Uint8Array.of(0, 255, 0xc3, 0xa9, 0) });
  });

  it("may be missing: the body is empty", async () => {
    const request = new Request("https://afterbeep.test/hooks/highlevel", { method: "POST" });
    expect(await readBody(request)).toEqual({ ok: true, value: new Uint8Array() });
  });
});
