import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { TEST_VARIABLES } from "./test/keys.ts";

const standIn = (name: string): string => new URL(`src/match/${name}.ts`, import.meta.url).pathname;

const ORDINARY_LINES = /^(?:\{"message":"(?:event|attempt|refused)".*\n)+$/;

/** unit: pure rooms in Node. workerd: the Worker and its objects in the real runtime. whole: the product as a user starts it. */
export default defineConfig({
  test: {
    globalSetup: "test/build-rules.ts",
    // Lines that tell of no error are many. Reporters get them all the same.
    onConsoleLog: (log) => !ORDINARY_LINES.test(log),
    reporters: ["default", "./test/count-reporter.ts"],
    projects: [
      // A busy machine is slow: a test that counts work is not ended for taking its time.
      { extends: true, test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 30_000 } },
      {
        extends: true,
        plugins: [
          cloudflareTest({
            main: "./test/workerd/worker.ts",
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { bindings: TEST_VARIABLES },
          }),
        ],
        resolve: {
          alias: {
            eventemitter2: standIn("no-emitter"),
            clone: standIn("plain-clone"),
          },
        },
        test: { name: "workerd", include: ["test/workerd/**/*.test.ts"] },
      },
      { extends: true, test: { name: "whole", include: ["test/whole/**/*.test.ts"], testTimeout: 60_000 } },
    ],
  },
});
