import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { CALL_PHRASES } from "../../src/highlevel/call-phrases.ts";
import { shippedBundle } from "./bundles.ts";

const MAX_GZIPPED_BYTES = 200 * 1024;

describe("wrangler deploy --dry-run", () => {
  let code = "";
  beforeAll(() => {
    code = readFileSync(join(shippedBundle(), "worker.js"), "utf8");
  });

  it("bundles no jsonpath, nor the expression parser that it runs code with", () => {
    expect(code).not.toContain("jsonpath");
    expect(code).not.toMatch(/\bjsep\b|_hasParentSelector|toPathArray/);
  });

  it("stays under 200 KB gzipped", () => {
    const size = gzipSync(code).byteLength;
    console.log(`The bundle is ${(size / 1024).toFixed(1)} KB gzipped, ${(code.length / 1024).toFixed(0)} KB plain`);
    expect(size).toBeLessThan(MAX_GZIPPED_BYTES);
  });

  it("bundles the rules that ship, without their examples", () => {
    expect(code).toContain("voicemail-text-back");
    expect(code).not.toContain("A call that voicemail took");
  });

  it("bundles calls without what is said of them to people", () => {
    expect(code).toContain("add-to-workflow");
    expect(code).not.toContain(CALL_PHRASES["create-note"].about);
  });
});
