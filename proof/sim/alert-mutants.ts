// Bugs in alerts, for proof/alerts.ts to find.
import type { SimulatedMutant } from "./mutants.ts";

export const ALERT_MUTANTS: readonly SimulatedMutant[] = [
  {
    name: "what-is-told-is-told-again",
    file: "ledger/alerts/book.ts",
    from: 'sql.exec("UPDATE alerts SET told = ? WHERE id = ?", endedAt === null ? 1 : 2, id);',
    to: 'sql.exec("UPDATE alerts SET told = ? WHERE id = ?", endedAt === null ? 0 : 2, id);',
    seed: 1,
  },
  {
    name: "messages-leave-as-they-come",
    file: "ledger/alerts/alerts.ts",
    from: "const BETWEEN_MS = 5 * MINUTE_MS;",
    to: "const BETWEEN_MS = 0;",
    seed: 2,
  },
  {
    name: "message-has-another-id-each-time",
    file: "ledger/alerts/alerts.ts",
    from: "const id = `alert-${locationId}-${message.made_at}-${message.id}`;",
    to: "const id = `alert-${locationId}-${message.made_at}-${message.id}-${message.tries}`;",
    seed: 1,
  },
  {
    name: "message-that-failed-is-forgotten",
    file: "ledger/alerts/messages.ts",
    from: "FROM alert_messages WHERE ended_at IS NULL LIMIT 1",
    to: "FROM alert_messages WHERE ended_at IS NULL AND tries = 0 LIMIT 1",
    seed: 1,
  },
  {
    name: "nobody-looks-when-something-dies",
    file: "ledger/pump/pump.ts",
    from: "if (deliveries.isDead(this.#storage.sql, id)) this.#stands(0);",
    to: "",
    seed: 1,
  },
  {
    name: "alarm-waits-for-a-message",
    file: "ledger/rounds.ts",
    from: "    alerts.run();",
    to: "    alerts.run(); await alerts.settled();",
    seed: 34,
  },
  {
    name: "directory-is-told-once",
    file: "ledger/alerts/alerts.ts",
    from: "this.expect(POKED_EVERY_MS);",
    to: "this.#note({ isTold: true });",
    seed: 2,
  },
];
