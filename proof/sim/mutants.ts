// Bugs that somebody could introduce. Each is planted in turn, and the simulation has to find it.

export interface Mutant {
  readonly name: string;
  /** Under src. */
  readonly file: string;
  /** Text that occurs exactly once in the file, and what replaces it. */
  readonly from: string;
  readonly to: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "answer-before-commit",
    file: "ledger/recording/intake.ts",
    from: "tell(recorded);",
    to: 'tell(Promise.resolve({ status: "accepted", fired: [] })); await this.#ports.timer(5);',
  },
  {
    name: "no-transaction-around-an-event",
    file: "ledger/upkeep/transactions.ts",
    from: "return this.#storage.transactionSync(work);",
    to: "return work();",
  },
  {
    name: "recorded-two-at-a-time",
    file: "ledger/recording/intake.ts",
    from: "await recorded.catch(() => undefined);",
    to: "void recorded.catch(() => undefined);",
  },
  {
    name: "duplicates-decided-again",
    file: "ledger/log/log.ts",
    from: 'AND key = ?", contactId, key) !== undefined;',
    to: 'AND key = ? AND 0", contactId, key) !== undefined;',
  },
  {
    name: "alarm-not-set-with-the-event",
    file: "ledger/recording/recorder.ts",
    from: "for (const delivery of planned) if (!delivery.cancelledBy) alarm.bringForward(delivery.dueAtMs);",
    to: "",
  },
  {
    name: "alarm-not-set-after-a-failure",
    file: "ledger/rounds.ts",
    from: "alarm.setForNext(failures.length > 0 ? this.#clock() + BREATH_MS : undefined);",
    to: "if (failures.length === 0) alarm.setForNext();",
  },
  {
    name: "lost-alarm-not-repaired",
    file: "ledger/store/alarm.ts",
    from: "(set === null || set > next || set < this.#clock())",
    to: "set !== null && set > next",
  },
  {
    name: "interrupted-deliveries-forgotten",
    file: "ledger/deliveries/deliveries.ts",
    from: "SELECT id FROM deliveries WHERE state = 'sending' AND due_at IS NOT NULL",
    to: "SELECT id FROM deliveries WHERE state = 'interrupted'",
  },
  {
    name: "cancel-not-checked-at-lease",
    file: "ledger/deliveries/moves.ts",
    from: 'const isDue = from.state === "scheduled" && from.dueAtMs !== null && from.dueAtMs <= nowMs;',
    to: 'const isDue = from.state !== "sending";',
  },
  {
    name: "reply-during-an-attempt-forgotten",
    file: "ledger/deliveries/moves.ts",
    from: 'if (from.cancelledBy !== null) return { ...from, state: "cancelled", dueAtMs: null };\n  return',
    to: "return",
  },
  {
    name: "cancel-does-not-wait-for-the-attempt",
    file: "ledger/by-hand.ts",
    from: 'if (!noted.ok || noted.value.state !== "sending") return noted;',
    to: "if (noted.ok) return noted;",
  },
  {
    name: "reply-cancels-nothing-that-is-being-sent",
    file: "ledger/deliveries/deliveries.ts",
    from: `"state IN ('scheduled', 'sending')", "state = 'held'"`,
    to: `"state = 'scheduled'", "state = 'held'"`,
  },
  {
    name: "id-changed-at-a-retry",
    file: "act/webhook/webhook.ts",
    from: 'headers.value.set("webhook-id", deliveryId);',
    to: 'headers.value.set("webhook-id", `${deliveryId}-${timestamp}`);',
  },
  {
    name: "task-under-a-new-id",
    file: "act/task/task.ts",
    from: "id: context.deliveryId,",
    to: "id: `${context.deliveryId}-${context.ports.clock()}`,",
  },
  {
    name: "tries-not-counted",
    file: "ledger/deliveries/moves.ts",
    from: "putBack({ ...from, giveUpAtMs, tries }, nowMs + delay)",
    to: "putBack({ ...from, giveUpAtMs }, nowMs + delay)",
  },
  {
    name: "given-up-too-early",
    file: "act/contract/retry.ts",
    from: "if (wait === undefined) return null;",
    to: "if (wait === undefined || attempts > 5) return null;",
  },
  {
    name: "sent-can-be-retried",
    file: "ledger/deliveries/moves.ts",
    from: 'if (from.state === "sent" || from.state === "sending") return null;',
    to: 'if (from.state === "sending") return null;',
  },
  {
    name: "a-failure-is-final",
    file: "act/contract/outcome.ts",
    from: 'DESTINATION_UNREACHABLE: "later",',
    to: 'DESTINATION_UNREACHABLE: "never",',
  },
  {
    name: "erased-deliveries-stay",
    file: "ledger/upkeep/erase.ts",
    from: '"DELETE FROM deliveries WHERE contact_id = ? RETURNING id"',
    to: '"SELECT id FROM deliveries WHERE contact_id = ?"',
  },
  {
    name: "erased-events-stay",
    file: "ledger/upkeep/erase.ts",
    from: "`UPDATE OR REPLACE events SET ${TOMBSTONE} WHERE contact_id = ? RETURNING seq`",
    to: "`SELECT seq FROM events WHERE contact_id = ?`",
  },
  {
    name: "reply-cancels-for-everybody",
    file: "ledger/deliveries/deliveries.ts",
    from: "SELECT id, plan FROM deliveries WHERE contact_id = ?1 AND cancellable = 1",
    to: "SELECT id, plan FROM deliveries WHERE contact_id <> ?1 AND cancellable = 1",
  },
  {
    name: "one-host-takes-every-place",
    file: "ledger/pump/lanes.ts",
    from: 'if (mode !== "closed") return lane.inFlight === 0 && this.#suspectsInFlight() < SUSPECT_PLACES;\n    if (lane.inFlight === 0) return true;\n    return lane.inFlight < SHARED_PLACES && this.#inFlight - this.#suspectsInFlight() < SHARED_PLACES;',
    to: "return true;",
  },
  {
    name: "circuit-never-opens",
    file: "ledger/pump/circuit.ts",
    from: "export const OPENS_AFTER = 10;",
    to: "export const OPENS_AFTER = 10_000;",
  },
  {
    name: "circuit-never-closes",
    file: "ledger/pump/circuit.ts",
    from: 'return nowMs < openUntilMs ? "open" : "half-open";',
    to: 'return nowMs < Infinity ? "open" : "half-open";',
  },
  {
    name: "message-leaves-without-a-note",
    file: "ledger/deliveries/sends.ts",
    from: "return firstRow(sql, left, clock(), id) !== undefined;",
    to: "return clock() > 0;",
  },
  {
    name: "message-not-looked-for",
    file: "act/highlevel/send.ts",
    from: "if (earlier !== null) {",
    to: "if (earlier === undefined) {",
  },
  {
    name: "message-of-another-delivery-is-taken",
    file: "ledger/deliveries/sends.ts",
    from: "return owner !== null && owner !== id;",
    to: "return owner === id && owner !== id;",
  },
  {
    name: "a-lost-answer-is-a-refusal",
    file: "act/highlevel/answer.ts",
    from: "answer.status >= 400 && answer.status < 500 && answer.status !== 408;",
    to: "answer.status >= 400 && answer.status < 600 && answer.status !== 408;",
  },
  {
    name: "stop-not-asked-before-an-attempt",
    file: "ledger/log/opt-outs.ts",
    from: "return type === null ? null : ofMessage(of(sql, contactId), switchesFor(type));",
    to: "return null;",
  },
  {
    name: "breaker-counts-what-has-arrived",
    file: "ledger/deliveries/breaker.ts",
    from: "(SELECT 1 FROM sends WHERE ${which} LIMIT ?)",
    to: "(SELECT 1 FROM sends WHERE ${which} AND message_id IS NOT NULL LIMIT ?)",
  },
  {
    name: "token-used-before-it-is-kept",
    file: "ledger/highlevel/tokens.ts",
    from: "return this.#replaced(row.sealed, next, answer.grant.accessToken);",
    to: 'actions.timeLimit(2_000).addEventListener("abort", () => void this.#replaced(row.sealed, next, "").catch(() => undefined));\n        return succeed(answer.grant.accessToken);',
  },
  {
    name: "refused-tokens-refreshed-without-end",
    file: "ledger/highlevel/tokens.ts",
    from: "this.#now() - row.refreshed_at < FRESH_MS",
    to: "this.#now() - row.refreshed_at < 0",
  },
  {
    name: "limits-in-answers-not-read",
    file: "ledger/highlevel/limits.ts",
    from: "answered: (answer) => end((from, nowMs) => limits.answered(from, ticket, answer, nowMs)),",
    to: "answered: () => end(limits.unanswered),",
  },
  {
    name: "contact-left-out-of-a-message",
    file: "act/highlevel/request.ts",
    from: "...(namesContact ? { contactId: context.contactId } : {})",
    to: "...(namesContact ? {} : {})",
  },
];
