// A server on loopback that closes connections before it has answered, in every way there is.
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

const BODY = JSON.stringify({ status: "accepted" });
const HEAD = `HTTP/1.1 202 Accepted\r\nContent-Length: ${BODY.length}\r\n`;
const ANSWER = `${HEAD}\r\n${BODY}`;

/** How a connection ends in place of an answer. */
export const ENDINGS: readonly (readonly [name: string, end: (socket: Socket) => void])[] = [
  ["is closed before a byte of the answer", (socket) => socket.end()],
  ["is reset before a byte of the answer", (socket) => socket.resetAndDestroy()],
  ["is closed within the head", (socket) => socket.end(HEAD.slice(0, 20))],
  ["is closed after the status line", (socket) => socket.end("HTTP/1.1 202 Accepted\r\n")],
  ["is closed between head and body", (socket) => socket.end(`${HEAD}\r\n`)],
  ["is closed within the body", (socket) => socket.end(ANSWER.slice(0, -3))],
  ["is reset within the body", (socket) => socket.write(ANSWER.slice(0, -3), () => socket.resetAndDestroy())],
];

/** How a whole answer may come, and the connection go on. */
export const ANSWERS: readonly (readonly [name: string, answer: (socket: Socket) => void])[] = [
  ["goes on", (socket) => socket.write(ANSWER)],
  ["is closed by an answer that says so", (socket) => socket.end(`${HEAD}Connection: close\r\n\r\n${BODY}`)],
  ["comes in pieces", (socket) => socket.write(ANSWER.slice(0, 25), () => socket.write(ANSWER.slice(25)))],
];

/** Takes requests, answers the first of each key by `ending`, `times` times, and every other by `answer`. */
export async function failingServer(
  ending: (socket: Socket) => void,
  times: number,
  answer: (socket: Socket) => void = (socket) => socket.write(ANSWER),
) {
  const seen = new Map<string, number>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = "";
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      const head = text.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (head < 0 || text.length < head + 4 + length) return;
      const key = /"webhookId":"([^"]*)"/.exec(text)?.[1] ?? "";
      text = "";
      const before = seen.get(key) ?? 0;
      seen.set(key, before + 1);
      (before < times ? ending : answer)(socket);
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    port: (server.address() as AddressInfo).port,
    /** How often each key came. */
    seen,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
