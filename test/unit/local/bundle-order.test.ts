import { existsSync } from "node:fs";
import { join } from "node:path";
import type { RenderedModule } from "rolldown";
import { expect, it } from "vitest";
import { inOrder, ROOMS } from "../../../src/local/bundle-order.ts";
import { ROOT } from "../../../src/local/project.ts";

const modules = (sizes: { readonly [path: string]: number }): { readonly [id: string]: RenderedModule } =>
  Object.fromEntries(
    Object.entries(sizes).map(([path, renderedLength]) => [
      join(ROOT, path),
      { code: "x".repeat(renderedLength), renderedLength, renderedExports: [] },
    ]),
  );

it("has packages first by size, then room by room and folder by folder, and the entry last", () => {
  const found = modules({
    "src/worker.ts": 1,
    "src/ledger/store/marks.ts": 1,
    "node_modules/small/index.mjs": 2,
    "src/ledger/log/past.ts": 1,
    "src/kit/json.ts": 1,
    "dist/large.js": 9,
    "src/ledger/store/tables.ts": 1,
    "src/model/empty.ts": 0,
  });
  expect(inOrder(ROOT, found)).toEqual(
    [
      "dist/large.js",
      "node_modules/small/index.mjs",
      "src/kit/json.ts",
      "src/ledger/store/marks.ts",
      "src/ledger/store/tables.ts",
      "src/ledger/log/past.ts",
      "src/worker.ts",
    ].map((path) => join(ROOT, path)),
  );
});

it.each(ROOMS)("%s is a room", (room) => expect(existsSync(join(ROOT, "src", room))).toBe(true));
