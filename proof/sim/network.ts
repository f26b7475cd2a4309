// Simulated destinations. Each host keeps a character for a while; a request leaves once everything written before it
// is on disk, arrives some time later, and is answered later still, or never.
import type { Arrived, Call } from "../history.ts";
import type { Clockwork } from "./clockwork.ts";
import type { Disk } from "./disk.ts";
import { API, TOKEN_PATH, type SimulatedHighLevel } from "./highlevel.ts";

/** How a destination behaves. */
export type Character =
  | "prompt"
  | "slow"
  | "hangs"
  | "resets"
  | "answers lost"
  | "500"
  | "503 with Retry-After"
  | "429 with Retry-After"
  | "302"
  | "404"
  | "410";

export const CHARACTERS: readonly Character[] = [
  "prompt",
  "slow",
  "hangs",
  "resets",
  "answers lost",
  "500",
  "503 with Retry-After",
  "429 with Retry-After",
  "302",
  "404",
  "410",
];

const LATENCY_MS = 30;
const SLOW_MS = 9_000;

export class Network {
  readonly characters = new Map<string, Character>();
  readonly calls: Call[] = [];
  readonly arrived: Arrived[] = [];
  /** The deliveries whose requests left, once for each, also where the connection could not be made. */
  readonly left: string[] = [];
  /** What KV holds, and the chance that it refuses a write. */
  readonly kv = new Map<string, string>();
  kvRefuses = 0;
  directoryRefuses = 0;
  isRegistered = false;
  /** The directory that is told of the location; `null`: it is told, and that is all. */
  directory: ((locationId: string, name: string | null) => Promise<void>) | null = null;
  /** `null` if the location does not follow up inside HighLevel. */
  highlevel: SimulatedHighLevel | null = null;
  /**
   * All requests of the run. Node's `Request` is told of its caller's abort through a weak reference: one that nobody holds
   * is collected while it hangs, whenever the machine happens to, and its time limit never comes.
   */
  readonly #requests: Request[] = [];
  readonly #clockwork: Clockwork;
  readonly #disk: Disk;

  constructor(clockwork: Clockwork, disk: Disk) {
    this.#clockwork = clockwork;
    this.#disk = disk;
  }

