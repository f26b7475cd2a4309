import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../../../src/local/project.ts";

interface Lock {
  readonly packages: {
    readonly [path: string]: { readonly optionalDependencies?: Record<string, string>; readonly resolved?: string };
  };
}
const LOCKFILES = ["package-lock.json", "bench/package-lock.json"];
const packagesOf = (file: string): Lock["packages"] =>
  (JSON.parse(readFileSync(join(ROOT, file), "utf8")) as Lock).packages;

// npm leaves out optional packages that the registry at hand does not have, and `npm ci` then refuses the file.
it.each(LOCKFILES)("%s holds the binary packages of every platform, or npm ci fails on a clean clone", (file) => {
  const packages = packagesOf(file);
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
});

it.each(LOCKFILES)("%s names no registry", (file) => {
  expect(Object.values(packagesOf(file)).filter(({ resolved }) => resolved?.startsWith("http"))).toEqual([]);
});
