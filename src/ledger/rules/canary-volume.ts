// What a canary sends at a location, against what it was said to: before an event would make it more, it halts itself, here
// at once and everywhere once the registry has heard of it.
import { amount } from "../../kit/amount.ts";
import { kindOf } from "../../act/kinds.ts";
import { logError } from "../../model/log-line.ts";
import type { Canary } from "../../model/published.ts";
import type { Action } from "../../model/rule.ts";
import { mark, setMark } from "../store/marks.ts";
import type { LedgerPorts, LedgerStorage } from "../store/ports.ts";

const HOUR_MS = 3_600_000;

/** What is noted of the canary of a change. */
interface Volume {
  readonly change: number;
  /** When the messages of the last hour were decided, milliseconds since 1970. */
  readonly atMs: readonly number[];
  /** Why it was halted here; `null`: it was not. */
  readonly halted: string | null;
  /** Whether the registry has been told of that. */
  readonly isTold: boolean;
}

const NOTHING_SENT: Volume = { change: 0, atMs: [], halted: null, isTold: true };

export class CanaryVolume {
  readonly #storage: LedgerStorage;
  readonly #ports: Pick<LedgerPorts, "published" | "actions">;

  /** Whether anything may be noted of a canary: nearly always there is none. */
  #isAny = false;

  constructor(storage: LedgerStorage, ports: Pick<LedgerPorts, "published" | "actions">) {
    this.#storage = storage;
    this.#ports = ports;
  }

  /** Takes over the marks that were read. */
  know(marks: ReadonlyMap<string, string>): void {
    this.#isAny = marks.has("canary");
  }

  /** Whether the canary was halted here since a change. */
  isHalted(change: number): boolean {
    const noted = this.#noted();
    return noted.change === change && noted.halted !== null;
  }

  /** The change whose canary was halted here; `null`: none was. */
  halted(): number | null {
    const { change, halted } = this.#noted();
    return halted === null ? null : change;
  }

  /** Whether a canary may plan these actions now. If not, it is halted, which is noted at once. */
  admits({ messagesPerHour }: Canary, change: number, actions: readonly Action[]): boolean {
    const more = messagesIn(actions);
    if (messagesPerHour === null || more === 0) return true;
    const all = this.#sentWithin(change).length + more;
    if (all <= messagesPerHour) return true;
    const halted = `it would have sent ${amount(all, "message")} within an hour, and ${messagesPerHour} ${messagesPerHour === 1 ? "was" : "were"} allowed`;
    this.#write({ change, atMs: [], halted, isTold: false });
    return false;
  }

  /** Notes what a canary plans. It belongs in the transaction that records the decision. */
  note({ messagesPerHour }: Canary, change: number, actions: readonly Action[]): void {
    const more = messagesIn(actions);
    if (messagesPerHour === null || more === 0) return;
    const now = this.#ports.actions.clock();
    const atMs = [...this.#sentWithin(change), ...Array.from({ length: more }, () => now)];
    this.#write({ change, atMs, halted: null, isTold: true });
  }

  /** Tells the registry that a canary was halted here, if it has not heard of it yet. Never throws. */
  async tell(locationId: string): Promise<void> {
    const { change, halted, isTold } = this.#noted();
    const { published } = this.#ports;
    if (halted === null || isTold || !published) return;
    try {
      await published.halt(change, locationId, halted);
    } catch (error) {
      return logError("The registry was not told of a halted canary, it is told again", { locationId }, error);
    }
    const noted = this.#noted();
    if (noted.change === change && !noted.isTold) this.#write({ ...noted, isTold: true });
  }

  #noted(): Volume {
    const noted = this.#isAny ? mark(this.#storage.sql, "canary") : undefined;
    return noted === undefined ? NOTHING_SENT : (JSON.parse(noted) as Volume);
  }

  #sentWithin(change: number): readonly number[] {
    const { change: noted, atMs } = this.#noted();
    const now = this.#ports.actions.clock();
    // What was noted while the clock was ahead counts as well: rather too careful than too late.
    return noted === change ? atMs.filter((at) => at > now - HOUR_MS) : [];
  }

  #write(volume: Volume): void {
    this.#isAny = true;
    setMark(this.#storage.sql, "canary", JSON.stringify(volume));
  }
}

function messagesIn(actions: readonly Action[]): number {
  return actions.filter((action) => kindOf(action).messages(action) !== null).length;
}
