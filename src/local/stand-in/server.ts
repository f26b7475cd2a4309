// HighLevel's stand-in on loopback, for callers in other processes.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { HighLevelStandIn } from "./stand-in.ts";

/** A stand-in that listens. */
export interface ListeningHighLevel {
  readonly url: string;
  /** Ends every connection, even those still without an answer. */
  close(): Promise<void>;
}

/** Lets `standIn` answer on `port` of the loopback address; 0 means any free port. */
export function startHighLevel(standIn: HighLevelStandIn, port: number): Promise<ListeningHighLevel> {
  const server = createServer((incoming, outgoing) => {
    answerTo(standIn, incoming, outgoing).catch((thrown: unknown) => {
      console.error("The stand-in threw:", thrown);
      outgoing.writeHead(500).end();
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      const bound = typeof address === "object" && address ? address.port : port;
      resolve({
        url: `http://127.0.0.1:${bound}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

/** Answers one request as the stand-in does. */
export async function answerTo(
  standIn: HighLevelStandIn,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const outcome = await standIn.outcomeOf(await requestOf(incoming));
  switch (outcome.kind) {
    case "answer": {
      const { status, headers } = outcome.response;
      outgoing.writeHead(status, Object.fromEntries(headers)).end(await outcome.response.text());
      return;
    }
    case "answer-lost":
    case "refuse-connection":
      incoming.socket.destroy();
      return;
    case "hang":
  }
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const method = incoming.method ?? "GET";
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (typeof value === "string") headers.set(name, value);
  }
  const body = await buffer(incoming);
  const url = new URL(incoming.url ?? "/", "http://stand-in");
  return new Request(url, { method, headers, ...(body.length > 0 ? { body: new Uint8Array(body) } : {}) });
}
