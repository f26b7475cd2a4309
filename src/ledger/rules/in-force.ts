// Which rule set decides an event: that of the bundle, or a published one. A ledger is told of each change by the registry,
// and keeps the rules for its location, so that an event waits for nobody: docs/decisions/0068-published-rule-sets.md.
import { isInShare } from "../../kit/share.ts";
import { NOTHING_PUBLISHED, type Canary, type InForce } from "../../model/published.ts";
import type { Rule, RuleSet } from "../../model/rule.ts";
import * as ownRules from "../log/own-rules.ts";
import { setMark } from "../store/marks.ts";
import type { LedgerPorts, LedgerStorage } from "../store/ports.ts";
import { CanaryVolume } from "./canary-volume.ts";

/** The set that decides an event, and whether it does so as a canary. */
export interface Chosen {
  readonly ruleSet: RuleSet;
  readonly canary: Canary | null;
  /** The change by which it does. */
  readonly change: number;
}

export class RulesInForce {
  readonly #storage: LedgerStorage;
  readonly #ports: Pick<LedgerPorts, "ruleSet" | "published" | "actions">;
  /** What the registry said last; `null`: it was never asked. */
  #inForce: InForce | null = null;
  readonly #sets = new Map<string, RuleSet>();
  readonly #volume: CanaryVolume;
  readonly #changed: () => void;

  /** `changed` is called whenever other sets decide. */
  constructor(
    storage: LedgerStorage,
    ports: Pick<LedgerPorts, "ruleSet" | "published" | "actions">,
    changed: () => void,
  ) {
    this.#storage = storage;
    this.#ports = ports;
    this.#volume = new CanaryVolume(storage, ports);
    this.#changed = changed;
  }

  /** Takes over the marks that were read. */
  know(marks: ReadonlyMap<string, string>): void {
    const noted = marks.get("rules");
    this.#inForce = noted === undefined ? null : (JSON.parse(noted) as InForce);
    this.#volume.know(marks);
  }

  /** The set that decides where no canary does. */
  get live(): RuleSet {
    return this.#set(this.#now().live) ?? this.#ports.ruleSet;
  }

  /** The set in the shadow; `null`: there is none. */
  get shadow(): RuleSet | null {
    const { shadow } = this.#now();
    return shadow === this.live.hash ? null : this.#set(shadow);
  }

  /** The set that decides an event of a contact at a location. */
  for(locationId: string, contactId: string): Chosen {
    const { canary, change } = this.#now();
    const isIn =
      canary !== null &&
      (canary.locations.length === 0 || canary.locations.includes(locationId)) &&
      isInShare(contactId, canary.share) &&
      !this.#volume.isHalted(change);
    const ruleSet = isIn ? this.#set(canary.ruleSet) : null;
    return ruleSet ? { ruleSet, canary, change } : { ruleSet: this.live, canary: null, change };
  }

  /** Whether one of the sets that may decide now has a rule of this name. */
  has(name: string): boolean {
    const { canary } = this.#now();
    const sets = [this.#ports.ruleSet, this.live, this.#set(canary?.ruleSet ?? null)];
    return sets.some((set) => set?.rules.some((rule) => rule.name === name));
  }

  /** The hashes of all sets that may decide now. */
  inUse(): readonly string[] {
    const { canary } = this.#now();
    return [...new Set([this.#ports.ruleSet.hash, this.live.hash, ...(canary ? [canary.ruleSet] : [])])];
  }

  /** How much canaries send. */
  get volume(): CanaryVolume {
    return this.#volume;
  }

  /** Whether an event has to wait until the registry was asked: the set of the bundle may not be the one in force. */
  isUnknown(): boolean {
    return this.#inForce === null && this.#ports.published?.from === "published";
  }

  /** Asks the registry. It rejects if that cannot be reached. */
  async ask(locationId: string): Promise<void> {
    const { published } = this.#ports;
    if (!published) return;
    await this.putInForce(locationId, await published.inForce(locationId));
    await this.#volume.tell(locationId);
  }

  /** Takes over a change, once the rules that it needs are kept. An earlier one than is known changes nothing. */
  async putInForce(locationId: string, inForce: InForce): Promise<void> {
    const { published } = this.#ports;
    if (!published || (this.#inForce !== null && inForce.change <= this.#inForce.change)) return;
    // Where the bundle decides and nothing was ever published, there is nothing to know after a restart.
    if (inForce.change === 0 && published.from === "deploy") return void (this.#inForce = inForce);
    // That of the bundle, too: the next deploy brings another.
    const needed = [inForce.live, inForce.canary?.ruleSet ?? null, inForce.shadow].filter((hash) => hash !== null);
    const { sql } = this.#storage;
    const fetched = new Map<string, readonly string[]>();
    for (const hash of new Set(needed)) {
      if (ownRules.isKept(sql, hash)) continue;
      const rules = await published.rules(hash, locationId);
      if (!rules) throw new Error("A published rule set is in force and not there");
      fetched.set(hash, rules);
    }
    // From here to the end there is no await. A later change may have come meanwhile.
    if (this.#inForce !== null && inForce.change <= this.#inForce.change) return;
    this.#storage.transactionSync(() => {
      for (const [hash, rules] of fetched) ownRules.keep(sql, hash, rules);
      ownRules.forgetOthers(sql, needed);
      setMark(sql, "rules", JSON.stringify(inForce));
    });
    this.#inForce = inForce;
    this.#sets.clear();
    this.#changed();
  }

  /** What the registry said last, as far as it applies: where the bundle decides, published sets are only in the shadow. */
  #now(): InForce {
    const { published } = this.#ports;
    if (!published || this.#inForce === null) return NOTHING_PUBLISHED;
    return published.from === "published" ? this.#inForce : { ...this.#inForce, live: null, canary: null };
  }

  #set(hash: string | null): RuleSet | null {
    if (hash === null) return null;
    if (hash === this.#ports.ruleSet.hash) return this.#ports.ruleSet;
    const known = this.#sets.get(hash);
    if (known) return known;
    const rules = ownRules.find(this.#storage.sql, hash);
    if (!rules) return null;
    const made = shared(hash, rules);
    this.#sets.set(hash, made);
    return made;
  }
}

/** Sets that several ledgers of one isolate have in common, made ready once: most are the same for every location. */
const SHARED_SETS = 32;
const sharedSets = new Map<string, RuleSet>();

function shared(hash: string, rules: readonly Rule[]): RuleSet {
  const made = { hash, rules, findings: [] };
  if (!rules.every(({ locations }) => locations === undefined)) return made;
  // Of one set, so many rules that are for every location are the same ones.
  const name = `${hash} ${rules.length}`;
  const known = sharedSets.get(name);
  if (known) return known;
  if (sharedSets.size >= SHARED_SETS) sharedSets.clear();
  sharedSets.set(name, made);
  return made;
}
