import { readFileSync } from "node:fs";
import { jsonFault, notJson, placeIn } from "../kit/json-fault.ts";
import type { Json } from "../kit/json.ts";
import { UsageError } from "../kit/usage-error.ts";
import { knownSecrets } from "../local/project.ts";
import { shownLine } from "./shown-line.ts";

/** What reading a file fails with, in words. */
const UNREADABLE: { readonly [code: string]: (file: string) => string } = {
  ENOENT: (file) => `There is no file ${file}`,
  EISDIR: (file) => `${file} is a folder, name a file in it`,
  EACCES: (file) => `The file ${file} may not be read`,
};

/** The JSON of a file; a usage error says what is wrong with it, where, and what to do. */
export function readJsonFile(file: string): Json {
  const text = textOf(file);
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new UsageError(brokenJson(file, text));
  }
}

/** What a text that is not JSON is told of: file, line and column, what was expected and what to do, and the line. */
function brokenJson(file: string, text: string): string {
  const place = placeIn(text, jsonFault(text)?.offset ?? 0);
  return `${file}:${place.line}:${place.column}  ${notJson(text)}\n${shownLine(text, place, knownSecrets())}`;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw new UsageError((UNREADABLE[code] ?? ((name: string) => `The file ${name} cannot be read`))(file));
  }
}
