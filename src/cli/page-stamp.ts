// Whether the page in its folder is the one that the code would be bundled into now: saving a rule during development
// need not bundle it again. If in doubt, it is taken as different: a stale page is worse than a slow save.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { filesUnder, hashOf } from "./files-hash.ts";

/** What else a bundle depends on: what npm installed, and how imports and JSX are read. */
const BESIDES = [
  "package.json",
  "package-lock.json",
  "node_modules/.package-lock.json",
  "tsconfig.json",
  "wrangler.toml",
];

/** What was bundled, and the result. */
interface Stamp {
  readonly sources: string;
  readonly page: string;
}

/**
 * One hash of the names and contents of all files that a page of this project could be bundled from. Take it before
 * bundling: then a file that is saved meanwhile counts as not yet bundled.
 */
export function pageSources(project: string): string {
  const files = filesUnder(join(project, "src")).concat(BESIDES.map((name) => join(project, name)));
  return hashOf(files, project);
}

/** Whether a folder holds the page that was stamped last, unchanged, and bundled from these sources. */
export function isPageOf(sources: string, folder: string): boolean {
  if (!existsSync(stampOf(folder))) return false;
  try {
    const stamp = JSON.parse(readFileSync(stampOf(folder), "utf8")) as Stamp;
    return stamp.sources === sources && stamp.page === hashOf(filesUnder(folder), folder);
  } catch {
    return false;
  }
}

/** Notes which sources the page in a folder was bundled from. The note is beside the folder, whose contents are served. */
export function stampPage(sources: string, folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  writeFileSync(stampOf(folder), JSON.stringify({ sources, page: hashOf(filesUnder(folder), folder) } satisfies Stamp));
}

function stampOf(folder: string): string {
  return `${folder}.json`;
}
