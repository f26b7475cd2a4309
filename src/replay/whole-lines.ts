// The lines of an export from a running Worker, whole: where the connection breaks, the rest is asked for, from behind the
// last line that said that everything before it is complete.
import { EXPORT_VERSION, type ExportHead, type ExportLine } from "../model/export.ts";
import { isJsonObject, jsonObjectIn } from "../kit/json.ts";

/** Where an answer is to go on: `until` is that of the first answer; both `null` at first. */
export interface ExportPlace {
  readonly until: string | null;
  readonly cursor: string | null;
}

/** Asks for an export from a place on. What it throws ends the lines; an answer that breaks off later does not. */
export type AskExport = (place: ExportPlace) => Promise<ReadableStream<Uint8Array>>;

/** Why lines came to an end that is none. */
export class BrokenExport extends Error {
  readonly why: "broke-off" | "no-export" | "other-version";

  constructor(why: BrokenExport["why"], message: string) {
    super(message);
    this.why = why;
  }
}

/** How often in a row an answer may break without having brought anything. */
const MAX_BREAKS = 5;

/** The lines, each once. It throws a `BrokenExport` if they cannot be read to their end. */
export async function* wholeLines(ask: AskExport): AsyncGenerator<ExportLine> {
  let until: string | null = null;
  let cursor: string | null = null;
  let [breaks, events] = [0, 0];
  while (breaks < MAX_BREAKS) {
    breaks += 1;
    let page: ExportLine[] = [];
    const body: ReadableStream<Uint8Array> = await ask({ until, cursor });
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
  throw new BrokenExport("broke-off", `The answer broke off ${MAX_BREAKS} times: try again later`);
}

/** The first line; it throws if it cannot be read on. */
export function knownHead(line: ExportLine): ExportHead {
  if (line.type !== "export") throw new BrokenExport("no-export", "The first line is none of an export");
  const v: number = line.v;
  if (v !== EXPORT_VERSION)
    throw new BrokenExport(
      "other-version",
      `The export has version ${v}, and version ${EXPORT_VERSION} can be read here`,
    );
  return line;
}

/** The lines of a stream, as far as they came: one that breaks ends. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ExportLine> {
  let rest = "";
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }) as const);
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const text of lines) {
        const line = jsonObjectIn(text);
        if (isJsonObject(line)) yield line as unknown as ExportLine;
      }
    }
  } finally {
    // Whoever stops reading needs no more of it.
    await reader.cancel().catch(() => undefined);
  }
}
