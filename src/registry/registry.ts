// The registry of published rule sets: every version, which is in force for whom, and the ledgers that have to know. One
// object for a deployment. A set is in force only if the code that runs now has admitted its files: see
// docs/decisions/0068-published-rule-sets.md. `model/rpc.ts` says what each call answers.
import { checkedRule } from "../match/example-findings.ts";
import type { Failure, Issue } from "../model/failure.ts";
import { fail, succeed, type Result } from "../kit/result.ts";
import type { PageQuery } from "../model/ledger.ts";
import type {
  Activation,
  ChangeRequest,
  InForce,
  Publication,
  PublishedFiles,
  RulesChange,
  RulesFrom,
  RulesState,
  RuleSetVersion,
  WholeVersion,
} from "../model/published.ts";
import type { Answering, RegistryCalls } from "../model/rpc.ts";
import type { BuiltRules, CheckedRule, Finding, Rule, RuleSet } from "../model/rule.ts";
import type { AdmissionContext } from "../rules/admission.ts";
import { admitFolder } from "../rules/folder.ts";
import { ruleSetOf, toBuilt } from "../rules/rule-set.ts";
import { firstRow, type LedgerStorage } from "../ledger/store/ports.ts";
import { migrate } from "../ledger/store/schema.ts";
import * as changes from "./changes.ts";
import { REGISTRY_MIGRATIONS } from "./tables.ts";
import { Ledgers, type TellingPorts } from "./telling.ts";
import * as versions from "./versions.ts";

/** What the registry works with. */
export interface RegistryPorts {
  readonly clock: () => number;
  readonly rulesFrom: RulesFrom;
  /** Hash of the set of the bundle. */
  readonly bundled: string;
  /** Names the code that admits: another one admits anew. */
  readonly code: string;
  readonly admission: Omit<AdmissionContext, "conditions">;
  readonly timeZone: string;
  readonly tell: TellingPorts<InForce>["tell"];
}

export class RuleRegistry implements Answering<RegistryCalls> {
  readonly #storage: LedgerStorage;
  readonly #ports: RegistryPorts;
  readonly #ledgers: Ledgers<InForce>;
  /** Sets whose rules were asked for last: many ledgers ask for the same. */
  readonly #rules = new Map<string, readonly Rule[]>();
  /** The change whose sets this code is known to have admitted. */
  #admittedChange = -1;

