// The promises about deleting a location, checked on what was seen from outside and on what is kept at the moment at which
// the deletion is confirmed, and hours later.

/** All that is kept of a location, each as text. */
export interface Kept {
  /** Rows of its ledger, without the numbers of its migrations. */
  readonly ledger: readonly string[];
  /** Keys of KV with their values. */
  readonly tasks: readonly string[];
  readonly directory: readonly string[];
  readonly alerts: readonly string[];
  readonly registry: readonly string[];
  readonly hasAlarm: boolean;
}

/** What was seen. Orders are numbers among everything that was observed. */
export interface Deleting {
  /** Each is of a contact of its own. */
  readonly events: readonly {
    readonly contactId: string;
    /** When the request left that was answered 2xx, and when the answer came; `null`: none has. */
    readonly triedOrder: number;
    readonly takenOrder: number | null;
  }[];
  /** When the ledger began anew last, milliseconds since 1970; `null`: it never did. */
  readonly begunAnew: { readonly order: number; readonly at: number } | null;
  /** The answer that nothing is left. */
  readonly confirmed: { readonly order: number; readonly kept: Kept } | null;
  readonly atEnd: Kept;
  /** What left, in order: `about` names the contact, but for tasks. */
  readonly calls: readonly {
    readonly order: number;
    readonly about: string;
    readonly host: string;
    readonly id: string;
  }[];
  readonly isNewsRecorded: (contactId: string) => boolean;
}

const PARTS = ["ledger", "tasks", "directory", "alerts", "registry"] as const;

/** Every promise by its name. */
export const DELETING: { readonly [name: string]: (seen: Deleting) => Iterable<string> } = {
  "a deletion ends": function* ({ confirmed, begunAnew }) {
    if (confirmed === null || begunAnew === null) yield "it was never confirmed";
  },
  "nothing is left of a deleted location": function* (seen) {
    const { confirmed, atEnd } = seen;
    if (confirmed === null) return;
    const old = contactsOf(seen, "before");
    for (const [when, kept] of [
      ["at its end", confirmed.kept],
      ["hours later", atEnd],
    ] as const) {
      for (const part of PARTS)
        for (const one of kept[part])
          if (old.some((contactId) => one.includes(contactId))) yield `${when}, in the ${part}: ${one}`;
      for (const row of kept.ledger)
        if (/^tokens: |"name":"(?:removing|paused)"/.test(row)) yield `${when}, in the ledger: ${row}`;
      if (kept.ledger.some((row) => row.startsWith("events: "))) continue;
      for (const part of PARTS) for (const one of kept[part]) yield `${when}, with nothing new, in the ${part}: ${one}`;
      if (kept.hasAlarm) yield `${when}, with nothing new: an alarm`;
    }
  },
  "nothing of a deleted location leaves": function* (seen) {
    const { confirmed, calls, begunAnew } = seen;
    if (confirmed === null || begunAnew === null) return;
    const old = new Set(contactsOf(seen, "before"));
    for (const { order, about, host, id } of calls) {
      if (order < confirmed.order) continue;
      if (old.has(about)) yield `a call to ${host} about ${about}`;
      const [, madeAt] = /^alert-.*-(\d+)-\d+$/.exec(id) ?? [];
      if (madeAt !== undefined && Number(madeAt) < begunAnew.at) yield `the message ${id}`;
    }
  },
  "what comes later begins a whole location": function* (seen) {
    const { atEnd, calls } = seen;
    const fresh = contactsOf(seen, "after");
    if (fresh.length > 0 && atEnd.directory.length === 0) yield "the directory does not know it";
    for (const contactId of fresh) {
      if (!seen.isNewsRecorded(contactId)) yield `the event of ${contactId} is gone`;
      if (!calls.some(({ host, about }) => host === "calm.example.com" && about === contactId))
        yield `nothing was sent about ${contactId}`;
      if (!atEnd.tasks.some((one) => one.includes(contactId))) yield `KV has no task about ${contactId}`;
    }
  },
};

/** The contacts whose events were answered before the ledger began anew, or sent to it after that. */
function contactsOf({ events, begunAnew }: Deleting, when: "before" | "after"): readonly string[] {
  if (begunAnew === null) return [];
  const { order } = begunAnew;
  return events
    .filter(({ takenOrder, triedOrder }) =>
      when === "before" ? takenOrder !== null && takenOrder < order : takenOrder !== null && triedOrder > order,
    )
    .map(({ contactId }) => contactId);
}

/** What a run violates: the promise, and what was observed. */
export function deletingViolations(seen: Deleting): string[] {
  return Object.entries(DELETING).flatMap(([name, holds]) => [...holds(seen)].map((found) => `${name}: ${found}`));
}
