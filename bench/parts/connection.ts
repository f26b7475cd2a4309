// One connection of a load generator: HTTP/1.1 on a plain socket, one request at a time, so that it uses less of the
// machine than what it tests. It is opened when it is needed, and again once it was closed.
import { connect, type Socket } from "node:net";

/** What a connection that was closed without a whole answer is counted as, beside the statuses. */
export const NO_ANSWER = "no answer";

export class Connection {
  readonly #port: number;
  #socket: Socket | null = null;
  #answer = "";
  #tell: ((answer: string | null) => void) | null = null;

  constructor(port: number) {
    this.#port = port;
  }

  /** Sends a request and resolves with the whole answer; `null`: the connection was closed, or broke, before that. */
  ask(request: Buffer): Promise<string | null> {
    return new Promise((tell) => {
      this.#answer = "";
      this.#tell = tell;
      (this.#socket ??= this.#opened()).write(request);
    });
  }

  end(): void {
    this.#socket?.end();
    this.#socket = null;
  }

  #opened(): Socket {
    const socket = connect(this.#port, "127.0.0.1");
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.#answer += chunk.toString("latin1");
      if (!isWhole(this.#answer)) return;
      if (/^connection: close\r$/im.test(this.#answer)) this.end();
      this.#told(this.#answer);
    });
    // After an error comes a close.
    socket.once("error", () => undefined);
    for (const over of ["end", "close"] as const)
      socket.once(over, () => {
        if (this.#socket !== socket) return;
        this.#socket = null;
        socket.destroy();
        this.#told(null);
      });
    return socket;
  }

  #told(answer: string | null): void {
    const tell = this.#tell;
    this.#tell = null;
    tell?.(answer);
  }
}

/** Whether an answer has arrived in full, body included. */
function isWhole(answer: string): boolean {
  const head = answer.indexOf("\r\n\r\n");
  if (head < 0) return false;
  const length = Number(/content-length: (\d+)/i.exec(answer.slice(0, head))?.[1] ?? 0);
  return answer.length >= head + 4 + length;
}