  constructor(storage: LedgerStorage, ports: RegistryPorts) {
    this.#storage = storage;
    this.#ports = ports;
    this.#ledgers = new Ledgers(storage, {
      clock: ports.clock,
      tell: ports.tell,
      column: "change",
      current: () => {
        const told = changes.current(storage.sql);
        return { version: told.change, told };
      },
      failed: "A ledger was not told which rules are in force, it is told again",
      againMs: 5_000,
    });
    migrate(storage, REGISTRY_MIGRATIONS);
  }

  /** A change that not all know of, or sets that other code admitted, are looked after. */
  async open(): Promise<void> {
    const { locations, told } = this.#ledgers.counted();
    // Whatever is said of the alarm: it may be lost.
    if (told < locations) await this.#ledgers.begin();
  }

  async alarm(): Promise<void> {
    // Nobody is told of what this code has not admitted.
    await this.#inForce();
    await this.#ledgers.run();
  }

  async publish(publication: Publication): Promise<Result<RuleSetVersion, Failure>> {
    const admitted = await this.#admit(publication.files);
    if (!admitted.ok) return admitted;
    // From here to the end there is no await.
    const { sql } = this.#storage;
    const last = versions.latest(sql);
    if (last && last.version !== publication.over) return fail(overwrites(last));
    const nowMs = this.#ports.clock();
    const { code } = this.#ports;
    const version = this.#storage.transactionSync(() =>
      versions.keep(sql, publication, admitted.value, { code, nowMs }),
    );
    const kept = versions.find(sql, version);
    return kept ? succeed(kept) : fail({ code: "BUG" });
  }

  versions({ cursor, limit }: PageQuery): ReturnType<typeof versions.list> {
    return versions.list(this.#storage.sql, { cursor, limit });
  }

  version(version: number): WholeVersion | undefined {
    return versions.findWhole(this.#storage.sql, version);
  }

  async activate(
    version: number,
    activation: Activation,
    request: ChangeRequest,
  ): Promise<Result<RulesChange, Failure>> {
    const { sql } = this.#storage;
    const found = versions.find(sql, version);
    if (!found) return fail({ code: "LEDGER_NOT_FOUND", what: "rule set" });
    if (this.#ports.rulesFrom === "deploy" && (activation.for === "all" || activation.for === "canary"))
      return fail({ code: "RULES_FROM_DEPLOY" });
    const { ruleSet } = found;
    if (activation.for !== "nobody") {
      const refused = await this.#refusal(ruleSet);
      if (refused) return fail(refused);
    }
    // What stays in force has to be admitted by this code, too.
    await this.#inForce();
    const { by, reason } = request;
    return this.#change(request, (now) => ({
      inForce: changes.activated(now, ruleSet, activation),
      about: { by, what: "activate", version, reason },
    }));
  }

  async rollBack(request: ChangeRequest): Promise<Result<RulesChange, Failure>> {
    const { sql } = this.#storage;
    const before = changes.before(sql);
    if (!before) return fail({ code: "RULES_NOTHING_BEFORE" });
    for (const ruleSet of changes.setsIn(before.inForce)) {
      const refused = await this.#refusal(ruleSet);
      if (refused) return fail(refused);
    }
    const { by, reason } = request;
    const change = changes.current(sql).change;
    // What was looked at is what is rolled back.
    return this.#change({ ...request, after: request.after ?? change }, () => ({
      ...before,
      about: { by, what: "roll-back", version: versions.versionOf(sql, before.inForce.live), reason },
    }));
  }

  /** What is in force. A location that asks is told of changes from then on. */
  async inForce(locationId: string): Promise<InForce> {
    const inForce = await this.#inForce();
    const { sql } = this.#storage;
    // It counts as told once its ledger has it: this answer may be lost, and an event may come before it.
    sql.exec("INSERT OR IGNORE INTO locations (location_id, change) VALUES (?, 0)", locationId);
    const isBehind = "SELECT 1 FROM locations WHERE location_id = ? AND change < ?";
    if (firstRow(sql, isBehind, locationId, inForce.change)) await this.#ledgers.begin();
    return inForce;
  }

  forget(locationId: string): void {
    this.#storage.sql.exec("DELETE FROM locations WHERE location_id = ?", locationId);
  }

  rules(ruleSet: string, locationId: string): readonly string[] | null {
    const all = this.#rulesOf(ruleSet);
    const own = all?.filter(({ locations }) => locations === undefined || locations.includes(locationId));
    return own?.map((rule) => JSON.stringify({ ...rule, locations: rule.locations && [locationId] })) ?? null;
  }

  async liveSet(known: string | null): Promise<BuiltRules | "same" | null> {
    const { live } = await this.#inForce();
    if (live === null) return null;
    if (live === known) return "same";
    const set = versions.setOf(this.#storage.sql, versions.versionOf(this.#storage.sql, live) ?? 0);
    return set && toBuilt(set);
  }

  hasRule(name: string): boolean {
    const sets = new Set(changes.list(this.#storage.sql).flatMap((one) => changes.setsIn(one)));
    return [...sets].some((ruleSet) => this.#rulesOf(ruleSet)?.some((rule) => rule.name === name));
  }

  async state(): Promise<RulesState> {
    const inForce = await this.#inForce();
    const { sql } = this.#storage;
    const { rulesFrom, bundled } = this.#ports;
    const before = changes.before(sql)?.inForce;
    return {
      rulesFrom,
      bundled,
      inForce: versions.withVersions(sql, inForce),
      before: before ? versions.withVersions(sql, before) : null,
      ...this.#ledgers.counted(),
      changes: changes.list(sql),
    };
  }

  /** A canary sent more than it was said to in a location: it ends everywhere. One that has ended stays so. */
  async halt(change: number, locationId: string, why: string): Promise<void> {
    const { canary } = await this.#inForce();
    const begun = this.#changeOf(canary?.ruleSet ?? null);
    if (canary === null || begun > change) return;
    const version = versions.versionOf(this.#storage.sql, canary.ruleSet);
    const about = { by: null, what: "halt", version, reason: `In location ${locationId} ${why}` } as const;
    await this.#change({ by: null, reason: about.reason, after: null }, (now) => ({
      inForce: { ...now, change: now.change + 1, canary: null },
      about,
    }));
  }

  /** The change with which a canary began. */
  #changeOf(ruleSet: string | null): number {
    const all = changes.list(this.#storage.sql);
    const before = all.findIndex(({ canary }) => canary?.ruleSet !== ruleSet);
    return (before === -1 ? all.at(-1) : all[before - 1])?.change ?? 0;
  }

  async #change(
    { after }: ChangeRequest,
    make: (now: InForce) => { readonly inForce: InForce; readonly about: changes.About; readonly back?: number },
  ): Promise<Result<RulesChange, Failure>> {
    const { sql } = this.#storage;
    // No await before it is noted: two people cannot both have seen the last change.
    const now = changes.current(sql);
    const last = changes.last(sql);
    if (after !== null && after !== now.change && last) return fail(changedSince(last));
    const { inForce, about, back } = make(now);
    this.#storage.transactionSync(() => changes.note(sql, inForce, about, this.#ports.clock(), back));
    // What comes in was admitted, and what stays was looked at before.
    this.#admittedChange = inForce.change;
    await this.#ledgers.begin();
    const noted = changes.last(sql);
    return noted ? succeed(noted) : fail({ code: "BUG" });
  }

  /** What is in force, once each set in it has been admitted by this code: after a deploy it is done anew. */
  async #inForce(): Promise<InForce> {
    const { sql } = this.#storage;
    for (;;) {
      const now = changes.current(sql);
      if (now.change === this.#admittedChange) return now;
      const refused = await this.#firstRefused(now);
      // It may have changed meanwhile.
      if (changes.current(sql).change !== now.change) continue;
      if (refused === null) {
        this.#admittedChange = now.change;
        return now;
      }
      const { ruleSet, failure } = refused;
      const version = versions.versionOf(sql, ruleSet);
      const reason = `This code does not admit version ${version}: ${firstOf(failure)}`;
      const about = { by: null, what: "not-admitted", version, reason } as const;
      this.#storage.transactionSync(() => changes.note(sql, changes.without(now, ruleSet), about, this.#ports.clock()));
      await this.#ledgers.begin();
    }
  }

  async #firstRefused(inForce: InForce): Promise<{ readonly ruleSet: string; readonly failure: Failure } | null> {
    for (const ruleSet of changes.setsIn(inForce)) {
      const failure = await this.#refusal(ruleSet);
      if (failure) return { ruleSet, failure };
    }
    return null;
  }

  /** Why this code does not admit a set; `null`: it does, and that is noted. */
  async #refusal(ruleSet: string): Promise<Failure | null> {
    const { sql } = this.#storage;
    const { code } = this.#ports;
    const version = versions.versionOf(sql, ruleSet);
    if (version === null) return { code: "LEDGER_NOT_FOUND", what: "rule set" };
    if (versions.admittedBy(sql, version) === code) return null;
    const files = versions.findWhole(sql, version)?.files;
    const admitted = files ? await this.#admit(files) : null;
    if (admitted && !admitted.ok) return admitted.failure;
    // The same files may mean other rules to other code: those were not looked at by whoever put the version in force.
    if (admitted?.value.hash !== ruleSet) return refused([OTHER_MEANING]);
    versions.setAdmittedBy(sql, version, code);
    return null;
  }

  /** Admits files as a build does, and runs their examples. */
  async #admit({ rules, conditions }: PublishedFiles): Promise<Result<RuleSet, Failure>> {
    const { admission, timeZone } = this.#ports;
    const folder = admitFolder({ rules, conditions }, admission);
    const errors = folder.findings.filter(({ severity }) => severity === "error");
    if (errors.length > 0) return fail(refused(errors));
    const checked: CheckedRule[] = [];
    const findings: Finding[] = [...folder.findings];
    for (const admitted of folder.admitted) {
      const { checked: one, found } = await checkedRule(admitted, folder.findings, timeZone);
      checked.push(one);
      findings.push(...found);
    }
    const rulesIn = folder.admitted.map(({ rule }) => rule);
    return succeed(await ruleSetOf(rulesIn, findings, { checked, conditions: Object.fromEntries(folder.conditions) }));
  }

  #rulesOf(ruleSet: string): readonly Rule[] | null {
    const known = this.#rules.get(ruleSet);
    if (known) return known;
    const version = versions.versionOf(this.#storage.sql, ruleSet);
    if (version === null) return null;
    const found = versions.rulesOf(this.#storage.sql, version);
    // Three are in force at most.
    if (this.#rules.size >= 4) this.#rules.clear();
    this.#rules.set(ruleSet, found);
    return found;
  }
}

const OTHER_MEANING: Finding = {
  file: "",
  pointer: "",
  code: "RULE_SHAPE",
  message: "The files mean other rules than when they were published, publish them anew",
  severity: "error",
};

function refused(findings: readonly Finding[]): Failure {
  const issues = findings.map(({ file, pointer, code, message }): Issue => ({
    pointer: `/${file}#${pointer}`,
    code,
    message,
  }));
  return { code: "RULES_REFUSED", issues };
}

function firstOf(failure: Failure): string {
  return failure.code === "RULES_REFUSED" ? (failure.issues[0]?.message ?? "") : failure.code;
}

function overwrites({ version, author, note, publishedAt }: RuleSetVersion): Failure {
  const who = author === null ? "" : ` by ${author}`;
  return { code: "RULES_OVERWRITES", version, told: `version ${version}${who} of ${publishedAt} ("${note}")` };
}

function changedSince({ change, by, what, at, reason }: RulesChange): Failure {
  const who = by === null ? "" : ` by ${by}`;
  return { code: "RULES_CHANGED", change, told: `${what}${who} at ${at}${reason === "" ? "" : ` ("${reason}")`}` };
}