  /** The network as seen by one instance of the object: answers still under way when the instance dies never arrive. */
  fetch(isGone: () => boolean): (request: Request) => Promise<Response> {
    return async (request) => {
      this.#requests.push(request);
      const id = request.headers.get("webhook-id") ?? "";
      const { host, pathname } = new URL(request.url);
      const left = { order: this.#clockwork.order(), leftAt: this.#clockwork.now };
      await this.#leave(isGone);
      const isHighLevel = this.highlevel !== null && request.url.startsWith(API);
      const character = this.characters.get(host) ?? "prompt";
      if (!isHighLevel) this.left.push(id);
      // Nothing of it arrives.
      if (!isHighLevel && character === "resets") return heard(isGone, this.#answer(character));
      void this.#noteArrived(request, id);
      if (this.highlevel && isHighLevel) return heard(isGone, this.highlevel.answer(request, left, isGone));
      this.calls.push({ id, host, order: left.order, about: pathname.slice(1), at: this.#clockwork.wall() });
      const aborted = new Promise<never>((_, fail) => {
        request.signal.addEventListener("abort", () => fail(request.signal.reason as Error));
      });
      return heard(isGone, Promise.race([this.#answer(character), aborted]));
    };
  }

  /** Notes what arrives. A question, or a call for a token, is nothing that a delivery sends. */
  async #noteArrived(request: Request, id: string): Promise<void> {
    const { method, url } = request;
    const isHighLevel = url.startsWith(API);
    if (isHighLevel && (method === "GET" || url.endsWith(TOKEN_PATH))) return;
    const [headers, body] = [Object.fromEntries(request.headers), await request.clone().text()];
    const [, named] = /\/contacts\/([^/]+)\//.exec(url) ?? [];
    const contactId = named ?? /contact-\d+/.exec(decodeURIComponent(url) + body)?.[0] ?? "";
    this.arrived.push({ deliveryId: isHighLevel ? null : id, contactId, method, url, headers, body });
  }

  tasks(isGone: () => boolean) {
    const keyOf = (locationId: string, id: string): string => `task:${locationId}:${id}`;
    return {
      put: async (task: { readonly id: string; readonly locationId: string; readonly state: string }) => {
        const order = this.#clockwork.order();
        await this.#leave(isGone);
        // A completed task is written to KV once more, without a delivery.
        if (task.state === "open") {
          this.calls.push({ id: task.id, host: "kv", order, about: `task ${task.id}`, at: this.#clockwork.wall() });
          this.left.push(task.id);
        }
        await this.#clockwork.sleep(this.#clockwork.chance.below(LATENCY_MS));
        const isLost = this.#clockwork.chance.next() < this.kvRefuses;
        if (!isLost || this.#clockwork.chance.happens(0.5))
          this.kv.set(keyOf(task.locationId, task.id), JSON.stringify(task));
        if (isLost) throw new Error("KV does not answer");
        return heard(isGone, Promise.resolve());
      },
      delete: async (locationId: string, id: string) => {
        await this.#leave(isGone);
        await this.#clockwork.sleep(this.#clockwork.chance.below(LATENCY_MS));
        if (this.#clockwork.chance.next() < this.kvRefuses) throw new Error("KV does not answer");
        this.kv.delete(keyOf(locationId, id));
        return heard(isGone, Promise.resolve());
      },
    };
  }

  announce(isGone: () => boolean): (locationId: string, name: string | null) => Promise<void> {
    return async (locationId, name) => {
      await this.#leave(isGone);
      if (this.directory) return heard(isGone, this.directory(locationId, name));
      await this.#clockwork.sleep(this.#clockwork.chance.below(LATENCY_MS));
      if (this.#clockwork.chance.next() < this.directoryRefuses) throw new Error("The directory does not answer");
      this.isRegistered = true;
      return heard(isGone, Promise.resolve());
    };
  }

  /** A time limit in simulated time. */
  timeLimit(ms: number): AbortSignal {
    const controller = new AbortController();
    this.#clockwork.after(ms, () => controller.abort(new DOMException("Too late", "TimeoutError")));
    return controller.signal;
  }

  /** Nothing leaves an object until what it wrote is on disk. */
  async #leave(isGone: () => boolean): Promise<void> {
    await this.#disk.confirmed();
    if (isGone()) await new Promise(() => undefined);
  }

  async #answer(character: Character): Promise<Response> {
    const { chance } = this.#clockwork;
    await this.#clockwork.sleep(chance.below(character === "slow" ? SLOW_MS : LATENCY_MS));
    const headers = { "retry-after": String(1 + chance.below(90)) };
    switch (character) {
      case "prompt":
      case "slow":
        return new Response("ok");
      case "hangs":
      case "answers lost":
        return new Promise(() => undefined);
      case "resets":
        throw new TypeError("The connection was reset");
      case "503 with Retry-After":
      case "429 with Retry-After":
        return new Response(null, { status: Number(character.slice(0, 3)), headers });
      case "302":
        return new Response(null, { status: 302, headers: { location: "https://elsewhere.example.com/" } });
      case "500":
      case "404":
      case "410":
        return new Response(null, { status: Number(character) });
    }
  }
}

/** Nobody hears an answer to an object that is gone. */
async function heard<Value>(isGone: () => boolean, answer: Promise<Value>): Promise<Value> {
  try {
    const value = await answer;
    return isGone() ? await new Promise<never>(() => undefined) : value;
  } catch (error) {
    if (isGone()) await new Promise(() => undefined);
    throw error;
  }
}
