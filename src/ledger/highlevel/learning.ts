// Asking HighLevel about a contact, the location and its users, as the location may call it. What is answered is kept.
import { outcomeFrom } from "../../act/highlevel/answer.ts";
import { actionError, unanswered, type AttemptOutcome } from "../../act/contract/outcome.ts";
import type { HighLevelAccount } from "../../highlevel/account.ts";
import {
  contactQuestion,
  RECORD_QUESTIONS,
  type ContactRecord,
  type Question,
  type RecordName,
} from "../../highlevel/questions.ts";
import type { JsonObject } from "../../kit/json.ts";
import * as contacts from "../log/contacts.ts";
import type { Sql } from "../store/ports.ts";
import type { HighLevelClock } from "./clock.ts";
import * as records from "./records.ts";

/** What HighLevel answered; `no-token`: it was not asked. */
export type Asked<Answer> =
  | { readonly kind: "known"; readonly value: Answer }
  | { readonly kind: "no-token"; readonly message: string }
  | { readonly kind: "in-turn"; readonly untilMs: number }
  | Failed;
export type Failed = { readonly kind: "refused" | "unavailable"; readonly outcome: AttemptOutcome };

/** How HighLevel says that it knows no such contact. */
const NOT_FOUND = /not found/i;
const UNREADABLE = actionError("CONTACT_UNKNOWN", "HighLevel's answer cannot be read: it is asked again");

/** What it takes to ask: the account, when something that found no room may ask again, and what time it is, here and there. */
interface LearningParts {
  readonly account: HighLevelAccount;
  /** Milliseconds since 1970. */
  readonly turnAt: () => number;
  readonly time: HighLevelClock;
  readonly clock: () => number;
}

export class Learning {
  readonly #sql: Sql;
  readonly #parts: LearningParts;

  constructor(sql: Sql, parts: LearningParts) {
    this.#sql = sql;
    this.#parts = parts;
  }

  /** Asks for a contact, in any case. */
  async contact(contactId: string): Promise<Asked<ContactRecord>> {
    const askedAtMs = this.#parts.time.likelyThere(this.#parts.clock());
    const asked = await this.#ask(contactQuestion(contactId));
    if (asked.kind === "known") contacts.keepAnswer(this.#sql, contactId, asked.value.said, askedAtMs);
    else if (asked.kind === "refused" && isNotFound(asked.outcome))
      contacts.keepAnswer(this.#sql, contactId, null, askedAtMs);
    return asked;
  }

  /**
   * A record as it is known, asked for if that was not done today; `isNamed`: something names what the known one does not
   * know. `null`: HighLevel would not say.
   */
  async record(what: RecordName, id: string, isNamed = false): Promise<Asked<JsonObject | null>> {
    const nowMs = this.#parts.clock();
    const kept = records.find(this.#sql, what, id);
    if (kept && records.isFresh(kept, nowMs, isNamed)) return { kind: "known", value: kept.record };
    const asked = await this.#ask(RECORD_QUESTIONS[what](id));
    if (asked.kind !== "known" && asked.kind !== "refused") return asked;
    const record = asked.kind === "known" ? asked.value : null;
    records.keep(this.#sql, what, id, record, nowMs);
    return { kind: "known", value: record ?? kept?.record ?? null };
  }

  async #ask<Answer>({ request, scope, read }: Question<Answer>): Promise<Asked<Answer>> {
    const answer = await this.#parts.account.call(request);
    if (answer.kind === "no-token") return answer;
    if (answer.kind === "later" && answer.untilMs !== undefined) return { kind: "in-turn", untilMs: answer.untilMs };
    if (answer.kind === "no-room") return { kind: "in-turn", untilMs: this.#parts.turnAt() };
    const outcome = outcomeFrom({ scope }, answer);
    if (!outcome.done) return { kind: outcome.error.retry === "never" ? "refused" : "unavailable", outcome };
    const value = answer.kind === "answer" ? read(answer.body) : null;
    if (value !== null) return { kind: "known", value };
    return { kind: "unavailable", outcome: unanswered(UNREADABLE) };
  }
}

function isNotFound({ status, answer }: AttemptOutcome): boolean {
  return status === 404 || (status === 400 && NOT_FOUND.test(answer ?? ""));
}
