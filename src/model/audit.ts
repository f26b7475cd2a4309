// What operators did: who, what, when, and what was before and after.
import type { JsonObject } from "../kit/json.ts";

/** Who asks the API: a token, by its name and never its value, or somebody whom Cloudflare Access let in. */
export interface Operator {
  readonly through: "token" | "access";
  readonly name: string;
}

/** Every action there is. */
export type AuditAction =
  | "delivery.retry"
  | "delivery.release"
  | "delivery.cancel"
  | "deliveries.retry"
  | "deliveries.cancel"
  | "deliveries.release"
  | "deliveries.discard"
  | "task.complete"
  | "contact.erase"
  | "location.name"
  | "location.delete"
  | "token.store"
  | "token.forget"
  | "alerts.set"
  | "quarantine.ingest"
  | "pause"
  | "import"
  | "import.give-up"
  | "pause.end"
  | "rules.publish"
  | "rules.activate"
  | "rules.roll-back";

/** What is noted of an action before it is done. */
export interface AuditNote {
  readonly by: Operator;
  readonly action: AuditAction;
  /** What it is about: ids, filters, names. */
  readonly about: JsonObject;
  /** The contact that it names: it is forgotten when that is erased. */
  readonly contactId?: string | undefined;
}

/** Who had something ingested again, and what came of it. */
export interface ReleasedBy {
  readonly note: AuditNote;
  readonly status: string;
}

/** One action of an operator. */
export interface AuditEntry extends Omit<AuditNote, "contactId"> {
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** `null`: it names none, or it was erased since. */
  readonly contactId: string | null;
  /** How it was before; `null`: there is nothing to tell. */
  readonly before: JsonObject | null;
  /** What came of it; `null`: it was asked for, and its end was never written down. */
  readonly after: JsonObject | null;
}
