// What stands for `json-fault.ts` in the Worker's bundle: rule files are written elsewhere, and told there where they break.
// docs/decisions/0069-phrases-stay-at-home.md.

/** The sentence for a text that `JSON.parse` refuses. */
export function notJson(): string {
  return "The file is not JSON: `npm run rules check` says where it breaks, and what to do";
}
