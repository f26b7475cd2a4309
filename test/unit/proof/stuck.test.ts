import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

const STUCK = new URL("../../../proof/sim/stuck.ts", import.meta.url).href;

it.each([
  ["ends what takes the processor for too long", "for (;;);", { busyMs: 600, idleMs: 600_000 }, "SIGKILL"],
  ["ends what waits without an end", "setInterval(() => 0, 9e6)", { busyMs: 600, idleMs: 600 }, "SIGKILL"],
  ["ends nothing else", "isDone()", { busyMs: 60_000, idleMs: 600_000 }, null],
])("%s", (_, work, bounds, signal) => {
  const script = `const { endIfStuck } = await import("${STUCK}"); const isDone = endIfStuck(${JSON.stringify(bounds)}); ${work};`;
  const ended = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    timeout: 100_000,
    killSignal: "SIGTERM",
  });
  expect(ended).toMatchObject({ signal, stderr: "" });
});
