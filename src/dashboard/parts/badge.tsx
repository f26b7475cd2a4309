import type { JSX } from "preact";
import type { DeliveryState } from "../../model/delivery.ts";

/** The states as shown to people. */
export const STATE_WORDS: { readonly [State in DeliveryState]: string } = {
  scheduled: "waiting",
  sending: "sending",
  held: "held",
  sent: "sent",
  dead: "dead",
  cancelled: "cancelled",
};

/** The state of a delivery as a word with a colour. */
export function StateBadge({ state }: { readonly state: DeliveryState }): JSX.Element {
  return <span class={`badge state-${state}`}>{STATE_WORDS[state]}</span>;
}

/** A channel, an outcome or a kind: a word in a quiet frame. */
export function Tag({ children }: { readonly children: string }): JSX.Element {
  return <span class="tag">{children}</span>;
}
