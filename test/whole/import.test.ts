// A location moves from one deployment to another: paused, exported, imported by the command line, and gone on with there.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Response as OutboundResponse } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/run.ts";
import { LOCATION, payloadOf } from "../../src/events/samples.ts";
import type { JsonObject } from "../../src/kit/json.ts";
import { sendEvent } from "../../src/local/hook-client.ts";
import { ROOT } from "../../src/local/project.ts";
import { runWorker, type RunningWorker } from "../../src/local/workerd.ts";
import { sampleOf } from "../builders.ts";
import { TEST_ADMIN_TOKEN, TEST_PRIVATE_KEY, TEST_VARIABLES } from "../keys.ts";
import { shippedBundle } from "./bundles.ts";
import { inProcess } from "./in-process.ts";

const folder = mkdtempSync(join(tmpdir(), "afterbeep-import-"));
const log = join(folder, "log.ndjson");
const AUTH = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
const { env } = process;
const tokenBefore = env["ADMIN_TOKEN"];
let [old, moved]: RunningWorker[] = [];
let left = 0;

const anotherWorker = (persistTo?: string): Promise<RunningWorker> =>
  runWorker({
    bundle: shippedBundle(),
    variables: TEST_VARIABLES,
    outbound: () => Promise.resolve(new OutboundResponse(null, { status: (left += 1) > 0 ? 204 : 500 })),
    ...(persistTo === undefined ? {} : { persistTo }),
  });

async function ask(
  worker: RunningWorker | undefined,
  path: string,
  method = "GET",
  body?: object,
): Promise<JsonObject> {
  const init = { method, headers: AUTH, body: body === undefined ? null : JSON.stringify(body) };
  const response = await fetch(new URL(`/api/locations/${LOCATION}/${path}`, worker?.url), init);
  return (await response.json()) as JsonObject;
}

async function send(worker: RunningWorker | undefined, name: string): Promise<number> {
  const sample = sampleOf(name, "contact-1");
  const target = { url: worker?.url ?? "", privateKey: TEST_PRIVATE_KEY, adminToken: TEST_ADMIN_TOKEN };
  return (await sendEvent(target, sample.route, payloadOf(sample, {}, new Date()))).httpStatus;
}

const exported = (out = log, ...more: string[]) =>
  inProcess(runCli, ["export", "--worker", old?.url ?? "", "--location", LOCATION, "--out", out, ...more]);
const imported = (...args: string[]) =>
  inProcess(runCli, ["import", "--worker", moved?.url ?? "", "--location", LOCATION, ...args]);

beforeAll(async () => {
  env["ADMIN_TOKEN"] = TEST_ADMIN_TOKEN;
  [old, moved] = await Promise.all([anotherWorker(), anotherWorker()]);
  for (const name of ["sms", "voicemail", "call-voicemail", "missed-call", "sms-failed"])
    expect(await send(old, name)).toBe(202);
}, 90_000);

afterAll(async () => {
  if (tokenBefore === undefined) delete env["ADMIN_TOKEN"];
  else env["ADMIN_TOKEN"] = tokenBefore;
  await Promise.all([old?.miniflare.dispose(), moved?.miniflare.dispose()]);
  rmSync(folder, { recursive: true, force: true });
});

