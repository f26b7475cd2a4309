// Files as one hash: whether they are the same as before.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** All files of a folder and its folders, in order; none, if it is not there. */
export function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** Names, as seen from a folder, and lengths are hashed before contents, so that no file can pass for the end of another. */
export function hashOf(files: readonly string[], from: string): string {
  const hash = createHash("sha256");
  for (const file of files) {
    const content = existsSync(file) ? readFileSync(file) : null;
    hash.update(`${JSON.stringify(relative(from, file))} ${content?.byteLength ?? "absent"}\n`);
    if (content) hash.update(content);
  }
  return hash.digest("hex");
}
