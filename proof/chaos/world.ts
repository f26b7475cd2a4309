// The surroundings of a Worker that is being broken: destinations and a KV that record what arrives, and senders that
// repeat until they are answered 2xx. All in one process, so that everything observed has one order.
import { createPrivateKey, sign } from "node:crypto";
import { createServer, request as httpRequest, Agent, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { NO_ANSWER } from "../../bench/parts/connection.ts";
import type { Json } from "../../src/kit/json.ts";
import type { Chance } from "../../test/generated/chance.ts";
import { TEST_ADMIN_TOKEN, TEST_PRIVATE_KEY } from "../../test/keys.ts";
import type { Acknowledged, Call, Confirmed, SentEvent } from "../history.ts";
import { aMessage } from "../rules.ts";

/** How each destination behaves: how soon it answers, and how many of sixteen deliveries it refuses the first time. */
const DESTINATIONS = [
  { refuses: 0, answerMs: 1 },
  { refuses: 3, answerMs: 1 },
  { refuses: 0, answerMs: 40 },
  { refuses: 1, answerMs: 5 },
] as const;
const AGAIN_MS = 200;
const ANSWER_WITHIN_MS = 20_000;
const KEY = createPrivateKey({ key: Buffer.from(TEST_PRIVATE_KEY, "base64"), format: "der", type: "pkcs8" });

/** How often each status was answered. */
type Statuses = { [status: string]: number };

export class World {
  readonly sent: SentEvent[] = [];
  readonly acknowledged: Acknowledged[] = [];
  readonly calls: Call[] = [];
  readonly confirmed: Confirmed[] = [];
  readonly interrupted: string[] = [];
  readonly statuses: Statuses = {};
  readonly latencies: number[] = [];
  /** Events that have not been answered 2xx yet. */
  readonly waiting = new Set<string>();
  readonly #kv = new Map<string, string>();
  readonly #seen = new Set<string>();
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #chance: Chance;
  #servers: ReturnType<typeof createServer>[] = [];
  #order = 0;
  /** The port on which the Worker listens; it changes with every start. */
  port = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** Starts a destination that takes requests and never answers; returns its address. */
  async startHanging(): Promise<string> {
    return this.#listen((request, response) => {
      this.#note(String(request.headers["webhook-id"]), (request.url ?? "").slice(1), request.headers.host ?? "");
      response.on("error", () => undefined);
    });
  }

  /** Starts the destinations and KV; returns their addresses. */
  async start(): Promise<{ hosts: string[]; kv: string }> {
    const hosts: string[] = [];
    for (const { refuses, answerMs } of DESTINATIONS)
      hosts.push(
        await this.#listen((request, response) => {
          const id = String(request.headers["webhook-id"]);
          const isRefused = !this.#seen.has(id) && Number.parseInt(id.at(20) ?? "0", 16) < refuses;
          this.#seen.add(id);
          this.#note(id, (request.url ?? "").slice(1), request.headers.host ?? "");
          request.resume();
          setTimeout(() => response.writeHead(isRefused ? 503 : 200).end(), answerMs);
        }),
      );
    return { hosts, kv: await this.#listen((request, response) => void this.#storeTask(request, response)) };
  }

  /** A place in the order of all that is observed. */
  order(): number {
    return ++this.#order;
  }

  stop(): void {
    for (const server of this.#servers) server.closeAllConnections();
    for (const server of this.#servers) server.close();
    this.#agent.destroy();
  }

  tasks(): { id: string; contactId: string }[] {
    return [...this.#kv.values()].map((text) => JSON.parse(text) as { id: string; contactId: string });
  }

  /** Sends an event until it is answered 2xx, or just once. The time that each answer took is added to `latencies`. */
  async send(
    key: string,
    locationId: string,
    contactId: string,
    { goesOn = true, latencies = this.latencies }: { goesOn?: boolean; latencies?: number[] } = {},
  ): Promise<void> {
    const isReply = this.#chance.happens(0.15);
    const happenedAt = Date.now();
    this.sent.push({ key, contactId, happenedAt });
    const body = JSON.stringify(aMessage({ key, locationId, contactId, isReply, atMs: happenedAt }, this.#chance));
    const signature = sign(null, Buffer.from(body), KEY).toString("base64");
    const headers = { "content-type": "application/json", "x-ghl-signature": signature };
    const sentOrder = ++this.#order;
    this.waiting.add(key);
    for (;;) {
      const startedAt = performance.now();
      const answer = await this.#ask("POST", "/hooks/highlevel", headers, body).catch(() => null);
      latencies.push(performance.now() - startedAt);
      const status = answer === null ? NO_ANSWER : String(answer.status);
      this.statuses[status] = (this.statuses[status] ?? 0) + 1;
      if (answer?.status === 202) {
        const told = (JSON.parse(answer.body) as Acknowledged).status;
        this.acknowledged.push({ key, contactId, status: told, sentOrder, order: ++this.#order, at: Date.now() });
        this.waiting.delete(key);
        return;
      }
      if (!goesOn) return;
      await pause(AGAIN_MS + this.#chance.below(AGAIN_MS));
    }
  }

  /** Cancels a delivery that is waiting in a location, if there is one. */
  async cancelOne(locationId: string): Promise<void> {
    const listed = await this.api("GET", `/locations/${locationId}/deliveries?state=scheduled&limit=20`);
    const { deliveries } = (listed ?? { deliveries: [] }) as { deliveries: { id: string }[] };
    if (deliveries.length === 0) return;
    const { id } = this.#chance.pick(deliveries);
    const askedOrder = ++this.#order;
    const answer = (await this.api("POST", `/locations/${locationId}/deliveries/${id}/cancel`)) as {
      delivery?: { state: string };
    } | null;
    if (answer?.delivery?.state === "cancelled")
      this.confirmed.push({ what: "cancelled", id, askedOrder, order: ++this.#order });
  }

  /** Calls the operator's API, with a body of JSON if there is one; returns the body of a 2xx, or `null`. */
  async api(method: string, path: string, body?: Json): Promise<unknown> {
    const headers = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
    const text = body === undefined ? "" : JSON.stringify(body);
    const answer = await this.#ask(method, `/api${path}`, headers, text).catch(() => null);
    if (answer !== null && answer.status >= 500) this.statuses[`api ${answer.status}`] = 1;
    return answer !== null && answer.status >= 200 && answer.status < 300 ? JSON.parse(answer.body) : null;
  }

  #ask(method: string, path: string, headers: object, body = ""): Promise<{ status: number; body: string }> {
    return new Promise((done, fail) => {
      const options = { agent: this.#agent, host: "127.0.0.1", port: this.port, method, path, headers: { ...headers } };
      const asked = httpRequest({ ...options, timeout: ANSWER_WITHIN_MS }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.once("end", () => done({ status: response.statusCode ?? 0, body: text }));
        response.once("error", fail);
      });
      asked.once("timeout", () => asked.destroy(new Error("No answer in time")));
      asked.once("error", fail);
      asked.end(body);
    });
  }

  async #storeTask(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const key = decodeURIComponent(new URL(request.url ?? "", "http://kv").pathname.slice(1));
    let text = "";
    try {
      for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
    } catch {
      // The sender died before the end.
      return;
    }
    const id = key.split(":").at(-1) ?? "";
    if (request.method === "PUT") {
      this.#note(id, `task ${id}`, "kv");
      this.#kv.set(key, text);
    }
    if (request.method === "DELETE") this.#kv.delete(key);
    response.writeHead(request.method === "GET" ? 404 : 200).end();
  }

  #note(id: string, about: string, host: string): void {
    this.calls.push({ id, about, host, at: Date.now(), order: ++this.#order });
  }

  async #listen(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const server = createServer({ keepAliveTimeout: 60_000 }, handle);
    this.#servers.push(server);
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
