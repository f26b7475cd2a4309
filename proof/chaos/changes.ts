// Changes of the rules in force while events come: who asked for which, how long it took until every location knew, and what
// the ledgers' files say of it in the end.
import type { LogRecord } from "../../src/ledger/log/log.ts";
import type { InForce, RulesChange, RulesState } from "../../src/model/published.ts";
import { isInShare } from "../../src/kit/share.ts";
import { ruleOf, type Published, type PublishedDecision } from "../published.ts";
import { readLedgers } from "./files.ts";
import { pause, type World } from "./world.ts";

/** What the checker calls the set of the bundle. */
const BUNDLE = "bundle";
const LOOK_EVERY_MS = 20;
const GIVE_UP_MS = 60_000;

/** A change that was asked for. */
interface Asked {
  /** Names it: its reason. */
  readonly name: string;
  /** Its place in the order of what was observed. */
  readonly order: number;
}

export class Changes {
  readonly #world: World;
  readonly #asked: Asked[] = [];
  readonly #told: Published["told"][number][] = [];
  readonly #locations: readonly string[];
  readonly sets = new Map<string, number>();

  constructor(world: World, locations: readonly string[]) {
    this.#world = world;
    this.#locations = locations;
  }

  /** Publishes a set of one rule, which says which set decided. */
  async publish(set: number): Promise<void> {
    const rule = {
      on: ["OutboundMessage", "InboundMessage"],
      conditions: { all: [{ fact: "contactId", operator: "exists", value: true }] },
      actions: [{ type: "task", title: "Look at {{ event.contactId }}" }],
    };
    const files = { rules: [{ file: `${ruleOf(set)}.json`, text: JSON.stringify(rule) }], conditions: [] };
    const body = { files, note: "", author: null, over: set - 1, replay: null };
    const answer = (await this.#world.api("POST", "/rule-sets", body)) as { version: { ruleSet: string } } | null;
    if (answer === null) throw new Error("A set was not published");
    this.sets.set(answer.version.ruleSet, set);
  }

  /** Asks for a change once; `null`: no answer came, so that nobody knows whether it was made. */
  async ask(path: string, body: { readonly for?: "all" }): Promise<number | null> {
    const name = `change-${this.#asked.length + 1}`;
    this.#asked.push({ name, order: this.#world.order() });
    const answer = (await this.#world.api("POST", path, { ...body, reason: name })) as { change: RulesChange } | null;
    return answer?.change.change ?? null;
  }

  /** Waits until every location knows what is in force; returns how many milliseconds that took, or `null` if it did not. */
  async known(): Promise<number | null> {
    const startedAt = performance.now();
    while (performance.now() - startedAt < GIVE_UP_MS) {
      const state = await this.#state();
      if (state && state.locations === this.#locations.length && state.told === state.locations) {
        const { change } = state.inForce;
        const order = this.#world.order();
        for (const locationId of this.#locations) this.#told.push({ locationId, change, order });
        return performance.now() - startedAt;
      }
      await pause(LOOK_EVERY_MS);
    }
    return null;
  }

  /** What was seen, once the Worker has stopped, from the files in the folder of its state. */
  seen(
    { changes, bundled }: Pick<RulesState, "changes" | "bundled">,
    folder: string,
  ): Published & { readonly undecided: readonly string[] } {
    const orders = new Map(this.#asked.map(({ name, order }) => [name, order]));
    const made = changes.toSorted((a, b) => a.change - b.change);
    const files = readLedgers(folder, (ask) => {
      const events = ask("SELECT record FROM events WHERE record IS NOT NULL").map(
        ({ record }) => JSON.parse(String(record)) as LogRecord,
      );
      const locationId = events[0]?.event.locationId ?? "";
      const marks = ask("SELECT value FROM marks WHERE name = 'rules'");
      return {
        events,
        known: marks.map(({ value }) => (JSON.parse(String(value)) as InForce).change),
        deliveries: ask("SELECT event_key, rule FROM deliveries").map((row) => ({
          locationId,
          eventKey: String(row["event_key"]),
          rule: String(row["rule"]),
        })),
      };
    });
    const decisions = files.flatMap(({ events }) => events.map((record) => this.#decisionOf(record, bundled)));
    const decided = new Set(decisions.map(({ key }) => key));
    const last = made.at(-1)?.change ?? 0;
    return {
      decisions,
      undecided: this.#world.acknowledged.map(({ key }) => key).filter((key) => !decided.has(key)),
      // One of which nobody heard may have been made as soon as it was asked for.
      changes: made.map(({ reason, what, ...inForce }) => ({ inForce, what, order: orders.get(reason) ?? 0 })),
      told: this.#told,
      sets: this.sets,
      deliveries: files.flatMap(({ deliveries }) => deliveries),
      divergence: [],
      refused: new Set(),
      peace: Infinity,
      locations: this.#locations.length,
      known: files.filter(({ known }) => known.includes(last)).length,
      share: isInShare,
    };
  }

  async #state(): Promise<RulesState | null> {
    return (await this.#world.api("GET", "/rule-sets?limit=1")) as RulesState | null;
  }

  /** What is in force, and the last hundred changes; it throws if nobody answers. */
  async state(): Promise<RulesState> {
    const state = await this.#state();
    if (!state) throw new Error("Nobody tells what is in force");
    return state;
  }

  #decisionOf({ event, decision }: LogRecord, bundled: string): PublishedDecision {
    const { key, locationId, contactId } = event;
    const { fired, decidedAt } = decision;
    const ruleSet = decision.ruleSet === bundled ? BUNDLE : decision.ruleSet;
    const answer = this.#world.acknowledged.find((one) => one.key === key);
    const [sent, answered] = [answer?.sentOrder ?? 0, answer?.order ?? Infinity];
    return { key, locationId, contactId, ruleSet, fired, atMs: Date.parse(decidedAt), sent, answered };
  }
}
