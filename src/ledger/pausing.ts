// Pausing a rule or the location, and ending that. What is due while it is paused is held, and stays held when the pause
// ends: a person looks at it, so that nobody gets a burst of stale texts. What is due later leaves at its time.
import { fail, succeed, type Result } from "../kit/result.ts";
import { logError } from "../model/log-line.ts";
import type { Failure } from "../model/failure.ts";
import { MAX_PAUSES, type Everywhere, type Pause, type PauseAnswer, type PauseRequest } from "../model/pause.ts";
import { countOf, idsOf } from "./deliveries/lists.ts";
import type { Pauses } from "./log/pauses.ts";
import type { Pump } from "./pump/pump.ts";
import { firstRow, type LedgerPorts, type LedgerStorage } from "./store/ports.ts";
import type { RulesInForce } from "./rules/in-force.ts";
import type { Transactions } from "./upkeep/transactions.ts";

/** More than are ever being sent. */
const AT_ONCE = 100;
const ASK_WITHIN_MS = 2_000;
const ASK_AGAIN_MS = 1_000;

interface PausingParts {
  readonly rules: RulesInForce;
  readonly pauses: Pauses;
  readonly transactions: Transactions;
  readonly pump: () => Pump;
}

export class Pausing {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #parts: PausingParts;
  /** Settles when the directory has answered, or has not in time; `null`: it is not being asked. */
  #asking: Promise<void> | null = null;
  #askFrom = 0;

  constructor(storage: LedgerStorage, ports: LedgerPorts, parts: PausingParts) {
    this.#storage = storage;
    this.#ports = ports;
    this.#parts = parts;
  }

  /** What is paused. */
  get pauses(): Pauses {
    return this.#parts.pauses;
  }

  /** Pauses a rule or (`null`) the location. Once it resolves, nothing of it leaves: what was being sent has ended. */
  async pause(
    locationId: string,
    rule: string | null,
    { until = null, reason }: Omit<PauseRequest, "until"> & { readonly until?: string | null | undefined },
    by: string,
  ): Promise<Result<PauseAnswer, Failure>> {
    const { pauses, transactions, pump } = this.#parts;
    if (rule !== null && !this.#isRule(rule)) return fail({ code: "LEDGER_NOT_FOUND", what: "rule" });
    const here = pauses.inForce().filter(({ scope }) => scope !== "everywhere");
    if (here.length >= MAX_PAUSES && !here.some((one) => one.rule === rule)) return fail({ code: "LEDGER_PAUSES" });
    const since = new Date(this.#now()).toISOString();
    const pause: Pause = { scope: rule === null ? "location" : "rule", rule, since, until, reason, by };
    this.#write(() => {
      pauses.set(rule, pause);
      transactions.seen(locationId);
    });
    const sending = idsOf(this.#storage.sql, "sending", rule === null ? {} : { rule }, AT_ONCE);
    await Promise.all(sending.map((id) => pump().attemptOf(id)));
    return succeed(this.#answer(rule));
  }

  /** Ends a pause of this location. Another, of the location or everywhere, may still be in force. */
  resume(rule: string | null): PauseAnswer {
    const { pauses, pump } = this.#parts;
    if (this.isPausedHere(rule)) this.#write(() => pauses.set(rule, null));
    pump().wake();
    return this.#answer(rule);
  }

  /** Takes over what is paused in every location. */
  learn(everywhere: Everywhere): void {
    const { pauses, pump } = this.#parts;
    const isNews = this.#write(() => pauses.learn(everywhere));
    if (isNews) pump().wake();
  }

  /** Asks the directory once what is paused everywhere; until it has answered, nothing leaves. Never rejects. */
  async know(): Promise<void> {
    const { pausedEverywhere } = this.#ports;
    if (pausedEverywhere === undefined || this.#parts.pauses.isTold() || this.#now() < this.#askFrom) return;
    this.#asking ??= this.#ask(pausedEverywhere).finally(() => (this.#asking = null));
    await this.#asking;
  }

  /** Whether something may leave: it is known what is paused everywhere. */
  isKnown(): boolean {
    return this.#ports.pausedEverywhere === undefined || this.#parts.pauses.isTold();
  }

  /** Nothing leaves before, milliseconds since 1970. */
  notBefore(): number {
    return this.isKnown() ? 0 : Math.min(this.#askFrom, this.#now() + ASK_AGAIN_MS);
  }

  async #ask(asked: NonNullable<LedgerPorts["pausedEverywhere"]>): Promise<void> {
    try {
      const late = this.#ports.timer(ASK_WITHIN_MS).then(() => Promise.reject(new Error("The directory is late")));
      this.learn(await Promise.race([asked(), late]));
    } catch (error) {
      this.#askFrom = this.#now() + ASK_AGAIN_MS;
      logError("Nothing leaves until the directory says what is paused", {}, error);
    }
  }

  /** A mistyped name would look like a pause. */
  #isRule(name: string): boolean {
    const waits = "SELECT 1 FROM deliveries WHERE rule = ? AND state IN ('scheduled', 'sending', 'held') LIMIT 1";
    return this.#parts.rules.has(name) || firstRow(this.#storage.sql, waits, name) !== undefined;
  }

  /** Whether a rule or (`null`) the location has a pause of its own here. */
  isPausedHere(rule: string | null): boolean {
    return this.#parts.pauses.inForce().some((one) => one.scope !== "everywhere" && one.rule === rule);
  }

  /** The pause that holds for a rule or (`null`) for the location; `null`: none. */
  present(rule: string | null): Pause | null {
    const { pauses } = this.#parts;
    return rule === null ? (pauses.inForce().find((one) => one.rule === null) ?? null) : pauses.of(rule);
  }

  #answer(rule: string | null): PauseAnswer {
    const pause = this.present(rule);
    const filter = { error: "ACTION_PAUSED", ...(rule === null ? {} : { rule }) };
    return { pause, held: countOf(this.#storage.sql, "held", filter, "any") };
  }

  #write<Value>(work: () => Value): Value {
    try {
      return this.#parts.transactions.commit(work);
    } catch (error) {
      this.#parts.pauses.forget();
      throw error;
    }
  }

  #now(): number {
    return this.#ports.actions.clock();
  }
}
