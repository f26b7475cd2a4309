// What an action is performed with in tests: a network and a clock that only the test moves.
import type { ActionContext, ActionPorts } from "../../../src/act/contract/action-kind.ts";
import type { AttemptOutcome } from "../../../src/act/contract/outcome.ts";
import type { TemplateRoots } from "../../../src/act/template/template.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { aPayload, CONTACT, LOCATION } from "../../builders.ts";
import { TEST_WEBHOOK_SECRET } from "../../keys.ts";

export const NOW = Date.parse("2026-03-04T15:30:00.000Z");
export const DECIDED_AT = "2026-03-04T15:30:00.000Z";

/** What templates can name, with these fields in the event. */
export function roots(event: JsonObject = {}): TemplateRoots {
  return {
    event: aPayload(event),
    facts: { channel: "sms" },
    rule: { name: "test-rule" },
    decision: { eventKey: "test-key" },
    contact: {},
    location: {},
  };
}

const unused = (): never => {
  throw new Error("Not expected to be called");
};

/** Ports that refuse to be used, but for those a test brings. */
export function ports(fields: Partial<ActionPorts> = {}): ActionPorts {
  return {
    clock: () => NOW,
    fetch: unused,
    timeLimit: (ms) => AbortSignal.timeout(ms),
    tasks: { put: unused, delete: unused },
    secrets: {},
    webhookSecret: TEST_WEBHOOK_SECRET,
    outboundAllowedHosts: new Set(),
    ownHosts: new Set(),
    ...fields,
  };
}

export function context(fields: Partial<ActionContext> = {}): ActionContext {
  return {
    deliveryId: "delivery-1",
    locationId: LOCATION,
    contactId: CONTACT,
    eventKey: "test-key",
    rule: "test-rule",
    decidedAt: DECIDED_AT,
    roots: roots(),
    ports: ports(),
    highlevel: { call: unused },
    leaving: () => undefined,
    sends: {
      earlier: () => null,
      leaves: unused,
      looked: unused,
      seen: () => [],
      isAlone: () => true,
      isClaimed: () => false,
    },
    ...fields,
  };
}

/** An outcome in one word: `done`, or the code of the error and whether it is tried again. */
export function wordOf(outcome: AttemptOutcome): string {
  return outcome.done ? "done" : `${outcome.error.code} ${outcome.error.retry}`;
}
