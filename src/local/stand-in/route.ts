// Which operation a request is for.
import { OPERATION_NAMES, published, type OperationName } from "./published.ts";

/** The operation of a request and the ids in its path. */
export interface Route {
  readonly name: OperationName;
  readonly ids: { readonly [name: string]: string };
}

/** The operation that `method` and `path` name in a generation, null if none is known. */
export function routeOf(method: string, path: string, isV3: boolean): Route | null {
  const segments = decoded(path);
  if (!segments) return null;
  for (const name of OPERATION_NAMES) {
    const operation = published(name, isV3);
    const ids = operation.method === method ? idsIn(operation.path, segments) : null;
    if (ids) return { name, ids };
  }
  return null;
}

function idsIn(template: string, given: readonly string[]): { readonly [name: string]: string } | null {
  const wanted = template.split("/");
  if (wanted.length !== given.length) return null;
  const ids: { [name: string]: string } = {};
  for (const [index, part] of wanted.entries()) {
    const segment = given[index] ?? "";
    if (!part.startsWith("{")) {
      if (part !== segment) return null;
    } else if (segment === "") return null;
    else ids[part.slice(1, -1)] = segment;
  }
  return ids;
}

function decoded(path: string): readonly string[] | null {
  try {
    return path.split("/").map(decodeURIComponent);
  } catch {
    return null;
  }
}
