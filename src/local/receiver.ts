// A webhook receiver on loopback, as a customer would write one: it verifies webhooks with the standardwebhooks library.
import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

/** A webhook as it arrived. */
export interface ReceivedWebhook {
  readonly id: string;
  readonly host: string;
  readonly path: string;
  readonly verified: boolean;
  readonly body: string;
}

/** A receiver that is listening. */
export interface Receiver {
  readonly url: string;
  readonly received: readonly ReceivedWebhook[];
  close(): void;
}

/** What Standard Webhooks 1.0 allows. */
const TOLERANCE_MS = 5 * 60_000;

/** Starts a receiver; `clock` is in milliseconds since 1970. */
export function startReceiver(
  port: number,
  secret: string,
  onWebhook: (webhook: ReceivedWebhook) => void,
  clock: () => number,
): Promise<Receiver> {
  const received: ReceivedWebhook[] = [];
  const verifier = new Webhook(secret);
  const server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      const header = (name: string): string => String(request.headers[name] ?? "");
      const webhook = {
        id: header("webhook-id"),
        host: header("x-demo-host") || header("host"),
        path: request.url ?? "/",
        verified: isVerified(verifier, body, header, clock()),
        body,
      };
      received.push(webhook);
      onWebhook(webhook);
      response.writeHead(webhook.verified ? 204 : 401).end();
    });
  });
  return new Promise((resolveReceiver) => {
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      const bound = typeof address === "object" && address ? address.port : port;
      resolveReceiver({ url: `http://127.0.0.1:${bound}`, received, close: () => server.close() });
    });
  });
}

/** Checks what the library's `verify` checks, which uses only the real clock: an id, a recent time, the signature. */
function isVerified(verifier: Webhook, body: string, header: (name: string) => string, nowMs: number): boolean {
  const id = header("webhook-id");
  const timestamp = new Date(Number(header("webhook-timestamp")) * 1_000);
  const isNear = Math.abs(nowMs - timestamp.getTime()) <= TOLERANCE_MS;
  if (id === "" || !isNear) return false;
  return header("webhook-signature")
    .split(" ")
    .includes(verifier.sign(id, timestamp, body));
}
