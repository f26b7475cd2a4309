import { readFileSync } from "node:fs";
import type { Json } from "../kit/json.ts";
import { UsageError } from "../kit/usage-error.ts";

/** The JSON of a file, or what is wrong with it. */
export function readJsonFile(file: string): Json {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Json;
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new UsageError(isAbsent ? `There is no file ${file}` : `The file ${file} is not JSON`);
  }
}
