// The lines of an export, from a running Worker or a file. From a Worker they come whole: where the connection breaks, it
// is asked for the rest, from behind the last line that said that everything before it is complete.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { EXPORT_VERSION, type ExportHead, type ExportLine } from "../model/export.ts";
import { isJsonObject, jsonObjectIn } from "../kit/json.ts";
import { UsageError } from "../kit/usage-error.ts";

/** What is asked of a Worker. */
export interface WorkerExport {
  readonly url: string;
  readonly adminToken: string | undefined;
  readonly locationId: string;
  /** ISO 8601; absent: all that is kept. */
  readonly since?: string | undefined;
  /** Everything that `rules import` needs, too. */
  readonly isWhole?: boolean | undefined;
  readonly fetch: typeof fetch;
}

/** How often in a row an answer may break without having brought anything. */
const MAX_BREAKS = 5;

/** The lines of a location's log from a running Worker. */
export async function* linesFromWorker(asked: WorkerExport): AsyncGenerator<ExportLine> {
  let until: string | null = null;
  let cursor: string | null = null;
  let [breaks, events] = [0, 0];
  while (breaks < MAX_BREAKS) {
    breaks += 1;
    let page: ExportLine[] = [];
    const body: ReadableStream<Uint8Array> = await bodyOf(asked, until, cursor);
    for await (const line of linesOf(body)) {
      if (line.type === "export") {
        if (until === null) yield knownHead(line);
        until ??= line.until;
        continue;
      }
      if (line.type !== "page" && line.type !== "end") {
        page.push(line);
        continue;
      }
      for (const one of page) if (one.type === "event") events += 1;
      yield* page;
      page = [];
      if (line.type === "end") return yield { type: "end", events };
      [cursor, breaks] = [line.cursor, 0];
      yield line;
    }
  }
  throw new UsageError(`The Worker at ${asked.url} broke off its answer ${MAX_BREAKS} times: try again later`);
}

/** The lines of a file; a usage error names the line that is none. */
export async function* linesFromFile(file: string): AsyncGenerator<ExportLine> {
  let number = 0;
  let isWhole = false;
  const stream = createReadStream(file, "utf8");
  const opened = new Promise<void>((done, failed) => void stream.once("open", () => done()).once("error", failed));
  await opened.catch(() => {
    throw new UsageError(`The file ${file} cannot be read`);
  });
  for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
    number += 1;
    if (text === "") continue;
    const line = jsonObjectIn(text);
    if (!line || typeof line["type"] !== "string")
      throw new UsageError(`${file}:${number}  The line is none of an export: write it with npm run rules export`);
    const read = line as unknown as ExportLine;
    if (number === 1) knownHead(read);
    isWhole = read.type === "end";
    yield read;
  }
  if (!isWhole) throw new UsageError(`${file} has no last line "end": the export broke off, write it again`);
}

/** The first line; a usage error says why it cannot be read on. */
function knownHead(line: ExportLine): ExportHead {
  if (line.type !== "export") throw new UsageError("The first line is none of an export");
  const v: number = line.v;
  if (v !== EXPORT_VERSION)
    throw new UsageError(`The export has version ${v}, and version ${EXPORT_VERSION} can be read here`);
  return line;
}

async function bodyOf(
  { url, adminToken, locationId, since, isWhole, fetch: ask }: WorkerExport,
  until: string | null,
  cursor: string | null,
): Promise<ReadableStream<Uint8Array>> {
  const call = new URL(`/api/locations/${encodeURIComponent(locationId)}/export`, url);
  const whole = isWhole === true ? "true" : undefined;
  for (const [name, value] of Object.entries({ since, until, cursor, whole }))
    if (value) call.searchParams.set(name, value);
  const response = await ask(call, { headers: { authorization: `Bearer ${adminToken ?? ""}` } }).catch(() => null);
  if (response === null) throw new UsageError(`No Worker answers at ${url}`);
  if (response.ok && response.body) return response.body;
  const words: { readonly [status: number]: string } = {
    401: "refuses the token: put its ADMIN_TOKEN into the environment",
    404: `knows no location ${locationId}, or is older than exports`,
  };
  throw new UsageError(`The Worker at ${url} ${words[response.status] ?? `answered ${response.status}`}`);
}

/** The lines of a stream, as far as they came: one that breaks ends. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ExportLine> {
  let rest = "";
  const decoder = new TextDecoder();
  try {
    for await (const bytes of body) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const text of lines) {
        const line = jsonObjectIn(text);
        if (isJsonObject(line)) yield line as unknown as ExportLine;
      }
    }
  } catch (error) {
    // The reader's own errors are not the connection's.
    if (error instanceof UsageError) throw error;
  }
}
