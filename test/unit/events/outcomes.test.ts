// HighLevel's words for what became of a message or a call, as published and as seen, written down here once more, against
// what Afterbeep makes of each.
import { describe, expect, it } from "vitest";
import { unknownWordsOf } from "../../../src/events/derive.ts";
import { factsOf } from "../../../src/events/event.ts";
import type { Outcome } from "../../../src/model/event.ts";
import { anEvent } from "../../builders.ts";

/** `status` of messages. */
const STATUSES: readonly (readonly [word: string, outcome: Outcome])[] = [
  ["delivered", "delivered"],
  ["sent", "sent"],
  ["failed", "failed"],
  ["undelivered", "failed"],
  ["pending", "pending"],
  ["scheduled", "pending"],
  ["queued", "pending"],
  ["read", "read"],
  ["opened", "opened"],
  ["clicked", "clicked"],
  ["opt_out", "opted-out"],
  ["voicemail", "voicemail"],
];

/** `callStatus`, beside the `status` that comes with it. */
const CALLS: readonly (readonly [word: string, status: string, outcome: Outcome])[] = [
  ["completed", "completed", "answered"],
  ["answered", "completed", "answered"],
  ["connected", "connected", "answered"],
  ["voicemail", "completed", "voicemail"],
  ["voicemail", "voicemail", "voicemail"],
  ["busy", "completed", "busy"],
  ["no-answer", "completed", "no-answer"],
  ["failed", "failed", "failed"],
  ["canceled", "completed", "canceled"],
  ["pending", "pending", "pending"],
];
/** As others spell them. */
const spelt = (word: string): readonly string[] => [
  word,
  word.toUpperCase(),
  word.replaceAll(/[-_]/g, " "),
  ` ${word} `,
];

describe("a published status", () => {
  it.each(STATUSES)("%s of a text is %s", (word, outcome) => {
    for (const status of spelt(word)) {
      const payload = { messageType: "SMS", status };
      expect(factsOf(anEvent(payload)), status).toMatchObject({ channel: "sms", outcome });
      expect(unknownWordsOf("OutboundMessage", payload)).toEqual([]);
    }
  });

  it.each(CALLS)("%s of a call whose status is %s is %s", (word, status, outcome) => {
    for (const callStatus of spelt(word)) {
      const payload = { messageType: "Call", status, callStatus };
      expect(factsOf(anEvent(payload)), callStatus).toMatchObject({ channel: "call", outcome });
      expect(unknownWordsOf("OutboundMessage", payload)).toEqual([]);
    }
  });
});
