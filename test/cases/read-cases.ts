import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The cases of a folder: a file each, its name the title. */
export function readCases<Case>(folder: string): { title: string; case: Case }[] {
  const path = join(import.meta.dirname, folder);
  return readdirSync(path)
    .filter((name) => name.endsWith(".json"))
    .map((name) => ({
      title: name.replace(/\.json$/, "").replaceAll("-", " "),
      case: JSON.parse(readFileSync(join(path, name), "utf8")) as Case,
    }));
}
