import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../src/cli/project.ts";

const CHANNEL_EVENTS = [
  "sms",
  "email",
  "call",
  "voicemail",
  "fb",
  "ig",
  "gmb",
  "live-chat",
  "provider-sms",
  "provider-email",
];

describe("npm run demo -- --once", () => {
  let output = "";
  beforeAll(async () => {
    const { stdout } = await promisify(execFile)("npm", ["run", "--silent", "demo", "--", "--once"], { cwd: ROOT });
    output = stdout;
  }, 60_000);

  it.each(CHANNEL_EVENTS)("shows what the event %s led to, and why the other rules did not fire", (name) => {
    const part = output.split("\n── ").find((text) => text.startsWith(`${name}: `)) ?? "";
    expect(part).toContain("202 accepted");
    expect(part).toMatch(/fired: \S/);
    expect(part).toMatch(/ {2}· \S+ +\S.* the rule wants /);
  });

  it("shows webhooks that the receiver verified, and no other", () => {
    expect(output.match(/✔ signature verified {2}[0-9a-f]{36} {2}https:\/\//g)?.length).toBeGreaterThanOrEqual(5);
    expect(output).not.toContain("signature wrong");
  });

  it("shows the tasks as they stand in KV", () => {
    expect(output).toMatch(
      /task:ve9EPM428h8vShlRW1KT:[0-9a-f]{36}\n {4}Check the number of ocQHyuzHvysMo5N5VsXc, due /,
    );
  });

  it("says that an API send and an internal comment fire no rule that does not ask for them", () => {
    for (const name of ["api-sms", "internal-comment"]) {
      expect(output.split("\n── ").find((text) => text.startsWith(name))).not.toContain("✔ sms-failed");
    }
  });
});
