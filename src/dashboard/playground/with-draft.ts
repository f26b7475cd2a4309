// The files of a published version with the draft among them.
import { isJsonObject, type Json } from "../../kit/json.ts";
import type { PublishedFiles } from "../../model/published.ts";

/** What is published, and what it does to the file of the draft's name. */
export interface WithDraft {
  readonly files: PublishedFiles;
  readonly file: string;
  /** The version has no file of this name yet. */
  readonly isNew: boolean;
  /** The file that it takes the place of has examples, and the draft has none. */
  readonly losesExamples: boolean;
}

/** Puts the draft in the place of the file of its name, or adds it as one. */
export function withDraft(files: PublishedFiles, name: string, text: string): WithDraft {
  const file = `${name}.json`;
  const before = files.rules.find((one) => one.file === file);
  const draft = { file, text };
  return {
    files: {
      ...files,
      rules: before ? files.rules.map((one) => (one === before ? draft : one)) : [...files.rules, draft],
    },
    file,
    isNew: before === undefined,
    losesExamples: before !== undefined && hasExamples(before.text) && !hasExamples(text),
  };
}

function hasExamples(text: string): boolean {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) && Array.isArray(value["examples"]) && value["examples"].length > 0;
  } catch {
    return false;
  }
}
