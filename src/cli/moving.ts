// Sends the rows of an export to where it is imported, part by part. An import that was cut off goes on behind the last part
// that is there, as the rows come in the same order each time.
import type { ImportPart, ImportState, MovedRow } from "../model/import.ts";
import type { TableRow } from "./moved-rows.ts";

/** A part is closed before it passes these: how many characters, and how many values a body of the API may have. */
const MAX_CHARACTERS = 1_000_000;
const MAX_VALUES = 4_500;

/** How an import ends that cannot go on: what to do is in its message. */
export class ImportBroke extends Error {
  override readonly name = "ImportBroke";
}

/** What is sent, and where to. */
export interface Sending {
  readonly file: string;
  readonly tables: number;
  /** Sends a part; it throws `ImportBroke` if that is refused, or cannot be done. */
  readonly put: (part: ImportPart) => Promise<ImportState>;
  /** The rows, as they are when the import began at a time, milliseconds since 1970. */
  readonly rows: (atMs: number) => AsyncIterable<TableRow>;
  /** How many rows a part has at most. */
  readonly most?: number | undefined;
  /** Told how many rows are there. */
  readonly told?: ((at: number) => void) | undefined;
}

/** Sends what is not there yet; whether it was there already. */
export async function sendRows({
  file,
  tables,
  put,
  rows,
  most = MAX_VALUES,
  told,
}: Sending): Promise<{ readonly wasDone: boolean }> {
  const begun = await put({ file, from: 0, to: 0, isLast: false, tables, rows: {} });
  if (begun.isDone) return { wasDone: true };
  let part = new Part(begun.at);
  const send = async (isLast: boolean): Promise<void> => {
    const { from, to } = part;
    const state = await put({ file, from, to, isLast, tables, rows: part.rows });
    if (state.at !== to) throw new ImportBroke("Somebody else imports the same file: let one of the two end");
    told?.(to);
    part = new Part(to);
  };
  let count = 0;
  for await (const { table, row } of rows(Date.parse(begun.since))) {
    count += 1;
    if (count <= begun.at) continue;
    if (!part.hasRoomFor(row) || part.to - part.from >= most) await send(false);
    part.add(table, row);
  }
  await send(true);
  return { wasDone: false };
}

class Part {
  readonly from: number;
  to: number;
  readonly rows: { [table: string]: MovedRow[] } = {};
  #characters = 0;
  #values = 0;

  constructor(from: number) {
    this.from = from;
    this.to = from;
  }

  hasRoomFor(row: MovedRow): boolean {
    const { characters, values } = sizeOf(row);
    const doesFit = this.#characters + characters <= MAX_CHARACTERS && this.#values + values <= MAX_VALUES;
    return this.to === this.from || doesFit;
  }

  add(table: string, row: MovedRow): void {
    const { characters, values } = sizeOf(row);
    (this.rows[table] ??= []).push(row);
    this.#characters += characters;
    this.#values += values;
    this.to += 1;
  }
}

function sizeOf(row: MovedRow): { readonly characters: number; readonly values: number } {
  return { characters: JSON.stringify(row).length, values: Object.keys(row).length + 2 };
}
