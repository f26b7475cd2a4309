// The world outside as an action may find it: well, and in each way in which it fails. What leaves is written down.
import { HIGHLEVEL } from "../../../src/model/configuration.ts";
import { outgoing } from "../../../src/highlevel/outgoing.ts";
import type { ActionPorts } from "../../../src/act/contract/action-kind.ts";
import type { HighLevelAccount, HighLevelAnswer } from "../../../src/highlevel/account.ts";
import { NOW, ports } from "./context.ts";

type Port = "fetch" | "tasks" | "highlevel";

/** Something that an action sent. */
export interface Left {
  readonly by: Port;
  /** What it is, without times and signatures. */
  readonly what: string;
  /** All of it. */
  readonly text: string;
  /** Where a request went. */
  readonly host: string | null;
}

/** The ports of an action, and what left by them. */
export interface World {
  readonly ports: ActionPorts;
  readonly highlevel: HighLevelAccount;
  readonly left: readonly Left[];
}

interface Answers {
  readonly fetch?: (request: Request) => Promise<Response>;
  readonly put?: () => Promise<void>;
  readonly call?: () => Promise<HighLevelAnswer>;
  /** Time is over as soon as something is waited for. */
  readonly isOver?: true;
}

/** A world in which all is well. */
export function wellWorld(nowMs = NOW): World {
  return worldWith({}, nowMs);
}

/** Every way to fail, of each port. */
export const FAILURES: readonly { readonly kind: string; readonly of: Port; readonly world: () => World }[] = [
  ...[301, 400, 404, 410, 429, 500, 503].map((status) => ({
    kind: `a destination answers ${status}`,
    of: "fetch" as const,
    world: () => worldWith({ fetch: () => Promise.resolve(new Response("no", { status })) }),
  })),
  {
    kind: "a destination hangs",
    of: "fetch",
    world: () => worldWith({ isOver: true, fetch: ({ signal }) => untilAborted(signal) }),
  },
  {
    kind: "a connection breaks",
    of: "fetch",
    world: () => worldWith({ fetch: () => Promise.reject(new TypeError("Network connection lost")) }),
  },
  {
    kind: "the task store refuses",
    of: "tasks",
    world: () => worldWith({ put: () => Promise.reject(new Error("KV PUT failed: 429")) }),
  },
  {
    kind: "the task store hangs",
    of: "tasks",
    world: () => worldWith({ isOver: true, put: () => new Promise(() => undefined) }),
  },
  ...[301, 400, 401, 403, 404, 422, 429, 500].map((status) => ({
    kind: `HighLevel answers ${status}`,
    of: "highlevel" as const,
    world: () => worldWith({ call: () => Promise.resolve({ kind: "answer", status, body: '{"message":"no"}' }) }),
  })),
  ...(["stopped", "timeout", "broken"] as const).map((kind) => ({
    kind: `a call of HighLevel ends ${kind}`,
    of: "highlevel" as const,
    world: () => worldWith({ call: () => Promise.resolve({ kind }) }),
  })),
  ...(["no-token", "later"] as const).map((kind) => ({
    kind: `there is no token (${kind})`,
    of: "highlevel" as const,
    world: () => worldWith({ call: () => Promise.resolve({ kind, message: "The location has no token" }) }),
  })),
];

function worldWith(answers: Answers, nowMs = NOW): World {
  const left: Left[] = [];
  const note = (by: Port, what: unknown, more: unknown = null, host: string | null = null): void => {
    left.push({ by, what: JSON.stringify(what), text: JSON.stringify([what, more]), host });
  };
  return {
    left,
    ports: ports({
      clock: () => nowMs,
      fetch: async (request) => {
        const { method, url } = request;
        const body = await request.clone().text();
        note("fetch", { method, url, body }, [...request.headers], new URL(url).host);
        return answers.fetch ? answers.fetch(request) : new Response("ok");
      },
      timeLimit: () => (answers.isOver ? soonAborted() : new AbortController().signal),
      tasks: {
        put: ({ dueAt, ...task }) => {
          note("tasks", task, dueAt);
          return answers.put?.() ?? Promise.resolve();
        },
        delete: () => Promise.resolve(),
      },
      secrets: { CRM_KEY: "a-secret-of-the-crm" },
    }),
    highlevel: {
      call: (asked, leaves) => {
        const { body = {}, ...request } = asked;
        const { dueDate, ...rest } = body as { readonly dueDate?: string };
        note("highlevel", { ...request, body: rest }, dueDate);
        if (answers.call) return answers.call();
        leaves?.(outgoing(HIGHLEVEL, asked));
        return Promise.resolve({ kind: "answer", status: 200, body: "{}" });
      },
    },
  };
}

/** A signal whose time is over once somebody waits for it. */
function soonAborted(): AbortSignal {
  const controller = new AbortController();
  queueMicrotask(() => controller.abort(new DOMException("Time is over", "TimeoutError")));
  return controller.signal;
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, fail) => {
    const end = (): void => fail(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end);
  });
}
