// What events one after the other have told, kept in memory: which messages are one chain, and what was said last of each
// subject. The ledger keeps the same in its tables.
import type { Event } from "../model/event.ts";
import type { RecordedEvent } from "../model/history.ts";
import { linkOf } from "./chain.ts";
import { inChain } from "./history.ts";
import { isRepeat, statedBy, type Stated } from "./stated.ts";

export class ToldBefore {
  readonly #chains = new Map<string, string>();
  readonly #last = new Map<string, Stated & { readonly eventKey: string }>();

  /** Where the next event belongs; what it joins to its chain is joined in the log as well. */
  async next(
    event: Event,
    log: RecordedEvent[],
  ): Promise<{ readonly chain: string | undefined; readonly repeats: string | undefined }> {
    const link = linkOf(event, (messageId) => this.#chains.get(messageId) ?? null);
    if (link && link.joined !== null) {
      const { chain, joined } = link;
      for (const [id, own] of this.#chains) if (own === joined) this.#chains.set(id, chain);
      for (const id of link.noted) this.#chains.set(id, chain);
      for (const [place, past] of log.entries()) if (past.chain === joined) log[place] = inChain(past, chain);
    }
    const stated = await statedBy(event);
    const before = stated && this.#last.get(stated.subject);
    if (stated) this.#last.set(stated.subject, { ...stated, eventKey: event.key });
    const repeats = stated && before && isRepeat(stated, before) ? before.eventKey : undefined;
    return { chain: link?.chain, repeats };
  }
}
