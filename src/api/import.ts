// A log that is imported into a location: the parts of it, each a request, and giving it up.
import { isJsonObject } from "../kit/json.ts";
import type { ImportPart } from "../model/import.ts";
import { refused } from "./query.ts";
import type { ApiPorts } from "./ports.ts";
import { named, type Answer, type ApiCall, type NoteOf } from "./route.ts";

/** A row alone may be so large, as text in JSON. */
export const MAX_PART_BYTES = 16_000_000;

/** Takes a part, and says how far the import has come. What its rows hold is for the tables to say. */
export async function importPart(
  { parameter, body: read }: ApiCall,
  { changes }: Pick<ApiPorts, "changes">,
  note: NoteOf,
): Promise<Answer> {
  const body = await read(MAX_PART_BYTES);
  if (!body.ok) return body;
  const part = isJsonObject(body.value) ? body.value : {};
  const { file, to, isLast, rows } = part;
  if (typeof file !== "string" || !Number.isInteger(to) || typeof isLast !== "boolean" || !isJsonObject(rows))
    return refused("", "API_IMPORT", "Expected file, from, to, isLast, tables and rows");
  const locationId = parameter("l");
  return named(
    "import",
    await changes(locationId, note({ file })).importRows(locationId, part as unknown as ImportPart),
  );
}

/** Removes what was imported, if that is not all yet. */
export async function giveUpImport(
  { parameter }: ApiCall,
  { changes }: Pick<ApiPorts, "changes">,
  note: NoteOf,
): Promise<Answer> {
  return named("import", await changes(parameter("l"), note({})).importRows(parameter("l"), null));
}
