// What becomes of an e-mail at the mail service that HighLevel sends it with, and the webhook that comes of it: it names no
// contact. Source: HighLevel's documentation of `LCEmailStats`; what a failure says besides is of the mail service.
import type { JsonObject } from "../../kit/json.ts";
import type { Location, MailIds, Message } from "./state.ts";

/** What may become of an e-mail; HighLevel passes on the words of its mail service, which has one for all that fails. */
export const EMAIL_FATES = [
  "delivered",
  "opened",
  "clicked",
  "bounced",
  "failed",
  "complained",
  "unsubscribed",
] as const;
export type EmailFate = (typeof EMAIL_FATES)[number];

/** One fate: what the mail service says, and what HighLevel makes of the message; absent: it leaves it as it is. */
interface Told {
  readonly status?: string;
  readonly says: JsonObject;
}

const TOLD: { readonly [fate in EmailFate]: Told } = {
  delivered: { status: "delivered", says: { event: "delivered", ...answered(250, "OK", "") } },
  opened: { status: "opened", says: { event: "opened" } },
  clicked: { status: "clicked", says: { event: "clicked", url: "https://agency.example/offer" } },
  bounced: {
    status: "failed",
    says: { event: "failed", severity: "permanent", ...answered(550, "No such user", "5.1.1") },
  },
  failed: {
    status: "failed",
    says: { event: "failed", severity: "temporary", ...answered(452, "Mailbox is full", "4.2.2") },
  },
  complained: { says: { event: "complained" } },
  unsubscribed: { says: { event: "unsubscribed" } },
};

/** What HighLevel makes of a message; `undefined`: nothing. */
export function statusAfter(fate: EmailFate): string | undefined {
  return TOLD[fate].status;
}

/** The `LCEmailStats` that HighLevel posts of an e-mail, without its signature. */
export function emailStatsOf(
  { id, locationId, emailMessageId = id, to = "" }: Message,
  { companyId }: Pick<Location, "companyId">,
  fate: EmailFate,
  { nowMs, webhookId, ids }: { readonly nowMs: number; readonly webhookId: string; readonly ids: MailIds },
): JsonObject {
  const name = ids === "known" ? emailMessageId : `mail-of-${emailMessageId}`;
  const company = companyId === undefined ? {} : { companyId };
  return {
    type: "LCEmailStats",
    locationId,
    ...company,
    webhookPayload: {
      ...TOLD[fate].says,
      id: webhookId,
      timestamp: Math.floor(nowMs / 1_000),
      message: {
        attachments: [],
        headers: { "message-id": `<${name}@mail.agency.example>`, from: "Agency <hello@agency.example>", to },
        size: 1_725,
      },
      "log-level": TOLD[fate].says["event"] === "failed" ? "error" : "info",
      recipient: to,
      "recipient-domain": to.split("@").at(-1) ?? "",
      tags: [`loc_${locationId}`, ...(companyId === undefined ? [] : [`com_${companyId}`]), "et_other"],
      campaigns: [],
    },
    webhookId,
    timestamp: new Date(nowMs).toISOString(),
  };
}

function answered(code: number, message: string, enhanced: string): JsonObject {
  return {
    "delivery-status": { "attempt-no": 1, code, message, description: "", "enhanced-code": enhanced, utf8: true },
  };
}
