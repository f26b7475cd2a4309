/// <reference types="vite/types/importMeta.d.ts" />
import type { LedgerEnv } from "../../src/objects/durable-objects.ts";

declare global {
  namespace Cloudflare {
    interface Env extends LedgerEnv {}
    interface GlobalProps {
      mainModule: typeof import("./worker.ts");
    }
  }
}
