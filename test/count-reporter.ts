import type { UserConsoleLog } from "vitest";
import type { Reporter, TestModule } from "vitest/node";
import { holdsCanary } from "./canaries.ts";

/**
 * Prints `N passed, N failed, N skipped` as the last line, which CI reads. A file that could not run is a failure, too,
 * and so is every log line, of the Worker or of a test, that holds private data or a secret.
 */
export default class CountReporter implements Reporter {
  readonly #leaks = new Set<string>();
  #logged = 0;

  onUserConsoleLog({ content, taskId = "no test" }: UserConsoleLog): void {
    const lines = content.split("\n").filter((line) => line !== "");
    this.#logged += lines.length;
    for (const line of lines) if (holdsCanary(line)) this.#leaks.add(`${taskId}: ${line}`);
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandled.length + this.#leaks.size, skipped: 0 };
    for (const module of modules) {
      if (module.state() === "failed" && module.errors().length > 0) count.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== "pending") count[state] += 1;
      }
    }
    if (this.#leaks.size > 0) process.exitCode = 1;
    process.on("exit", () => {
      for (const leak of this.#leaks) console.log(`A log holds private data or a secret: ${leak}`);
      console.log(`${this.#logged} lines were logged, ${this.#leaks.size} of them with private data or a secret`);
      console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
    });
  }
}
