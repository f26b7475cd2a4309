// A page of HighLevel's export, asked for with the location's token where its limits leave room, and what the log has of it.
import { exportedMessage, type ExportedMessage } from "../../events/exported.ts";
import type { HighLevelAccount, HighLevelAnswer } from "../../highlevel/account.ts";
import { EXPORT_SCOPE, exportPageIn, exportRequest } from "../../highlevel/export.ts";
import { jsonObjectIn } from "../../kit/json.ts";
import * as erased from "../log/erased.ts";
import { standingOf } from "../log/found.ts";
import { firstRow, type Sql } from "../store/ports.ts";
import { pageSize, verdictOn, type Leg, type LookTimes, type Verdict } from "./legs.ts";

/** Why there is no page. */
export type NoPage =
  /** There is no token that can be used. */
  | { readonly is: "no-token"; readonly message: string }
  /** HighLevel refuses it to this token. */
  | { readonly is: "refused" }
  /** There is no room for it within the limits. */
  | { readonly is: "no-room" }
  /** HighLevel knows the cursor no more. */
  | { readonly is: "forgotten" }
  /** No answer, or none that can be read. */
  | { readonly is: "failed" };

/** Why HighLevel's export cannot be looked through, and what to do. */
export const WHY_NOT: { readonly [N in NoPage["is"]]: string } = {
  "no-token": "The location has no HighLevel token that can be used: docs/highlevel.md says how to give it one",
  refused: `HighLevel refuses the export to the location's token: give it the scope ${EXPORT_SCOPE}, then put it again or install the app again`,
  "no-room": "HighLevel's limits leave no room for it now: try again in a minute",
  forgotten: "HighLevel has forgotten the cursor: try again",
  failed: "HighLevel gave no answer that could be used: try again later",
};

/** A page as the log stands with it. */
export interface JudgedPage {
  readonly is: "page";
  /** In the order of the export. */
  readonly messages: readonly { readonly message: ExportedMessage; readonly verdict: Verdict }[];
  /** `null`: it is the last. */
  readonly cursor: string | null;
}

const REFUSED: ReadonlySet<number> = new Set([401, 403]);
const FORGOTTEN: ReadonlySet<number> = new Set([400, 404, 410, 422]);
/** HighLevel gives no fewer. */
const SMALLEST_PAGE = 10;

/** Where a walk is: `fromMs` by HighLevel's clock, milliseconds since 1970. */
export interface Place {
  readonly leg: Leg;
  readonly fromMs: number;
  readonly cursor: string | null;
}

export class ExportReader {
  readonly #sql: Sql;
  readonly #account: HighLevelAccount;

  constructor(sql: Sql, account: HighLevelAccount) {
    this.#sql = sql;
    this.#account = account;
  }

  /** Asks for a page and judges what it has; `doubts`: what was seen before to be so, and since when. */
  async page(
    locationId: string,
    place: Place,
    times: LookTimes,
    doubts: { readonly [eventKey: string]: number },
  ): Promise<JudgedPage | NoPage> {
    const asked = await this.#ask(locationId, place, pageSize(place.leg));
    // A page that was cut for its size cannot be read: a smaller one may be.
    const page = asked.is === "unreadable" ? await this.#ask(locationId, place, SMALLEST_PAGE) : asked;
    if (page.is === "unreadable") return { is: "failed" };
    if (page.is !== "read") return page;
    const receivedAt = new Date(times.nowMs).toISOString();
    const messages: { message: ExportedMessage; verdict: Verdict }[] = [];
    for (const item of page.messages) {
      const message = exportedMessage(item, locationId, receivedAt);
      if (message) messages.push({ message, verdict: await this.#verdictOn(message, times, doubts) });
    }
    return { is: "page", messages, cursor: page.cursor };
  }

  async #ask(
    locationId: string,
    { leg, fromMs, cursor }: Place,
    limit: number,
  ): Promise<NoPage | { is: "unreadable" } | ({ is: "read" } & NonNullable<ReturnType<typeof exportPageIn>>)> {
    const request = exportRequest({ locationId, ...leg, sinceMs: fromMs, cursor, limit });
    const answer = await this.#account.call(request);
    if (answer.kind !== "answer") return withoutAnswer(answer);
    // A page of whatever stands in between proves nothing.
    if (REFUSED.has(answer.status)) return { is: jsonObjectIn(answer.body) ? "refused" : "failed" };
    if (FORGOTTEN.has(answer.status) && cursor !== null) return { is: "forgotten" };
    if (answer.status !== 200) return { is: "failed" };
    const page = exportPageIn(answer.body);
    return page ? { is: "read", ...page } : { is: "unreadable" };
  }

  async #verdictOn(
    message: ExportedMessage,
    times: LookTimes,
    doubts: { readonly [eventKey: string]: number },
  ): Promise<Verdict> {
    const { event, ids, madeAtMs } = message;
    const doubted = Object.hasOwn(doubts, event.key) ? doubts[event.key] : undefined;
    const verdict = verdictOn(message, standingOf(this.#sql, event, ids), doubted, times);
    if (verdict !== "missing" || firstRow(this.#sql, "SELECT 1 FROM erased LIMIT 1") === undefined) return verdict;
    return erased.isSince(this.#sql, await erased.digestOf(event.contactId), madeAtMs) ? "old" : verdict;
  }
}

function withoutAnswer(answer: Exclude<HighLevelAnswer, { kind: "answer" }>): NoPage {
  switch (answer.kind) {
    case "no-token":
      return { is: "no-token", message: answer.message };
    case "no-room":
      return { is: "no-room" };
    case "later":
    case "stopped":
    case "timeout":
    case "broken":
      return { is: "failed" };
  }
}
