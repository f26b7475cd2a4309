import { afterEach, describe, expect, it, vi } from "vitest";
import { TEST_ADMIN_TOKEN, TEST_GATEWAY_SECRET, TEST_VARIABLES, TEST_WEBHOOK_SECRET } from "../keys.ts";
import { aPayload } from "../builders.ts";
import { CANARY_PERSON, holdsCanary } from "../canaries.ts";
import CountReporter from "../count-reporter.ts";

const exitCode = process.exitCode;
afterEach(() => {
  process.exitCode = exitCode;
});

/** What the reporter prints last, and how the process ends, after these were logged. */
function endOf(...logged: string[]) {
  const reporter = new CountReporter();
  for (const content of logged)
    reporter.onUserConsoleLog({ content, type: "stdout", taskId: "t", time: 0, size: content.length });
  const onExit = vi.spyOn(process, "on").mockReturnValue(process);
  const print = vi.spyOn(console, "log").mockReturnValue(undefined);
  reporter.onTestRunEnd([], []);
  const [, exit] = onExit.mock.lastCall ?? [];
  onExit.mockRestore();
  (exit as () => void)();
  const printed = print.mock.calls.map(([line]) => String(line));
  print.mockRestore();
  return { printed, exitCode: process.exitCode };
}

describe("a run of the tests", () => {
  it("passes when no log holds a canary", () => {
    expect(endOf('{"message":"event"}\n{"message":"attempt"}\n')).toEqual({
      printed: ["2 lines were logged, 0 of them with private data or a secret", "0 passed, 0 failed, 0 skipped"],
      exitCode,
    });
  });

  it("fails for each line of a log that holds one", () => {
    const { printed, exitCode } = endOf(`fine\n${CANARY_PERSON.phone}\n`, CANARY_PERSON.email);
    expect(printed.slice(-2)).toEqual([
      "3 lines were logged, 2 of them with private data or a secret",
      "0 passed, 2 failed, 0 skipped",
    ]);
    expect(exitCode).toBe(1);
  });
});

describe("a canary", () => {
  it.each([
    ...Object.entries(CANARY_PERSON).map(([what, value]) => [what, String(value)] as const),
    ["admin token", TEST_ADMIN_TOKEN] as const,
    ["webhook secret", TEST_WEBHOOK_SECRET] as const,
    ["webhook secret without its prefix", TEST_WEBHOOK_SECRET.replace("whsec_", "")] as const,
    ["gateway secret", TEST_GATEWAY_SECRET] as const,
    ["gateway token", TEST_VARIABLES.GATEWAY_TOKEN] as const,
    ["payload in base64", btoa(CANARY_PERSON.firstName)] as const,
    ["address in a URL", encodeURIComponent(CANARY_PERSON.email)] as const,
  ])("is known: the %s", (_, text) => {
    expect(holdsCanary(text)).toBe(true);
  });

  it("is in the payload that tests send", () => {
    expect(Object.values(aPayload()).flat()).toEqual(expect.arrayContaining(Object.values(CANARY_PERSON).flat()));
  });
});
