// A receiver of webhooks on loopback, as a customer would write one: it verifies each with the standardwebhooks library.
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

/** A receiver that listens. */
export interface Receiver {
  readonly url: string;
  readonly received: readonly ReceivedWebhook[];
  close(): void;
}

/** Starts a receiver. `answer` says what it answers, 204 unless told. */
export function startReceiver(
  port: number,
  secret: string,
  onWebhook: (webhook: ReceivedWebhook) => void,
  answer: () => number = () => 204,
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
        verified: isVerified(verifier, body, {
          "webhook-id": header("webhook-id"),
          "webhook-timestamp": header("webhook-timestamp"),
          "webhook-signature": header("webhook-signature"),
        }),
        body,
      };
      received.push(webhook);
      onWebhook(webhook);
      response.writeHead(webhook.verified ? answer() : 401).end();
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

function isVerified(verifier: Webhook, body: string, headers: Record<string, string>): boolean {
  try {
    verifier.verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
