// What HighLevel's export has and the log lacks, told to whoever asks. Nothing is taken in.
import { channelOf } from "../../events/derive.ts";
import { outcomeIn } from "../../events/exported.ts";
import { fail, succeed, type Result } from "../../kit/result.ts";
import type { Event } from "../../model/event.ts";
import type { Missing, MissingMessage } from "../../model/gap.ts";
import { standingOf } from "../log/found.ts";
import type { Sql } from "../store/ports.ts";
import { isOldFrom, LEGS, type LookTimes } from "./legs.ts";
import { WHY_NOT, type JudgedPage, type NoPage, type Place } from "./reader.ts";

/** How many pages one answer takes. */
const PAGES_TOLD = 20;

/** Asks for a page of the export. */
type AskPage = (place: Place, times: LookTimes) => Promise<JudgedPage | NoPage>;

/** Looks through the export since `times.sinceMs`, which is `fromMs` by HighLevel's clock; a failure says what to do. */
export async function missingFrom(
  sql: Sql,
  ask: AskPage,
  times: LookTimes,
  fromMs: number,
): Promise<Result<Missing, string>> {
  const found = new Map<string, MissingMessage>();
  const seen = new Set<string>();
  const told = (more: boolean): Result<Missing, string> => {
    const missing = [...found.values()].toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt));
    return succeed({ since: new Date(times.sinceMs).toISOString(), missing, looked: seen.size, more });
  };
  let left = PAGES_TOLD;
  for (const leg of LEGS)
    for (let cursor: string | null = null, isOver = false; !isOver;) {
      if (left === 0) return told(true);
      left -= 1;
      const page = await ask({ leg, fromMs, cursor }, times);
      if (page.is !== "page") return fail(WHY_NOT[page.is]);
      for (const { message, verdict } of page.messages) {
        const { event, ids } = message;
        seen.add(event.key);
        // Whether it is believed yet does not matter to whoever asks.
        if (verdict !== "missing" && verdict !== "unsettled") continue;
        const isKnown = standingOf(sql, event, ids).is === "changed";
        found.set(event.key, missingMessage(event, ids[0] ?? "", isKnown));
      }
      ({ cursor } = page);
      isOver = cursor === null || (leg.order === "changed" && isOldFrom(page.messages.map(({ verdict }) => verdict)));
    }
  return told(false);
}

function missingMessage(event: Event, messageId: string, isKnown: boolean): MissingMessage {
  const { kind, contactId, occurredAt, payload } = event;
  return {
    messageId,
    eventKey: event.key,
    kind,
    contactId,
    channel: channelOf(kind, payload),
    outcome: outcomeIn(event),
    occurredAt,
    isKnown,
  };
}
