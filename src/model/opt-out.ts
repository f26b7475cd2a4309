// What a contact does not want: types and phrases; nothing is decided here.

/** HighLevel's do-not-disturb channels, by its own names, and Instagram and TikTok, on which people write STOP as well. */
export const DND_CHANNELS = ["SMS", "Call", "Email", "GMB", "FB", "IG", "WhatsApp", "RCS", "TIKTOK"] as const;
export type DndChannel = (typeof DND_CHANNELS)[number];

/** Do not disturb was switched on, or the contact wrote a word such as STOP. */
export type OptOutReason = "dnd" | "stop";

/** A channel, or all channels, on which a contact does not want messages. */
export interface OptOut {
  readonly channel: DndChannel | "all";
  readonly why: OptOutReason;
  /** ISO 8601, UTC; `null`: HighLevel does not say. */
  readonly since: string | null;
}

const CHANNEL_WORDS: { readonly [channel in OptOut["channel"]]: string } = {
  all: "any messages",
  SMS: "SMS",
  Call: "calls",
  Email: "e-mail",
  GMB: "Google messages",
  FB: "Facebook messages",
  IG: "Instagram messages",
  WhatsApp: "WhatsApp messages",
  RCS: "RCS messages",
  TIKTOK: "TikTok messages",
};

/** What a contact does not want, as the end of a sentence about them: `does not want SMS, since 2026-03-04T12:00:00.000Z`. */
export function optOutInWords({ channel, why, since }: OptOut): string {
  const what = CHANNEL_WORDS[channel];
  const how = channel === "Email" ? ", by unsubscribing or by a complaint" : "";
  const stopped = why === "dnd" ? `does not want ${what}` : `stopped ${what} with a word such as STOP${how}`;
  return `${stopped}${since === null ? "" : `, since ${since}`}`;
}
