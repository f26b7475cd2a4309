// The log of a location as a stream of lines: a page from its ledger at a time, read when the reader has room for it.
import { isoOf } from "../kit/moment.ts";
import type { Failure } from "../model/failure.ts";
import { EXPORT_VERSION, type ExportEnd, type ExportHead, type ExportedTo, type ExportLine } from "../model/export.ts";
import { succeed, type Result } from "../kit/result.ts";
import { turnForOthers } from "../kit/turn.ts";
import type { ReadPorts } from "./ports.ts";
import { EXPORT, parameters } from "./query.ts";

const HEADERS = { "content-type": "application/x-ndjson", "cache-control": "no-store" };

/** The answer to a request for the log. What breaks later breaks the stream: its last line is not `end`. */
export function exported(url: URL, locationId: string, ports: ReadPorts): Result<Response, Failure> {
  const read = parameters(url, EXPORT);
  if (!read.ok) return read;
  const { configuration, ruleSet, clock } = ports;
  const nowMs = clock();
  const { cursor, since, until = isoOf(nowMs + 1), whole } = read.value;
  const { timeZone, retentionDays } = configuration;
  const head: ExportHead = {
    type: "export",
    v: EXPORT_VERSION,
    locationId,
    exportedAt: isoOf(nowMs),
    since: since ?? null,
    until,
    cursor: cursor ?? null,
    timeZone,
    retentionDays,
    ruleSet: ruleSet.hash,
  };
  const ledger = ports.ledger(locationId);
  let [next, events]: [string | undefined, number] = [cursor, 0];
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(lineOf(head))),
    async pull(controller) {
      await turnForOthers();
      const page = await ledger.export({ locationId, since, until, cursor: next, isWhole: whole !== undefined });
      events += page.events;
      const last: ExportedTo | ExportEnd =
        page.cursor === null ? { type: "end", events } : { type: "page", cursor: page.cursor };
      controller.enqueue(encoder.encode(page.lines + lineOf(last)));
      if (page.cursor === null) controller.close();
      else next = page.cursor;
    },
  });
  return succeed(new Response(body, { headers: HEADERS }));
}

function lineOf(line: ExportLine): string {
  return `${JSON.stringify(line)}\n`;
}
