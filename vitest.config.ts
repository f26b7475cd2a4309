import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: "test/build-rules.ts",
    reporters: ["default", "./test/count-reporter.ts"],
    projects: [
      { extends: true, test: { name: "unit", include: ["test/unit/**/*.test.ts"], environment: "node" } },
      {
        extends: true,
        plugins: [
          cloudflareTest({
            main: "./test/workerd/worker.ts",
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { bindings: {} },
          }),
        ],
        resolve: { alias: { "jsonpath-plus": new URL("src/match/no-jsonpath.ts", import.meta.url).pathname } },
        test: { name: "workerd", include: ["test/workerd/**/*.test.ts"] },
      },
      {
        extends: true,
        test: { name: "whole", include: ["test/whole/**/*.test.ts"], environment: "node", testTimeout: 60_000 },
      },
    ],
  },
});
