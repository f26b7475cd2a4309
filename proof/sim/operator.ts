// An operator who cancels, retries, releases, erases and completes, one or all, at the worst moments.
import { digestOf } from "../../src/ledger/log/erased.ts";
import type { LocationLedger } from "../../src/ledger/ledger.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import type { Confirmed } from "../history.ts";
import type { Clockwork } from "./clockwork.ts";
import { LOCATION } from "./location.ts";
import type { SimulatedObject } from "./object.ts";

/** The part of the answer to a change of a delivery that matters here. */
type Changed = { readonly ok: boolean };

const isOpen = ({ state }: Delivery): boolean => state === "scheduled" || state === "sending";

interface Asked {
  readonly askedOrder: number;
  readonly askedAt: number;
}

export class Operator {
  readonly confirmed: Confirmed[] = [];
  readonly #clockwork: Clockwork;
  readonly #object: SimulatedObject;
  readonly #contacts: readonly string[];

  constructor(clockwork: Clockwork, object: SimulatedObject, contacts: readonly string[]) {
    this.#clockwork = clockwork;
    this.#object = object;
    this.#contacts = contacts;
  }

  /** Does one of these things, to whatever there is. */
  async operate(): Promise<void> {
    const { chance } = this.#clockwork;
    const deliveries = await this.#deliveries();
    // A delivery being sent at this moment is rare, and the case in which a cancel has to wait.
    const sending = chance.happens(0.5) ? deliveries.filter(({ state }) => state === "sending") : [];
    const choice = sending.length > 0 ? sending : deliveries;
    const delivery = choice.length > 0 ? chance.pick(choice) : undefined;
    const what = chance.below(11);
    if (what < 5 && delivery) await this.cancel(delivery.id);
    else if (what < 7 && delivery) await this.#retry(delivery);
    else if (what < 8) await this.#retryDead(deliveries);
    else if (what < 9) await this.erase(chance.pick(this.#contacts));
    else if (what < 10) await this.cancelAll();
    else if (delivery) await this.quietly((ledger) => ledger.completeTask(delivery.id));
  }

  async cancel(id: string): Promise<void> {
    const asked = this.#ask();
    const answer: Changed | undefined = await this.quietly((ledger) => ledger.cancel(id));
    if (answer) this.#confirm("cancel answered", id, asked);
    if (answer?.ok) this.#confirm("cancelled", id, asked);
  }

  /** Cancels all that waits or is being sent. */
  async cancelAll(): Promise<void> {
    const open = (await this.#deliveries()).filter(isOpen).map(({ id }) => id);
    const asked = this.#ask();
    if (!(await this.quietly((ledger) => ledger.cancelScheduled({})))) return;
    for (const id of open) this.#confirm("cancel answered", id, asked);
    for (const delivery of await this.#deliveries())
      if (open.includes(delivery.id) && isOpen(delivery)) this.#confirm("still open", delivery.id, asked);
  }

  async erase(contactId: string): Promise<void> {
    const asked = this.#ask();
    this.#confirm("erase asked", contactId, asked);
    if (await this.quietly(async (ledger) => ledger.eraseContact(LOCATION, contactId, await digestOf(contactId))))
      this.#confirm("erased", contactId, asked);
  }

  /** Retries each delivery that is not sent. */
  async retryEach(): Promise<void> {
    for (const delivery of await this.#deliveries()) if (delivery.state !== "sent") await this.#retry(delivery);
  }

  /** Calls the object; `undefined`: no answer came. */
  async quietly<Value>(call: (ledger: LocationLedger) => Value | Promise<Value>): Promise<Value | undefined> {
    try {
      return await this.#object.call(call);
    } catch {
      return undefined;
    }
  }

  /** A requested retry may have been done although no answer came: it counts from then on. */
  async #retry({ id, state }: Delivery): Promise<void> {
    this.#confirm("retried", id, this.#ask());
    await this.quietly((ledger): Changed => (state === "held" ? ledger.releaseDelivery(id) : ledger.retry(id)));
  }

  async #retryDead(deliveries: readonly Delivery[]): Promise<void> {
    const asked = this.#ask();
    for (const { id, state } of deliveries)
      if (state === "dead" || state === "sending" || state === "scheduled") this.#confirm("retried", id, asked);
    await this.quietly((ledger) => ledger.retryDead({}));
  }

  async #deliveries(): Promise<readonly Delivery[]> {
    return (await this.quietly((ledger) => ledger.deliveries({ limit: 200 })))?.deliveries ?? [];
  }

  #ask(): Asked {
    return { askedOrder: this.#clockwork.order(), askedAt: this.#clockwork.now };
  }

  #confirm(what: Confirmed["what"], id: string, asked: Asked): void {
    this.confirmed.push({ what, id, ...asked, order: this.#clockwork.order() });
  }
}
