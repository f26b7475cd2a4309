// What of HighLevel's export is in doubt: it is not in the log, or is there in another state, and its webhook may be under
// way. It is kept by the key of its event with the time since when it was seen so.
import type { Progress } from "./progress.ts";
import type { JudgedPage } from "./reader.ts";

/** More that is in doubt is seen again at the next look anyway. */
const MOST_DOUBTS = 200;

/** What one look has seen to be in doubt; times are milliseconds since 1970. */
export class Doubts {
  readonly #seen = new Map<string, number>();

  /** Another look begins. */
  clear(): void {
    this.#seen.clear();
  }

  /** Takes over what a page has, with the time that was noted of it before. */
  note({ messages }: JudgedPage, { doubts }: Progress, nowMs: number): void {
    for (const { message, verdict } of messages)
      if (verdict === "unsettled") this.#seen.set(message.event.key, doubts[message.event.key] ?? nowMs);
  }

  /** What is in doubt after a look that began at a time. */
  after(at: Progress, sinceMs: number, nowMs: number): Pick<Progress, "doubts" | "doubtsFromMs"> {
    const seen = [...this.#seen].slice(0, MOST_DOUBTS);
    const isOld = seen.some(([key]) => Object.hasOwn(at.doubts, key));
    return {
      // What a clock that was ahead has noted is seen anew.
      doubts: Object.fromEntries(seen.map(([key, doubtedMs]) => [key, Math.min(at.doubts[key] ?? doubtedMs, nowMs)])),
      doubtsFromMs: seen.length === 0 ? null : Math.min(sinceMs, (isOld ? at.doubtsFromMs : null) ?? Infinity),
    };
  }
}
