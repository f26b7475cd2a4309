// One simulated run of a location that has something to tell: what destinations take dies and is held up, the receiver of
// alerts hangs, fails and loses answers, the clock is set, and the object dies.
import type { Alert } from "../../src/model/alert.ts";
import { aRule, aRuleSet, aWebhook } from "../../test/builders.ts";
import { chance, type Chance } from "../../test/generated/chance.ts";
import type { AlertsSeen } from "../alerts.ts";
import { Clockwork } from "./clockwork.ts";
import { hashesTake } from "./determinism.ts";
import { LOCATION, read } from "./location.ts";
import { CHARACTERS } from "./network.ts";
import { SimulatedObject } from "./object.ts";

const START = Date.parse("2026-03-04T06:00:00Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const BUSY_MS = 3 * HOUR;
/** What has died is told as over a day later, and that within the hour. */
const PEACE_MS = 32 * HOUR;
const CALM = "calm.example.com";
const BROKEN = ["one.example.com", "two.example.com"];
const RECEIVER = "alerts.example.com";

const RULES = aRuleSet(
  ...[CALM, ...BROKEN].map((host) =>
    aRule({
      name: host.split(".")[0] ?? "",
      conditions: { all: [{ fact: "payload", path: "$.to", operator: "equal", value: host }] },
      actions: [aWebhook({ url: `https://${host}/` })],
    }),
  ),
);

/** A run; a seed decides what breaks. */
export async function simulateAlerts(seed: number): Promise<AlertsSeen> {
  hashesTake(null);
  return new AlertsRun(seed).seen();
}

class AlertsRun {
  readonly #chance: Chance;
  readonly #clockwork: Clockwork;
  readonly #object: SimulatedObject;
  readonly #isUnsteady: boolean;
  #events = 0;
  #told: { readonly version: number; readonly alerts: readonly Alert[] } | null = null;

  constructor(seed: number) {
    this.#chance = chance(seed);
    this.#clockwork = new Clockwork(START, this.#chance);
    this.#object = new SimulatedObject(this.#clockwork, RULES);
    // Half of the runs are of times alone: nothing dies but deliveries.
    this.#isUnsteady = this.#chance.happens(0.5);
    this.#object.alerts = {
      url: `https://${RECEIVER}/`,
      silence: { kinds: new Set(), awake: null },
      tell: async (_, told) => {
        if (this.#chance.next() < 0.2) throw new Error("The directory does not answer");
        if (told.version > (this.#told?.version ?? 0)) this.#told = told;
      },
    };
  }

  async seen(): Promise<AlertsSeen> {
    this.#plan();
    await this.#clockwork.run(START + BUSY_MS + PEACE_MS, () => this.#object.watchAlarm());
    const rows = (statement: string) => this.#object.disk.rows(statement);
    const { network } = this.#object;
    const bytes = new Map(network.arrived.map(({ deliveryId, body }) => [deliveryId, body]));
    const calls = network.calls
      .filter(({ host }) => host === RECEIVER)
      .map(({ id, at }) => {
        const body = bytes.get(id) ?? "{}";
        return { id, at, bytes: body, alerts: (JSON.parse(body) as { data: { alerts: Alert[] } }).data.alerts };
      });
    return {
      calls: calls.map((call, index) => ({ ...call, bytes: this.#bytesOf(call.id, index, calls) })),
      alerts: rows("SELECT id, kind, about, opened_at, ended_at FROM alerts WHERE opened_at IS NOT NULL").map(
        (row) => ({
          id: Number(row["id"]),
          kind: String(row["kind"]),
          about: String(row["about"]),
          openedAt: Number(row["opened_at"]),
          endedAt: row["ended_at"] === null ? null : Number(row["ended_at"]),
        }),
      ),
      pending: Number(rows("SELECT COUNT(*) AS n FROM alert_messages WHERE ended_at IS NULL")[0]?.["n"]),
      died: rows("SELECT rule, ended_at AS at FROM deliveries WHERE state = 'dead'").map(({ rule, at }) => ({
        rule: String(rule),
        at: Number(at),
      })),
      lateMs: rows(
        `SELECT at - event_at AS late FROM attempts JOIN deliveries ON id = delivery_id WHERE n = 1 AND host = '${CALM}'`,
      ).map(({ late }) => Number(late)),
      hosts: rows("SELECT host FROM hosts").map(({ host }) => String(host)),
      isUnsteady: this.#isUnsteady,
      told: this.#told?.alerts ?? null,
    };
  }

  /** The bytes with which a message left that time. */
  #bytesOf(id: string, index: number, calls: readonly { readonly id: string }[]): string {
    const nth = calls.slice(0, index).filter((call) => call.id === id).length;
    return this.#object.network.arrived.filter(({ deliveryId }) => deliveryId === id)[nth]?.body ?? "";
  }

  #plan(): void {
    const { chance } = this.#clockwork;
    const { network, disk } = this.#object;
    const at = (run: () => void): void => this.#clockwork.after(MINUTE + chance.below(BUSY_MS), run);
    for (let events = 15 + chance.below(25); events > 0; events--)
      at(() => this.#event(chance.pick([CALM, ...BROKEN])));
    for (const host of [...BROKEN, RECEIVER])
      for (let changes = chance.below(6); changes > 0; changes--)
        at(() => network.characters.set(host, chance.pick(CHARACTERS)));
    // Some have something to tell from the beginning, and a receiver that hangs.
    network.characters.set(BROKEN[0] ?? "", chance.pick(["410", "prompt"]));
    network.characters.set(RECEIVER, chance.pick(["prompt", "hangs", "answers lost", "500", "resets"]));
    if (this.#isUnsteady) {
      for (let crashes = chance.below(10); crashes > 0; crashes--)
        at(() => (chance.happens(0.4) ? this.#object.crash() : (disk.crashAfterWrites = chance.below(20))));
      for (let steps = chance.below(3); steps > 0; steps--)
        at(() => {
          this.#clockwork.offMs += chance.pick([-1, 1]) * chance.below(20 * MINUTE);
          this.#object.clockChanged();
        });
    }
    for (let turn = 1; turn * 5 * MINUTE < BUSY_MS + PEACE_MS; turn++)
      this.#clockwork.after(
        turn * 5 * MINUTE,
        () => void this.#object.call((ledger) => ledger.poke()).catch(() => null),
      );
    this.#clockwork.after(BUSY_MS + MINUTE, () => {
      disk.crashAfterWrites = Infinity;
      for (const host of [...BROKEN, RECEIVER]) network.characters.set(host, "prompt");
    });
  }

  #event(to: string): void {
    const key = `event-${(this.#events += 1)}`;
    const tries = (): void => {
      const payload = {
        type: "OutboundMessage", locationId: LOCATION, contactId: `contact-${this.#events % 5}`, messageType: "SMS",
        status: "delivered", messageId: key, to, dateAdded: new Date(this.#clockwork.wall()).toISOString(),
      }; // prettier-ignore
      const event = read(key, payload, this.#clockwork.wall());
      this.#object
        .call((ledger) => ledger.record(event))
        .catch(() => this.#clockwork.after(this.#chance.below(5 * MINUTE), tries));
    };
    tries();
  }
}
