// Questions to HighLevel before an attempt. Each takes one of HighLevel's places: a connection to HighLevel is open then,
// and none to where the delivery goes, so that a HighLevel that hangs holds up neither that host nor any other.
import { HIGHLEVEL_HOST } from "../../act/highlevel/highlevel.ts";
import type { HighLevelLimits } from "../highlevel/limits.ts";
import type { Lanes, Place } from "./lanes.ts";
import type { Clearance } from "./preflight.ts";

/** How many wait in line for a place, with none meanwhile; whatever else has to ask waits for its turn. */
const IN_LINE = 8;
/** How far off such a turn is at least. */
const NEXT_TURN_MS = 500;

export class Questions {
  readonly #lanes: Lanes;
  readonly #limits: HighLevelLimits;
  readonly #clock: () => number;
  readonly #freed: () => void;
  readonly #line: { readonly place: Place; readonly go: (hasPlace: boolean) => void }[] = [];

  /** `freed` is called when one of HighLevel's places has become free. */
  constructor(lanes: Lanes, limits: HighLevelLimits, clock: () => number, freed: () => void) {
    this.#lanes = lanes;
    this.#limits = limits;
    this.#clock = clock;
    this.#freed = freed;
  }

  /** Asks on behalf of a delivery, which has its place at its own host again if it may go; if not, it waits for its turn. */
  async ask(question: () => Promise<Clearance>, place: Place): Promise<Clearance> {
    if (place.home === HIGHLEVEL_HOST) return question();
    if (!(await this.#entered(place)))
      return { may: "in-turn", untilMs: this.#limits.turnAt(this.#clock() + NEXT_TURN_MS), wasQueried: true };
    const clearance = await question();
    if (clearance.said) this.#lanes.learn(HIGHLEVEL_HOST, clearance.said, this.#clock());
    if (clearance.may !== "go") return clearance;
    const nowMs = this.#clock();
    if (this.#lanes.enter(place, place.home, nowMs) !== "entered")
      return { may: "in-turn", untilMs: nowMs, wasQueried: true };
    this.#freed();
    return clearance;
  }

  /** Gives places of HighLevel's that have become free to those in line. */
  serve(): void {
    for (let [first] = this.#line; first; [first] = this.#line) {
      const entered = this.#lanes.enter(first.place, HIGHLEVEL_HOST, this.#clock());
      if (entered === "full") return;
      this.#line.shift();
      first.go(entered === "entered");
    }
  }

  #entered(place: Place): boolean | Promise<boolean> {
    this.#lanes.leave(place);
    const entered = this.#line.length > 0 ? "full" : this.#lanes.enter(place, HIGHLEVEL_HOST, this.#clock());
    if (entered !== "full" || this.#line.length >= IN_LINE) return entered === "entered";
    return new Promise((go) => this.#line.push({ place, go }));
  }
}
