// The rules of the set, filtered and a page at a time, however many there are.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { RuleStatistics } from "../../model/statistics.ts";
import { linkTo, type Query } from "../address/routes.ts";
import { formerRules, hasName, isInView, ruleUses, RULE_VIEWS, type RuleSetAnswer, type RuleUse } from "./rule-use.ts";
import { Filters, TextFilter } from "../parts/filters.tsx";
import { Pager, usePaging } from "../parts/paging.tsx";
import { usePlace } from "../ask/place.ts";
import { rowKeys } from "../parts/row-keys.ts";
import { RuleNumbers, WEEK_KEY } from "./rule-numbers.tsx";
import { Key } from "../parts/bars.tsx";
import { RuleMarks } from "./rule-marks.tsx";
import { RuleFindings, RuleWords } from "../parts/rule-words.tsx";

const PAGE = 40;
const FORMER_SHOWN = 30;
const VIEW_WORDS = { all: "All", fired: "Fired", unused: "Unused", findings: "Findings" } as const;
const onKeyDown = rowKeys();

/** `statistics` is `null` while they are not known. */
export function RuleList({
  set,
  statistics,
  query,
}: {
  readonly set: RuleSetAnswer;
  readonly statistics: RuleStatistics | null;
  readonly query: Query;
}): JSX.Element {
  const { locationId } = usePlace();
  const view = RULE_VIEWS.find((one) => one === query["show"]) ?? "all";
  const search = query["search"] ?? "";
  const paging = usePaging(`${view} ${search}`);
  const named = useMemo(
    () => ruleUses(set, statistics, locationId).filter((use) => hasName(use, search)),
    [set, statistics, locationId, search],
  );
  const uses = named.filter((use) => isInView(use, view));
  const first = Number(paging.cursor ?? 0);
  const next = first + PAGE;
  const former = formerRules(set, statistics);
  return (
    <section class="panel" aria-label="Rules">
      <div class="rule-filters">
        <nav class="choice" aria-label="Which rules">
          {RULE_VIEWS.map((one) => (
            <a
              key={one}
              href={linkTo(locationId, "rules", null, { ...query, show: one === "all" ? null : one })}
              aria-current={one === view ? "true" : undefined}
            >
              {VIEW_WORDS[one]} {named.filter((use) => isInView(use, one)).length}
            </a>
          ))}
        </nav>
        <Filters query={query}>
          <TextFilter name="search" words="Part of the name" />
        </Filters>
      </div>
      {uses.length === 0 ? null : <Key entries={WEEK_KEY} />}
      {uses.length === 0 ? <p class="quiet-note">{emptyInWords(set.rules.length, view, search)}</p> : null}
      <ul class="rows rules" onKeyDown={onKeyDown}>
        {uses.slice(first, next).map((use) => (
          <RuleRow key={use.name} use={use} isKnown={statistics !== null} />
        ))}
      </ul>
      <Pager paging={paging} next={next < uses.length ? String(next) : null} />
      {former.length === 0 ? null : (
        <p class="quiet-note">
          Seen in the last 7 days, and not in the set any more:{" "}
          {former.slice(0, FORMER_SHOWN).map((name, index) => (
            <span key={name}>
              {index === 0 ? "" : ", "}
              <a href={linkTo(locationId, "rules", name)}>{name}</a>
            </span>
          ))}
          {former.length > FORMER_SHOWN ? ` and ${former.length - FORMER_SHOWN} more` : ""}
        </p>
      )}
    </section>
  );
}

function RuleRow({ use, isKnown }: { readonly use: RuleUse; readonly isKnown: boolean }): JSX.Element {
  const { locationId } = usePlace();
  const { name, rule, checked } = use;
  return (
    <li data-row class={`rule-row${use.isUnused ? " is-unused" : ""}${use.off === null ? "" : " is-off"}`}>
      <div class="rule-text">
        <h2>
          <a href={linkTo(locationId, "rules", name)}>{name}</a>
        </h2>
        <RuleMarks use={use} />
        {rule?.description ? <p class="rule-description">{rule.description}</p> : null}
        {rule ? <RuleWords rule={rule} /> : null}
        {checked && checked.findings.length > 0 ? <RuleFindings checked={checked} /> : null}
      </div>
      <RuleNumbers use={use} isKnown={isKnown} />
    </li>
  );
}

function emptyInWords(count: number, view: (typeof RULE_VIEWS)[number], search: string): string {
  if (count === 0) return "The rule set is empty: put a rule file into rules/, and deploy.";
  if (search !== "") return "No rule of this kind has this in its name: search for less, or look among all.";
  switch (view) {
    case "fired":
      return "No rule fired in the last 7 days.";
    case "unused":
      return "Every rule that can fire here did so in the last 7 days.";
    case "findings":
      return "No rule has findings.";
    case "all":
      return "";
  }
}