describe("npm run rules import", () => {
  it("asks what is to become of what waits, and takes it over from a paused location alone", async () => {
    await exported();
    expect(await imported(log)).toMatchObject({ status: 2, stderr: expect.stringMatching(/^\d+ deliveries wait/) });
    expect(await imported(log, "--waits", "take")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("not paused"),
    });
  });

  it.each([
    ["no file", [], "Name the file"],
    ["another word", [log, "--waits", "keep"], "take or drop"],
    ["another location", [log, "--location", "elsewhere"], `The export is of location ${LOCATION}`],
    ["a file that is not there", [join(folder, "nowhere")], "cannot be read"],
  ])("exits with 2 for %s", async (_, args, says) => {
    expect(await imported(...args)).toMatchObject({ status: 2, stderr: expect.stringContaining(says) });
  });

  it("refuses a redacted export, and one of a part", async () => {
    const other = join(folder, "other.ndjson");
    await exported(other, "--redact");
    expect(await imported(other)).toMatchObject({ status: 2, stderr: expect.stringContaining("redacted") });
    await exported(other, "--since", "1d");
    expect(await imported(other)).toMatchObject({ status: 2, stderr: expect.stringContaining("not all") });
  });

  it("moves a location: the same events, deliveries and tasks, paused as it was, and nothing leaves", async () => {
    await ask(old, "pause", "PUT", { reason: "It moves" });
    expect(await exported()).toMatchObject({ status: 0, stdout: "", stderr: expect.stringContaining("5 events in") });
    const before = left;
    const { status, stdout, stderr } = await imported(log, "--waits", "take");
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      new RegExp(`^Imported location ${LOCATION}: 5 events, \\d+ deliveries\n\\d+ waits are taken`),
    );
    expect(stdout).toContain("It is paused, as it was");
    for (const list of ["events", "deliveries?state=scheduled", "deliveries?state=sent", "tasks", "pauses"])
      expect([list, await ask(moved, list)]).toEqual([list, await ask(old, list)]);
    expect(left).toBe(before);
    const { audit } = (await ask(moved, "audit")) as unknown as { audit: { action: string }[] };
    expect(audit.map(({ action }) => action)).toContain("import");
    expect(await send(moved, "reply")).toBe(202);
  });

  it("knows what is there already, and goes into no location that has a log", async () => {
    expect(await imported(log, "--waits", "take")).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("already"),
    });
    const { status, stderr } = await imported(log, "--waits", "drop");
    expect([status, stderr]).toEqual([1, expect.stringContaining("has a log")]);
    expect(await imported("--give-up")).toMatchObject({ status: 1, stderr: expect.stringContaining("No import") });
  });
});

describe("an import that is cut off", () => {
  const state = join(folder, "state");
  const long = join(folder, "long.ndjson");

  it("goes on where it was: the command was killed, then the Worker", { timeout: 90_000 }, async () => {
    const ignored = Array.from({ length: 3_000 }, (_, n) => ({ kind: `K${n}`, day: "2026-03-04", count: 1 }));
    const lines = readFileSync(log, "utf8").trimEnd().split("\n");
    const more = JSON.stringify({ type: "rows", tables: 1, rows: { ignored } });
    writeFileSync(long, [lines[0], more, ...lines.slice(1)].join("\n"));
    let worker = await anotherWorker(state);
    const { parts, stop } = await killedAt(3, worker.url);
    const open = await ask(worker, "events");
    expect(open["events"]).toEqual([]);
    expect(await send(worker, "sms")).toBe(429);
    await worker.miniflare.dispose();
    stop();
    worker = await anotherWorker(state);
    expect(await send(worker, "sms")).toBe(429);
    const args = ["import", long, "--worker", worker.url, "--location", LOCATION, "--waits", "take", "--json"];
    const { status, stdout } = await inProcess(runCli, args);
    expect([status, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ events: 5, wasDone: false })]);
    expect(parts()).toBe(3);
    const { rows } = JSON.parse(stdout) as { rows: number };
    const { audit } = (await ask(worker, "audit")) as unknown as { audit: { after: JsonObject }[] };
    expect(rows).toBeGreaterThan(3_000);
    expect(audit.find(({ after }) => after["isDone"] === true)?.after).toMatchObject({ at: rows });
    expect(await ask(worker, "deliveries?state=scheduled")).toEqual(await ask(old, "deliveries?state=scheduled"));
    expect(await send(worker, "sms")).toBe(202);
    await worker.miniflare.dispose();
  });

  /** Runs the command until it has sent so many parts: the last one is written, and it never learns that. */
  async function killedAt(count: number, url: string): Promise<{ parts: () => number; stop: () => void }> {
    let parts = 0;
    const server = createServer((request, response) => {
      const body: Buffer[] = [];
      request.on("data", (bytes: Buffer) => body.push(bytes));
      request.on("end", () => {
        const init = {
          method: request.method ?? "GET",
          headers: AUTH,
          body: body.length > 0 ? Buffer.concat(body) : null,
        };
        void fetch(new URL(request.url ?? "", url), init).then(async (answer) => {
          if (request.method === "PUT" && (parts += 1) === count) return command.kill("SIGKILL");
          return response.writeHead(answer.status).end(await answer.text());
        });
      });
    });
    await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
    const via = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const args = ["src/cli/main.ts", "import", long, "--worker", via, "--location", LOCATION, "--waits", "take"];
    const command = spawn(process.execPath, args, { cwd: ROOT, stdio: "ignore" });
    const signal = await new Promise((done) => command.once("exit", (_, by) => done(by)));
    expect(signal).toBe("SIGKILL");
    return { parts: () => parts, stop: () => void server.close() };
  }
});
