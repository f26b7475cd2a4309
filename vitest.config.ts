import { globSync, readFileSync } from "node:fs";
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { TEST_VARIABLES } from "./test/keys.ts";

const ORDINARY_LINES = /^(?:\{"message":"(?:event|attempt|refused)".*\n+)+$/;

/** A busy machine is slow: a test that counts work is not ended for taking its time. */
const PATIENCE_MS = 30_000;

/** Where nothing is isolated, files share their modules, which take long to load: none may leave anything behind. */
const LEAVE_NOTHING = "./test/leave-nothing.ts";

/** What is there for thoroughness alone: more of the same page, kills, odd inputs. */
const THOROUGH = "test/{unit,whole}/**/*.thorough.test.ts";

/** The files of which `npm test` takes a share of the cases. */
const sweepsIn = (folder: string): string[] =>
  globSync(`test/${folder}/**/*.test.ts`).filter((file) =>
    /from "(?:\.\.\/)+thorough\.ts"/.test(readFileSync(file, "utf8")),
  );

/**
 * unit: pure rooms in Node. workerd: the Worker and its objects in the real runtime. whole: the product as a user starts
 * it. thorough: what takes long. `npm test` is the mode "quick": it leaves out the last, and takes a share of what is
 * many (test/thorough.ts). The mode "rest" is what that leaves: both together are what runs without a mode.
 */
export default defineConfig(({ mode }) => {
  const isQuick = mode === "quick";
  const filesIn = (folder: string): string[] => (mode === "rest" ? sweepsIn(folder) : [`test/${folder}/**/*.test.ts`]);
  return {
    test: {
      // Projects inherit nothing, so this runs once for all of them.
      globalSetup: "test/build.ts",
      provide: { isQuick },
      // Of itself vitest leaves a core to whoever watches: of two, one.
      maxWorkers: "100%",
      // Lines that tell of no error are many. Reporters get them all the same.
      onConsoleLog: (log: string) => !ORDINARY_LINES.test(log),
      reporters: ["default", "./test/count-reporter.ts"],
      projects: [
        {
          test: {
            name: "unit",
            include: filesIn("unit"),
            exclude: [THOROUGH],
            isolate: false,
            setupFiles: LEAVE_NOTHING,
            testTimeout: PATIENCE_MS,
          },
        },
        {
          plugins: [
            cloudflareTest({
              main: "./test/workerd/worker.ts",
              wrangler: { configPath: "./wrangler.toml" },
              miniflare: { bindings: TEST_VARIABLES },
            }),
          ],
          resolve: {
            alias: {
              "#engine": new URL("dist/engine.js", import.meta.url).pathname,
              re2js: new URL("dist/re2js.js", import.meta.url).pathname,
              liquidjs: new URL("dist/liquid.js", import.meta.url).pathname,
              "#said": new URL("src/kit/unsaid.ts", import.meta.url).pathname,
            },
          },
          test: { name: "workerd", include: filesIn("workerd"), testTimeout: PATIENCE_MS },
        },
        {
          test: {
            name: "whole",
            include: filesIn("whole"),
            exclude: [THOROUGH],
            isolate: false,
            setupFiles: LEAVE_NOTHING,
            testTimeout: 60_000,
          },
        },
        ...(isQuick
          ? []
          : [
              {
                test: {
                  name: "thorough",
                  include: [THOROUGH],
                  isolate: false,
                  setupFiles: LEAVE_NOTHING,
                  testTimeout: 60_000,
                },
              },
            ]),
      ],
    },
  };
});
