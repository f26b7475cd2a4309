// What an action would come to, performed in a world in which nothing leaves: every destination and HighLevel accept.
import type { Action } from "../model/rule.ts";
import type { ActionContext } from "./contract/action-kind.ts";
import type { ActionError } from "./contract/outcome.ts";
import { perform } from "./kinds.ts";

/** What an action is performed with that a rehearsal cannot make up. */
export type Rehearsed = Pick<ActionContext, "locationId" | "contactId" | "eventKey" | "rule" | "decidedAt" | "roots">;

/** `whsec_` and 24 bytes: what is signed with it goes nowhere. */
const NO_SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";
const SECRET = /\bsecret(?:\.|\[\s*['"])([\w-]+)/g;

class EveryHost extends Set<string> {
  override has(): boolean {
    return true;
  }
}

/** Why the action would end as a dead letter, whatever the outside does; `null`: it would leave. */
export async function rehearse(action: Action, given: Rehearsed): Promise<ActionError | null> {
  const text = JSON.stringify(action).replaceAll("\\", "");
  const nowMs = Date.parse(given.decidedAt);
  const outcome = await perform(action, {
    ...given,
    deliveryId: "rehearsal",
    ports: {
      clock: () => nowMs,
      fetch: () => Promise.resolve(new Response(null, { status: 204 })),
      timeLimit: () => new AbortController().signal,
      tasks: { put: () => Promise.resolve(), delete: () => Promise.resolve() },
      secrets: Object.fromEntries([...text.matchAll(SECRET)].map(([, name = ""]) => [name, "secret"])),
      webhookSecret: NO_SECRET,
      // Whether a host may be called is a finding of its own.
      outboundAllowedHosts: new EveryHost(),
      ownHosts: new Set(),
    },
    highlevel: {
      call: (_, leaves) => {
        const isStopped = leaves?.() === false;
        return Promise.resolve(isStopped ? { kind: "stopped" } : { kind: "answer", status: 200, body: "{}" });
      },
    },
    sends: {
      earlier: () => null,
      leaves: () => true,
      looked: () => undefined,
      seen: () => [],
      isAlone: () => true,
      isClaimed: () => false,
    },
  });
  return !outcome.done && outcome.error.retry === "never" ? outcome.error : null;
}
