// The world of the ledgers under test: a clock that only tests move, and a network that only tests answer.
// The clock stands in the year 2100, so that no alarm rings by itself: tests run them by hand.
import type { RulesFrom } from "../../src/model/published.ts";
import type { Rule } from "../../src/model/rule.ts";

const START = Date.parse("2100-01-01T12:00:00.000Z");

/** One request that left the Worker. */
export interface OutgoingRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
  readonly at: number;
}

export const world = {
  now: START,
  /** What the network answers; a test replaces it. */
  answer: (_request: OutgoingRequest): Response | Promise<Response> => new Response("ok"),
  requests: [] as OutgoingRequest[],
  /** Rows that ledgers have written, ever. */
  rowsWritten: 0,
  /** Rows that ledgers have read, ever, and how often they have set an alarm. */
  rowsRead: 0,
  alarmsSet: 0,
  /** What ledgers have asked their storage, in order. */
  statements: [] as string[],
  /** Events that a location may send in a second, for ledgers that start from now on. */
  budget: 1_000_000,
  /** The size from which on ledgers forget their oldest history. */
  maxBytes: 8_000_000_000,
  /** `null`: the rules that ship. */
  rules: null as readonly Rule[] | null,
  /** Where alerts of all locations go. */
  alertUrl: null as string | null,
  /** Which rules decide. */
  rulesFrom: "deploy" as RulesFrom,
};

/** Puts the world back as it was, before each test. */
export function resetWorld(): void {
  world.now = START;
  world.answer = () => new Response("ok");
  world.requests = [];
  world.statements = [];
  world.budget = 1_000_000;
  world.maxBytes = 8_000_000_000;
  world.rules = null;
  world.alertUrl = null;
  world.rulesFrom = "deploy";
}

export async function outgoing(request: Request): Promise<Response> {
  const { method, url, headers } = request;
  const seen = { id: headers.get("webhook-id") ?? "", method, url, headers, body: await request.text(), at: world.now };
  world.requests.push(seen);
  return world.answer(seen);
}
