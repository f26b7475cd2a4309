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
    seed: 29,
  },
  {
    name: "status-without-an-email-is-not-kept",
    file: "ledger/recording/email-statuses.ts",
    from: "quarantine.keep(sql, { ...item, issues: NOT_JOINED });",
    to: "",
    seed: 2,
  },
  {
    name: "names-of-emails-are-not-noted",
    file: "ledger/log/emails.ts",
    from: "if (isEmail(event) && isOn(sql)) noteNames(sql, event);",
    to: "if (isEmail(event) && !isOn(sql)) noteNames(sql, event);",
    seed: 11,
  },
];
