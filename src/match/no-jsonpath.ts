// Stands in for jsonpath-plus in the bundle: see docs/decisions/0003-own-path-resolver.md.

/** json-rules-engine asks for it only when no path resolver is given, which never happens. */
export function JSONPath(): never {
  throw new Error("An engine was made without the path resolver of match/path.ts");
}
