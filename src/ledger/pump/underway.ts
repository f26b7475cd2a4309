// An attempt while it is made: what it has sent so far, and whether it has to wait for its turn.
import { keptRequest } from "../../act/outbound/kept.ts";
import { kindOf } from "../../act/kinds.ts";
import type { ActionPorts } from "../../act/contract/action-kind.ts";
import type { Outgoing, SentRequest } from "../../model/sent-request.ts";
import type { LeasedDelivery } from "../deliveries/deliveries.ts";
import { withLeaving } from "../deliveries/sent-requests.ts";
import type { Sql } from "../store/ports.ts";

export class Underway {
  readonly startedAt: number;
  /** When it may be made, if its call did not leave, milliseconds since 1970; `null`: it left, or is not to wait. */
  turnAtMs: number | null = null;
  readonly #delivery: LeasedDelivery;
  readonly #ports: ActionPorts;
  #sent: SentRequest | null = null;
  #before: SentRequest | null = null;

  constructor(delivery: LeasedDelivery, ports: ActionPorts) {
    this.#delivery = delivery;
    this.#ports = ports;
    this.startedAt = ports.clock();
  }

  /** What left last; `null`: nothing did. */
  get sent(): SentRequest | null {
    return this.#sent;
  }

  /** Notes what is about to leave, as it is kept. It leaves only if `may` says so. */
  leaving(outgoing: Outgoing, may: () => boolean = () => true): boolean {
    const { plan } = this.#delivery;
    const type = plan && kindOf(plan.action).messages(plan.action);
    const before = this.#before;
    this.#before = this.#sent;
    this.#sent = keptRequest(outgoing, this.#ports.clock(), this.#ports, type);
    if (may()) return true;
    this.#sent = this.#before;
    this.#before = before;
    return false;
  }

  /** What is written down before it leaves, with what an attempt that was cut off has left. */
  marked(sql: Sql): string | null {
    return withLeaving(sql, this.#delivery.id, this.#sent, this.#before);
  }
}
