// The places of a location's events in the order of recording, kept in memory: their table is in the order of contacts, so
// that an event costs one row. They are read when a list is first asked for, a part with each call, and go on with what is
// recorded. They say where to look, and the row says what is there: docs/decisions/0085-lists-of-a-million-events.md.
import type { LogQuery } from "../../model/ledger.ts";
import { eachRow, type Sql } from "../store/ports.ts";

/** A call reads so many rows at most. */
export const ROWS_AT_ONCE = 6_000;
/** Of more events no places are kept, and a list looks through the table: each takes 16 bytes, or somewhat more. */
const MOST = 1_500_000;
/** After the rows of those that were erased or forgotten: no id of a contact is before it. */
const FIRST: readonly string[] = ["", "\u{7F}"];
/** What else a list is asked by. A place is later than the time of recording only by a clock that was set back. */
export const SORT =
  "'' || json_array(kind, ifnull(channel, 'none'), ifnull(outcome, 'none'), fired, seq / 1000 - received_at) AS sort";
const read = (is: string): string =>
  `SELECT contact_id, MAX(key) AS key, json_group_array(seq) AS seqs, sort
   FROM (SELECT contact_id, key, seq, ${SORT} FROM events WHERE (contact_id, key) ${is} (?, ?) AND record IS NOT NULL
     ORDER BY contact_id, key LIMIT ${ROWS_AT_ONCE}) GROUP BY contact_id, sort ORDER BY contact_id, key`;
const PART = read(">");
const ONE = read("=");

interface ReadRow {
  contact_id: string;
  key: string;
  seqs: string;
  sort: string;
}

/** Events that differ in nothing that a list is asked by, but in contact and place. */
interface Alike {
  /** 0: nothing is there. */
  readonly seqs: number[];
  readonly contacts: string[];
}

/** Where an event may be. */
export interface KnownPlace {
  readonly contactId: string;
  readonly seq: number;
  readonly sort: string;
  /** Nobody looks for it there again. */
  readonly drop: () => void;
}

export class Places {
  readonly #sql: Sql;
  readonly #most: number;
  readonly #alike = new Map<string, Alike>();
  #count = 0;
  /** The last row that was read, by contact and key; `undefined`: nothing is read yet; `null`: everything is. */
  #after: readonly string[] | null | undefined;

  constructor(sql: Sql, most = MOST) {
    this.#sql = sql;
    this.#most = most;
  }

  /** What is on disk is another past: it is read anew. */
  forget(): void {
    this.#alike.clear();
    this.#count = 0;
    this.#after = undefined;
  }

  /** An event was recorded or decided. */
  note({ contactId, key }: { readonly contactId: string; readonly key: string }): void {
    if (this.#after !== undefined) this.#read(ONE, [contactId, key]);
  }

  /**
   * Where the newest events may be that are asked for, one more than the limit, the newest first; `"unread"`: the log is not
   * read to its end, and the next call goes on; `null`: there are too many.
   */
  newest({ limit, cursor = "Infinity", ...query }: LogQuery): readonly KnownPlace[] | "unread" | null {
    if (this.#after !== null && this.#count <= this.#most) this.#after = this.#read(PART, this.#after ?? FIRST);
    if (this.#count > this.#most) return null;
    if (this.#after) return "unread";
    let found: KnownPlace[] = [];
    let least = 1;
    const cut = (): void => void (found = found.toSorted((a, b) => b.seq - a.seq).slice(0, limit + 1));
    for (const [sort, { seqs, contacts }] of this.#alike) {
      const [first, end] = between(sort, query);
      const before = Math.min(end, Number(cursor));
      for (let at = before > first ? seqs.length - 1 : -1; at >= 0; at -= 1) {
        const seq = seqs[at] ?? 0;
        if (seq < least || seq < first || seq >= before) continue;
        if (found.push({ seq, sort, contactId: contacts[at] ?? "", drop: () => void (seqs[at] = 0) }) < 4 * limit)
          continue;
        cut();
        least = found.at(-1)?.seq ?? 1;
      }
    }
    cut();
    return found;
  }

  /** The last of so many rows as are read at once; `null`: there were fewer. */
  #read(statement: string, from: readonly string[]): readonly string[] | null {
    let last = from;
    let count = 0;
    for (const { contact_id, key, seqs, sort } of eachRow<ReadRow>(this.#sql, statement, ...from)) {
      last = [contact_id, key];
      const own = this.#alike.get(sort) ?? { seqs: [], contacts: [] };
      this.#alike.set(sort, own);
      for (const seq of JSON.parse(seqs) as number[]) {
        own.seqs.push(seq);
        own.contacts.push(contact_id);
        count += 1;
      }
    }
    this.#count += count;
    if (this.#count > this.#most) this.#alike.clear();
    return count < ROWS_AT_ONCE ? null : last;
  }
}

/** The places between which events of a sort are asked for: from the first on, before the second. */
function between(
  sort: string,
  { kind, channel, outcome, fired, rule, from, to }: Partial<LogQuery>,
): readonly [first: number, end: number] {
  const [ownKind, ownChannel, ownOutcome, rules, behindMs] = JSON.parse(sort) as [
    string,
    string,
    string,
    string,
    number,
  ];
  const isAsked =
    (kind ?? ownKind) === ownKind &&
    (channel ?? ownChannel) === ownChannel &&
    (outcome ?? ownOutcome) === ownOutcome &&
    (fired === undefined || (fired === "no") === (rules === "[]")) &&
    (rule === undefined || (JSON.parse(rules) as string[]).includes(rule));
  const place = (time: string): number => (Date.parse(time) + behindMs) * 1_000;
  return [from ? place(from) : 0, isAsked ? (to ? place(to) : Infinity) : 0];
}
