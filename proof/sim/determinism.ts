// WebCrypto answers from a thread pool, in any order. In a simulation the same algorithms answer at once, or after a time
// that the run decides.
import { createCipheriv, createDecipheriv, createHash, createHmac } from "node:crypto";

interface GcmParameters {
  readonly iv: Uint8Array;
  readonly additionalData: Uint8Array;
}

const GCM = "aes-256-gcm";
const TAG_BYTES = 16;

let takes: (() => Promise<void>) | null = null;

/** How long hashes take from now on; `null`: no time. */
export function hashesTake(time: (() => Promise<void>) | null): void {
  takes = time;
}

export function answerAtOnce(): void {
  const hash = (name: string): string => name.replace("-", "").toLowerCase();
  const bytesOf = (data: BufferSource): Uint8Array =>
    ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
  const exact = (buffer: Buffer): ArrayBuffer => Uint8Array.from(buffer).buffer;
  const keys = new WeakMap<object, Uint8Array>();
  const replacements = {
    digest: async (algorithm: string, data: BufferSource) => {
      const digest = exact(createHash(hash(algorithm)).update(bytesOf(data)).digest());
      await takes?.();
      return digest;
    },
    importKey: async (_: string, bytes: BufferSource) => {
      const key = {};
      keys.set(key, bytesOf(bytes));
      return key;
    },
    sign: async (_: string, key: object, data: BufferSource) =>
      exact(
        createHmac("sha256", keys.get(key) ?? new Uint8Array())
          .update(bytesOf(data))
          .digest(),
      ),
    encrypt: async ({ iv, additionalData }: GcmParameters, key: object, data: BufferSource) => {
      const cipher = createCipheriv(GCM, keys.get(key) ?? new Uint8Array(), iv).setAAD(additionalData);
      return exact(Buffer.concat([cipher.update(bytesOf(data)), cipher.final(), cipher.getAuthTag()]));
    },
    decrypt: async ({ iv, additionalData }: GcmParameters, key: object, data: BufferSource) => {
      const bytes = bytesOf(data);
      const decipher = createDecipheriv(GCM, keys.get(key) ?? new Uint8Array(), iv).setAAD(additionalData);
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      return exact(Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]));
    },
  };
  for (const [name, value] of Object.entries(replacements))
    Object.defineProperty(crypto.subtle, name, { value, configurable: true });
}
