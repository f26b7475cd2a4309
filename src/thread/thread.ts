// The thread in which the operator's page reads a log and decides it again, so that the page goes on answering: its messages, and nothing else.
import type { FromThread, ToThread } from "../model/replay-thread.ts";
import { looking } from "./looking.ts";
import type { ThreadPorts } from "./reading.ts";
import { replaying } from "./replaying.ts";

let isStopped = false;
const tell = (message: FromThread): void => postMessage(message);

addEventListener("message", ({ data }: MessageEvent<ToThread>) => {
  if ("stop" in data) return void (isStopped = true);
  const ports: ThreadPorts = { fetch: (path, init) => fetch(path, init), tell, isStopped: () => isStopped };
  const job = "near" in data ? looking(data.near, ports) : replaying(data.replay, ports);
  // What is thrown is a bug: the page hears of it as the thread's error.
  job.catch((error: unknown) =>
    setTimeout(() => {
      throw error;
    }),
  );
});
