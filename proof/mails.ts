// The promises about what became of e-mails, checked on what was seen of two hours in which webhooks and statuses get lost,
// come late, twice and before what they are about.

/** A status that HighLevel's mail service told. Times are milliseconds since 1970. */
export interface ToldStatus {
  readonly key: string;
  readonly messageId: string;
  readonly contactId: string;
  /** Whether it was answered. */
  readonly isTaken: boolean;
  /** Whether it names the e-mail as HighLevel does. */
  readonly isByName: boolean;
  /** Whether the log knows that e-mail, by its webhook or as one of ours. */
  readonly isKnown: boolean;
}

/** A status in the log. */
export interface JoinedStatus {
  readonly key: string;
  readonly messageId: string;
  readonly contactId: string;
  readonly outcome: string;
  readonly decidedAt: number;
}

/** What was seen. */
export interface MailsSeen {
  readonly told: readonly ToldStatus[];
  readonly joined: readonly JoinedStatus[];
  /** Keys of what is kept aside. */
  readonly kept: readonly string[];
  /** E-mails of rules, and when each left. */
  readonly mails: readonly { readonly contactId: string; readonly leftAt: number }[];
  readonly mistakes: readonly string[];
}

const OPT_OUTS = new Set(["complained", "unsubscribed"]);

/** Every promise by its name. */
export const MAILS: { readonly [name: string]: (seen: MailsSeen) => Iterable<string> } = {
  "every status is joined to an e-mail of its contact, or kept": function* ({ told, joined, kept }) {
    const found = Map.groupBy(joined, ({ key }) => key);
    for (const { key, contactId, isTaken } of told) {
      const own = found.get(key) ?? [];
      if (isTaken && own.length === 0 && !kept.includes(key)) yield `${key} is neither`;
      if (own.length > 1) yield `${key} is there ${own.length} times`;
      if (own.some((one) => one.contactId !== contactId)) yield `${key} went to ${own[0]?.contactId}`;
    }
  },
  "a status that names an e-mail of the log is joined to that one, whichever comes first": function* ({
    told,
    joined,
  }) {
    const named = new Map(told.map((one) => [one.key, one]));
    for (const { key, messageId } of joined) {
      const its = named.get(key);
      if (its?.isByName === true && its.isKnown && its.messageId !== messageId)
        yield `${key} was joined to ${messageId}`;
    }
  },
  "a status of an e-mail that is known is not kept": function* ({ told, kept }) {
    for (const { key, isKnown } of told)
      if (isKnown && kept.includes(key)) yield `${key} is kept, although its e-mail is known`;
  },
  "no e-mail is sent after a complaint or an unsubscribe": function* ({ joined, mails }) {
    for (const { contactId, outcome, decidedAt } of joined)
      for (const { contactId: to, leftAt } of mails)
        if (OPT_OUTS.has(outcome) && to === contactId && leftAt > decidedAt)
          yield `${to} got one ${leftAt - decidedAt} ms after it ${outcome}`;
  },
  "every call is as HighLevel publishes it": ({ mistakes }) => mistakes,
};

/** What a run violates: the promise, and what was observed. */
export function mailViolations(seen: MailsSeen): string[] {
  return Object.entries(MAILS).flatMap(([name, holds]) => [...holds(seen)].map((found) => `${name}: ${found}`));
}
