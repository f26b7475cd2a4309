// What an action would come to, performed in a world in which nothing leaves: every destination and HighLevel accept.
import { outgoing } from "../highlevel/outgoing.ts";
import { HIGHLEVEL } from "../model/configuration.ts";
import type { Action } from "../model/rule.ts";
import type { Outgoing, SentRequest } from "../model/sent-request.ts";
import type { ActionContext } from "./contract/action-kind.ts";
import type { ActionError } from "./contract/outcome.ts";
import { kindOf, perform } from "./kinds.ts";
import { keptRequest } from "./outbound/kept.ts";
import { namedSecrets } from "./outbound/named-secrets.ts";

/** What an action is performed with that a rehearsal cannot make up. */
export type Rehearsed = Pick<ActionContext, "locationId" | "contactId" | "eventKey" | "rule" | "decidedAt" | "roots">;

/** What would come of an action, whatever the outside does. */
export interface Rehearsal {
  /** What would leave; `null`: nothing. */
  readonly request: SentRequest | null;
  /** Why it would end as a dead letter; `null`: it would leave. */
  readonly error: ActionError | null;
}

/** `whsec_` and 24 bytes: what is signed with it goes nowhere. */
const NO_SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";

class EveryHost extends Set<string> {
  override has(): boolean {
    return true;
  }
}

/** Performs an action where nothing leaves. Secrets are their names. */
export async function rehearse(action: Action, given: Rehearsed): Promise<Rehearsal> {
  const nowMs = Date.parse(given.decidedAt);
  const known = { secrets: namedSecrets(JSON.stringify(action)), webhookSecret: NO_SECRET };
  let request: SentRequest | null = null;
  const leaving = (sent: Outgoing): void => {
    request = keptRequest(sent, nowMs, known, kindOf(action).messages(action));
  };
  const outcome = await perform(action, {
    ...given,
    deliveryId: "rehearsal",
    leaving,
    ports: {
      ...known,
      clock: () => nowMs,
      fetch: () => Promise.resolve(new Response(null, { status: 204 })),
      timeLimit: () => new AbortController().signal,
      tasks: { put: () => Promise.resolve(), delete: () => Promise.resolve() },
      // Whether a host may be called is a finding of its own.
      outboundAllowedHosts: new EveryHost(),
      ownHosts: new Set(),
    },
    highlevel: {
      call: (asked, leaves) => {
        const sent = outgoing(HIGHLEVEL, asked);
        if (leaves?.(sent) === false) return Promise.resolve({ kind: "stopped" });
        leaving(sent);
        return Promise.resolve({ kind: "answer", status: 200, body: "{}" });
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
  return { request, error: !outcome.done && outcome.error.retry === "never" ? outcome.error : null };
}
