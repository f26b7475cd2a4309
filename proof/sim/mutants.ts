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
    from: "for (const delivery of scheduled) if (!delivery.cancelledBy) alarm.bringForward(delivery.dueAtMs);",
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
    from: "SELECT id, host FROM deliveries WHERE state = 'sending' AND due_at IS NOT NULL",
    to: "SELECT id, host FROM deliveries WHERE state = 'interrupted'",
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
    from: 'if (from.cancelledBy !== null) return { ...from, state: "cancelled", dueAtMs: null };\n  return { ...from, state: "scheduled", dueAtMs };',
    to: 'return { ...from, state: "scheduled", dueAtMs };',
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
    from: `WHERE state IN ('scheduled', 'sending')",`,
    to: `WHERE state IN ('scheduled', 'sending') AND state = 'scheduled'",`,
  },
  {
    name: "id-changed-at-a-retry",
    file: "act/webhook/webhook.ts",
    from: 'headers.set("webhook-id", deliveryId);',
    to: 'headers.set("webhook-id", `${deliveryId}-${timestamp}`);',
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
    from: "SELECT id, cancel_on AS cancelOn FROM deliveries ${isOpen} AND contact_id = ?1",
    to: "SELECT id, cancel_on AS cancelOn FROM deliveries ${isOpen} AND contact_id <> ?1",
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
    from: "return firstRow(sql, left, nowMs, id, time.there(nowMs), marked()) !== undefined;",
    to: "return nowMs > 0;",
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
    from: "FROM ${table} WHERE ${which} LIMIT ?)",
    to: "FROM ${table} WHERE ${which} AND (SELECT message_id FROM sends AS s WHERE s.delivery_id = ${table}.delivery_id) IS NOT NULL LIMIT ?)",
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
    from: "isWithin(row.refreshed_at, FRESH_MS, this.#now())",
    to: "isWithin(row.refreshed_at, 0, this.#now())",
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
  {
    name: "limit-counts-what-was-cancelled",
    file: "ledger/deliveries/deliveries.ts",
    from: "isReckoned: moves.cameToNothing(from) !== moves.cameToNothing(to)",
    to: "isReckoned: moves.cameToNothing(from) && moves.cameToNothing(to)",
  },
  {
    name: "limit-forgets-what-left-and-failed",
    file: "ledger/deliveries/moves.ts",
    from: "hasLeft(outcome) ? { ...before, hasLeft: true } : before;",
    to: "before;",
  },
  {
    name: "what-restarts-replaces-nothing",
    file: "ledger/recording/recorder.ts",
    from: "deliveries.moveAll(sql, replaced, (from) => cancelled(from, restartedBy(event.key)), nowMs);",
    to: "",
  },
  {
    name: "reply-before-its-event-ends-no-wait",
    file: "ledger/recording/waits.ts",
    from: "log.recordedAhead(this.#sql, contactId, Date.parse(occurredAt), kinds)",
    to: "[]",
  },
  {
    name: "reply-of-the-same-moment-ends-no-wait",
    file: "ledger/deliveries/deliveries.ts",
    from: "AND ${EVENT_AT} <= ?2`",
    to: "AND ${EVENT_AT} < ?2`",
  },
  {
    name: "older-reply-ends-a-wait",
    file: "ledger/deliveries/deliveries.ts",
    from: "AND ${EVENT_AT} <= ?2`",
    to: "AND ${EVENT_AT} <= ?2 + 600000`",
  },
  {
    name: "all-that-came-before-an-event-ends-its-wait",
    file: "ledger/recording/waits.ts",
    from: "log.recordedAhead(this.#sql, contactId, Date.parse(occurredAt), kinds)",
    to: "log.recordedAhead(this.#sql, contactId, occurredAt.length * 0, kinds)",
  },
  {
    name: "reply-does-not-end-what-is-held",
    file: "ledger/deliveries/deliveries.ts",
    from: `"INDEXED BY deliveries_held_cancellable WHERE state = 'held'",`,
    to: "",
  },
  {
    name: "stop-and-start-by-receipt",
    file: "ledger/log/opt-outs.ts",
    from: "const ahead = recordedAhead(sql, event.contactId, happenedAt + 1, WISHES);",
    to: "const ahead = recordedAhead(sql, event.contactId, Date.parse(event.receivedAt) + happenedAt * 0 + 1, WISHES);",
  },
  {
    name: "older-start-lifts-a-stop",
    file: "ledger/log/opt-outs.ts",
    from: "return [event, ...ahead.toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt))]",
    to: "return [...ahead.toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt)), event]",
  },
  {
    name: "what-happened-later-applied-in-the-order-of-the-log",
    file: "ledger/log/opt-outs.ts",
    from: "...ahead.toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt))]",
    to: "...ahead]",
  },
  {
    name: "of-the-same-moment-the-first-wish-counts",
    file: "ledger/log/opt-outs.ts",
    from: "recordedAhead(sql, event.contactId, happenedAt + 1, WISHES)",
    to: "recordedAhead(sql, event.contactId, happenedAt, WISHES).filter(({ key }) => key !== event.key)",
  },
  {
    name: "time-of-an-event-is-that-of-its-receipt",
    file: "events/event.ts",
    from: "Date.parse(said) > Date.parse(receivedAt) + CLOCKS_APART_MS",
    to: "Date.parse(said) > Date.parse(receivedAt)",
  },
  {
    name: "place-in-the-log-by-the-clock",
    file: "ledger/recording/recorder.ts",
    from: "Math.max(nowMs * 1_000, lastSeq + 1)",
    to: "nowMs * 1_000 + (lastSeq > 0 ? 1 : 0)",
  },
  {
    name: "place-of-another-instance-forgotten",
    file: "ledger/recording/recorder.ts",
    from: "Math.max(this.#lastSeq, seq)",
    to: "Math.max(this.#lastSeq, seq * 0)",
  },
  {
    name: "limit-counts-by-receipt",
    file: "ledger/recording/recorder.ts",
    from: "const past = asPast(event, decision.fired, moment.nowMs, about);",
    to: "const past = asPast(event, decision.fired, Date.parse(event.receivedAt), about);",
  },
  {
    name: "wait-counted-from-the-receipt",
    file: "ledger/recording/recorder.ts",
    from: "const planned = await Promise.all(actions.map((action) => this.#planned(action, ahead, decision)));",
    to: "const planned = await Promise.all(actions.map((action) => this.#planned({ ...action, dueAtMs: action.dueAtMs - moment.nowMs + Date.parse(event.receivedAt) }, ahead, decision)));",
  },
  {
    name: "another-state-of-a-message-is-a-repetition",
    file: "match/history.ts",
    from: "JSON.stringify([event.kind, chain, ...state])",
    to: "JSON.stringify([event.kind, chain, state.length])",
  },
  {
    name: "repeated-webhook-sets-its-waits-again",
    file: "ledger/recording/recorder.ts",
    from: 'if (log.isRecorded(sql, event.contactId, event.key)) return { status: "duplicate" };',
    to: `if (log.isRecorded(sql, event.contactId, event.key)) {
      sql.exec("UPDATE deliveries SET state = 'scheduled', due_at = ?, cancelled_by = NULL, ended_at = NULL WHERE event_key = ? AND state = 'cancelled'", deciding.moment().nowMs, event.key);
      alarm.bringForward(deciding.moment().nowMs);
      return { status: "duplicate" };
    }`,
  },
  {
    name: "repeated-webhook-of-an-erased-contact-is-new",
    file: "ledger/log/log.ts",
    from: "SELECT 1 FROM events WHERE contact_id IN (?, '') AND key = ?",
    to: "SELECT 1 FROM events WHERE contact_id IN (?, '-') AND key = ?",
  },
  {
    name: "own-message-before-its-answer-is-a-strangers",
    file: "match/decide.ts",
    from: 'sentBy === undefined ? guardedAs(event) : "api"',
    to: 'sentBy === undefined ? null : "api"',
  },
  {
    name: "cancelled-while-the-token-came-is-sent",
    file: "ledger/deliveries/sends.ts",
    from: "WHERE id = ?2 AND state = 'sending' AND cancelled_by IS NULL",
    to: "WHERE id = ?2 AND state = 'sending'",
  },
  {
    name: "stopped-while-the-token-came-is-sent",
    file: "ledger/deliveries/sends.ts",
    from: "if (optOuts.against(sql, contactId, action)) return false;",
    to: "",
  },
  {
    name: "erased-while-the-token-came-is-sent",
    file: "ledger/deliveries/sends.ts",
    from: "return firstRow(sql, left, nowMs, id, time.there(nowMs), marked()) !== undefined;",
    to: 'return firstRow(sql, left, nowMs, id, time.there(nowMs), marked()) !== undefined || firstRow(sql, "SELECT 1 FROM deliveries WHERE id = ?", id) === undefined;',
  },
  {
    name: "erased-while-the-token-came-is-tagged",
    file: "ledger/pump/pump.ts",
    from: "leaves?.(outgoing) ?? changes(request.body)",
    to: "leaves?.(outgoing) ?? (changes(request.body) || request.path.length > 0)",
  },
  {
    name: "replied-while-the-hours-were-asked-is-sent",
    file: "ledger/pump/pump.ts",
    from: "if (clearance.wasQueried && deliveries.move(sql, delivery.id, overtaken, this.#now())) return;",
    to: "",
  },
  {
    name: "bulk-cancel-does-not-wait-for-the-attempts",
    file: "ledger/by-hand.ts",
    from: "if (marked.length === 0) return",
    to: "if (marked.length >= 0) return",
  },
  {
    name: "two-refreshes-at-a-time",
    file: "ledger/highlevel/tokens.ts",
    from: "this.#refreshing ??= this.#refresh(usable)",
    to: "this.#refreshing = this.#refresh(usable)",
  },
  {
    name: "refresh-token-remembered-too-long",
    file: "ledger/highlevel/tokens.ts",
    from: "if (this.#opened?.row.sealed === sealed)",
    to: "if (this.#opened)",
  },
  {
    name: "message-looked-for-by-our-own-clock",
    file: "highlevel/sent-messages.ts",
    from: "const CLOCK_SKEW_MS = 120_000;",
    to: "const CLOCK_SKEW_MS = 0;",
  },
  {
    name: "what-changes-nothing-is-news",
    file: "match/stated.ts",
    from: "return state !== null && before?.state === state;",
    to: 'return state === "" && before?.state === state;',
  },
  {
    name: "request-not-kept",
    file: "ledger/deliveries/deliveries.ts",
    from: "request && storedText(sql, id, request, attempts - 1),",
    to: "null,",
  },
  {
    name: "message-leaves-before-it-is-kept",
    file: "ledger/deliveries/sends.ts",
    from: "time.there(nowMs), marked()) !== undefined",
    to: "time.there(nowMs), null) !== undefined",
  },
  {
    name: "template-kept-instead-of-what-left",
    file: "ledger/pump/pump.ts",
    from: "leaving: (outgoing) => void underway.leaving(outgoing),",
    to: "leaving: (outgoing) => void underway.leaving({ ...outgoing, body: JSON.stringify(plan.action) }),",
  },
  {
    name: "same-body-of-another-attempt",
    file: "ledger/deliveries/sent-requests.ts",
    from: "JSON.stringify({ ...request, body: null, bodyOf: known.n }",
    to: "JSON.stringify({ ...request, body: null, bodyOf: attempts + 1 }",
  },
  {
    name: "token-kept",
    file: "ledger/highlevel/account.ts",
    from: "if (!leaves(outgoing(this.#api, asked)))",
    to: "if (!leaves(outgoing(this.#api, asked, token)))",
  },
  {
    name: "secret-kept",
    file: "act/outbound/kept.ts",
    from: "const named = withNames(text.slice(0, read), this.#known);",
    to: "const named = text.slice(0, read).replaceAll(/\\{\\{ secret\\.(\\w+) \\}\\}/g, (_, name: string) => this.#known.secrets[name] ?? name);",
  },
];
