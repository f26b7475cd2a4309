// An alarm that has its hands full for minutes: a destination answers slowly, more comes for it than it takes, and HighLevel
// fails, so that whoever waits for what it says of a contact has to be asked about more than once meanwhile.
import type { Surroundings } from "./follow-ups.ts";
import type { Clockwork } from "./clockwork.ts";
import type { SimulatedHighLevel } from "./highlevel.ts";
import type { SimulatedNotes } from "./notes.ts";
import type { SimulatedObject } from "./object.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const LASTS_MS = 4 * MINUTE;
const EVENTS = 30;
const NOTES = 20;
/** Each of the events has seven calls to it. */
export const SLOW = "c.example.com";

/** What it takes. */
interface Flooded {
  readonly clockwork: Clockwork;
  readonly object: SimulatedObject;
  readonly highlevel: SimulatedHighLevel;
  readonly notes: SimulatedNotes;
  readonly around: Surroundings;
}

export function planFlood({ clockwork, object, highlevel, notes, around }: Flooded): void {
  const { chance } = clockwork;
  clockwork.after(chance.below(around.busyMs - LASTS_MS), () => {
    object.network.characters.set(SLOW, "slow");
    highlevel.isOff = 0.8;
    highlevel.characters = ["500 before", "resets before"];
    clockwork.after(LASTS_MS, () => (highlevel.isOff = 0));
    for (let event = 1; event <= EVENTS; event++)
      clockwork.after(chance.below(MINUTE), () =>
        around.senders.say(`flood-${event}`, chance.pick(around.contacts), { status: "read" }, clockwork.now),
      );
    for (let note = NOTES; note > 0; note--) clockwork.after(chance.below(LASTS_MS), () => notes.oneOf(1));
  });
}
