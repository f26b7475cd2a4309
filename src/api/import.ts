// A log that is imported into a location: the parts of it, each a request, and giving it up.
import { isJsonObject, type Json } from "../kit/json.ts";
import { succeed, type Result } from "../kit/result.ts";
import type { Failure } from "../model/failure.ts";
import type { ImportPart } from "../model/import.ts";
import { refused } from "./query.ts";
import type { ApiPorts } from "./ports.ts";
import { named, withBody, type Answer, type ApiCall, type NoteOf } from "./route.ts";

/** A row alone may be so large, as text in JSON. */
export const MAX_PART_BYTES = 16_000_000;

/** Takes a part, and says how far the import has come. What its rows hold is for the tables to say. */
export function importPart(call: ApiCall, { changes }: Pick<ApiPorts, "changes">, note: NoteOf): Promise<Answer> {
  const { locationId } = call;
  const then = async (part: ImportPart): Promise<Answer> =>
    named("import", await changes(locationId, note({ file: part.file })).importRows(locationId, part));
  return withBody(call, partIn, then, MAX_PART_BYTES);
}

function partIn(body: Json): Result<ImportPart, Failure> {
  const part = isJsonObject(body) ? body : {};
  const { file, to, isLast, rows } = part;
  if (typeof file !== "string" || !Number.isInteger(to) || typeof isLast !== "boolean" || !isJsonObject(rows))
    return refused("", "API_IMPORT", "Expected file, from, to, isLast, tables and rows");
  return succeed(part as unknown as ImportPart);
}

/** Removes what was imported, if that is not all yet. */
export async function giveUpImport(
  { locationId }: ApiCall,
  { changes }: Pick<ApiPorts, "changes">,
  note: NoteOf,
): Promise<Answer> {
  return named("import", await changes(locationId, note({})).importRows(locationId, null));
}
