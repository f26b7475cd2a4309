// The lines of an export, from a running Worker or a file.
import { createReadStream } from "node:fs";
import type { ExportLine } from "../model/export.ts";
import { jsonObjectIn } from "../kit/json.ts";
import { UsageError } from "../kit/usage-error.ts";
import { BrokenExport, knownHead, wholeLines, type ExportPlace } from "../replay/whole-lines.ts";

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

/** The lines of a location's log from a running Worker. */
export async function* linesFromWorker(asked: WorkerExport): AsyncGenerator<ExportLine> {
  try {
    yield* wholeLines((place) => bodyOf(asked, place));
  } catch (error) {
    if (!(error instanceof BrokenExport)) throw error;
    throw new UsageError(error.why === "broke-off" ? `The Worker at ${asked.url}: ${error.message}` : error.message);
  }
}

/** The lines of a file; a usage error names the line that is none. */
export async function* linesFromFile(file: string): AsyncGenerator<ExportLine> {
  let number = 0;
  let isWhole = false;
  const stream = createReadStream(file, { encoding: "utf8", highWaterMark: READ_BYTES });
  const opened = new Promise<void>((done, failed) => void stream.once("open", () => done()).once("error", failed));
  await opened.catch(() => {
    throw new UsageError(`The file ${file} cannot be read`);
  });
  for await (const text of linesIn(stream)) {
    number += 1;
    if (text === "") continue;
    const line = jsonObjectIn(text);
    if (!line || typeof line["type"] !== "string")
      throw new UsageError(`${file}:${number}  The line is none of an export: write it with npm run rules export`);
    const read = line as unknown as ExportLine;
    if (number === 1) readableHead(read);
    isWhole = read.type === "end";
    yield read;
  }
  if (!isWhole) throw new UsageError(`${file} has no last line "end": the export broke off, write it again`);
}

/** Small enough that a text of it is given back early: with eight times as much, half as much again was held. */
const READ_BYTES = 1 << 15;

/** Lines of a text as it comes, with or without the carriage returns of Windows. */
async function* linesIn(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
  if (rest !== "") yield rest;
}

/** The first line; a usage error says why it cannot be read on. */
function readableHead(line: ExportLine): void {
  try {
    knownHead(line);
  } catch (error) {
    throw error instanceof BrokenExport ? new UsageError(error.message) : error;
  }
}

async function bodyOf(
  { url, adminToken, locationId, since, isWhole, fetch: ask }: WorkerExport,
  { until, cursor }: ExportPlace,
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
