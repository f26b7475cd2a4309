// Bugs that somebody could introduce into export and import. Each is planted in turn, and the round trip has to find it.
import type { Mutant } from "../sim/mutants.ts";

export const MOVE_MUTANTS: readonly Mutant[] = [
  {
    name: "what-ended-is-open-again",
    file: "cli/moved-rows.ts",
    from: "if (!isOpen(row)) return row;",
    to: 'if (row["state"] === "sent") return { ...row, state: "scheduled", due_at: how.atMs };\n  if (!isOpen(row)) return row;',
  },
  {
    name: "attempts-stay-behind",
    file: "ledger/store/moved.ts",
    from: '  attempts: "delivery_id",\n',
    to: "",
  },
  {
    name: "what-was-sent-is-not-known",
    file: "ledger/store/moved.ts",
    from: '  sends: "delivery_id",\n  changes',
    to: "  changes",
  },
  {
    name: "changes-are-not-known",
    file: "ledger/store/moved.ts",
    from: '  changes: "delivery_id",\n',
    to: "",
  },
  {
    name: "opt-outs-forgotten",
    file: "cli/moved-rows.ts",
    from: 'if (line.type === "opt-out") yield',
    to: 'if (line.type === "opt-out" && line.why === "dnd") yield',
  },
  {
    name: "limits-of-locations-begin-anew",
    file: "ledger/store/moved.ts",
    from: '  firings: "rule, at, event_key",\n',
    to: "",
  },
  {
    name: "limits-for-ever-begin-anew",
    file: "ledger/store/moved.ts",
    from: '  kept_firings: "contact_id, rule, event_key",\n',
    to: "",
  },
  {
    name: "retries-are-messages-of-their-own",
    file: "ledger/store/moved.ts",
    from: '  chains: "contact_id, message_id",\n',
    to: "",
  },
  {
    name: "contacts-are-not-known",
    file: "ledger/store/moved.ts",
    from: '  contacts: "contact_id",\n',
    to: "",
  },
  {
    name: "erased-events-come-again",
    file: "ledger/store/moved.ts",
    from: 'events: "record IS NULL"',
    to: 'events: "0"',
  },
  {
    name: "pauses-end",
    file: "cli/moved-rows.ts",
    from: "for (const pause of [...here, ...own, ...others])",
    to: "for (const pause of [...own, ...others])",
  },
  {
    name: "rules-of-then-are-lost",
    file: "cli/moved-rows.ts",
    from: 'if (line.type === "rules" && line.since !== null)',
    to: 'if (line.type === "rules" && line.since === "")',
  },
  {
    name: "sets-never-end",
    file: "cli/moved-rows.ts",
    from: "until: line.until === undefined ? null : Date.parse(line.until),",
    to: "until: null,",
  },
  {
    name: "the-payload-is-lost",
    file: "cli/moved-rows.ts",
    from: "record: JSON.stringify(isUndecided ? { ...record, decision: decided } : record),",
    to: "record: JSON.stringify({ ...record, event: { ...record.event, payload: {} } }),",
  },
  {
    name: "the-alarm-rings-while-it-is-imported",
    file: "ledger/ledger.ts",
    from: "if (this.#isClosed()) return;\n    this.#look();",
    to: "this.#look();",
  },
  {
    name: "events-come-in-between",
    file: "ledger/recording/intake.ts",
    from: "if (this.#isClosed()) return",
    to: "if (this.#isClosed() && this.#now() < 0) return",
  },
  {
    name: "a-restart-ends-the-import",
    file: "ledger/ledger.ts",
    from: 'this.#importing.know(marks.get("import"));',
    to: 'if (this.#importing.isOn()) this.#importing.know(marks.get("import"));',
  },
  {
    name: "a-part-counts-where-it-is-not-written",
    file: "ledger/importing.ts",
    from: "this.#write(part.rows);",
    to: "if (part.from > 0) this.#write(part.rows);",
  },
  {
    name: "goes-on-too-far",
    file: "cli/moving.ts",
    from: "if (count <= begun.at) continue;",
    to: "if (count <= begun.at + 1 && begun.at > 0) continue;",
  },
  {
    name: "its-alarm-is-not-set",
    file: "ledger/ledger.ts",
    from: "return isAll ? this.#openWith(taken) : taken;",
    to: "if (isAll) this.#importing.know(undefined);\n    return taken;",
  },
  {
    name: "what-is-dropped-is-sent",
    file: "cli/moved-rows.ts",
    from: 'if (how.waits === "drop") return',
    to: 'if (how.waits === "drop" && row["state"] === "held") return',
  },
  {
    name: "what-is-dropped-counts-in-limits",
    file: "cli/moved-rows.ts",
    from: "for (const rule of nothing) undone.add(nameOf(rule, line.event.key));",
    to: "for (const rule of nothing) undone.delete(nameOf(rule, line.event.key));",
  },
  {
    name: "what-is-dropped-counts-for-its-contact",
    file: "cli/moved-rows.ts",
    from: "...(nothing.length === 0 ? {} : {",
    to: "...(nothing.length >= 0 ? {} : {",
  },
];
