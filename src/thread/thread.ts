// The thread in which the operator's page replays a log, so that the page goes on answering: its messages, and nothing else.
import type { FromThread, ToThread } from "../model/replay-thread.ts";
import { replaying } from "./replaying.ts";

let isStopped = false;
const tell = (message: FromThread): void => postMessage(message);

addEventListener("message", ({ data }: MessageEvent<ToThread>) => {
  if ("stop" in data) return void (isStopped = true);
  // What is thrown is a bug: the page hears of it as the thread's error.
  replaying(data.replay, { fetch: (path, init) => fetch(path, init), tell, isStopped: () => isStopped }).catch(
    (error: unknown) =>
      setTimeout(() => {
        throw error;
      }),
  );
});
