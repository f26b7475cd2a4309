// The thread in which a log is read and decided again, so that the page goes on answering meanwhile.
import type { FromThread, ThreadJob, ToThread } from "../../model/replay-thread.ts";

/** Where the thread's script is served; the build puts it in. */
declare const REPLAY_THREAD: string;

/** What the browser asks of scripts from addresses (Trusted Types): this policy can name the thread's alone. */
interface Policies {
  createPolicy(name: string, rules: { createScriptURL: () => string }): { createScriptURL(input: string): string };
}

let address: string | null = null;

/** The script's address, as the browser wants it. The policy of the page lets one policy be made, once. */
function threadAddress(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: Policies };
  address ??=
    trustedTypes?.createPolicy("replay-thread", { createScriptURL: () => REPLAY_THREAD }).createScriptURL("") ??
    REPLAY_THREAD;
  return address;
}

/** A job that is under way. */
export interface Working {
  /** What it has read is enough: it ends with what that says. */
  stop(): void;
  /** Nobody wants it any more. */
  giveUp(): void;
}

/** Does a job in a thread. `heard` is called for all that it says, the last time with what came of it. */
export function inThread(job: ThreadJob, heard: (message: FromThread) => void): Working {
  const thread = new Worker(threadAddress());
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none, it is ours
  const say = (message: ToThread): void => thread.postMessage(message);
  const giveUp = (): void => thread.terminate();
  thread.addEventListener("message", ({ data }: MessageEvent<FromThread>) => {
    if (data.what !== "read") giveUp();
    heard(data);
  });
  thread.addEventListener("error", ({ message }: ErrorEvent) => {
    giveUp();
    const title = message ? "This page has a fault" : "What reads the log could not be loaded";
    const detail = message || "A deploy may have replaced it: reload the page";
    heard({ what: "failed", problem: { status: 0, code: "BUG", title, detail, issues: [] } });
  });
  say(job);
  return { stop: () => say({ stop: true }), giveUp };
}
