import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { linesFromFile, linesFromWorker } from "../../../src/cli/exported-lines.ts";
import { sinceOf } from "../../../src/cli/since.ts";

const HEAD = { type: "export", v: 1, until: "2026-03-04T12:00:00.001Z" };
const events = (...keys: string[]) => keys.map((key) => ({ type: "event", event: { key } }));
const page = (cursor: string) => ({ type: "page", cursor });
const text = (...lines: unknown[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

/** A Worker that gives these answers, one after the other; one that ends in `…` breaks off there. */
function aWorker(...answers: readonly string[]) {
  const asked: string[] = [];
  const ask = (input: URL): Promise<Response> => {
    asked.push(input.search);
    const answer = answers[asked.length - 1] ?? "";
    const stream = new ReadableStream({
      start(controller) {
        const bytes = new TextEncoder().encode(answer.replace(/…$/, ""));
        // In the middle of a line, and of a character.
        for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.slice(at, at + 7));
        if (!answer.endsWith("…")) controller.close();
      },
      pull(controller) {
        controller.error(new Error("The connection broke"));
      },
    });
    return Promise.resolve(new Response(stream));
  };
  const url = "https://worker.example";
  return { asked, from: { url, adminToken: "t", locationId: "l", fetch: ask as unknown as typeof fetch } };
}

const all = async (lines: AsyncIterable<unknown>): Promise<unknown[]> => {
  const found: unknown[] = [];
  for await (const line of lines) found.push(line);
  return found;
};

describe("the lines of a Worker's export", () => {
  it("come whole, each once, wherever the connection breaks", async () => {
    const { asked, from } = aWorker(
      `${text(HEAD, ...events("ä", "b"), page("events.1.b"), ...events("c"))}{"type":"ev…`,
      "…",
      `${text(HEAD, ...events("c", "d"), page("events.2.d"))}…`,
      text(HEAD, ...events("e"), { type: "end", events: 1 }),
    );
    expect(await all(linesFromWorker(from))).toEqual([
      HEAD,
      ...events("ä", "b"),
      page("events.1.b"),
      ...events("c", "d"),
      page("events.2.d"),
      ...events("e"),
      { type: "end", events: 5 },
    ]);
    const after = (cursor: string) => `?until=${encodeURIComponent(HEAD.until)}&cursor=${cursor}`;
    expect(asked).toEqual(["", after("events.1.b"), after("events.1.b"), after("events.2.d")]);
  });

  it("are given up when it brings nothing five times in a row", async () => {
    await expect(all(linesFromWorker(aWorker(`${text(HEAD)}…`).from))).rejects.toThrow("broke off");
  });

  it("are refused in another version", async () => {
    await expect(all(linesFromWorker(aWorker(text({ ...HEAD, v: 2 })).from))).rejects.toThrow("version 2");
  });
});

describe("the lines of a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "afterbeep-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (content: string): string => {
    const path = join(folder, "log.ndjson");
    writeFileSync(path, content);
    return path;
  };

  it("are what was written", async () => {
    const lines = [HEAD, ...events("a"), { type: "end", events: 1 }];
    expect(await all(linesFromFile(file(text(...lines))))).toEqual(lines);
  });

  it.each([
    ["a line that is no JSON", `${text(HEAD)}{`, ":2  The line is none of an export"],
    ["another first line", text(...events("a")), "The first line is none of an export"],
    ["an end that is missing", text(HEAD, ...events("a")), 'no last line "end"'],
  ])("are refused for %s", async (_, content, says) => {
    await expect(all(linesFromFile(file(content)))).rejects.toThrow(says);
  });

  it("of a file that is not there are refused", async () => {
    await expect(all(linesFromFile(join(folder, "nowhere")))).rejects.toThrow("cannot be read");
  });
});

describe("--since", () => {
  const NOW = Date.parse("2026-03-04T12:00:00Z");
  it.each([
    ["30d", "2026-02-02T12:00:00.000Z"],
    ["90m", "2026-03-04T10:30:00.000Z"],
    ["2026-03-01", "2026-03-01T00:00:00.000Z"],
  ])("reads %s", (given, at) => expect(sinceOf(given, NOW)).toBe(at));
  it.each(["yesterday", "0d", ""])("refuses %j", (given) => expect(() => sinceOf(given, NOW)).toThrow("--since"));
});
