import type { ExportLine } from "../model/export.ts";

const EVERY = 1_000;

/** The same lines; on a terminal, how many events went by is said on stderr. */
export async function* told(lines: AsyncIterable<ExportLine>, done: string): AsyncGenerator<ExportLine> {
  const say = (text: string): void => void (process.stderr.isTTY && process.stderr.write(text));
  let events = 0;
  for await (const line of lines) {
    if (line.type === "event" && (events += 1) % EVERY === 0) say(`\r${events} events ${done} `);
    yield line;
  }
  say(`\r${" ".repeat(40)}\r`);
}
