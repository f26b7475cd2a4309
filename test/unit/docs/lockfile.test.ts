import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../../../src/cli/project.ts";

interface Lock {
  readonly packages: {
    readonly [path: string]: { readonly optionalDependencies?: Record<string, string>; readonly resolved?: string };
  };
}
const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as Lock;

// npm leaves out optional packages that the registry at hand does not have, and `npm ci` then refuses the file.
it("the lockfile holds the binary packages of every platform, or npm ci fails on a clean clone", () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
});

it("the lockfile names no registry", () => {
  expect(Object.values(packages).filter(({ resolved }) => resolved?.startsWith("http"))).toEqual([]);
});
