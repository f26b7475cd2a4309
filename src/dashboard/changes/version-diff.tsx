// Which rules a version adds, removes and changes, beside what is in force or the version before it.
import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { WholeVersion } from "../../model/published.ts";
import type { Rule } from "../../model/rule.ts";
import { linkTo } from "../address/routes.ts";
import { usePlace } from "../ask/place.ts";
import { useQueryAt } from "../ask/use-query.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { RuleWords } from "../parts/rule-words.tsx";
import { ChangedRuleWords } from "./changed-rule.tsx";
import { setInWords } from "../../language/published-words.ts";
import { deciding, type PublishedState } from "./in-words.ts";
import { rulesDiff } from "./rule-diff.ts";
import { rulesInWords } from "./version-rows.tsx";

const SHOWN = 50;

/** What a version can be compared with: the one before it, a version that is in force, or the rules of the deploy. */
type Base = { readonly against: "in-force" | "before"; readonly version: number | null };

export function VersionDiff({
  version,
  against,
  state,
}: {
  readonly version: WholeVersion;
  readonly against: string;
  readonly state: PublishedState;
}): JSX.Element {
  const { locationId } = usePlace();
  const bases = basesOf(version, state);
  const base = bases.find((one) => one.against === against) ?? bases[0];
  const path = base === undefined ? null : base.version === null ? "/api/rules" : `/api/rule-sets/${base.version}`;
  const { answer, problem, askAgain } = useQueryAt<BaseAnswer>("", path, {});
  const rules = answer === null ? null : "version" in answer ? answer.version.admitted : answer.rules;
  const diff = useMemo(() => (rules === null ? null : rulesDiff(rules, version.admitted)), [rules, version]);
  const than = base === undefined ? "" : setInWords(base.version);
  return (
    <section class="panel" aria-labelledby="diff">
      <div class="title">
        <h2 id="diff">What it changes</h2>
        <nav class="choice" aria-label="Compare with">
          {bases.map((one) => (
            <a
              key={one.against}
              href={linkTo(locationId, "changes", String(version.version), { against: one.against })}
              aria-current={one === base ? "true" : undefined}
            >
              {one.against === "before" ? `Version ${one.version}` : "What is in force"}
            </a>
          ))}
        </nav>
      </div>
      {base === undefined ? <p class="quiet-note">It is the first version, and in force.</p> : null}
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {base !== undefined && diff === null && !problem ? <p class="quiet-note">Loading…</p> : null}
      {diff ? (
        <>
          <p>
            Beside {than}: {diff.added.length} added, {diff.removed.length} removed, {diff.changed.length} changed,{" "}
            {diff.same} as before.
          </p>
          <Group words="Added" kind="new" names={diff.added.map(({ name }) => name)}>
            {diff.added.slice(0, SHOWN).map((rule) => (
              <OneRule key={rule.name} rule={rule} kind="new" />
            ))}
          </Group>
          <Group words="Changed" kind="changed" names={diff.changed.map(({ after }) => after.name)}>
            {diff.changed.slice(0, SHOWN).map((changed) => (
              <li key={changed.after.name} class="diff-rule">
                <h4>{changed.after.name}</h4>
                <ChangedRuleWords changed={changed} />
              </li>
            ))}
          </Group>
          <Group words="Removed" kind="gone" names={diff.removed.map(({ name }) => name)}>
            {diff.removed.slice(0, SHOWN).map((rule) => (
              <OneRule key={rule.name} rule={rule} kind="gone" />
            ))}
          </Group>
        </>
      ) : null}
    </section>
  );
}

type BaseAnswer = { readonly version: WholeVersion } | { readonly rules: readonly Rule[] };

function Group({
  words,
  kind,
  names,
  children,
}: {
  readonly words: string;
  readonly kind: string;
  readonly names: readonly string[];
  readonly children: ComponentChildren;
}): JSX.Element | null {
  if (names.length === 0) return null;
  return (
    <section aria-label={`${words}: ${rulesInWords(names.length)}`}>
      <h3 class={`diff-${kind}`}>
        {words} ({names.length})
      </h3>
      <ul class="diff-rules">{children}</ul>
      {names.length > SHOWN ? <p class="quiet-note">And {names.slice(SHOWN).join(", ")}</p> : null}
    </section>
  );
}

function OneRule({ rule, kind }: { readonly rule: Rule; readonly kind: "new" | "gone" }): JSX.Element {
  return (
    <li class={`diff-rule is-${kind}`}>
      <h4>{rule.name}</h4>
      {rule.description ? <p class="rule-description">{rule.description}</p> : null}
      <RuleWords rule={rule} />
    </li>
  );
}

function basesOf(version: WholeVersion, { inForce, rulesFrom, bundled }: PublishedState): readonly Base[] {
  const { live, liveVersion } = deciding(inForce, rulesFrom);
  const isInForce = (live ?? bundled) === version.ruleSet;
  return [
    ...(isInForce ? [] : [{ against: "in-force", version: liveVersion } as const]),
    ...(version.version > 1 ? [{ against: "before", version: version.version - 1 } as const] : []),
  ];
}
