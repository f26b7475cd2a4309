// Bugs in what becomes of e-mails, for proof/mails.ts to find.
import type { SimulatedMutant } from "./mutants.ts";

export const MAIL_MUTANTS: readonly SimulatedMutant[] = [
  {
    name: "complaint-is-no-opt-out",
    file: "match/wishes.ts",
    from: "EmailStatus: emailChange,",
    to: 'EmailStatus: (event) => (event.key === "" ? emailChange(event) : null),',
    seed: 2,
  },
  {
    name: "status-before-its-email-is-forgotten",
    file: "ledger/recording/email-statuses.ts",
    from: "emails.wait(sql, status, item.id);",
    to: "",
    seed: 47,
  },
  {
    name: "status-without-an-email-is-not-kept",
    file: "ledger/recording/email-statuses.ts",
    from: "quarantine.keep(sql, { ...item, issues: NOT_JOINED });",
    to: "",
    seed: 26,
  },
  {
    name: "names-of-emails-are-not-noted",
    file: "ledger/log/emails.ts",
    from: "if (isEmail(event) && isOn(sql)) known(sql, emailIn(sql, event));",
    to: "if (isEmail(event) && !isOn(sql)) known(sql, emailIn(sql, event));",
    seed: 11,
  },
  {
    name: "guess-is-never-put-right",
    file: "ledger/log/email-guesses.ts",
    from: "if (guess.contactId === email.contactId) isAbout(sql, record, email.messageId);",
    to: "if (guess.contactId === email.contactId) void record;",
    seed: 11,
  },
  {
    name: "answer-to-an-email-of-ours-is-not-heard",
    file: "ledger/pump/pump.ts",
    from: "if (isMailed && outcome.done)",
    to: "if (isMailed && !outcome.done)",
    seed: 36,
  },
  {
    name: "emails-of-ours-before-the-first-status-are-unknown",
    file: "ledger/log/emails.ts",
    from: "noteNames(sql, { ...sent, recipients: addressesOf(sql, sent.contactId) });",
    to: "void sent;",
    seed: 31,
  },
];
